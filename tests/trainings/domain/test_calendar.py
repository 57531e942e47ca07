import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil.tz import tzical  # comes with icalendar
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from trainings.domain.calendar import (
    CalendarEvent,
    CalendarPerson,
    cancellation,
    invitation,
    published,
)
from trainings.domain.time_zones import time_zone

EXPECTED = Path(__file__).parents[2] / "calendars"
BRUSSELS = ZoneInfo("Europe/Brussels")
CHANGED_AT = datetime(2027, 1, 15, 10, 30, 12, 987654, tzinfo=BRUSSELS)
ORGANISER = CalendarPerson(name="Centre de formation", email="formations@exemple.be")
ATTENDEE = CalendarPerson(name="Zoé Dupont; service jeunesse", email="zoe@exemple.be")
HOSTILE = [
    f"before{end}ATTACH:https://evil.example/"
    for end in ("\r", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00\n")
]


def at(year, month, day, hour=9, minute=0, zone=BRUSSELS, fold=0):
    return datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold)


def an_event(starts_at=None, **fields):
    starts_at = starts_at or at(2027, 5, 11)
    return CalendarEvent(
        **{
            "uid": "0b0cbb1e-7a55-5d58-8f5a-0d4d1e3f6c01",
            "sequence": 0,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=3),
            "summary": "Accueillir la parole",
            "changed_at": CHANGED_AT,
            **fields,
        }
    )


def a_full_event(**fields):
    return an_event(
        **{
            "sequence": 2,
            "summary": "Écouter, accueillir ; orienter",
            "description": "Deuxième séance.\n\nhttps://exemple.be/agenda/ecouter/",
            "location": "Rue de l’Été 12, 1000 Bruxelles",
            "url": "https://exemple.be/agenda/ecouter/",
            "categories": ("Aide à la jeunesse", "Écoute"),
            **fields,
        }
    )


def feed(*events, **fields):
    return published(
        events,
        **{
            "name": "Formations",
            "description": "Les séances à venir, pour les partenaires",
            "calendar_id": "6f1c2f6e-0d0b-5d57-9a52-6a4a2f4b9e11",
            "language": "fr",
            "default_zone": "Europe/Brussels",
            **fields,
        },
    )


def mailed(build, event, **fields):
    people = {"organiser": ORGANISER, "attendee": ATTENDEE}
    return build(event, **{**people, "language": "fr", **fields})


def unfolded(ics):
    return ics.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def event_lines(ics):
    lines = unfolded(ics)
    return lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]


def values(ics, name):
    return [line.split(":", 1)[1] for line in unfolded(ics) if re.match(rf"{name}[:;]", line)]


def shape(ics):
    """Names only: what an injection would change."""
    return [re.split("[:;]", line)[0] for line in unfolded(ics)]


def assert_octets(ics):
    assert ics.endswith(b"\r\n")
    assert ics.startswith(b"BEGIN:VCALENDAR\r\n")
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", ics)
    for line in ics.removesuffix(b"\r\n").split(b"\r\n"):
        assert 0 < len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()  # fails where a fold cuts a character


def zone_text(key, *years):
    return time_zone(ZoneInfo(key), years).to_ical(sorted=False).decode().replace("\r\n", "\n")


# --- files -----------------------------------------------------------------------------------

MORNINGS = {
    "spring": (at(2027, 3, 26), at(2027, 3, 29)),
    "autumn": (at(2027, 10, 29), at(2027, 11, 2)),
}
CITIES = {
    "brussels": "Europe/Brussels",
    "paris": "Europe/Paris",
    "lisbon": "Europe/Lisbon",
    "reykjavik": "Atlantic/Reykjavik",
}


def mornings_of_a_year(key):
    """On both sides of the two clock changes that Brussels, Paris and Lisbon have."""
    starts = [start.replace(tzinfo=ZoneInfo(key)) for pair in MORNINGS.values() for start in pair]
    return feed(*(an_event(start, uid=f"seance-{start:%m%d}") for start in starts))


SITUATIONS = {
    "morning_each_side_of_the_spring_clock_change": lambda: feed(
        *(an_event(start, uid=f"seance-{start:%m%d}") for start in MORNINGS["spring"])
    ),
    "morning_each_side_of_the_autumn_clock_change": lambda: feed(
        *(an_event(start, uid=f"seance-{start:%m%d}") for start in MORNINGS["autumn"])
    ),
    "session_with_every_field": lambda: feed(a_full_event()),
    "cancelled_session": lambda: feed(
        a_full_event(is_cancelled=True, sequence=3, summary="ANNULÉ – Écouter, accueillir")
    ),
    "session_somebody_waits_for": lambda: feed(an_event(is_tentative=True)),
    "opening_of_registration": lambda: feed(
        an_event(
            ends_at=at(2027, 5, 11, 9, 15),
            summary="Ouverture des inscriptions – Accueillir",
            is_free=True,
        )
    ),
    "no_session_at_all": feed,
    **{
        f"mornings_of_a_year_in_{city}": partial(mornings_of_a_year, key)
        for city, key in CITIES.items()
    },
    "zone_whose_rules_changed": lambda: feed(
        an_event(at(2024, 2, 10, zone=ZoneInfo("Asia/Almaty")), uid="before"),
        an_event(at(2024, 5, 10, zone=ZoneInfo("Asia/Almaty")), uid="after"),
    ),
    "invitation_to_a_registered_person": lambda: mailed(invitation, a_full_event()),
    "cancellation_for_a_registered_person": lambda: mailed(cancellation, a_full_event(sequence=3)),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_calendar_is_the_expected_file(situation):
    assert SITUATIONS[situation]() == (EXPECTED / f"{situation}.ics").read_bytes()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_calendar_has_the_octets_the_rfc_asks(situation):
    assert_octets(SITUATIONS[situation]())


# --- octets and text -------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["é", "€uro", "👩🏽‍🏫", "n\u0303", "a"])
@pytest.mark.parametrize("shift", range(4))
def test_fold_never_cuts_a_character(word, shift):
    text = "x" * shift + word * 60
    ics = feed(an_event(description=text))
    assert_octets(ics)
    assert values(ics, "DESCRIPTION") == [text]


def test_text_is_escaped_once():
    ics = feed(an_event(summary=r"a, b; c\d \n e", description="one\ntwo, \\Notes"), name="A, b; c")
    assert values(ics, "SUMMARY") == [r"a\, b\; c\\d \\n e"]
    assert values(ics, "DESCRIPTION") == [r"one\ntwo\, \\Notes"]
    assert values(ics, "NAME") == values(ics, "X-WR-CALNAME") == [r"A\, b\; c"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"])
def test_newline_stays_in_the_description_only(newline):
    text = f"one{newline}two"
    ics = feed(an_event(summary=text, location=text, description=text))
    assert values(ics, "SUMMARY") == values(ics, "LOCATION") == ["one two"]
    assert values(ics, "DESCRIPTION") == [r"one\ntwo"]


def test_controls_and_lone_surrogates_are_dropped():
    ics = feed(an_event(summary="a\x00b\x07c\x7fd\x9be\ud800f\tg", description="\x1bh\tg"))
    assert values(ics, "SUMMARY") == ["abcdef g"]
    assert values(ics, "DESCRIPTION") == ["h g"]


def test_long_title_and_place_are_cut_at_255():
    ics = feed(an_event(summary="é" * 256, location="p" * 255))
    assert values(ics, "SUMMARY") == ["é" * 254 + "…"]
    assert values(ics, "LOCATION") == ["p" * 255]


EVENT_FIELDS = ["uid", "summary", "description", "location", "url", "categories"]
FEED_FIELDS = ["name", "description", "calendar_id", "language"]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("field", EVENT_FIELDS)
def test_event_field_opens_no_new_line(field, hostile):
    plain, value = ("plain",) * 2 if field == "categories" else "plain", hostile
    if field == "categories":
        value = (hostile, "plain")
    if field == "url":
        plain, value = "", "https://exemple.be/" + hostile
    ics = feed(an_event(**{field: value}))
    assert shape(ics) == shape(feed(an_event(**{field: plain})))
    assert not re.search("[\x0b\x0c\x1c\x85\u2028\u2029]", ics.decode())
    assert_octets(ics)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("field", FEED_FIELDS)
def test_feed_field_opens_no_new_line(field, hostile):
    ics = feed(an_event(), **{field: hostile})
    assert shape(ics) == shape(feed(an_event()))
    assert_octets(ics)


@pytest.mark.parametrize("hostile", [*HOSTILE, 'a";ROLE=CHAIR:mailto:evil@evil.example'])
@pytest.mark.parametrize("person", ["organiser", "attendee"])
@pytest.mark.parametrize("field", ["name", "email"])
def test_person_opens_no_new_line(field, person, hostile):
    someone = replace(ATTENDEE, **{field: hostile})
    ics = mailed(invitation, an_event(), **{person: someone})
    assert shape(ics) == shape(mailed(invitation, an_event()))
    component = icalendar.Calendar.from_ical(ics).events[0]
    assert set(component["organizer"].params) == {"CN"}
    assert component["attendee"].params["ROLE"] == "REQ-PARTICIPANT"
    assert_octets(ics)


@settings(deadline=None)
@given(text=st.text(st.characters()))
def test_any_text_gives_the_same_lines(text):
    event = an_event(summary=text, location=f"x{text}", description=f"x{text}", categories=(text,))
    ics = feed(event, name=text, description=f"x{text}")
    assert_octets(ics)
    names = [name for name in shape(ics) if name != "CATEGORIES"]
    assert names == shape(feed(an_event(location="x", description="x")))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://exemple.be/",
        "https://",
        "/agenda/",
        "https://exemple.be/\r\nATTACH:x",
        "https://exemple.be/a b",
        "https://exemple.be/\x85",
        "https://exemple.be/\ud800",
        "https://exemple.be/é",
        " https://exemple.be/",
        "https://exemple.be/\n",
    ],
)
def test_bad_url_is_dropped_and_the_event_stays(url):
    assert feed(an_event(url=url)) == feed(an_event(url=""))


def test_url_is_not_escaped():
    ics = feed(an_event(url="https://exemple.be/?a=1,2;b=%C3%A9#x"))
    assert values(ics, "URL") == ["https://exemple.be/?a=1,2;b=%C3%A9#x"]


def test_category_holds_no_separator():
    ics = feed(an_event(categories=("Aide, écoute; suite", r"a\b", " ,", "")))
    assert values(ics, "CATEGORIES") == ["Aide écoute suite,a b"]


def test_categories_without_a_name_are_left_out():
    assert feed(an_event(categories=("", "\x00"))) == feed(an_event())


# --- header ----------------------------------------------------------------------------------


def test_feed_header_says_who_what_and_how_often():
    lines = unfolded(feed(an_event(), language="nl-be"))
    assert lines[: lines.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "PRODID:-//Wagtail Trainings//wagtail-trainings//NL-BE",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "UID:6f1c2f6e-0d0b-5d57-9a52-6a4a2f4b9e11",
        "X-WR-RELCALID:6f1c2f6e-0d0b-5d57-9a52-6a4a2f4b9e11",
        "NAME:Formations",
        "X-WR-CALNAME:Formations",
        r"X-WR-CALDESC:Les séances à venir\, pour les partenaires",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]


def test_empty_feed_holds_the_default_zone():
    lines = unfolded(feed())
    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert "TZID:Europe/Brussels" in lines
    assert "BEGIN:VEVENT" not in lines


def test_empty_feed_of_a_zone_without_rule_holds_utc():
    # The Chilean rule, "the first Sunday from the 2nd", has no place in the month.
    assert values(feed(default_zone="America/Santiago"), "TZID") == ["UTC"]


def test_feed_is_the_same_bytes_whatever_the_order():
    events = [
        an_event(at(2027, 5, 11), uid="b"),
        an_event(at(2027, 5, 11), uid="a"),
        an_event(at(2027, 5, 11, 4, zone=ZoneInfo("America/New_York")), uid="c"),
        an_event(at(2027, 5, 10), uid="z"),
    ]
    ics = feed(*events)
    assert feed(*reversed(events)) == ics == feed(*events)
    uids = [str(event["uid"]) for event in icalendar.Calendar.from_ical(ics).events]
    assert uids == ["z", "a", "b", "c"]  # New York at four is Brussels at ten


# --- time zones ------------------------------------------------------------------------------

EUROPEAN_ZONE = """\
BEGIN:VTIMEZONE
TZID:{key}
BEGIN:DAYLIGHT
TZNAME:{summer}
TZOFFSETFROM:{winter_offset}
TZOFFSETTO:{summer_offset}
DTSTART:19960331T{spring}
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:{winter}
TZOFFSETFROM:{summer_offset}
TZOFFSETTO:{winter_offset}
DTSTART:19961027T{autumn}
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
CENTRAL = {
    "winter": "CET",
    "summer": "CEST",
    "winter_offset": "+0100",
    "summer_offset": "+0200",
    "spring": "020000",
    "autumn": "030000",
}
WESTERN = {
    "winter": "WET",
    "summer": "WEST",
    "winter_offset": "+0000",
    "summer_offset": "+0100",
    "spring": "010000",
    "autumn": "020000",
}


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("Europe/Brussels", CENTRAL),
        ("Europe/Paris", CENTRAL),
        ("Europe/Lisbon", WESTERN),
        ("Europe/Dublin", WESTERN | {"winter": "GMT", "summer": "IST"}),
    ],
)
@pytest.mark.parametrize("years", [(2027,), (1997, 1998), tuple(range(2020, 2040))])
def test_european_zone_has_the_rules_of_1996(key, names, years):
    assert zone_text(key, *years) == EUROPEAN_ZONE.format(key=key, **names)


def test_new_york_has_its_own_rules():
    text = zone_text("America/New_York", 2027)
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n" in text
    assert "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\n" in text
    assert "TZNAME:EST\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nDTSTART:19961103T020000\n" in text
    assert "TZNAME:EDT\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nDTSTART:19960310T020000\n" in text


def test_zone_without_summer_time_has_one_standard_and_no_rule():
    assert zone_text("Atlantic/Reykjavik", 2027) == (
        "BEGIN:VTIMEZONE\nTZID:Atlantic/Reykjavik\nBEGIN:STANDARD\nTZNAME:GMT\n"
        "TZOFFSETFROM:+0000\nTZOFFSETTO:+0000\nDTSTART:19960101T000000\n"
        "END:STANDARD\nEND:VTIMEZONE\n"
    )


@pytest.mark.parametrize(
    "key",
    [
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "Atlantic/Azores",
        "Atlantic/Reykjavik",
        "Australia/Lord_Howe",
        "Australia/Sydney",
        "Europe/Brussels",
        "Europe/Dublin",
        "Europe/Helsinki",
        "Europe/Lisbon",
        "Europe/London",
        "Pacific/Auckland",
    ],
)
def test_zone_says_what_the_database_says(key):
    text = time_zone(ZoneInfo(key), range(2026, 2030)).to_ical(sorted=False).decode()
    reader = tzical(StringIO(text)).get(key)
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for day in range(4 * 365):
        instant = noon + timedelta(days=day)
        expected = instant.astimezone(ZoneInfo(key))
        clock = expected.replace(tzinfo=reader)
        assert (clock.utcoffset(), clock.tzname()) == (expected.utcoffset(), expected.tzname())


@pytest.mark.parametrize(
    ("key", "years"),
    [
        ("Asia/Almaty", [2024]),  # one change, for ever
        ("Europe/Istanbul", [2016]),  # summer time that stayed
        ("Africa/Casablanca", [2026, 2027]),  # follows the moon
        ("America/New_York", [2006, 2007]),  # longer summer since 2007
        ("Europe/Brussels", [1995]),
        ("Europe/Brussels", [1996]),
    ],
)
def test_zone_whose_rules_changed_has_no_component(key, years):
    assert time_zone(ZoneInfo(key), years) is None


def test_events_of_a_zone_whose_rules_changed_are_in_utc():
    zone = ZoneInfo("Asia/Almaty")
    ics = feed(an_event(at(2024, 2, 10, zone=zone)), an_event(at(2024, 5, 10, zone=zone)))
    assert "BEGIN:VTIMEZONE" not in unfolded(ics)
    assert values(ics, "DTSTART") == ["20240210T030000Z", "20240510T040000Z"]
    assert values(ics, "DTEND") == ["20240210T060000Z", "20240510T070000Z"]


def test_each_zone_is_written_once():
    zones = [BRUSSELS, ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Almaty"), BRUSSELS]
    ics = feed(*(an_event(at(2024, 2, 10, zone=zone)) for zone in zones))
    assert values(ics, "TZID") == ["Europe/Brussels", "Europe/Lisbon"]


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("UTC"), ZoneInfo("Etc/UTC")])
def test_utc_needs_no_zone(zone):
    ics = feed(an_event(at(2027, 5, 11, zone=zone)))
    assert values(ics, "DTSTART") == ["20270511T090000Z"]
    assert "BEGIN:VTIMEZONE" not in unfolded(ics)


def test_fixed_offset_is_written_in_utc():
    ics = feed(an_event(at(2027, 5, 11, zone=timezone(timedelta(hours=2)))))
    assert values(ics, "DTSTART") == ["20270511T070000Z"]


@pytest.mark.parametrize(
    ("starts_at", "instant"),
    [
        (at(2027, 3, 28, 2, 30), "20270328T013000Z"),  # skipped
        (at(2027, 10, 31, 2, 30), "20271031T003000Z"),  # the first of the two
        (at(2027, 10, 31, 2, 30, fold=1), "20271031T013000Z"),  # the second
    ],
)
def test_hour_that_is_no_plain_hour_is_written_in_utc(starts_at, instant):
    ics = feed(an_event(starts_at, ends_at=starts_at.replace(hour=5, fold=0)))
    assert values(ics, "DTSTART") == [instant]
    assert values(ics, "DTEND")[0].endswith("Z")
    assert "BEGIN:VTIMEZONE" not in unfolded(ics)


def test_end_in_another_zone_is_told_in_the_zone_of_the_start():
    ics = feed(an_event(at(2027, 5, 11), ends_at=at(2027, 5, 11, 10, zone=UTC)))
    assert "DTEND;TZID=Europe/Brussels:20270511T120000" in unfolded(ics)


@pytest.mark.parametrize("field", ["starts_at", "ends_at", "changed_at"])
def test_naive_datetime_is_refused(field):
    with pytest.raises(ValueError, match="aware"):
        replace(an_event(), **{field: at(2027, 5, 11, zone=None)})


# --- events ----------------------------------------------------------------------------------


def test_event_says_everything_and_nothing_more():
    assert event_lines(feed(a_full_event())) == [
        "UID:0b0cbb1e-7a55-5d58-8f5a-0d4d1e3f6c01",
        "DTSTAMP:20270115T093012Z",
        "LAST-MODIFIED:20270115T093012Z",
        "SEQUENCE:2",
        "DTSTART;TZID=Europe/Brussels:20270511T090000",
        "DTEND;TZID=Europe/Brussels:20270511T120000",
        r"SUMMARY:Écouter\, accueillir \; orienter",
        r"DESCRIPTION:Deuxième séance.\n\nhttps://exemple.be/agenda/ecouter/",
        r"LOCATION:Rue de l’Été 12\, 1000 Bruxelles",
        "URL:https://exemple.be/agenda/ecouter/",
        "CATEGORIES:Aide à la jeunesse,Écoute",
        "CLASS:PUBLIC",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
    ]


def test_event_with_little_to_say_writes_no_empty_property():
    assert shape(feed(an_event()))[-13:] == [
        "BEGIN",
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "CLASS",
        "STATUS",
        "TRANSP",
        "END",
        "END",
    ]


def test_cancelled_event_frees_the_reader():
    lines = event_lines(feed(an_event(is_cancelled=True, summary="ANNULÉ – Accueillir")))
    assert lines[-5:] == [
        "SUMMARY:ANNULÉ – Accueillir",
        "CLASS:PUBLIC",
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    ]


def test_end_before_the_start_is_left_out():
    ics = feed(an_event(ends_at=at(2027, 5, 11, 8)))
    assert not values(ics, "DTEND")
    assert values(ics, "DTSTART")[-1] == "20270511T090000"


# --- other people's readers ------------------------------------------------------------------


def read_by_icalendar(ics):
    events = icalendar.Calendar.from_ical(ics).events
    return [(str(event["summary"]), event.start, event.end) for event in events]


def read_by_vobject(ics):
    events = vobject.readOne(ics.decode()).contents["vevent"]
    return [(event.summary.value, event.dtstart.value, event.dtend.value) for event in events]


def read_by_ical(ics):
    events = IcsCalendarStream.calendar_from_ics(ics.decode()).events
    return [(event.summary, event.dtstart, event.dtend) for event in events]


@pytest.mark.parametrize("read", [read_by_icalendar, read_by_vobject, read_by_ical])
@pytest.mark.parametrize("season", MORNINGS)
@pytest.mark.parametrize("key", ["Europe/Brussels", "Europe/Lisbon", "Europe/Dublin"])
def test_reader_keeps_the_hour_on_both_sides_of_a_clock_change(key, season, read):
    starts = [start.replace(tzinfo=ZoneInfo(key)) for start in MORNINGS[season]]
    events = [an_event(start, uid=f"{start:%m%d}", summary="Été, « à » ; b") for start in starts]
    answer = read(feed(*events))
    assert [summary for summary, _, _ in answer] == ["Été, « à » ; b"] * 2
    for event, (_, start, end) in zip(events, answer, strict=True):
        assert (start.hour, end.hour) == (9, 12)
        assert start.astimezone(UTC) == event.starts_at.astimezone(UTC)
        assert end.astimezone(UTC) == event.ends_at.astimezone(UTC)


@pytest.mark.parametrize("read", [read_by_icalendar, read_by_vobject, read_by_ical])
@pytest.mark.parametrize("change", [at(2027, 3, 27, 22), at(2027, 10, 30, 22)])
def test_reader_follows_a_night_across_a_clock_change(change, read):
    event = an_event(change, ends_at=change + timedelta(hours=11))
    [(_, start, end)] = read(feed(event))
    assert (start.hour, end.hour) == (22, 9)
    assert end.astimezone(UTC) == event.ends_at.astimezone(UTC)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_is_read_without_complaint(situation):
    ics = SITUATIONS[situation]()
    calendar = icalendar.Calendar.from_ical(ics)
    assert not [error for part in calendar.walk() for error in part.errors]
    assert vobject.readOne(ics.decode()).validate()
    assert len(IcsCalendarStream.calendar_from_ics(ics.decode()).events) == len(calendar.events)


def test_written_text_is_read_back():
    text = 'Écouter, accueillir ; "orienter"\n\\\\serveur\\Notes : 👩🏽‍🏫 €'
    [event] = icalendar.Calendar.from_ical(feed(an_event(description=text))).events
    assert str(event["description"]) == text


# --- invitation and cancellation -------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "method", "status"),
    [(invitation, "REQUEST", "CONFIRMED"), (cancellation, "CANCEL", "CANCELLED")],
)
def test_mailed_calendar_is_one_event_for_one_person(build, method, status):
    ics = mailed(build, a_full_event())
    assert values(ics, "METHOD") == [method]
    assert values(ics, "STATUS") == [status]
    assert values(ics, "SEQUENCE") == ["2"]
    lines = unfolded(ics)
    assert [line for line in lines if line.startswith("BEGIN")] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "BEGIN:DAYLIGHT",
        "BEGIN:STANDARD",
        "BEGIN:VEVENT",
    ]
    [event] = icalendar.Calendar.from_ical(ics).events
    assert event["organizer"] == "mailto:formations@exemple.be"
    assert event["organizer"].params == {"CN": "Centre de formation"}
    assert event["attendee"] == "mailto:zoe@exemple.be"
    assert event["attendee"].params == {
        "CN": "Zoé Dupont; service jeunesse",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_person_without_a_name_is_called_by_the_address():
    ics = mailed(invitation, an_event(), organiser=replace(ORGANISER, name=" "))
    assert "ORGANIZER;CN=formations@exemple.be:mailto:formations@exemple.be" in unfolded(ics)


def test_cancellation_frees_the_reader():
    ics = mailed(cancellation, an_event())
    assert values(ics, "TRANSP") == ["TRANSPARENT"]
    assert values(ics, "X-MICROSOFT-CDO-BUSYSTATUS") == ["FREE"]


def test_invitation_to_a_cancelled_event_is_refused():
    with pytest.raises(ValueError, match="cancellation"):
        mailed(invitation, an_event(is_cancelled=True))


@pytest.mark.parametrize("build", [invitation, cancellation])
def test_mailed_calendar_is_the_same_bytes_twice(build):
    assert mailed(build, a_full_event()) == mailed(build, a_full_event())


def test_mailed_calendar_has_nothing_of_a_feed():
    names = set(shape(mailed(invitation, a_full_event())))
    assert names.isdisjoint({"NAME", "X-WR-CALNAME", "X-WR-RELCALID", "X-PUBLISHED-TTL"})


def test_feed_names_nobody_and_rings_no_bell():
    lines = unfolded(feed(a_full_event(), a_full_event(is_cancelled=True)))
    assert not [line for line in lines if re.match("ATTENDEE|ORGANIZER|BEGIN:VALARM", line)]
