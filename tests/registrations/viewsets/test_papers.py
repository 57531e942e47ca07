"""What is printed for a session: which papers, for whom, as PDF and as pages."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from pypdf import PdfReader

from registrations.domain import of_the_day
from registrations.domain.people import unnamed
from registrations.domain.sheet import rows_of
from registrations.enums import ParticipationStatus
from registrations.models import Participation, ServiceKind, SignUpRules
from registrations.papers import files
from registrations.viewsets import papers as screens
from registrations.viewsets.papers import KINDS
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from tests.factories.users import communications_officer, organiser, registrations_manager, user
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

FOR_DESK = ["sheet", "badges", "door"]
NOT_FOR_DESK = ["trainer", "caterer"]
NAMES = ["Gündoğan", "Œuvrard", "Thị Ánh", "Ĝis"]


@pytest.fixture
def page():
    return training_page(
        programme_page(catalogue()), title="En recherche", guiding_question="Comment, l’été ?"
    )


@pytest.fixture
def morning(page):
    """Four people of two services, with a question, diets and a place without a name."""
    one = session(page, timezone.localdate() + timedelta(days=5), venue=venue())
    SignUpRules.objects.create(session=one, may_hold=5, names_days_before=1)
    kind = ServiceKind.objects.create(name={"fr": "CPAS", "nl": "OCMW"}, sort_order=1)
    made(
        person(one, first_name="Élodie", last_name=NAMES[0], wants_meal=True, diet="Végétarien"),
        person(one, number=2, last_name=NAMES[1], wish="Et l’énergie ?", wants_meal=True),
        person(one, number=3, last_name=NAMES[2], diet="végétarien ", wants_meal=True),
        partner=partner("CPAS de Mons", kind=kind),
    )
    made(
        person(one, number=4, last_name=NAMES[3], diet="sans gluten", wants_meal=False),
        *unnamed(1, session_ids=[one.pk]),
        partner=partner("Ægide", municipality="Ath"),
        booker=booker(email="autre@x.example"),
    )
    Participation.objects.update(status=ParticipationStatus.CONFIRMED)
    return one


@pytest.fixture
def desk_user(client):
    found = user("registrations.record_presence", name="accueil")
    client.force_login(found)
    return found


@pytest.fixture
def manager(client):
    found = registrations_manager()
    client.force_login(found)
    return found


def made(*people, **options):
    return registration(*people, at=timezone.now(), **options)


def url(name, morning, *args, language=""):
    base = reverse(f"registrations_admin:{name}", args=[morning.pk, *args])
    return f"{base}?language={language}" if language else base


def text(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def words_of(response) -> str:
    pdf = PdfReader(io.BytesIO(response.content))
    return "".join("".join(page.extract_text().split()) for page in pdf.pages)


# --- who may ---


def test_each_paper_is_a_pdf_and_a_page(client, manager, morning):
    listed = client.get(url("papers", morning))
    assert [one["slug"] for one in listed.context["papers"]] == list(KINDS)

    for slug in KINDS:
        pdf = client.get(url("paper_pdf", morning, slug))
        assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
        assert pdf["Content-Disposition"].startswith('inline; filename="')
        assert pdf["Content-Disposition"].isascii()
        assert "no-store" in pdf["Cache-Control"]
        printed = client.get(url("paper", morning, slug))
        assert printed.status_code == 200
        assert "no-store" in printed["Cache-Control"]


def test_who_welcomes_people_has_neither_questions_nor_meals(client, desk_user, morning):
    listed = client.get(url("papers", morning))
    assert [one["slug"] for one in listed.context["papers"]] == FOR_DESK
    assert listed.context["links_url"] == ""

    for name in ("paper", "paper_pdf"):
        assert [client.get(url(name, morning, slug)).status_code for slug in FOR_DESK] == [200] * 3
        # Wagtail sends away who may not.
        refused = [client.get(url(name, morning, slug)).status_code for slug in NOT_FOR_DESK]
        assert refused == [302] * 2
    for slug in FOR_DESK:
        html = client.get(url("paper", morning, slug)).content.decode()
        for secret in ("énergie", "égétarien", "gluten", "@"):
            assert secret not in html


@pytest.mark.parametrize("somebody", [None, communications_officer])
def test_nobody_else_has_papers(client, morning, somebody):
    if somebody:
        client.force_login(somebody())
    addresses = [url("papers", morning)]
    addresses += [url(name, morning, slug) for name in ("paper", "paper_pdf") for slug in KINDS]

    found = [client.get(address) for address in addresses]

    assert [one.status_code for one in found] == [302] * 11
    assert not any("Gündo" in one.content.decode() for one in found)


@pytest.mark.parametrize("slug", ["unknown", "sheet-2"])
def test_an_unknown_paper(client, manager, morning, slug):
    for name in ("paper", "paper_pdf"):
        assert client.get(url(name, morning, slug), follow=True).status_code == 404


def test_of_no_session(client, manager, morning):
    for pk in (morning.pk + 1, 10**30):
        address = reverse("registrations_admin:paper", args=[pk, "sheet"])
        assert client.get(address, follow=True).status_code == 404


def test_people_of_another_session_are_not_on_it(client, manager, page, morning):
    other = session(page, timezone.localdate() + timedelta(days=9))
    made(person(other, number=9, last_name="Ailleurs"), partner=partner("Forem"))

    for slug in KINDS:
        assert "Ailleurs" not in words_of(client.get(url("paper_pdf", morning, slug)))
        assert "Ailleurs" not in text(client.get(url("paper", morning, slug)))


# --- what they say ---


def test_the_sheet_is_in_the_order_of_the_screen(morning):
    services = of_the_day.people_of(morning)

    told = [one.pk for group in services for one in group.people]
    shown = [one.pk for one in rows_of(morning, timezone.now()).people if one.last_name]
    assert told == shown
    assert [group.unnamed for group in services] == [0, 1]


@pytest.mark.parametrize("name", ["paper", "paper_pdf"])
@pytest.mark.parametrize("slug", ["sheet", "badges", "trainer"])
def test_names_are_whole(client, manager, morning, name, slug):
    response = client.get(url(name, morning, slug))

    said = words_of(response) if name == "paper_pdf" else text(response).replace(" ", "")
    for last_name in NAMES:
        assert "".join(last_name.split()) in said
    assert "Élodie" in said
    assert "Ægide" in said


@pytest.mark.parametrize("name", ["paper", "paper_pdf"])
def test_the_caterer_is_told_numbers_alone(client, manager, morning, name):
    response = client.get(url(name, morning, "caterer"))

    said = words_of(response) if name == "paper_pdf" else text(response)
    for private in (*NAMES, "Élodie", "CPAS", "Ægide", "Sociale", "assistante"):
        assert "".join(private.split()) not in said.replace(" ", "")
    assert "égétarien" in said
    assert "gluten" not in said  # of somebody who does not stay


def test_meals_are_counted(morning):
    found = of_the_day.meals(morning, at=timezone.now())

    assert (found.expected, found.staying, found.leaving, found.unknown) == (5, 3, 1, 1)
    assert found.diets == [("Végétarien", 2)]
    assert found.are_erased is False


def test_a_question_is_told_without_who_asked(morning):
    found = of_the_day.for_trainer(morning, at=timezone.now())

    assert [(str(one.kind), one.wish) for one in found.questions] == [("CPAS", "Et l’énergie ?")]
    assert [(one.kind and str(one.kind), one.services, one.people) for one in found.kinds] == [
        ("CPAS", 1, 3),
        (None, 1, 2),
    ]


def test_who_has_no_place_is_on_no_paper(client, manager, morning):
    gone = Participation.objects.filter(participant__last_name=NAMES[1])
    gone.update(status=ParticipationStatus.WITHDRAWN)

    for slug in KINDS:
        said = text(client.get(url("paper", morning, slug)))
        assert (NAMES[1] in said, "énergie" in said) == (False, False)
    assert of_the_day.meals(morning, at=timezone.now()).expected == 4


def test_in_the_language_that_is_asked_for(client, manager, page, morning):
    translated(page, "nl", "Op zoek")

    dutch = client.get(url("paper", morning, "door", language="nl"))
    assert '<html lang="nl">' in dutch.content.decode()
    assert "Op zoek" in text(dutch)
    with translation.override("nl"):
        assert gettext("Welcome") in text(dutch)
    assert "Opzoek" in words_of(client.get(url("paper_pdf", morning, "door", language="nl")))
    for unknown in ("xx", "<b>", ""):
        response = client.get(url("paper", morning, "door"), {"language": unknown})
        assert '<html lang="fr">' in response.content.decode()


def test_a_discreet_session_is_not_announced_on_the_door(client, manager, morning):
    morning.training.is_discreet = True
    morning.training.save()

    for slug in ("door", "badges", "caterer"):
        said = text(client.get(url("paper", morning, slug)))
        assert ("En recherche" in said, "l’été" in said) == (False, False)
        assert "Enrecherche" not in words_of(client.get(url("paper_pdf", morning, slug)))


def test_each_paper_asks_a_constant_number_of_questions(client, manager, page):
    one = session(page, timezone.localdate() + timedelta(days=5), venue=venue(), capacity=None)
    asked = {}
    for number in (1, 12):
        for count in range(number):
            made(
                person(one, number=number * 100 + count, wish="?", diet="x"),
                partner=partner(f"Service {number} {count}"),
                booker=booker(email=f"b{number}{count}@x.example"),
            )
        Participation.objects.update(status=ParticipationStatus.CONFIRMED)
        asked[number] = [questions(client, url("paper", one, slug)) for slug in KINDS]

    assert asked[12] == asked[1]


def questions(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


# --- without the extra ---


def test_without_typst_there_are_pages(client, manager, morning, monkeypatch):
    for module in (files, screens):
        monkeypatch.setattr(module, "can_print", lambda: False)

    listed = client.get(url("papers", morning))
    assert [one["pdf"] for one in listed.context["papers"]] == [""] * len(KINDS)
    for slug in KINDS:
        response = client.get(url("paper_pdf", morning, slug, language="nl"))
        assert response.status_code == 302
        assert response["Location"] == url("paper", morning, slug, language="nl")
        assert client.get(response["Location"]).status_code == 200


def test_what_cannot_be_made_is_a_page_too(client, manager, morning, monkeypatch, caplog):
    def refuse(*args, **options):
        raise RuntimeError("Élodie Gündoğan could not be displayed")

    monkeypatch.setattr(files, "compile_pdf", refuse)

    response = client.get(url("paper_pdf", morning, "sheet"))

    assert response["Location"] == url("paper", morning, "sheet", language="fr")
    assert "Gündoğan" not in caplog.text
    assert "RuntimeError" in caplog.text


# --- beside ---


def test_who_decides_finds_the_link_of_the_trainer(client, morning):
    client.force_login(organiser())

    assert url("sheet_links", morning) in client.get(url("papers", morning)).content.decode()
