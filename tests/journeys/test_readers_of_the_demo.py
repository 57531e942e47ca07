"""Other people's readers make of the demo's calendars exactly what its pages show.

What is true is read from the pages as a visitor sees them; nothing is asked of the database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup, Tag

from tests.demo_site import Demo
from tests.forking import calls
from tests.readers import READERS, Entry, read_many

pytestmark = pytest.mark.sqlite  # the demo has a database of its own

#: Of each session of the demo, those in France included: their clocks change together.
ZONE = ZoneInfo("Europe/Brussels")
#: How far a calendar looks, from midnight in UTC: docs/reference/settings.md.
PAST, FUTURE = timedelta(days=92), timedelta(days=548)
STEPS = ("LOADED", "WEEKENDS", "MOVE", "CANCEL", "RESTORE")

GOES_AHEAD, MOVED, POSTPONED, CANCELLED = "goes ahead", "moved", "postponed", "cancelled"
OFF = (POSTPONED, CANCELLED)
BADGES = {
    "fr": {"Annulée": CANCELLED, "Reportée": POSTPONED, "Déplacée": MOVED},
    "nl": {"Geannuleerd": CANCELLED, "Uitgesteld": POSTPONED, "Verplaatst": MOVED},
}
PREFIXES = {
    "fr": {"ANNULÉ – ": CANCELLED, "REPORTÉ – ": POSTPONED, "DÉPLACÉ – ": MOVED},
    "nl": {"GEANNULEERD – ": CANCELLED, "UITGESTELD – ": POSTPONED, "VERPLAATST – ": MOVED},
}
EVENT_STATUS = {
    "EventScheduled": GOES_AHEAD,
    "EventRescheduled": MOVED,
    "EventPostponed": POSTPONED,
    "EventCancelled": CANCELLED,
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
DAY = re.compile(r"\b(\d{1,2})(?:er)? (\w+) (20\d\d)\b")
HOUR = {
    "fr": re.compile(r"\b(\d{1,2}) h(?: (\d\d))?"),
    "nl": re.compile(r"\b(\d{1,2})\.(\d\d)"),
}


@dataclass(frozen=True)
class Shown:
    """One session as it is read on a page or in a calendar; None where that does not tell."""

    uid: str
    starts: str  # with the distance to UTC
    ends: str | None  # on the clock of the place
    state: str | None
    kind: str | None = None
    place: str | None = None  # its name, and the municipality
    ends_with_offset: str | None = None

    @property
    def ends_at(self) -> datetime:
        return datetime.fromisoformat(str(self.ends)).replace(tzinfo=ZONE)

    def as_told_by(self, other: Shown) -> Shown:
        """Without what the other does not tell."""
        silent = {name: None for name, value in asdict(other).items() if value is None}
        return replace(self, **silent)  # type: ignore[arg-type]  # all may be None


Sessions = dict[str, Shown]  # by UID


# --- what a page shows -------------------------------------------------------------------------


def text_of(tag: Any) -> str:
    return " ".join(tag.get_text().split())


def sessions_on(html: str) -> tuple[Sessions, Sessions]:
    """What people see, and what the same page says to machines."""
    page = BeautifulSoup(html, "html.parser")
    seen = {}
    for item in page.select("main li:has(time)"):
        if uid := uid_of(item):
            seen[uid] = session_in(item, uid, page)
    data = page.select_one("script[type='application/ld+json']")
    graph = json.loads(data.get_text())["@graph"] if data else []
    events = (of_event(one) for one in graph if "EducationEvent" in one["@type"])
    return seen, {event.uid: event for event in events}


def uid_of(item: Tag) -> str:
    """From its own name or from the link to it; empty for what is no session."""
    link = item.select_one("a[href*='#session-']")
    return str(link["href"] if link else item.get("id", "")).rpartition("session-")[2]


def session_in(item: Tag, uid: str, page: BeautifulSoup) -> Shown:
    [html], when = page.select("html"), item.select("time")[0]
    language = str(html["lang"])
    starts = datetime.fromisoformat(str(when["datetime"]))
    first, last = moments_in(text_of(when), language)
    assert first == starts.replace(tzinfo=None)
    state = state_in(item, language)
    assert (item.select_one("s.trainings-off") is not None) == (state in OFF)
    is_archived = item.select_one(".trainings-past .trainings-card__facts") is not None
    return Shown(
        uid=uid,
        starts=starts.isoformat(),
        ends=last.isoformat(),
        # Of what is over, an archive does not say that it had moved.
        state=None if is_archived and state not in OFF else state,
        **facts_in(item, page),
    )


def moments_in(words: str, language: str) -> tuple[datetime, datetime]:
    """Of "mardi 9 mars 2027, 9 h – 12 h 30", and of what has a last day as well."""
    months = MONTHS[language].split()
    days = [
        date(int(year), months.index(month) + 1, int(day))
        for day, month, year in DAY.findall(words)
    ]
    starts, ends = (
        time(int(hour), int(minute or 0)) for hour, minute in HOUR[language].findall(words)
    )
    return datetime.combine(days[0], starts), datetime.combine(days[-1], ends)


def state_in(item: Tag, language: str) -> str:
    badges = [text_of(badge) for badge in item.select(".trainings-badge")]
    for words, state in BADGES[language].items():
        if any(badge.startswith(words) for badge in badges):
            return state
    return GOES_AHEAD


def facts_in(item: Tag, page: BeautifulSoup) -> dict[str, str]:
    """Kind and place: of a card in one line, of a programme the place, of a training apart."""
    if facts := item.select_one(".trainings-card__facts"):
        kind, dot, place = text_of(facts).rpartition(" · ")
        return {"kind": kind, "place": place} if dot else {"place": place}
    of_page = {"kind": text_of(page.select_one("main .trainings-kicker"))}
    lines = [text_of(line) for line in item.select("p:not([class]):not(:has(a))")]
    return {**of_page, "place": lines[-1]} if lines else of_page


def of_event(event: dict[str, Any]) -> Shown:
    ends = datetime.fromisoformat(event["endDate"])
    return Shown(
        uid=event["identifier"],
        starts=event["startDate"],
        ends=ends.replace(tzinfo=None).isoformat(),
        state=EVENT_STATUS[event["eventStatus"].rpartition("/")[2]],
        place=" + ".join(place_of_event(one) for one in event.get("location", [])) or None,
        ends_with_offset=ends.isoformat(),
    )


def place_of_event(location: dict[str, Any]) -> str:
    if location["@type"] == "VirtualLocation":
        return ""
    return f"{location['name']}, {location['address']['addressLocality']}"


# --- what a reader makes of a calendar ---------------------------------------------------------


def of_entry(entry: Entry, language: str) -> Shown:
    starts, ends = (at.astimezone(ZONE) for at in (entry.starts_at, entry.ends_at))
    state, title = GOES_AHEAD, entry.summary
    for prefix, meaning in PREFIXES[language].items():
        if title.startswith(prefix):
            state, title = meaning, title.removeprefix(prefix)
    assert entry.status == ("CANCELLED" if state in OFF else "CONFIRMED")
    return Shown(
        uid=entry.uid,
        starts=starts.isoformat(),
        ends=ends.replace(tzinfo=None).isoformat(),
        state=state,
        kind=title.partition(" – ")[0],
        place=place_of_entry(entry.location, title),
        ends_with_offset=ends.isoformat(),
    )


def place_of_entry(location: str, title: str) -> str:
    """ "Name, street 1, 6000 Charleroi" without its street, as pages have it."""
    parts = re.fullmatch(r"(.+), [^,]+, \d{4,5} (.+)", location)
    if parts is None:
        return location
    assert title.endswith(f" ({parts[2]})")
    return f"{parts[1]}, {parts[2]}"


# --- one and the other -------------------------------------------------------------------------


@dataclass
class View:
    """A page, or a list of several, and the calendar it offers."""

    about: str
    feed: bytes
    pages: list[str]
    at: datetime

    @cached_property
    def _on_pages(self) -> list[tuple[Sessions, Sessions]]:
        return [sessions_on(html) for html in self.pages]

    @cached_property
    def language(self) -> str:
        return re.findall(r'<html[^>]* lang="(\w+)"', self.pages[0])[0]

    @cached_property
    def seen(self) -> Sessions:
        """What people see; of what stands on two pages, the first."""
        found: Sessions = {}
        for seen, _told in self._on_pages:
            found = {**seen, **found}
        return self.in_window(found)

    @cached_property
    def told(self) -> Sessions:
        """What the first page says to machines."""
        return self.in_window(self._on_pages[0][1])

    @property
    def is_archive(self) -> bool:
        return "?year=" in self.about

    def in_window(self, sessions: Sessions) -> Sessions:
        """Those a calendar has: of three months and eighteen; what is off until its day is over.

        Of an archive, what took place before today.
        """
        midnight = self.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.is_archive:
            return {
                uid: one
                for uid, one in sessions.items()
                if one.state not in OFF and one.ends_at <= midnight
            }
        return {
            uid: one
            for uid, one in sessions.items()
            if one.ends_at >= midnight - (timedelta(0) if one.state in OFF else PAST)
            and datetime.fromisoformat(one.starts) < midnight + FUTURE + timedelta(days=1)
        }

    def expanded(self, entries: list[Entry]) -> Sessions:
        found = [of_entry(entry, self.language) for entry in entries]
        assert len({one.uid for one in found}) == len(found)
        return {one.uid: one for one in found}


def as_told_by(others: Sessions, sessions: Sessions) -> Sessions:
    return {
        uid: one.as_told_by(others[uid]) if uid in others else one for uid, one in sessions.items()
    }


@dataclass
class Step:
    touched: list[str]  # UIDs of the sessions that were decided on
    views: list[View]

    @property
    def everything(self) -> View:
        return self.views[0]

    def session(self) -> Shown:
        [uid] = self.touched
        return self.everything.seen[uid]


@pytest.fixture(scope="module")
def steps(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """The demo as loaded, then after each decision of its organiser."""
    decided = demo.copied(tmp_path_factory.mktemp("walked") / "demo")
    with calls("tests.journeys.demo_walk", decided.environment) as walk:
        seen = walk.ask("decide_and_look")
    return {
        name: Step(
            touched=step["touched"],
            views=[
                View(
                    about=view["about"],
                    feed=view["feed"].encode(),
                    pages=view["pages"],
                    at=datetime.fromisoformat(step["at"]),
                )
                for view in step["views"]
            ],
        )
        for name, step in seen.items()
    }


@pytest.fixture(scope="module", params=READERS)
def expanded(request: pytest.FixtureRequest, steps: dict[str, Step]) -> dict[bytes, list[Entry]]:
    """What one reader makes of each calendar, all read at once."""
    feeds = list({view.feed: None for step in steps.values() for view in step.views})
    return dict(zip(feeds, read_many(request.param, feeds), strict=True))


def views_of(steps: dict[str, Step]) -> Iterator[tuple[str, View]]:
    for name, step in steps.items():
        for view in step.views:
            yield f"{name} {view.about}", view


# --- the tests ---------------------------------------------------------------------------------


def test_the_walk_saw_every_kind_of_calendar(steps):
    """Otherwise the others would compare little, or nothing."""
    assert tuple(steps) == STEPS
    feeds = {
        path
        for step in steps.values()
        for view in step.views
        for path in re.findall(r'href="(/agenda/\S+?trainings\.ics)" download', view.pages[0])
    }
    languages = {path.split("/")[2] for path in feeds}
    filters = {path.split("/")[3] for path in feeds}
    assert languages == {"fr", "nl"}
    assert filters == {
        *("trainings.ics", "programme", "training", "kind", "theme", "audience", "place", "year"),
    }
    assert [name for name, view in views_of(steps) if not (view.seen or view.is_archive)] == []
    states = {one.state for one in steps["LOADED"].everything.seen.values()}
    assert states >= {GOES_AHEAD, MOVED, POSTPONED, CANCELLED}


def test_a_reader_finds_the_sessions_that_pages_show(steps, expanded):
    for name, view in views_of(steps):
        found = view.expanded(expanded[view.feed])
        assert as_told_by(view.seen, found) == view.seen, name


def test_a_reader_finds_the_instants_that_pages_tell_machines(steps, expanded):
    """Which have the distance to UTC of the end as well."""
    compared = 0
    for name, view in views_of(steps):
        if view.told:
            found = recent(view, view.expanded(expanded[view.feed]))
            assert as_told_by(view.told, found) == recent(view, view.told), name
            compared += 1
    assert compared > 20


def recent(view: View, sessions: Sessions) -> Sessions:
    """A calendar looks back from midnight, a page from now."""
    return {uid: one for uid, one in sessions.items() if one.ends_at > view.at - PAST}


@pytest.mark.parametrize("step", STEPS)
def test_a_reader_finds_sessions_around_two_clock_changes(steps, expanded, step):
    view = steps[step].everything
    found = view.expanded(expanded[view.feed])
    assert {uid: one.starts for uid, one in found.items()} == {
        uid: one.starts for uid, one in view.seen.items()
    }
    in_order = sorted(found.values(), key=lambda one: datetime.fromisoformat(one.starts))
    offsets = [offset for offset, _same in groupby(one.starts[-6:] for one in in_order)]
    assert set(offsets) == {"+01:00", "+02:00"}
    assert len(offsets) >= 3  # between each and the next, clocks change


def test_a_reader_finds_a_night_as_long_as_it_is(steps, expanded):
    """Sessions over the very night of a clock change: an hour shorter, an hour longer."""
    step = steps["WEEKENDS"]
    found = step.everything.expanded(expanded[step.everything.feed])
    hours = sorted(length(found[uid]) / timedelta(hours=1) for uid in step.touched)
    assert hours == [1.5, 3.5, 30, 32]


def length(session: Shown) -> timedelta:
    starts, ends = (
        datetime.fromisoformat(f"{at}").astimezone(UTC)
        for at in (session.starts, session.ends_with_offset)
    )
    return ends - starts


def test_what_was_decided_is_seen_and_nothing_else(steps):
    """Each step shows another truth, so that a calendar of before would be found out."""
    for before, after in pairwise(STEPS):
        one, other = (steps[step].everything.seen for step in (before, after))
        assert changed(one, other) == set(steps[after].touched)
    moved, cancelled, restored = (steps[step].session() for step in ("MOVE", "CANCEL", "RESTORE"))
    announced = steps["WEEKENDS"].everything.seen[moved.uid]
    assert (moved.state, announced.state) == (MOVED, GOES_AHEAD)
    assert {moved.starts[-6:], announced.starts[-6:]} == {"+01:00", "+02:00"}
    assert moved.starts[10:19] == announced.starts[10:19]
    assert moved.place != announced.place
    assert (cancelled.state, restored) == (
        CANCELLED,
        steps["MOVE"].everything.seen[restored.uid],
    )


def changed(one: Sessions, other: Sessions) -> set[str]:
    return {uid for uid in {*one, *other} if one.get(uid) != other.get(uid)}


def test_a_calendar_of_before_is_found_out(steps, expanded):
    """The comparison itself, on calendars that are each a decision late."""
    for before, after in pairwise(STEPS):
        late, view = steps[before].everything, steps[after].everything
        found = view.expanded(expanded[late.feed])
        differences = changed(as_told_by(view.seen, found), view.seen)
        assert differences == set(steps[after].touched)
