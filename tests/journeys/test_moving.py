"""An officer without superuser rights moves and calls off dates that people are registered for."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from recurrence import WEEKLY, Recurrence, Rule

from tests.chromium import expect
from tests.factories.registrations import person, registration
from tests.factories.users import communications_officer
from tests.looking import NARROW, WIDE, beyond_the_edge, faults_in_both_schemes, log_in
from trainings.domain import scheduling
from trainings.models import SessionSeries, TrainingSession

names = TrainingSession.snippet_viewset.get_url_name


@pytest.fixture
def desk(site, new_browser):
    """A logged-in officer's browser; options are those of a browser."""
    officer = communications_officer()
    for number in range(3):
        registration(person(*site.mornings, number=number), at=timezone.now())
    series = SessionSeries.objects.create(
        training=site.mornings[0].training,
        rule=Recurrence(rrules=[Rule(WEEKLY, count=3)]),
        first_day=site.mornings[0].starts_on,
        start_time=site.mornings[0].start_time,
        end_time=site.mornings[0].end_time,
    )
    first = site.mornings[0]
    TrainingSession.objects.filter(pk=first.pk).update(series=series, original_on=first.starts_on)

    def open_one(**options):
        page = new_browser(**{"viewport": WIDE, **options}).new_page()
        log_in(page, site.url, officer)
        return page

    return open_one


def address(verb, *sessions):
    query = "&".join(f"session={one.pk}" for one in sessions)
    return f"{reverse(f'trainings_admin:{verb}')}?{query}"


def next_sunday(after):
    return after + timedelta(days=6 - after.weekday())


@pytest.fixture
def screens(site):
    """Each screen by name: where it is, and what to do there first."""
    first, second = site.mornings
    sunday = next_sunday(second.starts_on).isoformat()

    def show(page):
        page.locator("[name=starts_on]").fill(sunday)
        page.locator("[name=venue]").select_option(str(first.venue_id))
        page.locator("main form button:not([name])").click()
        page.locator("#happens").wait_for()

    def show_many(page):
        page.locator("[name=days]").fill("7")
        page.locator("main form button:not([name])").click()
        page.locator("#happens").wait_for()

    def err(page):
        page.locator("[name=end_time]").fill("08:00")
        page.locator("[name=time_zone]").evaluate("field => { field.value = 'Mars' }")
        page.locator("main form button:not([name])").click()
        page.locator("#errors").wait_for()

    def warn(page):
        for name, value in (("starts_on", sunday), ("start_time", "9:00"), ("end_time", "12:00")):
            page.locator(f"[name={name}]").fill(value)
            page.keyboard.press("Escape")
        page.locator("#w-editor-form [type=submit]").first.click()
        page.locator("#warnings").wait_for()

    training = first.training_id
    return {
        "list": (reverse(names("list")), None),
        "a session": (reverse(names("edit"), args=[first.pk]), None),
        "add with warnings": (f"{reverse(names('add'))}?training={training}", warn),
        "move": (address("move", first), None),
        "move with errors": (address("move", first), err),
        "move, before and after": (address("move", first), show),
        "move several": (address("move", first, second), show_many),
        "postpone": (address("postpone", first), None),
        "call off several": (address("cancel", first, second), None),
        "restore what goes ahead": (address("restore", first), None),
    }


def visit(page, site, screen):
    where, then = screen
    page.goto(site.url + where)
    if then:
        then(page)


def test_the_screens_of_dates_have_no_fault(site, desk, screens):
    page = desk()
    found = {}
    for name, screen in screens.items():
        visit(page, site, screen)
        for details in page.locator("main details:not([open])").all():
            details.evaluate("one => { one.open = true }")
        found[name] = faults_in_both_schemes(page)

    assert found == {name: {} for name in screens}


def test_nothing_is_cut_at_320_pixels(site, desk, screens):
    page = desk(viewport=NARROW)
    wider = {}
    for name in set(screens) - {"list", "add with warnings"}:  # Wagtail's own
        visit(page, site, screens[name])
        wider[name] = beyond_the_edge(page)

    assert wider == {name: [] for name in wider}


@pytest.mark.parametrize(
    ("name", "focused"),
    [
        ("move with errors", "errors"),
        ("move, before and after", "happens"),
        ("add with warnings", "warnings"),
    ],
)
def test_what_is_new_on_the_screen_has_the_focus(site, desk, screens, name, focused):
    page = desk()

    visit(page, site, screens[name])

    assert page.evaluate("document.activeElement.id") == focused


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_date_moves_in_two_steps(site, desk, javascript):
    first = site.mornings[0]
    day = first.starts_on + timedelta(days=2)
    page = desk(java_script_enabled=javascript)

    page.goto(site.url + address("move", first))
    page.locator("[name=starts_on]").fill(day.isoformat())
    page.locator("[name=reason_fr]").fill("Salle inondée")
    page.locator("main form button:not([name])").click()
    expect(page.locator("#happens")).to_be_visible()
    assert TrainingSession.objects.get(pk=first.pk).starts_on == first.starts_on

    page.locator("[name=shown]").click()

    expect(page.locator(".messages .success")).to_be_visible()
    moved = TrainingSession.objects.get(pk=first.pk)
    assert (moved.starts_on, moved.reason) == (day, {"fr": "Salle inondée"})
    assert moved.previous_start == first.starts_at


def test_enter_in_a_field_shows_and_does_not_move(site, desk):
    first = site.mornings[0]
    page = desk()
    page.goto(site.url + address("move", first))
    day = (first.starts_on + timedelta(days=2)).isoformat()
    for _time in range(2):
        page.locator("[name=starts_on]").fill(day)
        page.locator("[name=online_url]").press("Enter")
        page.locator("#happens").wait_for()

    assert TrainingSession.objects.get(pk=first.pk).sequence == 0


def test_ticked_dates_are_called_off_and_restored(site, desk):
    page = desk()
    for verb, goes_ahead in (("cancel", False), ("restore", True)):
        page.goto(site.url + reverse(names("list")))
        page.locator("[data-bulk-action-select-all-checkbox]").first.check()
        page.locator(f"[data-bulk-action-button][href*='/{verb}/']").click()
        page.locator("[name=shown]").click()
        expect(page.locator(".messages .success")).to_be_visible()

        states = [one.goes_ahead for one in TrainingSession.objects.all()]
        assert states == [goes_ahead, goes_ahead]


def test_a_warning_is_passed_by_a_tick(site, desk, screens):
    page = desk()
    visit(page, site, screens["add with warnings"])

    page.locator("[name=passed]").check()
    page.locator("#w-editor-form [type=submit]").first.click()

    expect(page.locator(".messages .success")).to_be_visible()
    assert TrainingSession.objects.count() == 3


def test_a_restored_date_may_not_take_back_a_day_of_its_series(site, desk):
    first = site.mornings[0]
    scheduling.cancel(TrainingSession.objects.get(pk=first.pk), by=None, at=timezone.now())
    series = SessionSeries.objects.get()
    other = site.mornings[1]
    TrainingSession.objects.filter(pk=other.pk).update(
        series=series,
        original_on=other.starts_on,
        starts_on=first.starts_on,
        ends_on=first.starts_on,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
    )
    page = desk()

    page.goto(site.url + address("restore", first))

    expect(page.locator("[name=shown]")).to_have_count(0)
