"""A year in the life of those who subscribe: each fetch is the truth, or says nothing changed."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.utils import translation
from icalendar import Calendar
from wagtail.models import Page, PageViewRestriction, Site

from tests.trainings.domain import sequence_acts as acts
from tests.trainings.domain.sequence_acts import OF_DATES, OF_PAGES, World
from trainings.conf import conf
from trainings.domain import feeds
from trainings.domain.publishing import summary
from trainings.enums import SessionKind
from trainings.exceptions import TrainingError
from trainings.forms.feeds import feed_path, read_feed
from trainings.models import CalendarState, Theme, Training, TrainingPage, TrainingSession, Venue
from trainings.views.feeds import CalendarView

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,  # tests of the domain run on both engines
]

CHANGES = int(os.environ.get("CHANGES", "80"))  # 200 and more for a night
NOON = timedelta(hours=3)  # after world.at, which is 9:00 in UTC


# --- what else an editor does ------------------------------------------------------------------


def rename_a_venue(world: World, draw: Random) -> Any:
    venue = draw.choice(list(Venue.objects.order_by("pk")))
    venue.municipality = draw.choice(["Charleroi", "Namur", "La Louvière"])
    venue.save()
    world.tell(f"a venue is in {venue.municipality}")
    return acts.NOTHING


def another_kind(world: World, draw: Random) -> Any:
    training = draw.choice(list(Training.objects.order_by("pk")))
    training.kind = draw.choice(list(SessionKind))
    training.save()
    world.tell(f"a training is a {training.kind}")
    return acts.NOTHING


def another_theme(world: World, draw: Random) -> Any:
    theme, _made = Theme.objects.get_or_create(slug="energie", defaults={"name": {"fr": "Énergie"}})
    training = draw.choice(list(Training.objects.order_by("pk")))
    training.themes.set(draw.choice([[], [theme]]))
    world.tell("a training has another theme, or none")
    return acts.NOTHING


def hide_or_show(world: World, draw: Random) -> Any:
    hidden = Training.objects.filter(is_discreet=True).first()
    training = hidden or draw.choice(list(Training.objects.order_by("pk")))
    training.is_discreet = hidden is None
    training.save()
    world.tell("a training is discreet, or no longer")
    return acts.NOTHING


def restrict_or_open(world: World, draw: Random) -> Any:
    page = draw.choice(list(TrainingPage.objects.order_by("pk")))
    page = draw.choice([page, page.get_parent()])
    if found := PageViewRestriction.objects.first():
        found.delete()
    else:
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    world.tell("a page is for some only, or for all again")
    return acts.NOTHING


def open_everything(world: World, draw: Random) -> Any:
    for restriction in PageViewRestriction.objects.all():
        restriction.delete()
    for training in Training.objects.filter(is_discreet=True):
        training.is_discreet = False
        training.save()
    for page in Page.objects.filter(live=False, alias_of=None).specific():
        page.save_revision().publish()
    world.tell("whatever was hidden is there again")
    return acts.NOTHING


def save_a_draft(world: World, draw: Random) -> Any:
    page = draw.choice(list(TrainingPage.objects.filter(alias_of=None).order_by("pk")))
    page.title = f"Brouillon {draw.random()}"
    page.save_revision()
    world.tell("a draft is saved")
    return acts.NOTHING


def another_address(world: World, draw: Random) -> Any:
    site = Site.objects.get()
    site.site_name = f"Maison {draw.randint(1, 9)}"
    site.save()
    world.tell("the site has another name")
    return acts.NOTHING


EDITORIAL = {
    **OF_DATES,
    **OF_PAGES,
    rename_a_venue: 2,
    another_kind: 1,
    another_theme: 2,
    hide_or_show: 2,
    restrict_or_open: 2,
    open_everything: 6,
    save_a_draft: 4,
    another_address: 1,
}


# --- what is true, without any of the machinery of feeds ---------------------------------------


def public_pages() -> dict[int, list[TrainingPage]]:
    """By training, the oldest first."""
    root = Site.objects.get().root_page
    inside = tuple(page.path for page in root.get_translations(inclusive=True))
    closed = tuple(one.page.path for one in PageViewRestriction.objects.select_related("page"))
    found: dict[int, list[TrainingPage]] = {}
    for page in TrainingPage.objects.select_related("training", "locale").order_by("pk"):
        restricted = bool(closed) and page.path.startswith(closed)
        hidden = restricted or page.training.is_discreet
        if page.live and page.path.startswith(inside) and not hidden:
            found.setdefault(page.training_id, []).append(page)
    return found


def truth(language: str, at: datetime) -> list[tuple[Any, ...]]:
    """UID, sequence, start, end, state and title of each session that the public may see."""
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    first, last = today - conf.calendar_past, today + conf.calendar_future + timedelta(days=1)
    pages = public_pages()
    found = []
    for session in TrainingSession.objects.select_related("venue", "training"):
        words = pages.get(session.training_id, [])
        if not words or session.ends_at < first or session.starts_at >= last:
            continue
        if not session.goes_ahead and session.ends_at < today:
            continue
        page = next((one for one in words if one.locale.language_code == language), words[0])
        with translation.override(language):
            title = summary(session, page)
        state = "CONFIRMED" if session.goes_ahead else "CANCELLED"
        instants = (session.starts_at, session.ends_at)
        found.append((str(session.uid), session.sequence, *instants, state, title))
    return sorted(found)


def told(content: bytes) -> list[tuple[Any, ...]]:
    return sorted(
        (
            str(event["UID"]),
            int(str(event["SEQUENCE"])),
            event.start.astimezone(UTC),
            event.end.astimezone(UTC),
            str(event["STATUS"]),
            str(event["SUMMARY"]),
        )
        for event in Calendar.from_ical(content).walk("VEVENT")
    )


# --- the subscribers ---------------------------------------------------------------------------


@dataclass
class Subscriber:
    """Asks as calendars do, with what the last answer gave it."""

    client: Any
    language: str
    path: str
    by_date_only: bool = False
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)

    def fetch_twice(self, at: datetime, shelf: Any) -> None:
        is_true = afresh(self.language, self.path, at, shelf)
        self.fetch(is_true)
        self.fetch(is_true)

    def fetch(self, is_true: bytes | None) -> None:
        before = self.content
        url = f"/agenda/{self.language}/{self.path}trainings.ics"
        answer = self.client.get(url, headers=self.headers)
        if answer.status_code in (404, 410):
            assert is_true is None
            self.answers[str(answer.status_code)] += 1
            return
        if answer.status_code == 304:
            assert self.content == is_true
            self.answers["304"] += 1
        else:
            assert answer.status_code == 200
            assert answer.content == is_true
            assert self.by_date_only or answer.content != before
            self.content = answer.content
            self.answers["200"] += 1
        names = {"Last-Modified": "If-Modified-Since"}
        if not self.by_date_only:
            names["ETag"] = "If-None-Match"
        self.headers = {ask: answer[name] for name, ask in names.items() if name in answer}


def afresh(language: str, path: str, at: datetime, shelf: Any) -> bytes | None:
    """What a process with only this shelf would send; None where there is no such feed."""
    lines, feeds._lines = feeds._lines, shelf
    try:
        feed = read_feed(path, site=Site.objects.get(), language=language, at=at)
        return feeds.make(feed, state=None, at=at).content
    except TrainingError:
        return None
    finally:
        feeds._lines = lines


@pytest.fixture
def world(monkeypatch):
    """Whose clock is also that of the calendar; changes are made in the morning, read at noon."""
    world = World(acts.start())
    monkeypatch.setattr(CalendarState, "now", staticmethod(lambda: world.at))
    monkeypatch.setattr(CalendarView, "now", staticmethod(lambda: world.at + NOON))
    return world


def test_each_fetch_is_the_truth_and_each_unchanged_one_is_304(client, world):
    programme = str(Training.objects.first().programme_id)
    subscribers = [
        Subscriber(client, "fr", ""),
        Subscriber(client, "nl", ""),
        Subscriber(client, "fr", "", by_date_only=True),
        Subscriber(client, "fr", feed_path({"programme": programme})),
        Subscriber(client, "fr", "theme/energie/"),
        Subscriber(client, "fr", "place/charleroi/"),
        Subscriber(client, "fr", "places/left/"),
        Subscriber(client, "nl", "also/registration/"),
        Subscriber(client, "fr", "year/2027/"),
    ]
    draw = Random(2027)
    changes = draw.choices(list(EDITORIAL), weights=list(EDITORIAL.values()), k=CHANGES)

    for number, change in enumerate(changes):
        change_in_the_morning(world, change, Random(number))
        at, nothing_kept = world.at + NOON, feeds.Shelf(feeds.LINES)
        for subscriber in subscribers:
            subscriber.fetch_twice(at, nothing_kept)
        for subscriber in subscribers[:2]:
            assert told(subscriber.content) == truth(subscriber.language, at)
        if number % 3 == 2:
            world.at += timedelta(days=draw.choice([1, 1, 3]))

    everything, _dutch, by_date, *others = subscribers
    assert sum(everything.answers.values()) == 2 * CHANGES
    assert all(one.answers["304"] >= CHANGES for one in (everything, by_date))
    assert everything.answers["200"] > CHANGES // 7
    assert all(one.answers["200"] > 2 for one in others)
    assert len(world.done) > len(EDITORIAL) * 0.8


def change_in_the_morning(world: World, change: Any, draw: Random) -> None:
    """A change of an hour of its own, so that no two are made in one second."""
    world.at += timedelta(seconds=1)
    world.play(change, draw)
