from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
    venue,
)
from trainings.domain import scheduling
from trainings.domain.warnings import WarningKind, fewer_places, warnings_for, warnings_of
from trainings.models import ClosedPeriod, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def hall():
    return venue()


def new(page, on=MORNING_1, **fields):
    """A morning nobody has saved yet."""
    values = {
        "training": page.training,
        "starts_on": on,
        "ends_on": on,
        "start_time": time(9),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
    }
    return TrainingSession(**{**values, **fields})


def told(session, at=AT):
    return [str(warning) for warning in warnings_for(session, at=at, language="en")]


def kinds(session, at=AT):
    return [warning.kind for warning in warnings_for(session, at=at, language="en")]


def test_an_ordinary_morning_warns_of_nothing(page, hall):
    assert told(new(page, venue=hall)) == []


def test_a_venue_that_is_taken_names_who_has_it(page, hall):
    session(page, venue=hall)

    assert told(new(page, venue=hall, start_time=time(12), end_time=time(14))) == [
        "Salle des Tilleuls, Charleroi is taken at that time: En recherche de logement, "
        "Tuesday 23 March 2027, 9:00 – 12:30."
    ]


@pytest.mark.parametrize(
    ("start", "end", "is_taken"),
    [
        (time(8), time(9), False),
        (time(8), time(9, 1), True),
        (time(10), time(11), True),
        (time(8), time(18), True),
        (time(12, 29), time(14), True),
        (time(12, 30), time(14), False),
    ],
    ids=str,
)
def test_a_venue_is_taken_until_the_other_ends(page, hall, start, end, is_taken):
    session(page, venue=hall)

    found = kinds(new(page, venue=hall, start_time=start, end_time=end))

    assert found == ([WarningKind.VENUE_TAKEN] if is_taken else [])


def test_another_venue_or_none_is_never_taken(page, hall):
    session(page, venue=hall)
    session(page, on=MORNING_2)

    assert told(new(page, venue=venue(name="Autre salle"))) == []
    assert told(new(page, on=MORNING_2)) == []


@pytest.mark.parametrize("verb", [scheduling.cancel, scheduling.postpone])
def test_what_does_not_take_place_holds_no_venue(page, hall, verb):
    verb(session(page, venue=hall), by=None, at=AT)

    assert told(new(page, venue=hall)) == []


def test_a_session_does_not_stand_in_its_own_way(page, hall):
    assert told(session(page, venue=hall)) == []


def test_a_venue_is_taken_on_the_second_day_too(page, hall):
    session(page, ends_on=MORNING_1 + timedelta(days=2), venue=hall)

    found = kinds(new(page, on=MORNING_1 + timedelta(days=1), venue=hall))

    assert found == [WarningKind.VENUE_TAKEN]


def test_venues_are_compared_in_time_and_not_by_the_clock_on_the_wall(page, hall):
    session(page, venue=hall)
    elsewhere = {"time_zone": "America/New_York", "venue": hall}

    assert kinds(new(page, **elsewhere)) == []
    early = {**elsewhere, "start_time": time(4), "end_time": time(5)}
    assert kinds(new(page, **early)) == [WarningKind.VENUE_TAKEN]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (datetime(2027, 3, 23, 7, 59, tzinfo=UTC), []),
        (
            datetime(2027, 3, 23, 8, 0, tzinfo=UTC),
            ["Tuesday 23 March 2027, 9:00 – 12:30 is in the past."],
        ),
    ],
    ids=["a minute before", "at its start"],
)
def test_the_past_begins_when_the_session_does(page, at, found):
    assert told(new(page), at=at) == found


def test_a_sunday_is_told_also_when_it_is_the_second_day(page):
    saturday = date(2027, 3, 20)

    assert told(new(page, on=saturday, ends_on=saturday + timedelta(days=1))) == [
        "Sunday 21 March 2027 is a Sunday."
    ]


def test_a_public_holiday_is_told_by_its_name(page, settings):
    settings.TRAININGS_HOLIDAYS = ("BE",)

    found = warnings_for(new(page, on=date(2027, 7, 21)), at=AT, language="fr")

    assert [(one.kind, "Fête nationale" in str(one)) for one in found] == [
        (WarningKind.DAY_OFF, True)
    ]


def test_a_closed_period_is_told_by_its_name(page):
    ClosedPeriod.objects.create(name={"fr": "Inventaire"}, first_day=MORNING_1, last_day=MORNING_1)

    assert told(new(page)) == ["Tuesday 23 March 2027 is a day off: Inventaire."]


def test_of_a_session_without_end_only_the_first_month_is_looked_at(page, settings):
    settings.TRAININGS_HOLIDAYS = ()
    ClosedPeriod.objects.create(
        name={"fr": "Inventaire"}, first_day=date(2027, 6, 1), last_day=date(2027, 6, 1)
    )

    assert WarningKind.DAY_OFF not in kinds(new(page, on=MORNING_1, ends_on=date(9999, 12, 31)))


def test_lines_that_meet_in_a_venue_see_each_other(page, hall):
    lines = [
        new(page, venue=hall),
        new(page, venue=hall, start_time=time(12), end_time=time(15)),
        new(page, on=MORNING_2, venue=hall),
    ]

    found = warnings_of(lines, at=AT, language="en")

    assert {index: [one.kind for one in line] for index, line in found.items()} == {
        0: [WarningKind.VENUE_TAKEN],
        1: [WarningKind.VENUE_TAKEN],
        2: [],
    }


def test_many_lines_take_as_many_queries_as_one(page, hall, django_assert_num_queries):
    for days in range(50):
        session(page, on=MORNING_1 + timedelta(days=days), venue=hall)
    lines = [new(page, on=MORNING_1 + timedelta(days=days), venue=hall) for days in range(500)]

    with django_assert_num_queries(2):  # the venues, the closed periods
        warnings_of(lines[:1], at=AT, language="en")
    with django_assert_num_queries(2):
        found = warnings_of(lines, at=AT, language="en")

    taken = [
        index
        for index, line in found.items()
        if WarningKind.VENUE_TAKEN in [warning.kind for warning in line]
    ]
    assert taken == list(range(50))


def test_no_line_no_warning():
    assert warnings_of([], at=AT, language="en") == {}


@pytest.mark.parametrize("capacity", [None, 2, 40])
def test_places_for_all_who_have_one_warn_of_nothing(page, capacity):
    made = session(page)
    registration(person(made), person(made, number=2))

    assert fewer_places(made, capacity=capacity, at=AT, language="en") == []


def test_fewer_places_than_people_says_that_nobody_loses_one(page):
    made = session(page)
    registration(person(made), person(made, number=2))

    found = fewer_places(made, capacity=1, at=AT, language="en")

    assert [str(one) for one in found] == [
        "2 people have a place; nobody loses it. "
        "New places are given again once fewer than 1 are taken."
    ]
