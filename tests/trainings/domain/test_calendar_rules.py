"""What readers of calendars are known to stumble on, each as bytes that are written or never are.

Which reader needs what, and where that is said, stands beside the code; here it is held.
"""

import re
from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tests.readers import READERS
from tests.trainings.domain.test_calendar import (
    CITIES,
    a_full_event,
    an_event,
    assert_octets,
    at,
    event_lines,
    feed,
    mailed,
    mornings_of_a_year,
    unfolded,
    values,
)
from trainings.domain.calendar import cancellation, invitation

#: Google takes no more, in octets.
GOOGLE_TAKES = 1_000_000

# --- what is written, and nothing else ---------------------------------------------------------

#: Of the properties with parameters, all of those that may be there.
ZONE = {
    "VTIMEZONE": {"TZID"},
    "DAYLIGHT": {"TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE"},
    "STANDARD": {"TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE"},
}
EVENT = {
    *("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "URL"),
    *("CATEGORIES", "CLASS", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
    *("DTSTART;TZID=Europe/Brussels", "DTEND;TZID=Europe/Brussels"),
}
FEED = {
    "VCALENDAR": {
        *("PRODID", "VERSION", "CALSCALE", "METHOD", "UID", "X-WR-RELCALID", "NAME"),
        *("X-WR-CALNAME", "X-WR-CALDESC", "REFRESH-INTERVAL;VALUE=DURATION", "X-PUBLISHED-TTL"),
    },
    **ZONE,
    "VEVENT": EVENT,
}
MAIL = {
    "VCALENDAR": {"PRODID", "VERSION", "CALSCALE", "METHOD"},
    **ZONE,
    "VEVENT": EVENT
    | {
        'ORGANIZER;CN="Centre de formation"',
        'ATTENDEE;CN="Zoé Dupont; service jeunesse";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;'
        "PARTSTAT=ACCEPTED;RSVP=FALSE",
    },
}


def written(ics):
    """By component, the properties with their parameters."""
    found, inside = {}, []
    for line in unfolded(ics):
        head, value = re.fullmatch(r'((?:"[^"]*"|[^":])*):(.*)', line).groups()
        if head == "BEGIN":
            inside.append(value)
            found.setdefault(value, set())
        elif head == "END":
            assert inside.pop() == value
        else:
            found[inside[-1]].add(head)
    assert inside == []
    return found


def test_feed_has_these_properties_and_no_other():
    """So no ATTENDEE, ORGANIZER, VALARM, RDATE, X-WR-TIMEZONE, GEO…, and RRULE in zones only."""
    ics = feed(
        a_full_event(uid="a"),
        a_full_event(uid="b", is_cancelled=True),
        a_full_event(uid="c", is_tentative=True),
        a_full_event(uid="d", is_free=True),
    )
    assert written(ics) == FEED


@pytest.mark.parametrize(
    "ics",
    [
        mailed(invitation, a_full_event(is_free=True)),
        mailed(cancellation, a_full_event()),
    ],
    ids=["invitation", "cancellation"],
)
def test_mailed_calendar_has_these_properties_and_no_other(ics):
    assert written(ics) == MAIL


@pytest.mark.parametrize(
    "ics",
    [
        feed(),
        feed(an_event()),
        feed(a_full_event(uid="a"), a_full_event(uid="b")),
        mailed(invitation, an_event()),
        mailed(cancellation, an_event()),
    ],
    ids=["empty", "one", "two", "invitation", "cancellation"],
)
def test_what_stands_once_stands_once(ics):
    lines = unfolded(ics)
    heads = [line.split(":")[0] for line in lines]
    assert [lines.count(f"{end}:VCALENDAR") for end in ("BEGIN", "END")] == [1, 1]
    assert [heads.count(name) for name in ("VERSION", "PRODID", "CALSCALE", "METHOD")] == [1] * 4
    # In any event, each at most once.
    for event in ics.decode().split("BEGIN:VEVENT")[1:]:
        names = re.findall(r"^([A-Z-]+)[:;]", event.partition("END:VEVENT")[0], re.MULTILINE)
        assert len(names) == len(set(names))


def test_interval_says_that_it_is_a_duration():
    ics = feed(an_event())
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in ics
    assert b"\r\nX-PUBLISHED-TTL:PT6H\r\n" in ics


def test_calendar_without_a_description_has_no_empty_one():
    ics = feed(an_event(), description=" \r\n")
    assert values(ics, "X-WR-CALDESC") == []
    assert unfolded(ics) == [
        line for line in unfolded(feed(an_event())) if not line.startswith("X-WR-CALDESC")
    ]


# --- octets ------------------------------------------------------------------------------------

WORDS = {
    "accent": "é",
    "accent apart": "e\u0301",
    "many accents": "a\u0300\u0301\u0302\u0303\u0308\u0323\u0324",
    "French signs": "« œuvre » – l’été… ",
    "three octets": "€",
    "emoji": "🙂",
    "emoji of several": "👩🏽\u200d🏫",
    "flag": "🇧🇪",
    "from the right": "\u200fשלום\u200e ",  # noqa: RUF001
    "what is escaped": "\\,;\n",
}


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_fold_leaves_every_character_whole_wherever_it_falls(word):
    """A line holds 75 octets, so 76 beginnings are all there are."""
    texts = {f"{number:02}": "x" * number + word * 30 + "x" for number in range(76)}
    ics = feed(*(an_event(uid=uid, description=text) for uid, text in texts.items()))
    assert_octets(ics)
    for read in (READERS["ical"], READERS["vobject"]):
        assert {entry.uid: entry.description for entry in read(ics)} == texts


def test_feed_begins_with_its_first_letter():
    """Eight of fifteen readers stop at a byte order mark."""
    ics = feed(an_event(summary="\ufeffAccueil"), name="\ufeffFormations")
    assert ics.startswith(b"BEGIN:VCALENDAR\r\n")
    assert values(ics, "NAME") == ["Formations"]
    assert values(ics, "SUMMARY") == ["Accueil"]


# --- text --------------------------------------------------------------------------------------


def test_spaces_that_do_not_break_stay():
    text = "Que faire\u202f? «\u00a0Rien\u00a0»  de  plus"
    ics = feed(an_event(summary=text, location=text, description=text), name=text)
    for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "NAME"):
        assert values(ics, name) == [text]


def test_line_ends_become_one_space_where_one_line_is_asked():
    text = " one \r\n\n  two\u2028three \n"
    ics = feed(an_event(summary=text, location=text), name=text)
    assert values(ics, "SUMMARY") == values(ics, "LOCATION") == values(ics, "NAME")
    assert values(ics, "SUMMARY") == ["one two three"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("é" * 254, "é" * 254),
        ("é" * 255, "é" * 255),
        ("é" * 256, "é" * 254 + "…"),
        ("é" * 253 + " là-bas", "é" * 253 + "…"),
        ("🙂" * 300, "🙂" * 254 + "…"),
        ("a\r\n" * 200, "a " * 126 + "a…"),
    ],
    ids=["254", "255", "256", "at a space", "emoji", "lines"],
)
def test_one_line_has_255_characters_at_most(text, told):
    ics = feed(an_event(summary=text, location=text), name=text)
    for name in ("SUMMARY", "LOCATION", "NAME", "X-WR-CALNAME"):
        assert values(ics, name) == [told]
    assert len(told) <= 255


def test_description_is_as_long_as_it_is():
    text = "Écouter. " * 2000 + "Fin"
    assert values(feed(an_event(description=text)), "DESCRIPTION") == [text]


def test_categories_are_apart_by_the_only_commas():
    ics = feed(an_event(categories=("Aide, écoute; suite", "Été", "\r\n", "a\\b")))
    assert values(ics, "CATEGORIES") == ["Aide écoute suite,Été,a b"]


# --- what an entry says of the reader's time ---------------------------------------------------

FREE = "X-MICROSOFT-CDO-BUSYSTATUS:FREE"
TENTATIVE = "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"


@pytest.mark.parametrize(
    ("is_cancelled", "is_tentative", "is_free", "said"),
    [
        (False, False, False, ["STATUS:CONFIRMED", "TRANSP:OPAQUE"]),
        (False, False, True, ["STATUS:CONFIRMED", "TRANSP:TRANSPARENT", FREE]),
        (False, True, False, ["STATUS:TENTATIVE", "TRANSP:OPAQUE", TENTATIVE]),
        (False, True, True, ["STATUS:TENTATIVE", "TRANSP:TRANSPARENT", FREE]),
        (True, False, False, ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", FREE]),
        (True, False, True, ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", FREE]),
        (True, True, False, ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", FREE]),
        (True, True, True, ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", FREE]),
    ],
)
def test_state_is_told_to_readers_of_each_kind(is_cancelled, is_tentative, is_free, said):
    event = an_event(is_cancelled=is_cancelled, is_tentative=is_tentative, is_free=is_free)
    assert event_lines(feed(event))[-len(said) - 1 :] == ["CLASS:PUBLIC", *said]


# --- times -------------------------------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.parametrize("key", CITIES.values(), ids=CITIES)
@pytest.mark.parametrize("name", READERS)
def test_reader_gives_the_hours_of_a_city_over_a_year(name, key):
    entries = READERS[name](mornings_of_a_year(key))
    zone = ZoneInfo(key)
    assert [(entry.starts_at, entry.ends_at) for entry in entries] == [
        (
            at(2027, month, day, 9, zone=zone).astimezone(UTC),
            at(2027, month, day, 12, zone=zone).astimezone(UTC),
        )
        for month, day in ((3, 26), (3, 29), (10, 29), (11, 2))
    ]


@pytest.mark.parametrize("key", ["Atlantic/Reykjavik", "Africa/Abidjan", "Africa/Dakar"])
def test_zone_that_never_leaves_greenwich_is_told_by_its_name(key):
    ics = feed(an_event(at(2027, 7, 1, zone=ZoneInfo(key))))
    assert values(ics, "TZID") == [key]
    assert f"DTSTART;TZID={key}:20270701T090000" in unfolded(ics)
    assert f"DTEND;TZID={key}:20270701T120000" in unfolded(ics)


def test_zone_whose_rules_changed_leaves_the_others_alone():
    almaty = ZoneInfo("Asia/Almaty")
    ics = feed(
        an_event(at(2024, 2, 10), uid="a"),
        an_event(at(2024, 2, 10, zone=almaty), uid="b"),
        an_event(at(2024, 5, 10, zone=almaty), uid="c"),
    )
    assert values(ics, "TZID") == ["Europe/Brussels"]
    assert [line for line in unfolded(ics) if line.startswith("DTSTART")][2:] == [
        "DTSTART:20240210T030000Z",
        "DTSTART;TZID=Europe/Brussels:20240210T090000",
        "DTSTART:20240510T040000Z",
    ]


SPANS = {
    "a morning": (at(2027, 5, 11), at(2027, 5, 11, 12)),
    "a night into summer": (at(2027, 3, 27, 22), at(2027, 3, 28, 9)),
    "into the skipped hour": (at(2027, 3, 28, 1), at(2027, 3, 28, 2, 30)),
    "the doubled hour": (at(2027, 10, 31, 2, 30), at(2027, 10, 31, 2, 30, fold=1)),
    "out of the doubled hour": (at(2027, 10, 31, 2, 59, fold=1), at(2027, 10, 31, 3)),
    "an end elsewhere": (at(2027, 5, 11), at(2027, 5, 11, 10, zone=ZoneInfo("Europe/Lisbon"))),
    "new year": (at(2027, 12, 31, 23), at(2028, 1, 1, 1)),
    "without summer time": tuple(
        at(2027, 5, 11, hour, zone=ZoneInfo("Atlantic/Reykjavik")) for hour in (9, 10)
    ),
    "UTC": (at(2027, 5, 11, zone=UTC), at(2027, 5, 11, 10, zone=UTC)),
    "a fixed offset": tuple(
        at(2027, 5, 11, hour, zone=timezone(timedelta(hours=5, minutes=30))) for hour in (9, 10)
    ),
    "rules that changed": tuple(
        at(2024, 2, 29, hour, zone=ZoneInfo("Asia/Almaty")) for hour in (22, 23)
    ),
}


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
def test_event_ends_after_it_starts_in_the_same_kind_of_time(span):
    starts_at, ends_at = span
    ics = feed(an_event(starts_at, ends_at=ends_at))
    forms = [
        re.fullmatch(r"(?:DTSTART|DTEND)(?:;TZID=([\w/]+))?:\d{8}T\d{6}(Z?)", line).groups()
        for line in event_lines(ics)
        if line.startswith(("DTSTART", "DTEND"))
    ]
    assert len(forms) == 2
    assert forms[0] == forms[1]
    [(zone, utc)] = set(forms)
    # Never a time without zone, nor a zone that the file does not tell.
    assert (utc == "Z") is (zone is None)
    assert zone is None or f"TZID:{zone}" in unfolded(ics)
    for read in (READERS["ical"], READERS["vobject"]):
        [entry] = read(ics)
        assert (entry.starts_at, entry.ends_at) == (
            starts_at.astimezone(UTC),
            ends_at.astimezone(UTC),
        )
        assert entry.ends_at > entry.starts_at


# --- size --------------------------------------------------------------------------------------


def test_nine_hundred_sessions_with_long_french_texts_are_what_google_takes():
    sentence = "Accueillir, écouter, orienter : ce qu’un ménage déjà fragilisé attend de nous. "
    link = "https://formations.exemple.be/fr/formations/accueillir-la-parole/#session-"
    ics = feed(
        *(
            a_full_event(
                starts_at=at(2027, 1, 4) + timedelta(days=number // 2),
                uid=f"0b0cbb1e-7a55-5d58-8f5a-{number:012}",
                description=sentence * 5 + link,
                url=link,
            )
            for number in range(900)
        )
    )
    assert ics.count(b"BEGIN:VEVENT") == 900
    assert len(ics) < GOOGLE_TAKES
