"""The welcome desk in a browser: by two letters, by keyboard alone, on a phone, in the dark."""

import pytest
from django.utils import timezone

from registrations.domain import attendance, day_links
from registrations.enums import TokenPurpose
from registrations.models import Participation, Presence, PresenceEntry, Registration, SelfCheckIn
from tests.chromium import expect
from tests.looking import NARROW, faults_in_both_schemes, wide_and_narrow
from tests.registrations.views.desk_of import code_of, desk, going_on, link, people

KEPT = "() => Object.keys(localStorage).filter((name) => /desk-\\d+-/.test(name)).length"

#: More than once: a question that is on its way still has the answer of before.
ASK_AGAIN = "() => { setInterval(() => dispatchEvent(new Event('online')), 200); }"


@pytest.fixture
def morning(transactional_db):
    """Somebody with a place, somebody who waits, somebody who says so themselves."""
    one = going_on(capacity=4)
    people(one, 3, service="CPAS")
    people(one, 2, service="Été solidaire")
    now = timezone.now()
    known = Participation.objects.filter(status="CONFIRMED").order_by("pk")[1]
    SelfCheckIn.objects.create(
        session=one, participation=known, first_name="Agent 2", last_name="De CPAS 02", said_at=now
    )
    SelfCheckIn.objects.create(session=one, first_name="Personne", last_name="X", said_at=now)
    code_of(one)
    return one


@pytest.fixture
def enter(live_server, new_browser, morning):
    def open_desk(**options):
        page = new_browser(**{"viewport": NARROW, **options}).new_page()
        page.goto(live_server.url + link(morning))
        page.wait_for_url("**" + desk(morning))
        return page

    return open_desk


def sent(page) -> None:
    page.wait_for_function(f"() => ({KEPT})() === 0")


def test_no_page_has_a_fault_or_is_cut(enter, live_server, morning):
    page = enter()
    found = {}

    def look(name):
        found[name] = wide_and_narrow(page, look=faults_in_both_schemes)

    page.locator("[data-person] [data-tap]").first.click()
    page.locator("[data-person] summary").nth(2).click()
    page.locator("#walk-in > summary").click()
    look("desk")
    page.goto(live_server.url + desk(morning, "room/"))
    look("room")
    page.goto(f"{live_server.url}/fr/inscriptions/here/{morning.pk}/")
    look("here")
    page.locator("[name=code]").fill("WRONG2")
    page.locator("[type=submit]").click()
    page.locator("#errors").wait_for()
    look("here, to correct")

    assert found == {name: {} for name in found}


def test_rows_are_large_enough_for_a_thumb(enter):
    page = enter()
    heights = page.locator("[data-person] [data-tap]").evaluate_all(
        "buttons => buttons.map((one) => one.getBoundingClientRect().height >= 64)"
    )
    small = page.locator("main :is(button, summary, a, input:not([type=hidden]))").evaluate_all(
        """all => all.filter((one) => one.checkVisibility())
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([_html, box]) => box.height < 44 || box.width < 44)
            .map(([html]) => html)"""
    )

    assert (heights, small) == ([True] * 4, [])


def test_two_letters_of_a_name_or_a_service_find_somebody(enter):
    page = enter()
    shown = page.locator("[data-person]:visible")

    for typed, number in (("ete", 1), ("ÉT", 1), ("cp", 3), ("ag cp 9", 0), ("ag 02", 1), ("", 4)):
        page.locator("[data-search]").fill(typed)
        expect(shown).to_have_count(number)


def test_present_undone_and_present_again_by_keyboard_alone(enter):
    page = enter()
    page.keyboard.press("Tab")
    for _tab in range(10):
        if page.evaluate("document.activeElement.id") == "desk-search":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("so")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-tap]')")

    page.keyboard.press("Enter")
    sent(page)
    assert Presence.objects.get().state == "PRESENT"
    expect(page.locator("[data-said]")).to_contain_text("Agent 1 De Été solidaire 01")
    assert page.evaluate("document.activeElement.matches('[data-tap][aria-pressed=true]')")

    page.wait_for_timeout(700)  # a trembling finger is not heard
    page.keyboard.press("Space")
    sent(page)
    assert Presence.objects.get().state == ""


def test_a_finger_that_trembles_takes_nothing_back(enter):
    page = enter()
    page.locator("[data-person] [data-tap]").first.dblclick()
    sent(page)

    assert PresenceEntry.objects.get().state == "PRESENT"


def test_all_of_it_without_script(enter, morning):
    page = enter(java_script_enabled=False)
    first = Participation.objects.order_by("pk").first()
    page.locator(f"[data-person='{first.pk}'] [data-tap]").press("Enter")
    page.wait_for_url("**#person-*")
    assert Presence.objects.get().state == "PRESENT"

    page.locator("#walk-in > summary").click()
    page.locator("#walk-in [name=first_name]").fill("Sans")
    page.locator("#walk-in [name=last_name]").fill("Inscription")
    page.locator("#walk-in [name=service_name]").fill("Forem")
    page.locator("#walk-in [name=service_name]").press("Enter")
    page.locator("#errors").wait_for()
    page.locator("#walk-in [name=beyond]").click()
    page.wait_for_url("**?half=*")

    assert Registration.objects.get(origin="ON_SITE").booker_name == "Sans Inscription"


def test_of_a_full_session_the_desk_decides_and_nothing_typed_is_lost(enter):
    page = enter()
    page.locator("#walk-in > summary").click()
    page.locator("#walk-in [name=first_name]").fill("Sans")
    page.locator("#walk-in [name=last_name]").fill("Inscription")
    page.locator("#walk-in [name=service_name]").fill("Forem")
    page.locator("#walk-in [name=service_name]").press("Enter")
    kept = page.locator("[data-kept] [data-uid]")
    expect(kept.locator("[data-all-the-same]")).to_be_visible()

    page.reload()
    kept.locator("[data-correct]").click()
    page.locator("#walk-in [name=first_name]").fill("Avec")
    page.locator("#walk-in [name=service_name]").press("Enter")
    kept.locator("[data-all-the-same]").click()
    sent(page)

    assert Registration.objects.get(origin="ON_SITE").booker_name == "Avec Inscription"
    expect(page.locator("[data-count]")).to_have_text("1 / 5")


def test_who_said_it_themselves_is_confirmed_and_who_is_on_no_list_is_added(enter):
    page = enter()
    said = page.locator("[data-says]:visible")
    expect(said).to_have_count(2)
    page.locator("[data-confirm-all] button").click()
    sent(page)
    assert PresenceEntry.objects.get().source == "SELF"
    expect(said).to_have_count(1)

    said.locator("[data-if-unknown]").click()
    expect(page.locator("#walk-in [name=first_name]")).to_have_value("Personne")
    said.locator("[value=dismiss]").click()
    sent(page)
    expect(page.locator("[data-said-here]")).to_be_hidden()


def test_a_colleague_instead_and_hours_without_network(enter):
    page = enter()
    page.context.set_offline(True)
    first, second = Participation.objects.order_by("pk")[:2]
    row = page.locator(f"[data-person='{first.pk}']")
    row.locator("summary").click()
    row.locator("[name=first_name]").fill("Une")
    row.locator("[name=last_name]").fill("Collègue")
    row.locator("[name=last_name]").press("Enter")
    row = page.locator(f"[data-person='{second.pk}']")
    row.locator("summary").click()
    row.locator("[name=arrived_at]").fill("09:40")
    row.locator("details [value=PRESENT]").click()
    expect(page.locator("[data-count]")).to_have_text("2 / 4")
    expect(page.locator("[data-sign]")).to_have_attribute("data-offline", "true")

    page.context.set_offline(False)
    sent(page)

    first.refresh_from_db()
    assert first.replaced_by.participant.name == "Une Collègue"
    assert Presence.objects.get(participation=second).arrived_at.isoformat() == "09:40:00"


def test_a_link_that_has_ended_is_told_and_its_taps_leave_with_the_next_one(
    enter, live_server, morning
):
    page = enter()
    now = timezone.now()
    day_links.revoke(morning, purpose=TokenPurpose.DESK, by=None, at=now)
    page.locator("[data-person] [data-tap]").first.click()
    expect(page.locator("[data-notice=ended]")).to_be_visible()
    assert (page.evaluate(KEPT), PresenceEntry.objects.count()) == (1, 0)
    assert page.evaluate("caches.keys()") == []

    page.goto(live_server.url + link(morning))
    sent(page)

    assert PresenceEntry.objects.get().state == "PRESENT"


def test_a_closed_sheet_leaves_no_name_on_the_phone(enter, morning):
    page = enter()
    page.wait_for_function("() => caches.match(location.pathname).then(Boolean)")
    attendance.close_sheet(morning, by=None, at=timezone.now())

    page.evaluate(ASK_AGAIN)

    expect(page.locator("[data-notice=closed]")).to_be_visible()
    page.wait_for_function("() => caches.keys().then((names) => names.length === 0)")
    page.wait_for_function(
        "() => navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)"
    )


def test_when_a_half_day_is_over_the_list_goes_on_to_the_next(enter, morning):
    page = enter()
    chosen = page.locator("[data-half-day][aria-current]")
    was = int(chosen.get_attribute("data-half-day"))
    then = was % 3 + 1  # of three; in the afternoon of the second, it is the third that is shown

    later_state = {
        **page.evaluate("fetch(location.pathname + 'state.json').then((one) => one.json())"),
        "half_day": then,
    }
    page.evaluate("(later) => { window.fetch = async () => Response.json(later); }", later_state)
    page.evaluate(ASK_AGAIN)

    expect(chosen).to_have_attribute("data-half-day", str(then))
