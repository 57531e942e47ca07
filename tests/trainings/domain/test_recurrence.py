from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import recurrence
from django.utils import timezone
from recurrence import Recurrence, Rule

from tests.factories.trainings import catalogue, training_page
from trainings.domain.recurrence import MOST_DAYS, expand, is_open_ended, shifted, without
from trainings.models import SessionSeries, TrainingSession


def weekly(**values):
    return Recurrence(rrules=[Rule(recurrence.WEEKLY, **values)])


def monthly(**values):
    return Recurrence(rrules=[Rule(recurrence.MONTHLY, **values)])


def noon(*day):
    return datetime(*day, 12, tzinfo=UTC)


FIRST_WEDNESDAYS = monthly(byday=recurrence.WE(1), count=6)
EVERY_SECOND_TUESDAY = weekly(interval=2, byday=recurrence.TU, until=noon(2027, 11, 9))

ORGANISERS = {
    "each first Wednesday": (
        FIRST_WEDNESDAYS,
        date(2027, 1, 6),
        ["2027-01-06", "2027-02-03", "2027-03-03", "2027-04-07", "2027-05-05", "2027-06-02"],
    ),
    "the second and fourth Wednesday": (
        monthly(byday=[recurrence.WE(2), recurrence.WE(4)], until=noon(2027, 3, 24)),
        date(2027, 1, 1),
        ["2027-01-13", "2027-01-27", "2027-02-10", "2027-02-24", "2027-03-10", "2027-03-24"],
    ),
    "each quarter": (
        monthly(byday=recurrence.TH(1), bymonth=[3, 6, 9, 12], count=5),
        date(2027, 1, 1),
        ["2027-03-04", "2027-06-03", "2027-09-02", "2027-12-02", "2028-03-02"],
    ),
    "every second Tuesday, but not on a market day": (
        without(weekly(interval=2, byday=recurrence.TU, count=4), [date(2027, 3, 30)]),
        date(2027, 3, 16),
        ["2027-03-16", "2027-04-13", "2027-04-27"],
    ),
    "each month on the 31st": (
        monthly(bymonthday=31, count=4),
        date(2027, 1, 1),
        ["2027-01-31", "2027-03-31", "2027-05-31", "2027-07-31"],
    ),
}
ZONES = ["Pacific/Auckland", "America/New_York", "Europe/Brussels"]


def days(rule, first_day, **limits):
    return [day.isoformat() for day in expand(rule, first_day=first_day, **limits)]


@pytest.fixture(params=ZONES)
def active_zone(request):
    with timezone.override(request.param):
        yield request.param


@pytest.mark.parametrize("said", ORGANISERS)
def test_what_organisers_say(active_zone, said):
    rule, first_day, expected = ORGANISERS[said]

    assert days(rule, first_day) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("said", ORGANISERS)
def test_the_database_keeps_what_organisers_say(active_zone, said):
    rule, first_day, expected = ORGANISERS[said]
    made = SessionSeries.objects.create(
        training=training_page(catalogue()).training,
        rule=rule,
        first_day=first_day,
        start_time=time(9, 0),
        end_time=time(12, 30),
    )
    with timezone.override("Asia/Tokyo"):  # read on another server
        kept = SessionSeries.objects.get(pk=made.pk)

    assert days(kept.rule, kept.first_day) == expected


def test_nine_o_clock_stays_nine_o_clock_when_clocks_change(active_zone):
    sessions = [
        TrainingSession(
            starts_on=day,
            ends_on=day,
            start_time=time(9, 0),
            end_time=time(12, 30),
            time_zone="Europe/Brussels",
        )
        for day in expand(EVERY_SECOND_TUESDAY, first_day=date(2027, 3, 16))
    ]

    assert {one.local_start.strftime("%A %H:%M %Z") for one in sessions} == {
        "Tuesday 09:00 CET",
        "Tuesday 09:00 CEST",
    }
    by_day = {one.starts_on.isoformat(): one.local_start.astimezone(UTC).hour for one in sessions}
    # Summer time from 28 March to 31 October 2027.
    assert {day: by_day[day] for day in ("2027-03-16", "2027-03-30")} == {
        "2027-03-16": 8,
        "2027-03-30": 7,
    }
    assert {day: by_day[day] for day in ("2027-10-26", "2027-11-09")} == {
        "2027-10-26": 7,
        "2027-11-09": 8,
    }


def test_a_first_day_that_does_not_fit_is_no_occurrence():
    assert days(weekly(byday=recurrence.TU, count=1), date(2027, 3, 1)) == ["2027-03-02"]


def test_a_start_inside_the_rule_adds_no_day():
    rule = FIRST_WEDNESDAYS
    with_start = Recurrence(dtstart=noon(2027, 1, 1), rrules=rule.rrules)

    assert days(with_start, date(2027, 1, 1)) == days(rule, date(2027, 1, 1))


def test_every_second_week_counts_weeks_from_monday():
    """From a Wednesday, the Monday and the Sunday of the week after next come first."""
    rule = weekly(interval=2, byday=[recurrence.MO, recurrence.SU], count=3, wkst=recurrence.SU)

    assert days(rule, date(2027, 1, 6)) == ["2027-01-10", "2027-01-18", "2027-01-24"]


def test_the_last_day_belongs_to_the_window():
    rule = weekly(byday=recurrence.TU)

    assert days(rule, date(2027, 3, 2), last_day=date(2027, 3, 16)) == [
        "2027-03-02",
        "2027-03-09",
        "2027-03-16",
    ]
    assert days(rule, date(2027, 3, 2), last_day=date(2027, 3, 1)) == []


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_only_the_day_in_utc_of_a_date_counts(active_zone, hour):
    at = datetime(2027, 3, 9, hour, tzinfo=UTC)
    elsewhere = at.astimezone(ZoneInfo("Pacific/Kiritimati"))
    until = weekly(byday=recurrence.TU, until=elsewhere)
    except_one = Recurrence(rrules=weekly(byday=recurrence.TU, count=2).rrules, exdates=[elsewhere])
    one_more = Recurrence(rdates=[elsewhere])

    assert days(until, date(2027, 3, 1)) == ["2027-03-02", "2027-03-09"]
    assert days(except_one, date(2027, 3, 2)) == ["2027-03-02"]
    assert days(one_more, date(2027, 3, 2)) == ["2027-03-09"]


def test_single_days_and_rules_of_exception_count_inside_the_window():
    rule = Recurrence(
        rrules=[Rule(recurrence.WEEKLY, byday=recurrence.TU)],
        exrules=[Rule(recurrence.MONTHLY, byday=recurrence.TU(1))],
        rdates=[noon(2027, 2, 27), noon(2027, 3, 13), noon(2027, 3, 16), noon(2027, 3, 27)],
    )

    assert days(rule, date(2027, 3, 1), last_day=date(2027, 3, 20)) == [
        "2027-03-09",
        "2027-03-13",
        "2027-03-16",
    ]


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        (Recurrence(rrules=[Rule(recurrence.DAILY, count=10**9)]), MOST_DAYS),
        (Recurrence(rrules=[Rule(recurrence.DAILY, interval=10**9, count=10**9)]), 1),
        (monthly(bymonth=2, bymonthday=31, count=1), 0),
        (monthly(bymonth=2, bymonthday=31, until=noon(2100, 1, 1)), 0),
        (Recurrence(rrules=[Rule(recurrence.DAILY, bymonth=13, count=1)]), 0),
        (Recurrence(rrules=[Rule(recurrence.YEARLY, byyearday=400, count=1)]), 0),
        (weekly(byday=recurrence.TU, count=0), 0),
        (weekly(byday=recurrence.TU, count=9, until=noon(2027, 1, 12)), 2),
        (Recurrence(), 0),
    ],
    ids=[
        "endless",
        "giant steps",
        "never, n times",
        "never, until",
        "no such month",
        "no such day",
        "no time",
        "an end and a number",
        "nothing",
    ],
)
def test_no_rule_goes_on_for_ever(rule, number):
    assert len(expand(rule, first_day=date(2027, 1, 1))) == number


def test_fewer_days_may_be_asked():
    endless = weekly(byday=recurrence.TU, count=10**9)

    assert days(endless, date(2027, 3, 2), at_most=2) == ["2027-03-02", "2027-03-09"]


@pytest.mark.parametrize(
    "rule",
    [
        weekly(byday=recurrence.TU),
        Recurrence(rrules=[Rule(recurrence.SECONDLY, count=1)]),
        Recurrence(rrules=[Rule(recurrence.HOURLY, count=1)]),
        weekly(interval=0, count=1),
        weekly(interval=-1, count=1),
    ],
    ids=["without end", "seconds", "hours", "no step", "backwards"],
)
def test_a_rule_that_gives_no_days_is_refused(rule):
    with pytest.raises(ValueError, match=r"^(A rule|The step)"):
        expand(rule, first_day=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (weekly(byday=recurrence.TU), True),
        (weekly(byday=recurrence.TU, count=1), False),
        (weekly(byday=recurrence.TU, until=noon(2027, 1, 1)), False),
        (Recurrence(rdates=[noon(2027, 1, 1)]), False),
    ],
    ids=["without end", "n times", "until a day", "single days"],
)
def test_a_rule_without_end_is_known(rule, expected):
    assert is_open_ended(rule) is expected


def test_days_left_out_are_added_to_a_copy():
    rule = without(FIRST_WEDNESDAYS, [date(2027, 3, 3)])
    again = without(rule, [date(2027, 5, 5), date(2027, 3, 3)])

    assert FIRST_WEDNESDAYS.exdates == []
    assert rule.exdates == [noon(2027, 3, 3)]
    assert again.exdates == [noon(2027, 3, 3), noon(2027, 5, 5)]
    assert again.rrules == FIRST_WEDNESDAYS.rrules


def test_a_rule_moves_to_another_year():
    rule = without(EVERY_SECOND_TUESDAY, [date(2027, 3, 30)])

    moved = shifted(rule, 364)

    assert days(moved, date(2028, 3, 14)) == [
        day.fromordinal(day.toordinal() + 364).isoformat()
        for day in expand(rule, first_day=date(2027, 3, 16))
    ]
    assert (rule.rrules[0].until, rule.exdates) == (noon(2027, 11, 9), [noon(2027, 3, 30)])
