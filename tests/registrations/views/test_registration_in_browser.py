"""A registration's page for people: without script, by keyboard, on a small screen, in the dark."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Site

from registrations.domain import answers
from registrations.domain.people import unnamed
from registrations.enums import ParticipationStatus
from registrations.models import AccessToken, Participation, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.looking import NARROW, faults_of_states

STATES = ("everybody", "to correct", "refused", "done", "nothing here", "link", "link asked")


@pytest.fixture
def link(transactional_db, live_server):
    """A registration with people in every state, two of them offered a place."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    now, today = timezone.now(), timezone.localdate()
    page = training_page(catalogue(), title="Accompagner un ménage en recherche de logement")
    full = session(page, today + timedelta(days=30), capacity=3, venue=venue())
    capped = session(page, today + timedelta(days=37), online_url="https://meet.example/morning")
    asked = session(page, today + timedelta(days=44), venue=venue(name="Salle 2"))
    for one, said in (
        (full, {"withdraw_days_before": 40}),
        (capped, {"per_service": 2, "may_hold": 4}),
        (asked, {"needs_approval": True}),
    ):
        nothing = {"per_service": None, "closes_days_before": None}
        SignUpRules.objects.create(session=one, **{**nothing, **said})
    theirs = registration(
        person(full, number=8),
        person(full, number=9),
        partner=partner("Autre service", municipality="Mons"),
        booker=booker(email="autre@cpas.example"),
        at=now,
    )
    names = ("Aubry", "Benali", "Colson")
    mine = registration(
        *(
            person(full, capped, number=number, last_name=name)
            for number, name in enumerate(names, start=1)
        ),
        person(asked, number=4, last_name="Dumont"),
        *unnamed(1, session_ids=[capped.pk]),
        partner=partner("CPAS de Charleroi"),
        at=now,
    )
    for one in Participation.objects.filter(participant__registration=theirs):
        answers.withdraw(one, at=now)
    token = AccessToken.to_manage(mine, at=now).saved()
    return f"{live_server.url}/fr/inscriptions/receipt/{token}/"


def states(page, link):
    """Each state of the page in turn, with all that folds unfolded."""

    def unfold():
        for one in range(page.locator("details").count()):
            page.locator("details").nth(one).evaluate("one => { one.open = true }")

    page.goto(link)
    yield "everybody", unfold()
    replace = page.locator("details[id^=replace]").first
    replace.locator("button").click()
    yield "to correct", page.locator("[aria-invalid=true]").first.wait_for()
    clean = page.url
    withdraw = page.locator("details[id^=withdraw]").first
    withdraw.evaluate("one => { one.open = true }")
    answers.withdraw(of("Aubry").first(), at=timezone.now())
    withdraw.locator("button").click()
    yield "refused", page.locator(".trainings-errors").wait_for()
    page.goto(clean)
    unfold()
    page.locator("[value=accept_all]").click()
    yield "done", page.locator(".trainings-done").wait_for()
    yield "nothing here", page.goto(clean.replace("/registration/", "/registration/Z"))
    page.locator("main .trainings-button").click()
    yield "link", page.locator("[name=email]").wait_for()
    page.locator("[name=email]").fill("camille@cpas.example")
    page.keyboard.press("Enter")
    yield "link asked", page.locator("[name=email]").wait_for(state="detached")


def of(name):
    return Participation.objects.filter(participant__last_name=name).order_by("session__starts_at")


def test_no_state_has_a_fault_or_is_cut_at_320_pixels(link, browser):
    page = browser.new_page()

    assert faults_of_states(page, states(page, link)) == {name: {} for name in STATES}


def test_what_one_touches_is_large_enough(link, new_browser):
    """24 by 24 pixels at least (WCAG 2.2, 2.5.8); links in a sentence are exempt."""
    page = new_browser(viewport=NARROW).new_page()
    page.goto(link)
    for one in range(page.locator("details").count()):
        page.locator("details").nth(one).evaluate("one => { one.open = true }")

    small = page.locator("main").evaluate(
        """main => [...main.querySelectorAll('button, summary, input, select, textarea')]
            .filter(one => one.type !== 'hidden')
            .filter(one => !one.closest('[hidden]'))
            .map(one => [one.outerHTML, one.getBoundingClientRect()])
            .filter(([, box]) => box.height && Math.min(box.width, box.height) < 22)
            .map(([html]) => html)"""
    )

    assert small == []


def test_after_the_first_click_the_address_is_clean_and_going_back_tells_no_secret(
    link, new_browser
):
    page = new_browser().new_page()
    secret = link.rstrip("/").rpartition("/")[2]
    page.goto(link)

    assert "/inscriptions/registration/" in page.url
    assert secret not in page.url
    assert secret not in page.content()
    assert "registration" not in page.evaluate("document.cookie")
    page.reload()
    assert page.locator("h1").count() == 1
    assert page.evaluate("history.length") == 2


def test_everything_is_done_by_keyboard_alone_without_script(link, new_browser):
    page = new_browser(java_script_enabled=False, viewport=NARROW).new_page()
    page.goto(link)
    one = of("Benali").get(status=ParticipationStatus.CONFIRMED)

    page.locator(f"#replace-{one.pk} summary").press("Enter")
    page.locator(f"[name=replace-{one.pk}-first_name]").wait_for()
    for typed in ("Nadia", "Neuve", "assistante sociale", "nadia@cpas.example"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.locator(".trainings-done").wait_for()
    assert "Nadia Neuve" in page.locator(".trainings-done").inner_text()

    one = of("Aubry").first()
    page.locator(f"#withdraw-{one.pk} summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("malade")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".trainings-done strong").get_by_text("Aubry").wait_for()

    offer = of("Colson").get(status=ParticipationStatus.OFFERED)
    page.locator(f"form:has([name=of][value='{offer.pk}']) [value=accept]").press("Enter")
    page.locator(".trainings-done strong").get_by_text("Colson").wait_for()

    # Benali's second place passed to Neuve; Colson still waits for the second session, whose
    # two places the service has.
    assert {
        name: list(of(name).values_list("status", flat=True))
        for name in ("Aubry", "Benali", "Neuve", "Colson")
    } == {
        "Aubry": ["WITHDRAWN_LATE", "CONFIRMED"],
        "Benali": ["OFFERED", "REPLACED"],
        "Neuve": ["CONFIRMED"],
        "Colson": ["CONFIRMED", "WAITING"],
    }
