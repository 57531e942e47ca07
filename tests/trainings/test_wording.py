from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from trainings import wording
from trainings.models import TrainingSession


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
