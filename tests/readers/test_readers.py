from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from tests.readers import MOST_OCCURRENCES, READERS, Entry, read_many

pytestmark = pytest.mark.sqlite

CALENDARS = Path(__file__).parents[1] / "calendars"
FILES = sorted(CALENDARS.glob("*.ics"))
SPRING, AUTUMN = (
    (CALENDARS / f"morning_each_side_of_the_{season}_clock_change.ics").read_bytes()
    for season in ("spring", "autumn")
)
# Summer three hours east of Greenwich instead of two.
WRONG_SUMMER = SPRING.replace(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+0300").replace(
    b"TZOFFSETFROM:+0200", b"TZOFFSETFROM:+0300"
)


def morning(uid, starts_at, ends_at):
    return Entry(
        uid=uid,
        starts_at=starts_at,
        ends_at=ends_at,
        summary="Accueillir la parole",
        status="CONFIRMED",
        sequence=0,
    )


def utc(month, day, hour):
    return datetime(2027, month, day, hour, tzinfo=UTC)


BEFORE_SPRING = morning("seance-0326", utc(3, 26, 8), utc(3, 26, 11))
AFTER_SPRING = morning("seance-0329", utc(3, 29, 7), utc(3, 29, 10))
AFTER_WRONG_SPRING = morning("seance-0329", utc(3, 29, 6), utc(3, 29, 9))
BEFORE_AUTUMN = morning("seance-1029", utc(10, 29, 7), utc(10, 29, 10))
AFTER_AUTUMN = morning("seance-1102", utc(11, 2, 8), utc(11, 2, 11))


def changed(calendar, lines):
    """The first line of each beginning is replaced."""
    for beginning, instead in lines.items():
        found = next(line for line in calendar.split(b"\r\n") if line.startswith(beginning))
        calendar = calendar.replace(found, instead, 1)
    return calendar


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_readers_agree_on_a_file(file):
    calendar = file.read_bytes()
    by_ical, by_vobject, by_ical_js = (read(calendar) for read in READERS.values())
    assert by_ical == by_vobject == by_ical_js
    assert len(by_ical) == calendar.count(b"BEGIN:VEVENT")


@pytest.mark.parametrize("name", READERS)
def test_reader_gives_every_field(name):
    [entry] = READERS[name]((CALENDARS / "session_with_every_field.ics").read_bytes())
    assert entry == Entry(
        uid="0b0cbb1e-7a55-5d58-8f5a-0d4d1e3f6c01",
        starts_at=utc(5, 11, 7),
        ends_at=utc(5, 11, 10),
        summary="Écouter, accueillir ; orienter",
        status="CONFIRMED",
        sequence=2,
        location="Rue de l’Été 12, 1000 Bruxelles",
        description="Deuxième séance.\n\nhttps://exemple.be/agenda/ecouter/",
    )


@pytest.mark.parametrize("name", READERS)
def test_reader_gives_the_instants_around_a_clock_change(name):
    assert read_many(name, [SPRING, AUTUMN]) == [
        [BEFORE_SPRING, AFTER_SPRING],
        [BEFORE_AUTUMN, AFTER_AUTUMN],
    ]


@pytest.mark.parametrize("name", READERS)
def test_reader_takes_a_long_calendar(name):
    beginning, rest = SPRING.split(b"BEGIN:VEVENT", 1)
    event = b"BEGIN:VEVENT" + rest.split(b"END:VEVENT")[0] + b"END:VEVENT\r\n"
    uids = [f"seance-{number:04}" for number in range(MOST_OCCURRENCES + 1)]
    events = [event.replace(b"seance-0326", uid.encode()) for uid in uids]
    entries = READERS[name](b"".join([beginning, *events, b"END:VCALENDAR\r\n"]))
    assert entries == [replace(BEFORE_SPRING, uid=uid) for uid in uids]


@pytest.mark.parametrize(
    ("name", "misled"), [("ical", False), ("vobject", True), ("ical.js", True)]
)
def test_reader_is_misled_by_a_wrong_zone_in_that_file_only(name, misled):
    right = [BEFORE_SPRING, AFTER_SPRING]
    wrong = [BEFORE_SPRING, AFTER_WRONG_SPRING] if misled else right
    assert WRONG_SUMMER != SPRING
    assert read_many(name, [SPRING, WRONG_SUMMER, SPRING]) == [right, wrong, right]


@pytest.mark.parametrize("name", READERS)
def test_reader_expands_what_recurs(name):
    """Four Fridays over the clock change: one left out, one moved to its afternoon."""
    recurring = changed(
        SPRING,
        {
            b"SEQUENCE": b"SEQUENCE:0\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n"
            b"EXDATE;TZID=Europe/Brussels:20270402T090000",
            b"END:VCALENDAR": b"BEGIN:VEVENT\r\nUID:seance-0326\r\nDTSTAMP:20270115T093012Z\r\n"
            b"RECURRENCE-ID;TZID=Europe/Brussels:20270409T090000\r\n"
            b"DTSTART;TZID=Europe/Brussels:20270409T140000\r\n"
            b"DTEND;TZID=Europe/Brussels:20270409T170000\r\n"
            b"SUMMARY:Accueillir la parole\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR",
        },
    )
    assert READERS[name](recurring) == [
        BEFORE_SPRING,
        AFTER_SPRING,
        replace(BEFORE_SPRING, starts_at=utc(4, 9, 12), ends_at=utc(4, 9, 15)),
        replace(BEFORE_SPRING, starts_at=utc(4, 16, 7), ends_at=utc(4, 16, 10)),
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            {b"DTSTART;": b"DTSTART:20270326T090000", b"DTEND;": b"DTEND:20270326T120000"},
            "is no instant",
        ),
        (
            {b"DTSTART;": b"DTSTART;VALUE=DATE:20270326", b"DTEND;": b"DTEND;VALUE=DATE:20270327"},
            "is no instant",
        ),
        ({b"SEQUENCE": b"SEQUENCE:0\r\nRRULE:FREQ=DAILY"}, "recurs without end"),
    ],
    ids=["floating time", "day", "endless rule"],
)
@pytest.mark.parametrize("name", READERS)
def test_reader_refuses_what_has_no_instant_or_no_end(name, lines, reason, capfd):
    with pytest.raises((ValueError, CalledProcessError)) as refusal:
        READERS[name](changed(SPRING, lines))
    assert reason in f"{refusal.value} {capfd.readouterr().err}"  # Node's goes there
