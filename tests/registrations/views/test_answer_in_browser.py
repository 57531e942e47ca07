"""The answer page for people: without script, by keyboard, on a small screen, in the dark."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Site

from registrations.domain import answers
from registrations.enums import ParticipationStatus
from registrations.models import AccessToken, Participation
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.looking import faults_of_states
from trainings.domain import scheduling


@pytest.fixture
def morning(transactional_db, live_server):
    """In a month; one place."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    page = training_page(catalogue(), title="Accompagner un ménage en recherche de logement")
    on = timezone.localdate() + timedelta(days=30)
    return session(page, on, venue=venue(), capacity=1)


@pytest.fixture
def address(morning, live_server):
    """The page of somebody who has a place in a session that has moved."""
    registration(person(morning, first_name="Camille", last_name="Dupont"), at=timezone.now())
    later = scheduling.shifted(morning, days=7)
    scheduling.reschedule(
        morning, to=later, reason={"fr": "Salle prise."}, by=None, at=timezone.now()
    )
    token = AccessToken.for_answer(Participation.objects.get(), at=timezone.now()).saved()
    return f"{live_server.url}/fr/inscriptions/answer/{token}/"


@pytest.fixture
def offer(morning, live_server):
    """The page of somebody who is offered the place of another."""
    now = timezone.now()
    for number, name in enumerate(("Dupont", "Petit"), start=1):
        booked = person(morning, number=number, first_name="Camille", last_name=name)
        registration(booked, booker=booker(email=f"{number}@cpas.example"), at=now)
    answers.withdraw(Participation.objects.earliest("pk"), at=now)
    offered = Participation.objects.get(status=ParticipationStatus.OFFERED)
    token = AccessToken.for_answer(offered, at=now).saved()
    return f"{live_server.url}/fr/inscriptions/answer/{token}/"


def states_of_offer(page, address):
    """Each state of the page in turn: as it is asked, ended, taken, left."""
    yield "asked", page.goto(f"{address}?answer=accept#accept")
    yield "decline", page.goto(f"{address}?answer=decline#decline")
    offered = Participation.objects.filter(status=ParticipationStatus.OFFERED)
    until = offered.get().offer_ends_at
    offered.update(offer_ends_at=timezone.now())
    yield "ended", page.goto(address)
    offered.update(offer_ends_at=until)
    page.goto(address)
    page.locator("#accept button").click()
    yield "taken", page.locator("#accept").wait_for(state="detached")


STATES = ("asked", "withdraw", "to correct", "noted", "gone")


def states(page, address):
    """Each state of the page in turn: as it is asked, to correct, answered."""
    yield "asked", page.goto(address)
    yield "withdraw", page.goto(f"{address}?answer=withdraw#withdraw")
    page.goto(f"{address}?answer=replace#replace")
    page.locator("#replace button").click()
    yield "to correct", page.locator("[aria-invalid=true]").first.wait_for()
    page.locator("#keep button").click()
    yield "noted", page.locator("#keep").wait_for(state="detached")
    page.goto(f"{address}?answer=withdraw")
    page.locator("#withdraw button").click()
    yield "gone", page.locator("details").first.wait_for(state="detached")


def test_no_state_has_a_fault_or_is_cut_at_320_pixels(address, browser):
    page = browser.new_page()

    assert faults_of_states(page, states(page, address)) == {name: {} for name in STATES}


def test_a_colleague_is_named_by_keyboard_alone_without_script(address, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(address)
    page.locator("#replace summary").press("Enter")
    page.locator("#replace [name=replace-first_name]").wait_for()
    for typed in ("Nadia", "Benali", "assistante sociale", "nadia@cpas.example"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.locator("details").first.wait_for(state="detached")

    assert "Nadia Benali" in page.locator("h1").inner_text()
    new = Participation.objects.get(address="nadia@cpas.example")
    assert new.status == ParticipationStatus.CONFIRMED


def test_a_place_is_kept_with_one_key(address, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(f"{address}?answer=keep#keep")
    page.locator("#keep button").press("Enter")
    page.locator("#keep").wait_for(state="detached")

    assert Participation.objects.get().answered_at is not None


def test_an_offer_has_no_fault_and_fits_320_pixels(offer, browser):
    page = browser.new_page()

    assert faults_of_states(page, states_of_offer(page, offer)) == {
        name: {} for name in ("asked", "decline", "ended", "taken")
    }


def test_a_place_is_taken_with_one_key_without_script(offer, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(f"{offer}?answer=accept#accept")
    page.locator("#accept button").press("Enter")
    page.locator("#accept").wait_for(state="detached")

    assert Participation.objects.filter(status=ParticipationStatus.CONFIRMED).count() == 1


def test_a_place_is_left_by_keyboard_alone_without_script(offer, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(offer)
    page.locator("#decline summary").press("Enter")
    page.locator("#decline button").press("Enter")
    page.locator("details").first.wait_for(state="detached")

    assert not Participation.objects.living().exists()
