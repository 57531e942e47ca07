"""The page of a service for people: without script, by keyboard, on a small screen, in the dark."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Site

from registrations.domain import answers, private_feeds, service_links
from registrations.domain.people import unnamed
from registrations.enums import ParticipationStatus
from registrations.models import Participation, SignUpRules
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.looking import faults_of_states
from trainings.domain import scheduling

STATES = ("everybody", "one who waits", "to correct", "replaced", "one not named", "nothing")


@pytest.fixture
def site(transactional_db, live_server):
    """A service with people in every state, one of them offered a place; its link."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    now, today = timezone.now(), timezone.localdate()
    page = training_page(catalogue(), title="Accompagner un ménage en recherche de logement")
    service, other = partner("CPAS de Charleroi"), partner("Autre service", municipality="Mons")
    full = session(page, today + timedelta(days=30), venue=venue(), capacity=3)
    capped = session(page, today + timedelta(days=37), online_url="https://meet.example/morning")
    for morning, cap in ((full, None), (capped, 2)):
        SignUpRules.objects.create(
            session=morning, per_service=cap, closes_days_before=None, may_hold=9
        )
    theirs = registration(person(full, number=9), partner=other, at=now)
    registration(
        *(person(full, capped, number=number, last_name=name) for number, name in NAMES),
        partner=service,
        at=now,
    )
    registration(*unnamed(2, session_ids=[capped.pk]), partner=service, at=now)
    answers.withdraw(Participation.objects.get(participant__registration=theirs), at=now)
    over = session(page, today + timedelta(days=2))
    registration(person(over, number=7, last_name="Lambert"), partner=service, at=now)
    over.starts_on = over.ends_on = today - timedelta(days=300)
    over.save()
    moved = session(page, today + timedelta(days=44))
    registration(person(moved, number=8, last_name="Noël"), partner=service, at=now)
    scheduling.postpone(moved, by=None, at=now)
    private_feeds.renew(service, at=now)
    secret = service_links.renew(service, by=None, at=now)
    return f"{live_server.url}/fr/inscriptions/service/{secret}/"


NAMES = list(enumerate(("Aubry", "Benali", "Colson"), start=1))


def states(page, site):
    """Each state of the pages in turn: as one comes in, to correct, answered, nothing."""
    yield "everybody", page.goto(site)
    page.locator(".trainings-people a").last.wait_for()
    link = page.locator("article", has_text="meet.example").locator("li", has_text="Colson")
    yield "one who waits", link.locator("a").click()
    page.goto(site)
    page.locator("article").first.locator("li", has_text="Aubry").locator("a").click()
    page.locator("[id^=replace-] summary").first.click()
    page.locator("[id^=replace-] button").first.click()
    yield "to correct", page.locator("[aria-invalid=true]").first.wait_for()
    for name, typed in COLLEAGUE.items():
        page.locator(f"[name^=replace-][name$={name}]").first.fill(typed)
    page.locator("[id^=replace-] button").first.click()
    yield "replaced", page.locator(".trainings-done").wait_for()
    page.goto(site)
    page.locator("article", has_text="meet.example").locator("li").last.locator("a").click()
    yield "one not named", page.locator("[id^=correct-]").first.wait_for()
    yield "nothing", page.goto(site[:-2])


COLLEAGUE = {
    "first_name": "Nadia",
    "last_name": "Dupont",
    "function": "assistante sociale",
    "email": "nadia@cpas.example",
}


def test_no_state_has_a_fault_or_is_cut_at_320_pixels(site, browser):
    page = browser.new_page()

    assert faults_of_states(page, states(page, site)) == {name: {} for name in STATES}


def test_the_address_that_is_shown_and_kept_tells_no_secret(site, new_browser):
    page = new_browser().new_page()
    page.goto(site)

    secret = site.split("/")[-2]
    assert secret not in page.url
    assert secret not in page.content()
    assert page.evaluate("document.cookie") == ""


def test_it_opens_in_the_other_language_too(site, new_browser):
    page = new_browser().new_page()
    page.goto(site)

    page.locator(".trainings-languages a[lang=nl]").click()
    page.wait_for_url("**/nl/**")

    assert page.locator("h1").inner_text() == "CPAS de Charleroi"
    assert page.locator(".trainings-people").count() == 3


def test_a_place_offered_is_taken_by_keyboard_alone_without_script(site, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(site)
    page.locator("#to-do + ul a").first.press("Enter")
    button = page.locator("button[value=accept]")
    button.wait_for()
    offered = Participation.objects.get(status=ParticipationStatus.OFFERED)

    button.press("Enter")
    page.locator(".trainings-done").wait_for()

    offered.refresh_from_db()
    assert offered.status == ParticipationStatus.CONFIRMED
