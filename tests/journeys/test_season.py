"""An officer without superuser rights plans a season, moves and calls off dates, and copies it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from registrations.models import OutgoingEmail
from tests.chromium import Remote, expect
from tests.factories.registrations import person, registration
from tests.factories.users import communications_officer
from trainings.enums import SessionStatus
from trainings.models import ClosedPeriod, ProgrammePage, TrainingPage, TrainingSession

MOST_TABS = 400


class Hand:
    """Somebody with a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def write(self, selector: str, text: str) -> None:
        self.page.locator(selector).fill(text)

    def day(self, selector: str, day: date) -> None:
        self.page.locator(selector).fill(day.isoformat())

    def hour(self, selector: str, hour: str) -> None:
        self.page.locator(selector).fill(hour)

    def tick(self, selector: str) -> None:
        self.page.locator(selector).check()

    def choose(self, selector: str, value: str) -> None:
        self.page.locator(selector).select_option(value)

    def press(self, selector: str) -> None:
        self.page.locator(selector).click()

    def open_dates(self) -> None:
        self.page.locator("#tab-label-dates").click()


class Keys(Hand):
    """Somebody without one: everything is reached with the tabulator."""

    def reach(self, selector: str) -> None:
        is_reached = f"document.activeElement.matches({selector!r})"
        for _press in range(MOST_TABS):
            if self.page.evaluate(is_reached):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard.")

    def write(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def day(self, selector: str, day: date) -> None:
        # As the browser's own control asks: the order is that of its language, English here.
        self.reach(selector)
        self.page.keyboard.type(day.strftime("%m%d%Y"))

    def hour(self, selector: str, hour: str) -> None:
        self.reach(selector)
        self.page.keyboard.type(f"{hour.replace(':', '')}{'AM' if hour < '12' else 'PM'}")

    def tick(self, selector: str) -> None:
        self.reach(selector)
        if not self.page.locator(selector).is_checked():
            self.page.keyboard.press("Space")

    def choose(self, selector: str, value: str) -> None:
        self.reach(selector)
        options = self.page.locator(f"{selector} option")
        values = [options.nth(number).get_attribute("value") for number in range(options.count())]
        self.page.keyboard.press("Home")
        for _step in range(values.index(value)):
            self.page.keyboard.press("ArrowDown")

    def press(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def open_dates(self) -> None:
        # Of tabs only the open one is on the way; arrows lead to the others.
        self.reach("[role=tab][aria-selected=true]")
        self.page.keyboard.press("ArrowRight")
        self.page.locator("#tab-dates").wait_for()


class Officer:
    """What she does, step by step, with faults of each screen noted on the way."""

    def __init__(self, site: Any, page: Any, hand: type[Hand]) -> None:
        self.site, self.page, self.hand = site, page, hand(page)
        self.faults: dict[str, Any] = {}

    def log_in(self) -> None:
        self.go(reverse("wagtailadmin_login"))
        self.hand.write("[name=username]", "communication")
        self.hand.write("[name=password]", "secret")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")

    def go(self, address: str) -> None:
        self.page.goto(self.site.url + address)

    def look(self, screen: str) -> None:
        """At a screen of ours: `main` is what we fill, Wagtail has its own around it."""
        found = Remote(Axe().run)(self.page, context="main").response["violations"]
        if found:
            self.faults[screen] = {
                one["id"]: [node["html"] for node in one["nodes"]] for one in found
            }

    def press_and_wait(self, selector: str, address: str) -> None:
        self.hand.press(selector)
        self.page.wait_for_url(address)

    def write_page(self, title: str) -> TrainingPage:
        kind = TrainingPage._meta
        parent = self.site.programme.pk
        address = ("wagtailadmin_pages:add", [kind.app_label, kind.model_name, parent])
        self.go(reverse(address[0], args=address[1]))
        self.page.locator("body.ready").wait_for()
        self.hand.write("[name=title]", title)
        self.hand.write("[name=guiding_question]", "Par où commencer ?")
        # Wagtail makes the address of the page from its title, a moment later.
        expect(self.page.locator("[name=slug]")).not_to_have_value("")
        self.page.keyboard.press("Control+s")
        self.page.wait_for_url("**/edit/")
        return TrainingPage.objects.get(title=title)

    def publish(self, page: TrainingPage) -> None:
        self.go(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        self.hand.press("footer [data-w-dropdown-target=toggle]")
        self.page.locator("[name=action-publish]").wait_for()
        self.hand.press("[name=action-publish]")
        self.page.locator(".messages .success").wait_for()

    def plan(self, page: TrainingPage, first: date, *, adjusted: date, to: date) -> None:
        self.go(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        self.hand.open_dates()
        self.look("dates of the page")
        plan = reverse("trainings_admin:plan", args=[page.training.pk])
        self.press_and_wait(f"a[href^='{plan}']", f"**{plan}**")
        self.look("plan, empty")
        self.hand.day("[name=first_day]", first)
        self.hand.tick("[name=rule_weekdays][value='1']")
        self.hand.choose("[name=rule_ends]", "TIMES")
        self.hand.write("[name=rule_count]", "12")
        self.hand.hour("[name=start_time]", "09:00")
        self.hand.hour("[name=end_time]", "12:30")
        self.hand.write("[name=capacity]", "40")
        self.hand.press("[name=show]")
        self.page.locator("#dates").wait_for()
        self.look("plan, with its dates")
        self.hand.press(f"[name=adjust][value='{adjusted.isoformat()}']")
        self.page.locator(f"[name=on_{adjusted.isoformat()}]").wait_for()
        self.look("plan, one line adjusted")
        self.hand.day(f"[name=on_{adjusted.isoformat()}]", to)
        self.hand.press("[name=do]")
        self.page.locator(".messages .success").wait_for()

    def move(self, session: TrainingSession, to: date) -> None:
        self.go(reverse("trainings_admin:move", args=[session.pk]))
        self.hand.day("[name=starts_on]", to)
        self.hand.day("[name=ends_on]", to)
        self.hand.press("main form button:not([name])")
        self.page.locator("#happens").wait_for()
        self.look("move")
        self.hand.press("[name=shown]")
        self.page.locator(".messages .success").wait_for()

    def decide(self, verb: str, session: TrainingSession) -> None:
        self.go(reverse(f"trainings_admin:{verb}", args=[session.pk]))
        self.look(verb)
        self.hand.press("[name=shown]")
        self.page.locator(".messages .success").wait_for()

    def copy_programme(self, title: str) -> None:
        self.go(reverse("trainings_admin:copy_programme", args=[self.site.programme.pk]))
        self.hand.write("[name=title]", title)
        self.hand.press("[name=show]")
        self.page.locator("[name=copy]").wait_for()
        self.look("copy")
        self.press_and_wait("[name=copy]", "**/edit/")


@pytest.fixture
def tuesdays():
    """Twelve of them, the first in some weeks."""
    today = timezone.localdate()
    first = today + timedelta(days=(1 - today.weekday()) % 7 + 21)
    return [first + timedelta(weeks=number) for number in range(12)]


@pytest.fixture
def without_public_holidays(settings):
    """Which Tuesdays they fall on depends on the year."""
    settings.TRAININGS_HOLIDAYS = ()


@pytest.mark.parametrize(
    ("hand", "scheme"), [(Hand, "light"), (Keys, "dark")], ids=["mouse, light", "keyboard, dark"]
)
def test_a_season(site, new_browser, tuesdays, without_public_holidays, hand, scheme):
    communications_officer()
    ClosedPeriod.objects.create(
        name={"fr": "Congés scolaires"}, first_day=tuesdays[2], last_day=tuesdays[3]
    )
    browser = new_browser(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    officer = Officer(site, browser.new_page(), hand)
    officer.log_in()

    page = officer.write_page("Lire ensemble un bail")
    wednesday = tuesdays[5] + timedelta(days=1)
    officer.plan(page, tuesdays[0], adjusted=tuesdays[5], to=wednesday)
    planned = [day for day in tuesdays if day not in tuesdays[2:4]]
    planned[3] = wednesday
    sessions = list(page.training.sessions.all())
    assert [one.starts_on for one in sessions] == planned
    assert {(one.local_start.hour, one.local_end.hour) for one in sessions} == {(9, 12)}
    assert [one.is_adjusted for one in sessions] == [day == wednesday for day in planned]

    officer.publish(page)
    page.refresh_from_db()
    assert page.live

    uids = {one.pk: one.uid for one in sessions}
    moved, cancelled = sessions[6], sessions[7]
    for number in range(10):
        three = [person(moved, number=10 * number + place) for place in range(3)]
        registration(*three, at=timezone.now())
    OutgoingEmail.objects.all().delete()
    monday = moved.starts_on - timedelta(days=1)
    officer.move(moved, monday)
    officer.decide("cancel", cancelled)
    assert TrainingSession.objects.get(pk=cancelled.pk).status == SessionStatus.CANCELLED
    officer.decide("restore", cancelled)

    after = {one.pk: one for one in page.training.sessions.all()}
    assert {key: one.uid for key, one in after.items()} == uids
    assert (after[moved.pk].starts_on, after[moved.pk].sequence) == (monday, 1)
    assert after[moved.pk].previous_start == moved.starts_at
    assert (after[cancelled.pk].goes_ahead, after[cancelled.pk].sequence) == (True, 2)
    told = OutgoingEmail.objects.filter(kind="MOVED", participant__isnull=False)
    assert told.values("recipient").distinct().count() == told.count() == 30

    officer.copy_programme("Accompagner, l’année suivante")
    copied = ProgrammePage.objects.get(title="Accompagner, l’année suivante")
    copies = TrainingSession.objects.filter(
        training__programme=copied.programme, training__name="Lire ensemble un bail"
    )
    assert [one.starts_on for one in copies] == [
        one.starts_on + timedelta(weeks=52) for one in page.training.sessions.all()
    ]
    assert not set(copies.values_list("uid", flat=True)) & set(uids.values())
    assert not copies.filter(participations__isnull=False).exists()
    assert officer.faults == {}
