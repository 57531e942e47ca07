from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from registrations.domain import working_hours
from registrations.domain.working_hours import after, offer_ends

BRUSSELS = ZoneInfo("Europe/Brussels")
NONE: frozenset[date] = frozenset()


def local(day: int, hour: int, minute: int = 0, *, month: int = 2) -> datetime:
    """In 2027: 1 February is a Monday."""
    return datetime(2027, month, day, hour, minute, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("at", "hours", "end"),
    [
        (local(1, 10), 2, local(1, 12)),
        (local(1, 9), 8, local(1, 17)),
        (local(1, 9), 16, local(2, 17)),
        (local(1, 10), 16, local(3, 10)),
        (local(1, 16, 59), 1, local(2, 9, 59)),
        (local(1, 17), 1, local(2, 10)),
        (local(1, 23), 16, local(3, 17)),
        (local(2, 3), 1, local(2, 10)),
        (local(5, 16), 2, local(8, 10)),
        (local(6, 12), 8, local(8, 17)),
        (local(7, 12), 9, local(9, 10)),
    ],
    ids=[
        "the same morning",
        "a whole day",
        "two whole days",
        "over two nights",
        "one minute before closing",
        "at closing",
        "in the evening",
        "at night",
        "over a week-end",
        "on Saturday",
        "on Sunday",
    ],
)
def test_working_hours_are_monday_to_friday_from_9_to_17(at, hours, end):
    assert after(at, hours, days_off=NONE) == end


def test_a_day_off_does_not_count():
    assert after(local(1, 16), 2, days_off={date(2027, 2, 2)}) == local(3, 10)


def test_the_clock_on_the_wall_counts_over_the_change_of_the_hour():
    """Summer time begins on Sunday 28 March 2027."""
    end = after(local(26, 16, month=3), 2, days_off=NONE)

    assert end == local(29, 10, month=3)
    assert end.astimezone(UTC) == datetime(2027, 3, 29, 8, tzinfo=UTC)


def test_where_no_day_is_worked_hours_of_the_clock_count():
    every_day = {date(2027, 1, 1) + timedelta(days=number) for number in range(400)}

    assert after(local(1, 10), 16, days_off=every_day) == local(1, 10) + timedelta(hours=16)


def test_a_long_row_of_days_off_is_passed_over():
    off = {date(2027, 2, 1) + timedelta(days=n) for n in range(working_hours.LOOKS_AHEAD - 2)}

    assert after(local(1, 10), 1, days_off=off) == local(31, 10, month=3)


@pytest.mark.parametrize(
    ("starts_at", "end"),
    [
        (local(22, 9), local(3, 10)),
        (local(2, 10), local(1, 22)),
        (local(1, 10, 30), local(1, 10, 15)),
    ],
    ids=["weeks before", "the day before", "half an hour before"],
)
def test_an_offer_ends_at_the_latest_halfway_to_the_session(starts_at, end):
    assert offer_ends(local(1, 10), starts_at=starts_at, hours=16, days_off=NONE) == end


def test_an_offer_for_what_has_begun_has_ended():
    at = local(1, 10)

    assert offer_ends(at, starts_at=local(1, 9), hours=16, days_off=NONE) < at
