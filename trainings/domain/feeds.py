"""Feeds of public sessions, made so that what has not changed is not made twice.

Three things are kept in a process, and each is checked against the database before it is used:

- a whole feed, as long as `CalendarState` stands where it stood when the feed was begun;
- the lines of one session, as long as everything they are made of is what it was;
- nothing else: a process that has just started, or a shelf that is full, costs time only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import starmap
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, JSONArray
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from trainings.conf import conf
from trainings.domain import calendar, catalogue, queries
from trainings.domain.calendar import CalendarEvent, Span
from trainings.domain.catalogue import Catalogue, Wanted
from trainings.domain.publishing import calendar_event, registration_events, session_url, summary
from trainings.domain.shelf import Shelf
from trainings.enums import SessionStatus
from trainings.models import CalendarState, TrainingSession
from trainings.models.calendar_state import Reading
from trainings.sign_up import get_sign_up

DAY = timedelta(days=1)
#: In bytes, for each process. A session's lines take about one kilobyte in each language.
WHOLE_FEEDS, LINES = 32 * 2**20, 64 * 2**20
#: So many sessions are loaded by their keys; of more, all of the feed are.
FEW = 500

#: Everything the lines of a session are made of, but its page. A test changes every field.
OF_SESSION = (
    *("uid", "sequence", "status", "starts_on", "start_time", "ends_on", "end_time"),
    *("time_zone", "training_id", "venue_id", "online_url", "reason", "series_id", "changed_at"),
    *("previous_start", "previous_venue_id", "registration_opens_at", "registration_closes_at"),
    *("training__kind", "venue__name", "venue__street_address", "venue__postal_code"),
    *("venue__municipality", "venue__changed_at"),
)
#: What of it the words are made of, and its address.
OF_PAGE = (
    *("pk", "locale__language_code", "url_path", "title", "calendar_title"),
    *("guiding_question", "introduction", "contact_name", "contact_phone", "contact_email"),
    "last_published_at",
)


class Row(NamedTuple):
    """What is read of each session before anything is made."""

    pk: int
    training_id: int
    time_zone: str
    starts_on: date
    ends_on: date
    facts: str  # OF_SESSION, as one text


ROW = Row._fields[:-1]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What one address asks for."""

    here: Catalogue  # the whole site
    site: Site
    language: str
    path: str = ""  # of the address, its filters; part of the calendar's identity
    words: tuple[str, ...] = ()  # the same as people say it
    wanted: Wanted
    year: int | None = None  # an archive
    tells_registration: bool = False  # entries for its opening and its closing

    @property
    def depends_on_places(self) -> bool:
        asked = self.wanted.places_left or (conf.calendar_says_full and self.year is None)
        return asked and get_sign_up() is not None


class Edition(NamedTuple):
    """A feed as it is at one moment."""

    feed: Feed
    content: bytes
    etag: str  # from the bytes: quoted, strong
    state: Reading | None
    until: datetime  # when it changes by itself
    places: tuple[int, ...] | None  # which sessions have some, or none, where it matters

    def holds(self, state: Reading | None, *, at: datetime) -> bool:
        if self.state != state or at >= self.until:
            return False
        return not self.feed.depends_on_places or self.places == _by_places(self.feed, at=at)


_editions: Shelf[Hashable, Edition] = Shelf(WHOLE_FEEDS)
_lines: Shelf[Hashable, tuple[bytes, list[Line]]] = Shelf(LINES)


class Line(NamedTuple):
    """One entry of a feed and its place among the others."""

    starts_at: datetime
    uid: str
    text: bytes


def edition(key: Hashable, *, resolve: Callable[[], Feed], at: datetime) -> Edition:
    """The feed of an address as it is now; one small query as long as nothing has changed.

    `key` tells addresses apart. `resolve` reads it, and is asked only when there is work to do.
    """
    # Read before anything else: what is then made is at least as new.
    state = CalendarState.read()
    kept = _editions.get(key)
    if kept is not None and kept.holds(state, at=at):
        return kept
    made = make(resolve(), state=state, at=at)
    if state is None or state.is_settled(at):
        _editions.keep(key, made, size=len(made.content))
    return made


def forget() -> None:
    """Begin as a new process does."""
    _editions.clear()
    _lines.clear()


def make(feed: Feed, *, state: Reading | None, at: datetime) -> Edition:
    """The feed from the rows of the database and from lines kept before."""
    places = _by_places(feed, at=at) if feed.depends_on_places else None
    with translation.override(feed.language):
        sessions = _sessions(feed, places, at=at)
        rows = list(starmap(Row, _values(sessions.order_by("starts_at", "uid"), ROW, OF_SESSION)))
        zones = calendar.zones_of({_span(row) for row in rows})
        lines = _lines_of(feed, sessions, rows, zones, places)
        if feed.tells_registration:
            lines.sort()
        content = calendar.assembled(
            (line.text for line in lines),
            zones,
            name=calendar_name(feed.site, feed.words),
            description=_("Training sessions open to partner services."),
            calendar_id=_calendar_id(feed),
            language=feed.language,
            default_zone=conf.time_zone,
        )
    return Edition(
        feed=feed,
        content=content,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        state=state,
        until=midnight(at) + DAY,
        places=places,
    )


def midnight(at: datetime) -> datetime:
    """In UTC: feeds change by themselves once a day, not at each fetch."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


# --- which sessions ----------------------------------------------------------------------------


def _sessions(
    feed: Feed, places: tuple[int, ...] | None, *, at: datetime
) -> QuerySet[TrainingSession]:
    here = replace(feed.here, at=at)
    # Which have places left was asked already.
    wanted = Wanted(**{**vars(feed.wanted), "places_left": False})
    sessions = catalogue.matching(here, _in_window(feed, here.sessions, at=at), wanted)
    if feed.wanted.places_left and places is not None:
        sessions = sessions.filter(pk__in=places)
    return sessions


def _in_window(feed: Feed, sessions: Any, *, at: datetime) -> QuerySet[TrainingSession]:
    """What took place in the archived year before today, or those around today."""
    if feed.year is None:
        return around_today(sessions, at=at)
    archived: QuerySet[TrainingSession] = catalogue.in_year(sessions, feed.year)
    return archived.filter(status=SessionStatus.SCHEDULED, ends_at__lte=midnight(at))


def around_today(sessions: Any, *, at: datetime) -> QuerySet[TrainingSession]:
    """Those that a calendar shows now: what is called off until its day is over."""
    today = midnight(at)
    around: QuerySet[TrainingSession] = sessions.between(
        today - conf.calendar_past, today + conf.calendar_future + DAY
    )
    return around.filter(Q(status=SessionStatus.SCHEDULED) | Q(ends_at__gte=today))


def _by_places(feed: Feed, *, at: datetime) -> tuple[int, ...]:
    """Keys of the sessions with places left, where the feed has only those; else of full ones."""
    sign_up: Any = get_sign_up()
    sessions = _in_window(feed, feed.here.sessions, at=at)
    ask = sign_up.with_places_left if feed.wanted.places_left else sign_up.full
    return tuple(ask(sessions, at=at).order_by("pk").values_list("pk", flat=True))


# --- their lines -------------------------------------------------------------------------------


def _lines_of(
    feed: Feed,
    sessions: QuerySet[TrainingSession],
    rows: list[Row],
    zones: Any,
    places: tuple[int, ...] | None,
) -> list[Line]:
    """The lines of these sessions, from the shelf where nothing they are made of has changed."""
    full = set(() if places is None or feed.wanted.places_left else places)
    words = _words(feed, {row.training_id for row in rows})
    found: dict[int, list[Line]] = {}
    missing: dict[int, tuple[Hashable, bytes, bool]] = {}
    key: Hashable
    for row in rows:
        pk, in_zone = row.pk, row.time_zone in zones
        if row.training_id not in words:
            continue
        key = (feed.site.root_page_id, feed.language, pk, in_zone, feed.tells_registration)
        made_of = _digest(f"{words[row.training_id]} {pk in full} {row.facts}")
        kept = _lines.get(key)
        if kept is not None and kept[0] == made_of:
            found[pk] = kept[1]
        else:
            found[pk] = []  # keeps its place in the order
            missing[pk] = (key, made_of, in_zone)
    for session, page in _loaded(feed, sessions, missing):
        key, made_of, in_zone = missing[session.pk]
        lines = [
            Line(event.starts_at, event.uid, calendar.entry(event, in_zone=in_zone))
            for event in _events(feed, session, page, is_full=session.pk in full)
        ]
        _lines.keep(key, (made_of, lines), size=sum(len(line.text) for line in lines))
        found[session.pk] = lines
    return [line for lines in found.values() for line in lines]


def _words(feed: Feed, trainings: set[int]) -> dict[int, str]:
    """By training, a digest of the page that words it; the same choice as `pages_by_training()`.

    Addresses depend on every site, and what they lead to on whether one can sign up.
    """
    about = repr((Site.get_site_root_paths(), get_sign_up() is not None))
    pages = feed.here.pages.order_by()
    if len(trainings) <= FEW:
        pages = pages.filter(training__in=trainings)
    rows = _values(pages, ("training_id", "pk", "locale__language_code"), OF_PAGE)
    rows.sort(key=lambda row: (row[2] == feed.language, -row[1]))
    chosen = {training: words for training, _pk, _language, words in rows}
    return {training: _digest(about + words).hex() for training, words in chosen.items()}


def _loaded(
    feed: Feed, sessions: QuerySet[TrainingSession], missing: dict[int, Any]
) -> Iterator[queries.SessionAndPage]:
    if not missing:
        return
    if len(missing) <= FEW:
        sessions = TrainingSession.objects.filter(pk__in=missing)
    for session, page in queries.with_pages(sessions, feed.here.pages, language=feed.language):
        if session.pk in missing:
            yield session, page


def _events(
    feed: Feed, session: TrainingSession, page: Any, *, is_full: bool
) -> Iterator[CalendarEvent]:
    url = session_url(page.get_full_url(), session)
    yield calendar_event(
        session,
        page,
        url=url,
        language=feed.language,
        summary=summary(session, page, is_full=is_full),
    )
    if feed.tells_registration:
        yield from registration_events(session, page, url=url)


def _span(row: Row) -> Span:
    zone = row.time_zone if _has_clock(row.time_zone) else ""
    return Span(zone, row.starts_on.year, row.ends_on.year)


@lru_cache
def _has_clock(zone: str) -> bool:
    return datetime(2000, 1, 1, tzinfo=ZoneInfo(zone)).tzname() != "UTC"


def _values(
    rows: QuerySet[Any], plain: tuple[str, ...], facts: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Some values of each row, and after them one text of many, which the database puts together.

    Engines write it differently; it is only compared with itself. Made in Python, of a value a
    column, it would take most of the time that a feed takes after a change.
    """
    together = Cast(JSONArray(*facts), TextField())
    return list(rows.values_list(*plain, together))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


# --- what it is called -------------------------------------------------------------------------


def calendar_name(site: Site, words: Iterable[str]) -> str:
    """What is particular first: readers cut it, and list several of ours."""
    of = site.site_name or site.hostname
    what = " · ".join(words)
    if not what:
        return _("Trainings – %(site)s") % {"site": of}
    return _("%(what)s – trainings – %(site)s") % {"what": what, "site": of}


def _calendar_id(feed: Feed) -> str:
    root: Page = feed.site.root_page
    asked = f"/{feed.path}" if feed.path else ""
    return str(uuid5(UUID(str(root.translation_key)), feed.language + asked))
