"""The list of registrations downloaded, with a column for each question."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook  # type: ignore[import-untyped]
from wagtail.models import ModelLogEntry

from registrations.domain import answers
from registrations.enums import AskedOf, FieldType
from registrations.models import Participation, Registration, ServiceKind
from tests.factories.registrations import booker, partner, person, question, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import registrations_manager, user

pytestmark = pytest.mark.django_db

FIXED = [
    "Référence",
    "Reçue",
    "Service partenaire",
    "Type de service",
    "Commune",
    "Inscription faite par",
    "Adresse e-mail de la personne qui a inscrit",
    "Bon de commande ou référence",
    "Prénom",
    "Nom",
    "Fonction",
    "Adresse e-mail",
    "Formation",
    "Séance",
    "État",
    "Rang",
]


@pytest.fixture
def page():
    return training_page(catalogue(), title="Accompagner un ménage")


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=30), capacity=1)


@pytest.fixture
def manager(client):
    manager = registrations_manager()
    client.force_login(manager)
    return manager


@pytest.fixture
def address():
    return reverse(Registration.snippet_viewset.get_url_name("list"))


def made(*people, **options):
    return registration(*people, at=timezone.now(), **options)


def as_csv(client, address, **query) -> list[list[str]]:
    response = client.get(address, {"export": "csv", **query})
    assert response["Content-Type"].startswith("text/csv")
    text = response.content.decode()
    assert text[0] == "\ufeff"
    return list(csv.reader(StringIO(text[1:]), delimiter=";"))


def as_xlsx(client, address, **query) -> list[list[object]]:
    response = client.get(address, {"export": "xlsx", **query})
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert "f" not in {cell.data_type for row in sheet for cell in row}
    return [[cell.value for cell in row] for row in sheet]


def test_a_line_has_names_services_states_and_answers(client, manager, address, page, morning):
    kind = ServiceKind.objects.create(name={"fr": "Aide sociale"})
    meal = {"field_type": FieldType.RADIO, "choices": {"fr": "Viande\nSoupe", "nl": "Vlees\nSoep"}}
    day = {"field_type": FieldType.DATE, "asked_of": AskedOf.REGISTRATION}
    eats, since = question(page.training, "Repas ?", **meal), question(page.training, "Dès", **day)
    one = made(
        person(morning, answers=((eats.pk, "Soupe"),)),
        person(morning, number=2),
        partner=partner("CPAS de Mons", municipality="Mons", kind=kind),
        booker=booker(answers=((since.pk, "2026-12-24"),), order_reference="BC 7"),
    )

    headings, first, second = as_csv(client, address)

    assert headings == [*FIXED, "Repas ?", "Dès"]
    received = timezone.localtime(one.created_at).strftime("%Y-%m-%d %H:%M:%S")
    about = [
        one.reference,
        received,
        "CPAS de Mons",
        "Aide sociale",
        "Mons",
        "Assistante Sociale",
        "assistante@cpas.example",
        "BC 7",
    ]
    start = morning.local_start.strftime("%Y-%m-%d %H:%M:%S")
    comes = ["assistante sociale", "personne1@cpas.example", "Accompagner un ménage", start]
    waits = ["assistante sociale", "personne2@cpas.example", "Accompagner un ménage", start]
    assert first == [
        *about, "Assistante", "Sociale 1", *comes, "confirmée", "", "Soupe", "24 décembre 2026"
    ]  # fmt: skip
    assert second == [
        *about, "Assistante", "Sociale 2", *waits, "en liste d’attente", "1", "", "24 décembre 2026"
    ]  # fmt: skip


def test_both_files_say_the_same(client, manager, address, page, morning):
    one = question(page.training, "Nombre ?", field_type=FieldType.NUMBER)
    made(person(morning, answers=((one.pk, "2.5"),)), person(morning, number=2))

    text, sheet = as_csv(client, address), as_xlsx(client, address)

    assert [["" if value is None else str(value) for value in row] for row in sheet] == text


def test_a_renamed_question_is_one_column_and_a_removed_one_stays(
    client, manager, address, page, morning
):
    renamed, removed = question(page.training, "Avant ?"), question(page.training, "Jadis ?")
    made(person(morning, answers=((renamed.pk, "un"), (removed.pk, "deux"))))
    renamed.label = {"fr": "Après ?"}
    renamed.save()
    removed.delete()
    question(page.training, "Nouvelle ?")

    headings, line = as_csv(client, address)

    assert headings[len(FIXED) :] == ["Après ?", "Nouvelle ?", "Jadis ?"]
    assert line[len(FIXED) :] == ["un", "", "deux"]


def test_a_question_named_like_another_column_has_its_own(client, manager, address, page, morning):
    one, other = question(page.training, "Nom"), question(page.training, "Nom")
    made(person(morning, answers=((one.pk, "a"), (other.pk, "b"))))

    headings, line = as_csv(client, address)

    assert headings == [*FIXED, "Nom"]
    assert line[-1] == "a; b"
    assert "Sociale 1" in line


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "=cmd|'/C calc'!A0"])
def test_nothing_that_was_typed_is_a_formula(client, manager, address, page, morning, typed):
    one = question(page.training, typed)
    made(
        person(morning, last_name=typed, answers=((one.pk, typed),)),
        partner=partner(f"{typed}\x07"),
    )

    headings, line = as_csv(client, address)

    safe = f"'{typed}"
    assert headings[-1] == safe
    assert [line[2], line[9], line[-1]] == [safe, safe, safe]
    heading, cells = as_xlsx(client, address)
    assert (heading[-1], cells[2], cells[9], cells[-1]) == (safe, typed, typed, typed)


def test_filters_of_the_list_hold_for_the_lines(client, manager, address, page, morning):
    later = session(page, timezone.localdate() + timedelta(days=31))
    made(person(morning, later))
    made(person(later, number=2))

    lines = as_csv(client, address, session=morning.pk)
    assert [line[9] for line in lines] == ["Nom", "Sociale 1"]
    assert len(as_csv(client, address, training=page.training.pk)) == 4
    assert len(as_csv(client, address, q="Sociale 2")) == 2
    assert as_csv(client, address, q="introuvable") == [FIXED]


def test_who_has_left_is_told_with_their_state(client, manager, address, morning):
    made(person(morning))
    answers.withdraw(Participation.objects.get(), at=timezone.now())

    _headings, line = as_csv(client, address)

    assert line[14] == "désinscrite"


def test_a_download_is_in_the_history_of_its_trainings(client, manager, address, page, morning):
    made(person(morning))
    before = Registration.objects.values_list("pk", flat=True)
    as_csv(client, address)
    as_xlsx(client, address)

    entries = ModelLogEntry.objects.filter(action="registrations.export")

    assert {(one.user, one.object_id) for one in entries} == {(manager, str(page.training.pk))}
    assert [one.data for one in entries.order_by("pk")] == [
        {"format": "csv", "lines": 1},
        {"format": "xlsx", "lines": 1},
    ]
    assert list(before) == [Registration.objects.get().pk]


def test_only_who_may_view_registrations_downloads_them(client, address, morning):
    made(person(morning))
    client.force_login(user("registrations.add_registration", "registrations.view_partnerservice"))

    response = client.get(address, {"export": "csv"})

    assert response.status_code == 302
    assert response["Location"] == reverse("wagtailadmin_home")
    assert not ModelLogEntry.objects.filter(action="registrations.export").exists()


def test_a_file_takes_as_many_queries_for_many_lines(client, manager, address, page, morning):
    one = question(page.training)
    other = question(page.training, "Une fois", asked_of=AskedOf.REGISTRATION)

    def count():
        with CaptureQueriesContext(connection) as captured:
            as_csv(client, address)
        return len(captured)

    def answered(number):
        made(
            person(morning, number=number, answers=((one.pk, "x"),)),
            partner=partner(f"Service {number}"),
            booker=booker(answers=((other.pk, "y"),)),
        )

    answered(1)
    count()
    with_one = count()
    for number in range(2, 8):
        answered(number)

    assert count() == with_one
