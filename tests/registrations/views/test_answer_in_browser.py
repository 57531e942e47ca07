"""The answer page for people: without script, by keyboard, on a small screen, in the dark."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from wagtail.models import Site

from registrations.enums import ParticipationStatus
from registrations.models import AccessToken, Participation
from tests.chromium import Remote
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from trainings.domain import scheduling

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def address(transactional_db, live_server):
    """The page of somebody who has a place in a session that has moved."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    page = training_page(catalogue(), title="Accompagner un ménage en recherche de logement")
    morning = session(page, timezone.localdate() + timedelta(days=30), venue=venue())
    registration(person(morning, first_name="Camille", last_name="Dupont"), at=timezone.now())
    later = scheduling.shifted(morning, days=7)
    scheduling.reschedule(
        morning, to=later, reason={"fr": "Salle prise."}, by=None, at=timezone.now()
    )
    token = AccessToken.issue_for_answer(Participation.objects.get(), at=timezone.now())
    return f"{live_server.url}/fr/inscriptions/answer/{token}/"


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_has_a_fault(address, new_browser, scheme):
    page = new_browser(color_scheme=scheme).new_page()
    found = {}
    for name, _shown in states(page, address):
        violations = Remote(Axe().run)(page).response["violations"]
        found[name] = [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]

    assert found == {name: [] for name in ("asked", "withdraw", "to correct", "noted", "gone")}


def test_nothing_is_cut_at_320_pixels(address, new_browser):
    page = new_browser(viewport=NARROW).new_page()
    wider = {
        name: page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        for name, _shown in states(page, address)
    }

    assert set(wider.values()) == {0}


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
