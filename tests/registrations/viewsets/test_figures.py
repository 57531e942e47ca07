"""The organiser's screens of figures, and what they give to take along."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from docx import Document
from openpyxl import load_workbook  # type: ignore[import-untyped]
from wagtail.models import ModelLogEntry

from registrations.viewsets.figure_files import FILES
from tests.factories.presences import booked, twenty_services
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import registrations_manager, user

pytestmark = pytest.mark.django_db

#: All of one year, over since long.
YEAR = 2024


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


@pytest.fixture
def mornings(page):
    return session(page, date(YEAR, 3, 12)), session(page, date(YEAR, 3, 19))


@pytest.fixture
def twenty(page, mornings):
    older = training_page(page.get_parent().get_parent(), title="Le bail, pas à pas")
    return twenty_services(session(older, date(YEAR - 1, 5, 9)), *mornings)


@pytest.fixture
def manager(client):
    manager = registrations_manager()
    client.force_login(manager)
    return manager


def address(name, *args):
    return reverse(f"registrations_admin:{name}", args=args)


@pytest.fixture
def of_programme(page):
    return address("figures_programme", page.training.programme_id)


def rows(response) -> list[list[str]]:
    text = response.content.decode()
    assert text[0] == "\ufeff"
    return list(csv.reader(StringIO(text[1:]), delimiter=";"))


def big(response) -> list[str]:
    return [number for _label, number, _small in response.context["big"]]


def test_a_programme_shows_what_the_press_asks_for(client, manager, of_programme, twenty):
    response = client.get(of_programme)

    assert response.status_code == 200
    assert big(response) == ["20", "34", "6", "2", "168", gettext("%(number)s%%") % {"number": 100}]
    said = response.context["press_text"]
    assert said.count("\n") == 12
    assert "Le Palier" in said
    assert "La Lanterne" not in response.content.decode()


def test_screens_name_no_person(client, manager, of_programme, mornings, twenty):
    for url in (of_programme, address("figures_session", mornings[0].pk)):
        assert "Sociale" not in client.get(url).content.decode()


def test_a_session_and_a_training_have_theirs(client, manager, page, mornings, twenty):
    second = client.get(address("figures_session", mornings[1].pk))
    training = client.get(address("figures_training", page.training.pk))

    assert big(second)[:4] == ["15", "27", "2", "1"]
    assert big(training)[:4] == ["20", "34", "6", "2"]


def test_a_year_has_its_programmes_and_whom_we_hardly_know(client, manager, page, twenty):
    partner("Nobody yet")

    response = client.get(address("figures"), {"year": YEAR})
    before = client.get(address("figures"), {"year": YEAR - 1})

    programmes, trainings = response.context["parts"], before.context["parts"]
    assert [(one.key, [row[:5] for row in one.rows]) for one in programmes] == [
        ("programmes", [[page.training.programme.name, 20, 20, 34, 34]])
    ]
    assert [(one.key, [row[:5] for row in one.rows]) for one in trainings] == [
        ("trainings", [["Le bail, pas à pas", 14, 14, 14, 14]])
    ]
    assert response.context["never_seen"] == 1
    assert response.context["not_lately"] == 21
    listed = client.get(response.context["never_seen_url"]).content.decode()
    assert "Nobody yet" in listed
    assert "Le Palier" not in listed


def test_a_year_without_sessions_is_not_there_but_this_one_is(client, manager):
    assert client.get(address("figures")).context["years"] == [timezone.localdate().year]
    for typed in ("1999", "abc", "²", "9" * 30, "-1"):
        assert client.get(address("figures"), {"year": typed}, follow=True).status_code == 404


def test_both_files_have_the_same_numbers(client, manager, of_programme, twenty):
    text = rows(client.get(of_programme, {"export": "csv"}))
    book = load_workbook(BytesIO(client.get(of_programme, {"export": "xlsx"}).content))

    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    tables = [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]
    lines = [
        ["" if cell is None else str(cell) for cell in row] for table in tables for row in table
    ]
    titles = [[sheet.title] for sheet in book]
    assert [line for line in text if line and line not in titles] == lines
    (services,) = [row for row in tables[0] if row[0] == gettext("Services present")]
    assert services[1] == 20


def test_a_name_like_a_formula_is_text_everywhere(client, manager, of_programme, mornings):
    typed = "=cmd|'/C calc'!A0"
    booked(partner(typed, municipality="\uff1d1+1"), mornings[0])

    book = load_workbook(BytesIO(client.get(of_programme, {"export": "xlsx"}).content))
    text = rows(client.get(of_programme, {"export": "csv"}))
    press = rows(client.get(of_programme, {"export": "press-csv"}))

    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    assert "'\uff1d1+1" in [line[0] for line in text if line]
    assert press[1][1] == f"'{typed}"


def test_the_press_list_is_a_text_a_table_and_a_document(client, manager, of_programme, twenty):
    text = client.get(of_programme, {"export": "press-text", "language": "fr"})
    table = rows(client.get(of_programme, {"export": "press-csv", "language": "fr"}))
    response = client.get(of_programme, {"export": "press-docx", "language": "fr"})

    assert text["Content-Type"] == "text/plain; charset=utf-8"
    document = Document(BytesIO(response.content))
    paragraphs = [one.text for one in document.paragraphs]
    assert paragraphs[0] == "Accompagner vers et dans le logement"
    assert [one for one in text.content.decode().splitlines() if one] == paragraphs[1:]
    assert (document.core_properties.author, document.core_properties.comments) == ("", "")
    assert len(table) == 21
    assert [line[1] for line in table if line[0] == "accueil et sans-abrisme"] == [
        "Maison d’accueil Le Palier (démo)",
        gettext("(not named)"),
    ]


def test_what_is_for_the_press_is_in_the_language_asked_for(client, manager, of_programme, twenty):
    dutch = client.get(of_programme, {"language": "nl"}).context["press_text"]

    assert "Opvang en dak- en thuisloosheid" in dutch
    unknown = client.get(of_programme, {"language": "xx"})
    assert unknown.context["language"] == "fr"


def test_a_download_is_in_the_history_of_what_it_is_of(client, manager, page, mornings, twenty):
    programme = page.training.programme
    client.get(address("figures_programme", programme.pk))
    assert not ModelLogEntry.objects.filter(action="registrations.export_figures").exists()

    for wanted in FILES:
        client.get(address("figures_programme", programme.pk), {"export": wanted})
    client.get(address("figures_session", mornings[0].pk), {"export": "csv"})
    client.get(address("figures"), {"export": "csv", "year": YEAR})

    entries = ModelLogEntry.objects.filter(action="registrations.export_figures").order_by("pk")
    assert [one.data["file"] for one in entries] == [*FILES, "csv", "csv"]
    assert [one.object_id for one in entries] == [
        *[str(programme.pk)] * len(FILES),
        str(mornings[0].pk),
        str(programme.pk),
    ]
    assert entries.last().data == {"file": "csv", "of": str(YEAR)}


@pytest.mark.parametrize("query", [{"export": "pdf"}, {"export": "\0"}])
def test_a_file_that_is_not_offered_is_not_there(client, manager, of_programme, query):
    assert client.get(of_programme, query, follow=True).status_code == 404


@pytest.mark.parametrize("name", ["figures_programme", "figures_training", "figures_session"])
def test_what_is_not_there_is_not_found(client, manager, name):
    assert client.get(address(name, 4_000_000), follow=True).status_code == 404


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        (["registrations.view_registration"], True),
        (["registrations.view_partnerservice"], True),
        (["registrations.record_presence"], False),
        (["trainings.change_trainingsession"], False),
    ],
)
def test_who_keeps_the_directory_or_sees_people_sees_figures(
    client, of_programme, mornings, permissions, may
):
    client.force_login(user(*permissions))
    for url in (of_programme, address("figures"), address("figures_session", mornings[0].pk)):
        for query in ({}, {"export": "csv"}):
            response = client.get(url, query)
            assert response.status_code == (200 if may else 302)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert (address("figures") in home) is may


@pytest.mark.parametrize("url", ["programme", "year"])
def test_many_take_as_many_queries_as_one(client, manager, page, mornings, of_programme, url):
    asked = of_programme if url == "programme" else f"{address('figures')}?year={YEAR}"
    booked(partner(), mornings[0])

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(asked).status_code == 200
        return len(captured)

    count()
    with_one = count()
    for number in range(12):
        other = training_page(page.get_parent(), title=f"Formation {number}")
        booked(partner(f"Service {number}"), session(other, date(YEAR, 6, 1 + number)), mornings[0])

    assert count() == with_one
