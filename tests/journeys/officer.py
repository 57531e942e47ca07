"""What somebody does in the Wagtail admin, step by step, with a mouse or without one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from tests.chromium import expect
from tests.looking import faults
from trainings.models import ProgrammePage, TrainingPage, TrainingSession

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

    def log_in(self, name: str = "communication") -> None:
        self.go(reverse("wagtailadmin_login"))
        self.hand.write("[name=username]", name)
        self.hand.write("[name=password]", "secret")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")

    def go(self, address: str) -> None:
        self.page.goto(self.site.url + address)

    def look(self, screen: str) -> None:
        """At a screen of ours: `main` is what we fill, Wagtail has its own around it."""
        if found := faults(self.page, "main"):
            self.faults[screen] = found

    def press_and_wait(self, selector: str, address: str) -> None:
        self.hand.press(selector)
        self.page.wait_for_url(address)

    def write_page(self, title: str, *, below: Any = None) -> TrainingPage:
        parent = below or self.site.programme
        self._begin(TrainingPage, title, below=parent)
        self.hand.write("[name=guiding_question]", "Par où commencer ?")
        return self._save(TrainingPage, title)

    def write_programme(self, title: str, *, below: Any) -> ProgrammePage:
        self._begin(ProgrammePage, title, below=below)
        return self._save(ProgrammePage, title)

    def _begin(self, model: Any, title: str, *, below: Any) -> None:
        kind = model._meta
        args = [kind.app_label, kind.model_name, below.pk]
        self.go(reverse("wagtailadmin_pages:add", args=args))
        self.page.locator("body.ready").wait_for()
        self.hand.write("[name=title]", title)
        self.page.keyboard.press("Tab")

    def _save(self, model: Any, title: str) -> Any:
        # Wagtail makes the address of the page from its title, a moment later.
        expect(self.page.locator("[name=slug]")).not_to_have_value("")
        self.page.keyboard.press("Control+s")
        self.page.wait_for_url("**/edit/")
        return model.objects.get(title=title)

    def add_date(self, page: TrainingPage, on: date, *, places: int) -> TrainingSession:
        """From the page's own tab: a morning of three hours."""
        self.go(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        self.hand.open_dates()
        add = reverse(TrainingSession.snippet_viewset.get_url_name("add"))
        self.press_and_wait(f"a[href^='{add}']", f"**{add}**")
        written = {"starts_on": on.isoformat(), "start_time": "09:00", "end_time": "12:30"}
        for name, text in {**written, "training_time": "3", "capacity": str(places)}.items():
            self.page.locator(f"[name={name}]").fill(text)
            self.page.keyboard.press("Escape")  # Wagtail's calendar covers what is below it
        self.page.locator("main form button[type=submit]").first.click()
        self.page.locator(".messages .success").wait_for()
        return page.training.sessions.get(starts_on=on)

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
