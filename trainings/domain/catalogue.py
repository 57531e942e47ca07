"""What a visitor finds in a catalogue: what is to come, a month, a year of the past.

Sessions are chosen in the database; only the pages of those shown are loaded.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from wagtail.models import Page

from trainings.conf import conf
from trainings.domain import queries
from trainings.enums import SessionKind
from trainings.models import Audience, Theme, Training, TrainingSession, Venue
from trainings.models.themes import Label
from trainings.sign_up import get_sign_up

ONLINE = "online"
#: A session is at home in a zone of its own: a day begins up to 14 hours away from UTC's.
ZONES_APART = timedelta(days=1)


@dataclass(frozen=True)
class Catalogue:
    """What anyone may read below one catalogue page, at one instant."""

    page: Page
    at: datetime
    pages: QuerySet[Any]
    sessions: QuerySet[TrainingSession]

    @property
    def language(self) -> str:
        return str(self.page.locale.language_code)

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(conf.time_zone)).date()

    @property
    def upcoming(self) -> QuerySet[TrainingSession]:
        return self.sessions.filter(ends_at__gt=self.at)

    @property
    def past(self) -> QuerySet[TrainingSession]:
        """Those over last first."""
        return self.sessions.filter(ends_at__lte=self.at).order_by("-ends_at", "-pk")


def open_catalogue(page: Page, *, at: datetime) -> Catalogue:
    pages = queries.public_pages(below=page)
    return Catalogue(page=page, at=at, pages=pages, sessions=queries.public_sessions(pages))


def lines(
    here: Catalogue, sessions: QuerySet[TrainingSession], *, request: Any
) -> list[queries.ListedSession]:
    """These sessions as a template shows them, in their order."""
    pairs = queries.with_pages(sessions, here.pages, language=here.language)
    return queries.listing(pairs, request=request, at=here.at).sessions


# --- a month, a year ---------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    def __str__(self) -> str:
        """As in addresses: "2027-03"."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def previous(self) -> Month:
        return Month.of(self.first_day - timedelta(days=1))

    @property
    def next(self) -> Month:
        return Month.of(self.last_day + timedelta(days=1))


@dataclass(frozen=True)
class Day:
    on: date
    lines: list[queries.ListedSession]


def weeks(month: Month, shown: Iterable[queries.ListedSession]) -> list[list[Day | None]]:
    """Weeks from Monday on; None for days of other months. A session is on each of its days."""
    found = list(shown)
    return [
        [
            Day(
                on,
                [line for line in found if line.session.starts_on <= on <= line.session.ends_on],
            )
            if on.month == month.number
            else None
            for on in week
        ]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.number)
    ]


def in_month(sessions: QuerySet[TrainingSession], month: Month) -> QuerySet[TrainingSession]:
    """Those with a day in it, on the calendar of their own place; past ones too."""
    start, end = _instants(month.first_day, month.last_day)
    return sessions.filter(
        ends_at__gte=start,
        starts_at__lt=end,
        ends_on__gte=month.first_day,
        starts_on__lte=month.last_day,
    )


def in_year(sessions: QuerySet[TrainingSession], year: int) -> QuerySet[TrainingSession]:
    """Those that begin in it, newest first."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    start, end = _instants(first, last)
    return sessions.filter(
        starts_at__gte=start, starts_at__lt=end, starts_on__gte=first, starts_on__lte=last
    ).order_by("-starts_at", "-pk")


def _instants(first: date, last: date) -> tuple[datetime, datetime]:
    """A window around these days, wherever they are lived: what an index can narrow down."""
    return (
        datetime.combine(first, time.min, UTC) - ZONES_APART,
        datetime.combine(last, time.max, UTC) + ZONES_APART,
    )


def first_and_last_month(here: Catalogue) -> tuple[Month, Month] | None:
    """Between which there are sessions."""
    first = here.sessions.order_by("starts_at").values_list("starts_on", flat=True)[:1]
    last = here.sessions.order_by("-starts_at").values_list("ends_on", flat=True)[:1]
    days = [*first, *last]
    return (Month.of(days[0]), Month.of(days[-1])) if days else None


def latest_past_year(here: Catalogue) -> int | None:
    day = here.past.values_list("starts_on", flat=True).first()
    return day.year if day else None


def past_years(here: Catalogue) -> list[int]:
    """Those that have past sessions, newest first, in two queries."""
    oldest = here.past.reverse().values_list("starts_on", flat=True).first()
    if oldest is None:
        return []
    years = range(here.today.year, oldest.year - 1, -1)
    return [
        int(year)
        for year in _not_empty(here, {str(year): in_year(here.past, year) for year in years})
    ]


def _not_empty(here: Catalogue, questions: dict[str, QuerySet[Any]]) -> list[str]:
    """The names of those that have a row, asked all at once."""
    one_row: QuerySet[Page] = Page.objects.filter(pk=here.page.pk)
    answers = one_row.values_list(*map(Exists, questions.values())).first() or ()
    return [name for name, answer in zip(questions, answers, strict=False) if answer]


# --- what one looks for ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a visitor looks for; what is empty narrows nothing."""

    training: str = ""  # primary key
    programme: str = ""  # primary key
    kind: str = ""
    theme: str = ""  # slug
    audience: str = ""  # slug
    place: str = ""  # ONLINE, the primary key of a venue, or a municipality
    language: str = ""  # code of a spoken one
    places_left: bool = False
    words: tuple[str, ...] = ()


def matching(
    here: Catalogue, sessions: QuerySet[TrainingSession], wanted: Wanted
) -> QuerySet[TrainingSession]:
    """Of these sessions of the catalogue, those that have all that is wanted."""
    asked = {
        "training": wanted.training,
        "training__programme": wanted.programme,
        "training__kind": wanted.kind,
        "training__themes__slug": wanted.theme,
        "training__audiences__slug": wanted.audience,
        "training__languages__contains": wanted.language,
    }
    sessions = sessions.filter(**{field: value for field, value in asked.items() if value})
    if wanted.place:
        sessions = sessions.filter(_at_place(wanted.place))
    if wanted.words:
        sessions = sessions.filter(_speaking_of(here, wanted.words))
    sign_up = get_sign_up()
    if wanted.places_left and sign_up is not None:
        sessions = sign_up.with_places_left(sessions, at=here.at)
    return sessions


def _at_place(place: str) -> Q:
    if place == ONLINE:
        return ~Q(online_url="")
    if _is_key(place):
        return Q(venue=place)
    return Q(venue__municipality=place)


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{0,8}", text) is not None


def _speaking_of(here: Catalogue, words: Iterable[str]) -> Q:
    """Each word stands on the page, or in the name of the venue or of its municipality."""
    words = list(words)
    named = Q()
    for word in words:
        named |= _names(word)
    venues = list(Venue.objects.filter(named).values_list("pk", "name", "municipality"))
    found = Q()
    for word in words:
        places = [
            pk
            for pk, name, municipality in venues
            if word.casefold() in f"{name}\n{municipality}".casefold()
        ]
        of_word = Q(training__in=_trainings_with(here, word))
        found &= of_word | Q(venue__in=places) if places else of_word
    return found


def _names(word: str) -> Q:
    return Q(name__icontains=word) | Q(municipality__icontains=word)


def _trainings_with(here: Catalogue, word: str) -> set[int]:
    """Of the pages that have the word; in what is read first, a part of a word will do."""
    pages: Any = here.pages.select_related(None).order_by()
    seen_first = (
        Q(title__icontains=word)
        | Q(guiding_question__icontains=word)
        | Q(introduction__icontains=word)
    )
    return {
        *pages.search(word, order_by_relevance=False).facet("training_id"),
        *pages.filter(seen_first).values_list("training_id", flat=True),
    }


def training_title(here: Catalogue, key: str) -> str:
    """What the page of a public training is called; empty for any other key."""
    if not _is_key(key):
        return ""
    pages = here.pages.filter(training=key, training__is_discreet=False)
    found = queries.pages_by_training(pages, language=here.language)
    return str(found[int(key)].title) if found else ""


# --- what can be chosen ------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    group: str = ""


def options(
    here: Catalogue,
    sessions: QuerySet[TrainingSession],
    programmes: Iterable[Any],
    *,
    also: Wanted,
) -> dict[str, list[Option]]:
    """What one can choose from: what one of these sessions has, and what `also` names when
    another public one has it.

    `programmes` are the public pages of programmes in this catalogue.
    """
    trainings = _facts_of_trainings(sessions)
    kinds = {kind for kind, _languages, _programme in trainings} | {also.kind}
    spoken = {code for _kind, codes, _programme in trainings for code in codes} | {also.language}
    in_programmes = {programme for _kind, _languages, programme in trainings}
    return {
        "programme": [
            Option(str(page.programme_id), page.title)
            for page in programmes
            if page.programme_id in in_programmes or str(page.programme_id) == also.programme
        ],
        "kind": [Option(kind.value, str(kind.label)) for kind in SessionKind if kind in kinds],
        "theme": _labels(Theme, "themes", here, sessions, also=also.theme),
        "audience": _labels(Audience, "audiences", here, sessions, also=also.audience),
        "place": _places(here, sessions, also=also.place),
        "language": [
            Option(code, language_name(code)) for code in spoken_languages() if code in spoken
        ],
    }


def spoken_languages() -> list[str]:
    """Codes a training may have."""
    return [code for code, _name in settings.LANGUAGES]


def language_name(code: str) -> str:
    return str(capfirst(get_language_info(code)["name_translated"]))


def _facts_of_trainings(
    sessions: QuerySet[TrainingSession],
) -> list[tuple[str, list[str], int | None]]:
    have_one: QuerySet[Any] = Training.objects.filter(
        Exists(sessions.filter(training=OuterRef("pk")))
    )
    return list(have_one.order_by().values_list("kind", "languages", "programme_id").distinct())


def _labels(
    kind: type[Label],
    of_training: str,
    here: Catalogue,
    sessions: QuerySet[TrainingSession],
    *,
    also: str,
) -> list[Option]:
    def used_by(some: QuerySet[TrainingSession]) -> Exists:
        return Exists(some.filter(**{f"training__{of_training}": OuterRef("pk")}))

    labels: QuerySet[Any] = kind._default_manager.all()
    found = labels.filter(used_by(sessions) | (Q(slug=also) & used_by(here.sessions)))
    named = [Option(label.slug, str(label)) for label in found]
    return sorted(named, key=lambda option: option.label)


def _places(here: Catalogue, sessions: QuerySet[TrainingSession], *, also: str) -> list[Option]:
    """Municipalities, the venues of those that have several, and online."""

    def host(some: QuerySet[TrainingSession]) -> Exists:
        return Exists(some.filter(venue=OuterRef("pk")))

    named = Q(pk=also) if _is_key(also) else Q(municipality=also)
    venues: dict[str, list[Venue]] = {}
    for venue in Venue.objects.filter(host(sessions) | (named & host(here.sessions))):
        venues.setdefault(venue.municipality, []).append(venue)
    found: list[Option] = []
    for municipality, held_in in venues.items():
        if len(held_in) == 1:
            (venue,) = held_in
            value = str(venue.pk) if also == str(venue.pk) else municipality
            found.append(Option(value, municipality))
            continue
        everywhere = _("%(municipality)s, all venues") % {"municipality": municipality}
        found.append(Option(municipality, everywhere, municipality))
        found.extend(Option(str(venue.pk), venue.name, municipality) for venue in held_in)
    if also == ONLINE or sessions.exclude(online_url="").exists():
        found.append(Option(ONLINE, _("Online")))
    return found
