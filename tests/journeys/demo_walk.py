"""What the demo shows and what its calendars say, before and after an organiser's decisions.

In the demo's settings, on its database: it decides, and after each step it walks through the site
and keeps the pages and calendars as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from trainings.domain import acts, scheduling
from trainings.enums import SessionStatus
from trainings.models import (
    ProgrammePage,
    Training,
    TrainingIndexPage,
    TrainingPage,
    TrainingSession,
    Venue,
)
from trainings.sign_up import SessionAct

FILTERS = ("programme", "kind", "theme", "audience", "place")
BRUSSELS = ZoneInfo("Europe/Brussels")
#: More than a calendar looks back.
LONG_AGO = timedelta(days=100)

View = dict[str, Any]  # `about`, an address; `pages`; the `feed` that the first of them names


# --- the walk ----------------------------------------------------------------------------------


class Visitor:
    """Asks for pages, and for the calendar that each of them offers."""

    def __init__(self) -> None:
        self.client = Client(SERVER_NAME="127.0.0.1")

    def get(self, url: str) -> str:
        answer = self.client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")
        return answer.content.decode()

    def whole_list(self, url: str) -> Iterator[str]:
        """A list and, where it is long, the pages that follow."""
        while url:
            html = self.get(url)
            yield html
            following = soup(html).select_one("a[rel=next]")
            url = urljoin(url, str(following["href"])) if following else ""

    def selection(self, catalogue: str, **asked: str) -> View:
        """What is to come, and the archives of the years that a calendar still shows."""
        today = timezone.localdate()
        years = {today.year, (today - LONG_AGO).year}
        queries = [asked, *({"year": str(year), **asked} for year in sorted(years))]
        pages = [
            html for query in queries for html in self.whole_list(f"{catalogue}?{urlencode(query)}")
        ]
        return self.view(f"{catalogue}?{urlencode(asked)}", pages)

    def page(self, url: str) -> View:
        """A programme or a training; of a training with many dates, also the list of them all."""
        html = self.get(url)
        everything = soup(html).select_one("a[href*='?training=']")
        rest = self.whole_list(str(everything["href"])) if everything else ()
        return self.view(url, [html, *rest])

    def archive(self, catalogue: str) -> View:
        """The last year in which something took place."""
        link = soup(self.get(catalogue)).select_one("a[href*='?year=']")
        url = urljoin(catalogue, str(link["href"]) if link else "")
        return self.view(url, list(self.whole_list(url)))

    def view(self, about: str, pages: list[str]) -> View:
        feed = soup(pages[0]).select_one("a[download][href$='/trainings.ics']")
        if feed is None:
            raise RuntimeError(f"{about}: no calendar")
        return {"about": about, "pages": pages, "feed": self.get(str(feed["href"]))}


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def offered(catalogue: str) -> dict[str, list[str]]:
    """The values of each filter that the catalogue has to choose from."""
    lists = {str(one["name"]): one for one in soup(catalogue).select("select")}
    return {
        name: [str(option["value"]) for option in lists[name].select("option") if option["value"]]
        for name in FILTERS
    }


def linked_pages(view: View) -> list[str]:
    """Of the programmes and trainings that a list names, in its order."""
    links = [
        str(link["href"]).partition("#")[0].partition("?")[0]
        for html in view["pages"]
        for link in soup(html).select(".trainings-card__title a")
    ]
    return list(dict.fromkeys(links))


def whole_site(visitor: Visitor) -> Iterator[View]:
    """Each page of dates in each of its languages, and of each filter the first and last value."""
    seen = set()
    for catalogue in catalogues():
        everything = visitor.selection(catalogue)
        yield everything
        for name, values in offered(everything["pages"][0]).items():
            for value in dict.fromkeys((values[0], values[-1])):
                yield visitor.selection(catalogue, **{name: value})
        yield visitor.archive(catalogue)
        # One that is not translated stands in the catalogues of both languages.
        for url in linked_pages(everything):
            if url not in seen:
                yield visitor.page(url)
            seen.add(url)


def around(visitor: Visitor, sessions: Iterable[TrainingSession]) -> Iterator[View]:
    """The whole list, the pages of these sessions and, in one language, filters they pass."""
    trainings = {session.training_id for session in sessions}
    pages = TrainingPage.objects.live().filter(training__in=trainings)
    programmes = ProgrammePage.objects.live().filter(programme__trainings__in=trainings)
    for catalogue in catalogues():
        yield visitor.selection(catalogue)
    for name, value in sorted({pair for session in sessions for pair in filters_of(session)}):
        yield visitor.selection(catalogues()[0], **{name: value})
    for page in (*pages, *programmes.distinct()):
        yield visitor.page(page.get_url())


def filters_of(session: TrainingSession) -> Iterator[tuple[str, str]]:
    training = session.training
    yield "kind", training.kind
    yield from (("theme", theme.slug) for theme in training.themes.all()[:1])
    yield from (("audience", audience.slug) for audience in training.audiences.all()[:1])
    for venue in (session.venue, session.previous_venue):
        if venue is not None:
            yield "place", venue.municipality


def catalogues() -> list[str]:
    """Their addresses, French first."""
    pages = TrainingIndexPage.objects.live().order_by("locale__language_code")
    return [page.get_url() for page in pages]


# --- what an organiser decides -----------------------------------------------------------------


def next_clock_changes(at: datetime) -> list[date]:
    """The Sundays of the next two."""
    first = at.astimezone(BRUSSELS).date() + timedelta(days=2)
    days = (first + timedelta(days=number) for number in range(400))
    return [on for on in days if offset(on) != offset(on + timedelta(days=1))][:2]


def offset(on: date) -> timedelta | None:
    return datetime.combine(on, time(0), BRUSSELS).utcoffset()


def add_weekends_of_clock_changes(*, by: Any, at: datetime) -> list[TrainingSession]:
    """A session of two days with the night between them, and one in that very night, of each."""
    training = Training.objects.filter(sessions__ends_at__gt=at, is_discreet=False).first()
    venue = Venue.objects.first()
    made = []
    for sunday in next_clock_changes(at):
        saturday = sunday - timedelta(days=1)
        for starts_on, start, end in (
            (saturday, time(9), time(16)),
            (sunday, time(1, 30), time(4)),
        ):
            session = TrainingSession(
                training=training,
                venue=venue,
                starts_on=starts_on,
                start_time=start,
                ends_on=sunday,
                end_time=end,
            )
            made.append(scheduling.schedule(session, by=by, at=at))
    return made


def to_the_other_clock(session: TrainingSession) -> dict[str, Any]:
    """The nearest same weekday that has another distance to UTC, and another town."""
    days = next(
        days
        for weeks in range(1, 27)
        for days in (-7 * weeks, 7 * weeks)
        if offset(session.starts_on + timedelta(days=days)) != offset(session.starts_on)
    )
    elsewhere = Venue.objects.exclude(municipality=session.venue.municipality)
    return {
        **scheduling.shifted(session, days=days),
        "venue_id": elsewhere.values_list("pk", flat=True)[0],
    }


def last_to_come(at: datetime, **condition: Any) -> TrainingSession:
    sessions = TrainingSession.objects.upcoming(at).filter(
        status=SessionStatus.SCHEDULED,
        training__is_discreet=False,
        venue__isnull=False,
        **condition,
    )
    return sessions.order_by("starts_at", "pk").last()


def decide_and_look() -> dict[str, Any]:
    visitor, by = Visitor(), get_user_model().objects.get(username="communication")
    steps: dict[str, dict[str, Any]] = {}

    def walk(step: str, views: Callable[[], Iterable[View]], *touched: TrainingSession) -> None:
        uids = [str(session.uid) for session in touched]
        steps[step] = {
            "at": timezone.now().isoformat(),
            "touched": uids,
            "views": list(views()),
        }

    def decide(session: TrainingSession, act: SessionAct, to: Any = None) -> TrainingSession:
        to = {session.pk: to} if to else None
        [decided] = acts.carry_out([session], act, to=to, by=by, at=timezone.now())
        walk(act.value, lambda: around(visitor, [decided]), decided)
        return decided

    walk("LOADED", lambda: whole_site(visitor))
    weekends = add_weekends_of_clock_changes(by=by, at=timezone.now())
    walk("WEEKENDS", lambda: around(visitor, weekends), *weekends)
    meeting = last_to_come(timezone.now(), training__programme__isnull=False)
    decide(meeting, SessionAct.MOVE, to_the_other_clock(meeting))
    evening = last_to_come(timezone.now(), series__isnull=False)
    decide(decide(evening, SessionAct.CANCEL), SessionAct.RESTORE)
    return steps
