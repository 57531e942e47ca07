"""What a reader's calendar receives: the published feed and the emailed invitation (RFC 5545).

The same input gives the same bytes, for a feed that changes at each visit is never "not
modified". Nothing a person typed can open a new line, hence no new property.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone
from icalendar.prop import vCalAddress, vText, vUri

from trainings.domain.plain_text import one_line, plain_text
from trainings.domain.time_zones import time_zone

REFRESH_EVERY = "PT6H"
END = b"END:VCALENDAR\r\n"
BEGIN_EVENT, END_EVENT = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"
LONGEST_LINE = 255  # MS-OXCICAL cuts titles and places there
EMPTY_FEED_YEARS = range(2030, 2038)  # without events, the rules that are known to last
REGISTERED = {
    "CUTYPE": "INDIVIDUAL",
    "ROLE": "REQ-PARTICIPANT",
    "PARTSTAT": "ACCEPTED",
    "RSVP": "FALSE",
}
WEB_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class Span(NamedTuple):
    """In which years a clock has to be told; the zone is empty where none needs it."""

    zone: str
    first_year: int
    last_year: int


@dataclass(frozen=True, kw_only=True)
class CalendarEvent:
    uid: str  # stored for ever, bare: RFC 7986 5.3 wants no host name in it
    sequence: int
    starts_at: datetime  # its zone and its wall clock are the truth
    ends_at: datetime
    summary: str  # with "cancelled" in the reader's language, if it is
    description: str = ""  # has the full link, for Outlook hides the URL property
    location: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    is_cancelled: bool = False
    is_tentative: bool = False  # somebody waits for a place
    is_free: bool = False  # a moment to know of, not one that is taken
    changed_at: datetime  # never the present instant

    def __post_init__(self) -> None:
        if any(at.utcoffset() is None for at in (self.starts_at, self.ends_at, self.changed_at)):
            raise ValueError("An event needs aware datetimes.")


@dataclass(frozen=True, kw_only=True)
class CalendarPerson:
    """Organiser or attendee of an emailed invitation; a feed names nobody."""

    name: str
    email: str


def published(
    events: Iterable[CalendarEvent],
    *,
    name: str,
    description: str,
    calendar_id: str,
    language: str,
    default_zone: str,
) -> bytes:
    """The feed; the download of one session is a feed of one."""
    ordered = sorted(events, key=lambda event: (event.starts_at.astimezone(UTC), event.uid))
    zones = zones_of(span(event) for event in ordered)
    return assembled(
        (entry(event, in_zone=zone_key(event) in zones) for event in ordered),
        zones,
        name=name,
        description=description,
        calendar_id=calendar_id,
        language=language,
        default_zone=default_zone,
    )


def assembled(
    entries: Iterable[bytes],
    zones: Mapping[str, Timezone],
    *,
    name: str,
    description: str,
    calendar_id: str,
    language: str,
    default_zone: str,
) -> bytes:
    """The feed from entries made before, in their order; `zones` are those of all of them."""
    calendar = _calendar("PUBLISH", language)
    _describe(calendar, name=name, description=description, calendar_id=calendar_id)
    texts = list(entries)
    # A calendar without any component is not legal (RFC 5545 3.6).
    for zone in zones.values() if texts else [_placeholder(default_zone)]:
        calendar.add_component(zone)
    around = bytes(calendar.to_ical(sorted=False))
    return b"".join([around.removesuffix(END), *texts, END])


def entry(event: CalendarEvent, *, in_zone: bool) -> bytes:
    """One event's lines; in UTC where the file does not tell its zone."""
    return bytes(_component(event, in_zone=in_zone).to_ical(sorted=False))


def span(event: CalendarEvent) -> Span:
    start, end = _times(event)
    return Span(zone_key(event) if _has_plain_times(event) else "", start.year, end.year)


def zones_of(spans: Iterable[Span]) -> dict[str, Timezone]:
    """By name, the zones whose clock can be told to a reader; other events go out in UTC."""
    years: dict[str, set[int]] = {}
    for key, first, last in spans:
        years.setdefault(key, set()).update((first, last))
    found = {
        key: time_zone(ZoneInfo(key), range(min(used), max(used) + 1))
        for key, used in sorted(years.items())
        if key
    }
    return {key: zone for key, zone in found.items() if zone}


def invitation(
    event: CalendarEvent, *, organiser: CalendarPerson, attendee: CalendarPerson, language: str
) -> bytes:
    """A request with the answer already in it: the person has registered before the mail."""
    if event.is_cancelled:
        raise ValueError("A cancelled event takes a cancellation.")  # RFC 5546 3.2.2
    return _scheduled("REQUEST", event, organiser, attendee, language)


def cancellation(
    event: CalendarEvent, *, organiser: CalendarPerson, attendee: CalendarPerson, language: str
) -> bytes:
    """The caller has raised the sequence: RFC 5546 3.2.5 asks for a higher one."""
    event = replace(event, is_cancelled=True)
    return _scheduled("CANCEL", event, organiser, attendee, language)


def _scheduled(
    method: str,
    event: CalendarEvent,
    organiser: CalendarPerson,
    attendee: CalendarPerson,
    language: str,
) -> bytes:
    """What hundreds of people are sent about one session differs in a few lines: the rest of it
    is written once.
    """
    before, rest = _shared(method, replace(event, uid="", sequence=0), zone_key(event), language)
    own = Event()
    own.add("uid", _line(event.uid))
    own.add("sequence", event.sequence)
    own.add("organizer", _address(organiser))
    own.add("attendee", _address(attendee, **REGISTERED))
    lines = bytes(own.to_ical(sorted=False)).removesuffix(END_EVENT)
    return b"".join([before, lines, rest])


@lru_cache(maxsize=64)
def _shared(method: str, event: CalendarEvent, zone: str, language: str) -> tuple[bytes, bytes]:
    """What comes before and after the lines of one person.

    `zone` is that of the event: two that are at the same instant in different zones are equal.
    """
    calendar = _calendar(method, language)
    zones = zones_of([span(event)])
    for one in zones.values():
        calendar.add_component(one)
    around = bytes(calendar.to_ical(sorted=False)).removesuffix(END)
    component = bytes(_component(event, in_zone=bool(zones)).to_ical(sorted=False))
    for own in (b"UID:\r\n", b"SEQUENCE:0\r\n"):
        component = component.replace(b"\r\n" + own, b"\r\n", 1)
    return around, component.removeprefix(BEGIN_EVENT) + END


def _calendar(method: str, language: str) -> Calendar:
    calendar = Calendar()
    product = f"-//Wagtail Trainings//wagtail-trainings//{language.upper()}"
    calendar.add("prodid", _line(product))
    calendar.add("version", Text("2.0"))
    calendar.add("calscale", Text("GREGORIAN"))
    calendar.add("method", Text(method))
    return calendar


def _describe(calendar: Calendar, *, name: str, description: str, calendar_id: str) -> None:
    calendar.add("uid", _line(calendar_id))
    calendar.add("x-wr-relcalid", _line(calendar_id))
    calendar.add("name", _line(name))
    calendar.add("x-wr-calname", _line(name))
    if about := _text(description):
        calendar.add("x-wr-caldesc", about)
    # RFC 7986 5.7 requires the parameter, which the library leaves out.
    calendar.add("refresh-interval", Text(REFRESH_EVERY, params={"VALUE": "DURATION"}))
    calendar.add("x-published-ttl", Text(REFRESH_EVERY))


def _component(event: CalendarEvent, *, in_zone: bool) -> Event:
    component = Event()
    component.add("uid", _line(event.uid))
    component.add("dtstamp", _stamp(event))
    component.add("last-modified", _stamp(event))
    component.add("sequence", event.sequence)
    _add_times(component, event, in_zone=in_zone)
    _add_words(component, event)
    component.add("class", Text("PUBLIC"))
    component.add("status", Text(_status(event)))
    is_free = event.is_cancelled or event.is_free
    component.add("transp", Text("TRANSPARENT" if is_free else "OPAQUE"))
    # Outlook heeds this one before the two above.
    if is_free:
        component.add("x-microsoft-cdo-busystatus", Text("FREE"))
    elif event.is_tentative:
        component.add("x-microsoft-cdo-busystatus", Text("TENTATIVE"))
    return component


def _status(event: CalendarEvent) -> str:
    if event.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if event.is_tentative else "CONFIRMED"


def _add_times(component: Event, event: CalendarEvent, *, in_zone: bool) -> None:
    start, end = _times(event)
    zone = zone_key(event) if in_zone and _has_plain_times(event) else ""
    _add_moment(component, "dtstart", start, zone)
    if start.astimezone(UTC) < end.astimezone(UTC):  # else strict readers lose the whole feed
        _add_moment(component, "dtend", end, zone)


def _add_moment(component: Event, name: str, at: datetime, zone: str) -> None:
    """By the clock of this zone; in UTC without one."""
    if zone:
        # Left to itself, the library takes Reykjavik and others without summer time for UTC.
        component.add(name, at.replace(tzinfo=None), parameters={"TZID": zone})
    else:
        component.add(name, at.astimezone(UTC))


def _add_words(component: Event, event: CalendarEvent) -> None:
    component.add("summary", _line(event.summary))
    for name, text in (
        ("description", _text(event.description)),
        ("location", _line(event.location)),
    ):
        if text:
            component.add(name, text)
    if WEB_ADDRESS.fullmatch(event.url):
        component.add("url", vUri(event.url))
    # Outlook takes a comma or a semicolon for the end of a category, even escaped.
    names = [_line(re.sub(r"[,;\\ ]+", " ", _line(name))) for name in event.categories]
    if any(names):
        component.add("categories", [str(name) for name in names if name])


def _placeholder(default_zone: str) -> Timezone:
    candidates = (time_zone(ZoneInfo(key), EMPTY_FEED_YEARS) for key in (default_zone, "UTC"))
    return next(filter(None, candidates))


def _times(event: CalendarEvent) -> tuple[datetime, datetime]:
    return event.starts_at, event.ends_at.astimezone(event.starts_at.tzinfo)


def _has_plain_times(event: CalendarEvent) -> bool:
    """An hour that the clock skips or shows twice has no local form all readers agree on."""
    return all(
        at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset() for at in _times(event)
    )


def zone_key(event: CalendarEvent) -> str:
    """Empty for UTC and for fixed offsets, which need no zone."""
    is_utc = event.starts_at.tzname() == "UTC"
    return "" if is_utc else getattr(event.starts_at.tzinfo, "key", None) or ""


def _stamp(event: CalendarEvent) -> datetime:
    return event.changed_at.astimezone(UTC)


def _address(person: CalendarPerson, **params: str) -> vCalAddress:
    name = _line(person.name).replace('"', "'")  # RFC 6868 quotes are not read everywhere
    email = "".join(_line(person.email).split())
    return vCalAddress(f"mailto:{email}", params={"CN": name or email, **params})


class Text(vText):
    """Escapes X- properties too, and leaves a backslash before a capital N alone."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", r"\n").encode()


def _text(text: str) -> Text:
    return Text(plain_text(text))


def _line(text: str) -> Text:
    line = one_line(text)
    return Text(line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…")
