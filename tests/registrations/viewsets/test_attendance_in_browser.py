"""The attendance sheet in a browser: no fault, on a phone, by keyboard, without a script."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from registrations.domain import attendance, paper_sheet, scans
from registrations.domain.attendance import Note
from registrations.enums import PresenceSource, PresenceState
from registrations.models import AttendanceSheet, Participation, Presence, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, going_on, programme_page, training_page
from tests.factories.users import organiser
from tests.looking import NARROW, log_in, wide_and_narrow
from tests.registrations.viewsets.test_people_in_browser import address

PRESENT, ABSENT = PresenceState.PRESENT, PresenceState.ABSENT


@pytest.fixture
def day(transactional_db):
    """With two half-days: people of two services, some noted, one who waits, the paper entered."""
    page = training_page(programme_page(catalogue()))
    made = going_on(
        page,
        start_time=time(9),
        end_time=time(16, 30),
        training_time=timedelta(hours=6),
        capacity=4,
    )
    SignUpRules.objects.create(session=made, per_service=3)
    at = timezone.now() - timedelta(days=20)
    for number, name in enumerate(("CPAS de Charleroi", "Relais social du Pays de Charleroi")):
        registration(
            *[person(made, number=10 * number + one) for one in range(3)],
            partner=partner(name),
            booker=booker(email=f"b{number}@x.example"),
            at=at + timedelta(minutes=number),
        )
    first, second, third = Participation.objects.filter(status="CONFIRMED").order_by("pk")[:3]
    now = timezone.now()
    notes = [
        Note(participation_id=one.pk, half_day=1, state=state, arrived_at=came, at=now)
        for one, state, came in ((first, PRESENT, time(9, 20)), (second, ABSENT, None))
    ]
    attendance.note(made, notes, source=PresenceSource.DESK, at=now)
    keys = [(one.pk, half_day) for one in (first, second, third) for half_day in (1, 2)]
    paper_sheet.enter_paper(made, shown=keys, signed=[(second.pk, 1)], by=None, at=now)
    scans.keep(made, name="feuille-signee.pdf", content=b"%PDF-1.7", by=None, at=now)
    return made


@pytest.fixture
def enter(live_server, new_browser, day):
    made = organiser()
    UserProfile.objects.create(user=made, preferred_language="fr")

    def open_one(**options):
        page = new_browser(**options).new_page()
        log_in(page, live_server.url, made)
        return page

    return open_one


def screens(page, live_server, day):
    """Each screen by its name, one after the other."""
    sheet = address(live_server, "sheet", day)
    page.goto(sheet)
    yield "sheet"
    first = Participation.objects.order_by("pk").first()
    page.locator(f"[name='{first.pk}-1-arrived_at']").fill("12:00")
    page.locator(f"[name='{first.pk}-1-left_at']").evaluate(
        "field => { field.closest('details').open = true; field.value = '11:00' }"
    )
    page.locator(".registrations-sheet [type=submit]").last.click()
    page.locator("#errors").wait_for()
    yield "sheet to correct"
    page.goto(address(live_server, "sheet_links", day))
    page.locator("[value=renew]").first.click()
    page.locator("input[readonly]").wait_for()
    yield "links"
    page.goto(address(live_server, "sheet_paper", day))
    page.locator("[name=line]").first.wait_for()
    yield "paper"
    page.goto(address(live_server, "sheet_scans", day))
    page.locator("form[enctype] [type=submit]").click()
    page.locator("#errors").wait_for()
    yield "scans"
    page.goto(live_server.url + reverse("registrations_admin:welcome"))
    yield "welcome"
    page.goto(address(live_server, "people", day))
    yield "people"
    page.goto(sheet)
    page.locator(".registrations-room-code").wait_for()
    page.locator("section:has(#closing) [type=submit]").click()
    page.locator("form[action*=reopen]").wait_for()
    page.wait_for_load_state("networkidle")
    yield "closed"


def test_no_screen_has_a_fault_or_is_cut(enter, live_server, day):
    page = enter(viewport=NARROW)
    found = {}
    for name in screens(page, live_server, day):
        found[name] = wide_and_narrow(page)

    assert found == {name: {} for name in found}


def test_people_are_noted_by_keyboard_alone_without_script(enter, live_server, day):
    page = enter(java_script_enabled=False)
    one = Participation.objects.filter(presence="", status="CONFIRMED").last()
    page.goto(address(live_server, "sheet", day))
    for half_day in (1, 2):
        page.locator(f"[name='{one.pk}-{half_day}-state']").select_option(PRESENT)
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(".registrations-sheet [type=submit]").last.press("Enter")

    one.refresh_from_db()
    assert one.presence == PRESENT


def test_the_paper_is_entered_by_keyboard_alone_without_script(enter, live_server, day):
    page = enter(java_script_enabled=False)
    page.goto(address(live_server, "sheet_paper", day))
    boxes = page.locator("[name=signed]")
    boxes.first.focus()
    for _box in range(boxes.count()):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")

    # One was ticked before: the space bar takes it back.
    signed = Presence.objects.filter(participation__status="CONFIRMED").values_list("is_signed")
    assert sorted(signed) == [(False,), *[(True,)] * 7]


def test_a_sheet_is_closed_with_a_tick_for_who_is_excused(enter, live_server, day):
    page = enter()
    page.goto(address(live_server, "sheet", day))
    last = Participation.objects.filter(status="CONFIRMED").last()
    page.locator(f"#announced-{last.pk}").check()
    page.locator("section:has(#closing) [type=submit]").click()
    page.locator("form[action*=reopen]").wait_for()
    page.wait_for_load_state("networkidle")

    last.refresh_from_db()
    assert (last.presence, AttendanceSheet.objects.get().is_closed) == ("EXCUSED", True)
