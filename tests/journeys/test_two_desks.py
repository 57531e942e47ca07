"""Two phones at two doors, one of them ten minutes without network: no tap is lost."""

from __future__ import annotations

import json

import pytest

from registrations.models import Participation, Presence, PresenceEntry, Registration
from tests.chromium import expect
from tests.registrations.views.desk_of import desk, link, people, today

KEPT = """() => Object.entries(localStorage)
    .filter(([name]) => /^registrations-desk-\\d+-/.test(name))
    .map(([_name, value]) => JSON.parse(value))
"""


@pytest.fixture
def session_of_36(transactional_db):
    one = today()
    for service in ("CPAS", "Forem", "Relais", "Logis"):
        people(one, 9, service=service)
    return one


@pytest.fixture
def open_desk(live_server, new_browser, session_of_36):
    secret = link(session_of_36)

    def open_one(clock=False):
        context = new_browser(viewport={"width": 320, "height": 640})
        page = context.new_page()
        if clock:
            page.clock.install()
        page.goto(live_server.url + secret)
        page.wait_for_url("**" + desk(session_of_36))
        expect(page.locator("[data-search]")).to_be_visible()
        return context, page

    return open_one


def tap(page, one: Participation) -> None:
    page.locator(f"[data-person='{one.pk}'] [data-tap]").click()


def kept(page) -> list[dict]:
    return page.evaluate(KEPT)


def is_present(page, one: Participation) -> bool:
    button = page.locator(f"[data-person='{one.pk}'] [data-tap]")
    return button.get_attribute("aria-pressed") == "true"


def excuse(page, one: Participation) -> None:
    row = page.locator(f"[data-person='{one.pk}']")
    row.locator("summary").click()
    row.locator("[value=EXCUSED]").click()


def come_back(context, page) -> None:
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function(f"() => ({KEPT})().length === 0")


def walk_in(page, first_name: str, last_name: str, service: str) -> None:
    page.locator("#walk-in > summary").click()
    page.locator("#walk-in [name=first_name]").fill(first_name)
    page.locator("#walk-in [name=last_name]").fill(last_name)
    page.locator("#walk-in [name=service_name]").fill(service)
    page.locator("#walk-in [name=service_name]").press("Enter")


def test_thirty_arrivals_on_two_phones_one_of_them_without_network(session_of_36, open_desk):
    everybody = list(Participation.objects.order_by("pk"))
    away, away_page = open_desk(clock=True)
    _near, near_page = open_desk()

    away.set_offline(True)
    for one in everybody[:15]:
        tap(away_page, one)
    expect(away_page.locator("[data-count]")).to_have_text("15 / 36")
    # Tapped here first; ten minutes later the other door knows better.
    excuse(near_page, everybody[15])
    for one in everybody[16:30]:
        tap(near_page, one)
    excuse(near_page, everybody[14])
    away_page.clock.fast_forward("10:00")
    # And this one is known better here.
    tap(away_page, everybody[15])
    walk_in(away_page, "Sans", "Inscription", "Forem")
    tap(away_page, everybody[0])
    away_page.locator("[data-undo-button]").click()
    tap(away_page, everybody[1])
    expect(away_page.locator("[data-sign]")).to_have_attribute("data-offline", "true")
    tapped = {one["uid"] for one in kept(away_page) if one["do"] == "note"}
    assert len(tapped) == 15 + 1 + 3  # and those of the walk-in
    assert PresenceEntry.objects.filter(uid__in=tapped).count() == 0

    come_back(away, away_page)
    near_page.evaluate("dispatchEvent(new Event('online'))")

    # 15 of the first door, less one taken back and one excused; 14 of the second; one known
    # better, and one who was on no list.
    there = 15 - 2 + 14 + 1 + 1
    expect(near_page.locator("[data-count]")).to_have_text(f"{there} / 37")
    expect(away_page.locator("[data-count]")).to_have_text(f"{there} / 37")
    assert Presence.objects.filter(state="PRESENT").count() == there
    assert set(PresenceEntry.objects.filter(uid__in=tapped).values_list("uid", flat=True)) == {
        *map(_uuid, tapped)
    }
    assert PresenceEntry.objects.count() == len(tapped) + 16 + 1
    assert not PresenceEntry.objects.get(participation=everybody[14], state="PRESENT").counted
    assert [
        (one.state, one.counted)
        for one in PresenceEntry.objects.filter(participation=everybody[15])
    ] == [("EXCUSED", True), ("PRESENT", True)]
    assert is_present(near_page, everybody[15])
    assert not is_present(away_page, everybody[14])
    assert is_present(near_page, everybody[0])
    assert not is_present(near_page, everybody[1])
    assert Registration.objects.get(origin="ON_SITE").booker_name == "Sans Inscription"


def _uuid(text: str):
    from uuid import UUID  # noqa: PLC0415

    return UUID(text)


def test_a_reload_without_network_shows_the_list_with_what_was_tapped(session_of_36, open_desk):
    first, second, third = Participation.objects.order_by("pk")[:3]
    context, page = open_desk()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match(location.pathname).then((found) => Boolean(found))")
    tap(page, first)
    page.wait_for_function(f"() => ({KEPT})().length === 0")
    page.wait_for_function(
        "() => caches.match(location.pathname + 'state.json').then((found) => found?.text())"
        ".then((text) => Boolean(text?.includes('PRESENT')))"
    )

    context.set_offline(True)
    tap(page, second)
    page.reload()

    expect(page.locator("[data-count]")).to_have_text("2 / 36")
    assert is_present(page, first)
    assert is_present(page, second)
    tap(page, third)
    come_back(context, page)
    assert Presence.objects.filter(state="PRESENT").count() == 3
    assert json.loads(page.locator("#desk-data").text_content())["session"] == session_of_36.pk
