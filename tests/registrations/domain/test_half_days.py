"""Half-days of a session and the training time that was attended."""

from datetime import date, datetime, time, timedelta

import pytest

from registrations.domain.half_days import Attended, attended, current, half_days

FRIDAY, SATURDAY, SUNDAY = date(2027, 3, 5), date(2027, 3, 6), date(2027, 3, 7)


def hours(text: str) -> time:
    return time.fromisoformat(text)


def units(start: str, end: str, *, starts_on=FRIDAY, ends_on=FRIDAY):
    return half_days(starts_on, hours(start), ends_on, hours(end))


def in_words(found):
    return [
        f"{one.number} {one.on.day} {one.start:%H:%M}-{one.end:%H:%M} {one.length}" for one in found
    ]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("09:00", "12:30", ["1 5 09:00-12:30 3:30:00"]),
        ("13:30", "17:00", ["1 5 13:30-17:00 3:30:00"]),
        ("09:00", "16:30", ["1 5 09:00-13:00 4:00:00", "2 5 13:00-16:30 3:30:00"]),
        # An hour on each side is a half-day, less is not.
        ("12:00", "14:00", ["1 5 12:00-13:00 1:00:00", "2 5 13:00-14:00 1:00:00"]),
        ("09:00", "13:59", ["1 5 09:00-13:59 4:59:00"]),
        ("12:01", "17:00", ["1 5 12:01-17:00 4:59:00"]),
    ],
)
def test_a_day_is_split_at_one(start, end, said):
    assert in_words(units(start, end)) == said


def test_each_of_several_days_has_its_half_days():
    assert in_words(units("09:00", "16:30", ends_on=SATURDAY)) == [
        "1 5 09:00-13:00 4:00:00",
        "2 5 13:00-16:30 3:30:00",
        "3 6 09:00-13:00 4:00:00",
        "4 6 13:00-16:30 3:30:00",
    ]


def test_of_a_stay_each_day_counts_alike():
    assert in_words(units("14:00", "12:00", ends_on=SUNDAY)) == [
        "1 5 14:00-12:00 15:20:00",
        "2 6 14:00-12:00 15:20:00",
        "3 7 14:00-12:00 15:20:00",
    ]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("01:00", ["1 5 20:00-01:00 5:00:00"]),
        ("08:00", ["1 5 20:00-08:00 12:00:00"]),
        ("08:01", ["1 5 20:00-08:01 6:00:30", "2 6 20:00-08:01 6:00:30"]),
    ],
)
def test_an_evening_that_ends_after_midnight_is_one(end, said):
    assert in_words(units("20:00", end, ends_on=SATURDAY)) == said


def test_a_night_on_which_the_clocks_change_is_as_long_as_they_say():
    night = units("22:00", "06:00", starts_on=date(2027, 3, 27), ends_on=date(2027, 3, 28))

    assert [one.length for one in night] == [timedelta(hours=8)]


# --- training time ---

MORNING = ("09:00", "12:30")
DAY = ("09:00", "16:30")
EVENING = ("20:00", "01:00")


def there(start_end, came, *, training_time=None, ends_on=FRIDAY):
    """`came` by half-day: the hours somebody came late and left early, or nothing."""
    told = {
        number: Attended(*(hours(one) if one else None for one in said))
        for number, said in came.items()
    }
    return attended(units(*start_end, ends_on=ends_on), training_time, told)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ({1: ("", "")}, "3:00"),
        ({}, "0:00"),
        # 3 h 15 min of 3 h 30 min on the clock are 2 h 47 min of 3 h.
        ({1: ("09:15", "")}, "2:45"),
        ({1: ("", "12:15")}, "2:45"),
        ({1: ("09:45", "11:30")}, "1:30"),
        # Early, or after the end, is neither more nor less than all.
        ({1: ("08:30", "13:30")}, "3:00"),
        ({1: ("12:30", "")}, "0:00"),
        ({1: ("15:00", "")}, "0:00"),
        ({1: ("11:00", "10:00")}, "0:00"),
        # A minute late is a part.
        ({1: ("09:01", "")}, "2:45"),
        # Of a half-day that is not there nothing counts.
        ({2: ("", "")}, "0:00"),
    ],
)
def test_of_one_morning_of_three_hours(came, expected):
    assert there(MORNING, came, training_time=timedelta(hours=3)) == span(expected)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ({1: ("", ""), 2: ("", "")}, "6:30"),
        ({1: ("", "")}, "3:15"),  # 4 h of 7 h 30 min are 3 h 28 min
        ({2: ("", "")}, "3:00"),  # 3 h 30 min are 3 h 2 min
        ({1: ("", "12:00"), 2: ("", "")}, "5:30"),
    ],
)
def test_of_a_day_each_half_has_its_share(came, expected):
    assert there(DAY, came, training_time=span("6:30")) == span(expected)


def test_without_training_time_it_is_the_hours_on_the_clock():
    assert there(MORNING, {1: ("", "")}) == span("3:30")
    assert there(MORNING, {1: ("09:20", "")}) == span("3:00")


def test_a_third_is_a_third_to_the_second():
    # 3 of 9 h on the clock, of 3 h of training: an hour, not three quarters.
    assert there(("08:00", "17:00"), {1: ("", "11:00")}, training_time=span("3:00")) == span("1:00")


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ({1: ("", "")}, "5:00"),
        ({1: ("21:00", "")}, "4:00"),
        ({1: ("", "23:30")}, "3:30"),
        ({1: ("", "00:30")}, "4:30"),
        ({1: ("00:15", "")}, "0:45"),
        ({1: ("19:00", "")}, "5:00"),
    ],
)
def test_of_an_evening_hours_after_midnight_come_last(came, expected):
    assert there(EVENING, came, ends_on=SATURDAY) == span(expected)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ({1: ("", ""), 2: ("", ""), 3: ("", "")}, "12:00"),
        ({2: ("", ""), 3: ("", "")}, "8:00"),
        ({1: ("17:00", ""), 2: ("", ""), 3: ("", "")}, "11:00"),
        ({1: ("", ""), 2: ("", ""), 3: ("", "11:00")}, "11:30"),
    ],
)
def test_of_a_stay_of_twelve_hours_of_training(came, expected):
    found = there(("14:00", "12:00"), came, training_time=span("12:00"), ends_on=SUNDAY)

    assert found == span(expected)


def span(text: str) -> timedelta:
    hour, minute = text.split(":")
    return timedelta(hours=int(hour), minutes=int(minute))


# --- which one is it ---


@pytest.mark.parametrize(
    ("now", "number"),
    [("08:00", 1), ("12:59", 1), ("13:00", 2), ("16:29", 2), ("16:30", 2), ("23:00", 2)],
)
def test_the_current_one_is_the_first_that_is_not_over(now, number):
    assert current(units(*DAY), datetime.combine(FRIDAY, hours(now))) == number


@pytest.mark.parametrize(
    ("on", "now", "number"),
    [(FRIDAY, "15:00", 1), (SATURDAY, "00:00", 2), (SATURDAY, "18:00", 2), (SUNDAY, "11:00", 3)],
)
def test_of_a_stay_it_is_that_of_the_day(on, now, number):
    stay = units("14:00", "12:00", ends_on=SUNDAY)

    assert current(stay, datetime.combine(on, hours(now))) == number
