from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from trainings import wording
from trainings.models import TrainingSession
from trainings.models.rules import Repeats, SpokenRule


def session(**fields):
    values = {
        "starts_on": date(2027, 3, 9),
        "ends_on": date(2027, 3, 9),
        "start_time": time(9, 0),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
    }
    return TrainingSession(**{**values, **fields})


def said(language, words, *arguments):
    with translation.override(language):
        return words(*arguments).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "mardi 9 mars 2027, 9 h – 12 h 30"),
        ("nl", "dinsdag 9 maart 2027, 9.00 – 12.30 uur"),
        ("en", "Tuesday 9 March 2027, 9:00 – 12:30"),
    ],
)
def test_a_morning(language, expected):
    assert said(language, wording.when, session()) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "mardi 9 mars 2027, 22 h, jusqu’au mercredi 10 mars 2027, 1 h"),
        ("nl", "dinsdag 9 maart 2027, 22.00 uur, tot woensdag 10 maart 2027, 1.00 uur"),
    ],
)
def test_a_night(language, expected):
    night = session(start_time=time(22, 0), end_time=time(1, 0), ends_on=date(2027, 3, 10))

    assert said(language, wording.when, night) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", "lundi 1er mars 2027"), ("nl", "maandag 1 maart 2027"), ("en", "Monday 1 March 2027")],
)
def test_the_first_of_a_month(language, expected):
    assert said(language, wording.day, date(2027, 3, 1)) == expected


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2027, 3, 2, 11, 0, tzinfo=UTC), "mardi 2 mars 2027 à 12 h"),
        (datetime(2027, 7, 6, 10, 0, tzinfo=UTC), "mardi 6 juillet 2027 à 12 h"),
    ],
    ids=["winter", "summer"],
)
def test_a_deadline_is_told_by_the_clock_of_the_place(instant, expected):
    assert said("fr", wording.moment, instant, "Europe/Brussels") == expected


@pytest.mark.parametrize(
    ("training_time", "expected"),
    [
        (None, ""),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=2, minutes=5), "2 h 05"),
    ],
)
def test_hours_of_training(training_time, expected):
    assert said("fr", wording.training_hours, session(training_time=training_time)) == expected


FIRST_DAY = date(2027, 1, 5)
MARKET_DAYS = [date(2027, 3, 2), date(2027, 3, 9)]
OF_MONTH, DAY = Repeats.ON_WEEKDAYS_OF_MONTH, Repeats.ON_DAY_OF_MONTH


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"weekdays": [1]}, "Every week on Tuesday"),
        ({"weekdays": [0, 3], "interval": 2}, "Every 2 weeks on Monday and Thursday"),
        ({"weekdays": [0, 1, 2]}, "Every week on Monday, Tuesday and Wednesday"),
        ({"weekdays": [1], "months": [1, 2]}, "In January and February, every week on Tuesday"),
        (
            {"weekdays": [1], "months": [1], "interval": 2},
            "In January, every 2 weeks on Tuesday",
        ),
        (
            {"repeats": OF_MONTH, "positions": [1], "weekdays": [2]},
            "Each month on the first Wednesday",
        ),
        (
            {"repeats": OF_MONTH, "positions": [2, 4], "weekdays": [2]},
            "Each month on the second and fourth Wednesday",
        ),
        (
            {"repeats": OF_MONTH, "positions": [-1], "weekdays": [0, 4], "interval": 3},
            "Every 3 months on the last Monday and Friday",
        ),
        (
            {"repeats": OF_MONTH, "positions": [1], "weekdays": [3], "months": [3, 6, 9, 12]},
            "In March, June, September and December, on the first Thursday",
        ),
        (
            {"repeats": OF_MONTH, "positions": [3], "weekdays": [3], "months": [3], "interval": 2},
            "Every 2 months, only in March, on the third Thursday",
        ),
        ({"repeats": DAY, "month_day": 1}, "Each month on the 1st"),
        ({"repeats": DAY, "month_day": 28}, "Each month on the 28th"),
        (
            {"repeats": DAY, "month_day": 31},
            "Each month on the 31st (months without that day are skipped)",
        ),
        ({"repeats": DAY, "month_day": 31, "months": [1, 3]}, "In January and March, on the 31st"),
        (
            {"repeats": DAY, "month_day": 29, "months": [2]},
            "In February, on the 29th (months without that day are skipped)",
        ),
        ({"repeats": DAY, "month_day": 15, "interval": 2}, "Every 2 months on the 15th"),
        (
            {"repeats": DAY, "month_day": 15, "interval": 2, "months": [3]},
            "Every 2 months, only in March, on the 15th",
        ),
        ({}, "By a rule written elsewhere"),
        ({"repeats": OF_MONTH, "weekdays": [1]}, "By a rule written elsewhere"),
        ({"repeats": DAY, "month_day": -1}, "By a rule written elsewhere"),
    ],
    ids=str,
)
def test_which_days_a_rule_gives(parts, expected):
    rule = SpokenRule(**parts).as_rule()

    with translation.override("en"):
        said = wording.rule(rule, first_day=FIRST_DAY)

    assert said == f"{expected}, from Tuesday 5 January 2027"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, ""),
        ({"until": date(2027, 6, 1)}, ", until Tuesday 1 June 2027"),
        ({"count": 1}, ", 1 time"),
        ({"count": 10}, ", 10 times"),
        ({"exceptions": MARKET_DAYS[:1]}, ", except Tuesday 2 March 2027"),
        (
            {"count": 10, "exceptions": MARKET_DAYS},
            ", 10 times, except Tuesday 2 March 2027 and Tuesday 9 March 2027",
        ),
        ({"exceptions": [date(2027, 3, day) for day in range(1, 8)]}, ", except 7 days"),
    ],
    ids=str,
)
def test_how_long_a_rule_goes_on_and_without_which_days(parts, expected):
    rule = SpokenRule(weekdays=[1], **parts).as_rule()

    with translation.override("en"):
        said = wording.rule(rule, first_day=FIRST_DAY)

    assert said == f"Every week on Tuesday, from Tuesday 5 January 2027{expected}"


def test_a_rule_that_cannot_be_said_is_not_half_said():
    rule = SpokenRule(weekdays=[1]).as_rule()
    rule.rdates.append(datetime(2027, 3, 4, 12, 0, tzinfo=UTC))

    with translation.override("en"):
        said = wording.rule(rule, first_day=FIRST_DAY)

    assert said == "By a rule written elsewhere, from Tuesday 5 January 2027"
