"""Other people's readers of calendars, each left to its own idea of time zones.

`ical` prefers IANA's zones to those of the file; `vobject` and `ical.js` use the file's.
"""

import json
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any
from unittest import mock

import vobject
from ical.calendar_stream import IcsCalendarStream

#: Of one entry: an endless rule must not hang the tests.
MOST_OCCURRENCES = 1000


@dataclass(frozen=True)
class Entry:
    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    status: str
    sequence: int
    location: str = ""
    description: str = ""


def read_many(name: str, calendars: Iterable[bytes]) -> list[list[Entry]]:
    """Each calendar by itself; starts Node once, which is what takes time."""
    if name == "ical.js":
        return read_by_ical_js(calendars)
    return [READERS[name](calendar) for calendar in calendars]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))


def instant(value: Any) -> datetime:
    """Refuses days and floating times: the zone of this machine would decide."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError(f"{value} is no instant")
    return value.astimezone(UTC)


def countable(
    occurrences: Iterable[Any], entry: Callable[[Any], str] = lambda occurrence: ""
) -> Iterator[Any]:
    seen = Counter[str]()
    for occurrence in occurrences:
        seen[entry(occurrence)] += 1
        if seen[entry(occurrence)] > MOST_OCCURRENCES:
            raise ValueError(f"{entry(occurrence)} recurs without end")
        yield occurrence


# --- ical --------------------------------------------------------------------------------------


def read_by_ical(calendar: bytes) -> list[Entry]:
    timeline = IcsCalendarStream.calendar_from_ics(calendar.decode()).timeline_tz(UTC)
    return in_order(
        Entry(
            uid=event.uid,
            starts_at=instant(event.start),
            ends_at=instant(event.end),
            summary=event.summary or "",
            status=event.status.value if event.status else "",
            sequence=event.sequence or 0,
            location=event.location or "",
            description=event.description or "",
        )
        for event in countable(timeline, attrgetter("uid"))
    )


# --- vobject -----------------------------------------------------------------------------------


def read_by_vobject(calendar: bytes) -> list[Entry]:
    # For each file as in a new process: otherwise the first zone of a name serves all later files.
    zones = vars(vobject.icalendar)["__tzidMap"]
    with mock.patch.dict(zones, {"UTC": vobject.icalendar.utc}, clear=True):
        [component] = vobject.readComponents(calendar.decode())
        events = component.contents.get("vevent", [])
        moved = {
            (event.uid.value, event.recurrence_id.value)
            for event in events
            if "recurrence-id" in event.contents
        }
        return in_order(
            Entry(
                uid=event.uid.value,
                starts_at=instant(starts_at),
                ends_at=instant(ends_at),
                summary=event.getChildValue("summary", ""),
                status=event.getChildValue("status", ""),
                sequence=int(event.getChildValue("sequence", 0)),
                location=event.getChildValue("location", ""),
                description=event.getChildValue("description", ""),
            )
            for event in events
            for starts_at, ends_at in occurrences_in_vobject(event)
            if "recurrence-id" in event.contents or (event.uid.value, starts_at) not in moved
        )


def occurrences_in_vobject(event: Any) -> Iterator[tuple[datetime, datetime]]:
    starts_at, ends_at = event.dtstart.value, event.dtend.value
    rules = event.getrruleset(addRDate=True)
    for start in [starts_at] if rules is None else countable(rules):
        yield start, start + (ends_at - starts_at)


# --- ical.js -----------------------------------------------------------------------------------


def read_by_ical_js(calendars: Iterable[bytes]) -> list[list[Entry]]:
    folder = Path(sys.prefix, "readers")  # where the Makefile has npm install it
    if not (folder / "node_modules").is_dir():
        raise RuntimeError("ical.js is not installed: make .venv/.readers")
    read = subprocess.run(
        [
            Path(sysconfig.get_path("scripts"), "node"),
            Path(__file__).with_name("read.mjs"),
            str(MOST_OCCURRENCES),
        ],
        cwd=folder,
        input=json.dumps([calendar.decode() for calendar in calendars]).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    return [
        in_order(
            Entry(
                **entry
                | {key: datetime.fromisoformat(entry[key]) for key in ("starts_at", "ends_at")}
            )
            for entry in entries
        )
        for entries in json.loads(read.stdout)
    ]


READERS: dict[str, Callable[[bytes], list[Entry]]] = {
    "ical": read_by_ical,
    "vobject": read_by_vobject,
    "ical.js": lambda calendar: read_by_ical_js([calendar])[0],
}
