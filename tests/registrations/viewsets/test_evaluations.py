"""What the organiser sees of evaluations: numbers from five on, and nobody."""

import csv
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from django.utils.translation import gettext
from openpyxl import load_workbook  # type: ignore[import-untyped]
from wagtail.models import ModelLogEntry

from registrations.models import Evaluation, Participation
from tests.factories.registrations import person, registration
from tests.factories.trainings import MORNING_2, catalogue, session, training_page
from tests.factories.users import registrations_manager, user

pytestmark = pytest.mark.django_db

MARKS = {"useful": 5, "clear": 4, "exchange": 3, "organisation": 2}


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    made = session(page)
    registration(person(made), person(made, number=2), person(made, number=3, email=""))
    return made


@pytest.fixture
def manager(client):
    manager = registrations_manager()
    client.force_login(manager)
    return manager


def answers(morning, number, **fields):
    for _number in range(number):
        Evaluation.objects.create(session=morning, **{**MARKS, **fields})


def address(morning, name="evaluations"):
    return reverse(f"registrations_admin:{name}", args=[morning.pk])


def rows_of(response, file_format):
    if file_format == "csv":
        text = response.content.decode().removeprefix("\ufeff")
        return list(csv.reader(StringIO(text), delimiter=";"))
    sheet = load_workbook(BytesIO(response.content)).active
    assert "f" not in {cell.data_type for row in sheet for cell in row}
    return [[str(cell.value or "") for cell in row] for row in sheet]


def test_with_four_answers_their_number_is_all(client, manager, morning):
    answers(morning, 4, keeps="Canari")

    shown = client.get(address(morning)).content.decode()

    assert "<dd>4</dd>" in shown
    assert "<dd>2</dd>" in shown  # who was asked
    for hidden in (
        "Canari",
        "registrations-bars",
        "registrations-wide",
        gettext("Average"),
        ".csv",
        ".xlsx",
    ):
        assert hidden not in shown
    for name in ("evaluations_csv", "evaluations_xlsx"):
        assert client.get(address(morning, name)).status_code == 404
    assert not ModelLogEntry.objects.filter(action="registrations.export_evaluations").exists()


def test_from_five_on_there_are_numbers_bars_and_remarks(client, manager, morning):
    answers(morning, 3, keeps="La visite")
    answers(morning, 2, useful=1, misses="<b>Du temps</b>")

    shown = client.get(address(morning)).content.decode()

    assert shown.count('<svg class="registrations-bars" role="img"') == 4
    assert shown.count("La visite") == 3
    assert shown.count("&lt;b&gt;Du temps&lt;/b&gt;") == 2
    for number in ("3,4", "1: 2, 2: 0, 3: 0, 4: 0, 5: 3"):
        assert number in shown.replace("\xa0", " ").replace(" :", ":")


def test_the_other_sessions_of_the_training_count_together(client, manager, page, morning):
    other = session(page, MORNING_2)
    answers(morning, 2)
    answers(other, 3, keeps="Canari")

    shown = client.get(address(morning)).content.decode()

    assert shown.count("registrations-wide") == 1
    assert 'id="training-title"' in shown
    assert 'id="session-title"' not in shown


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_file_has_answers_in_no_order_and_nobody(client, manager, morning, file_format):
    for number in range(9):
        answers(morning, 1, keeps=f"={number}")

    response = client.get(address(morning, f"evaluations_{file_format}"))

    heading, *rows = rows_of(response, file_format)
    by_key = Evaluation.objects.order_by("id").values_list("keeps", flat=True)
    sign = "'" if file_format == "csv" else ""
    assert len(heading) == 6
    assert rows == [["5", "4", "3", "2", f"{sign}{keeps}", ""] for keeps in by_key]
    logged = ModelLogEntry.objects.get(action="registrations.export_evaluations")
    assert (logged.user, logged.data) == (manager, {"format": file_format, "lines": 9})
    everything = " ".join([*heading, *(cell for row in rows for cell in row)])
    for one in Participation.objects.select_related("participant"):
        assert one.participant.last_name not in everything


@pytest.mark.parametrize(
    ("rights", "status"),
    [
        (("registrations.view_registration",), 200),
        (("registrations.view_partnerservice",), 200),
        (("registrations.record_presence",), 302),
        ((), 302),
    ],
)
@pytest.mark.parametrize("name", ["evaluations", "evaluations_csv", "evaluations_xlsx"])
def test_it_is_for_who_may_see_figures(client, morning, rights, status, name):
    answers(morning, 5)
    client.force_login(user(*rights))

    assert client.get(address(morning, name)).status_code == status


def test_nobody_who_is_not_logged_in_sees_them(client, morning):
    assert client.get(address(morning)).status_code == 302


def test_of_no_session_there_are_none(client, manager):
    for number in (0, 2**62):
        for name in ("evaluations", "evaluations_csv"):
            url = reverse(f"registrations_admin:{name}", args=[number])
            # Django tries it in a language first.
            assert client.get(url, follow=True).status_code == 404
