from datetime import date

import pytest

from trainings.domain.days_off import days_off, is_known
from trainings.models import ClosedPeriod

pytestmark = pytest.mark.django_db

YEAR = (date(2027, 1, 1), date(2027, 12, 31))


def told(first, last, language="fr"):
    return {
        day.isoformat(): names for day, names in days_off(first, last, language=language).items()
    }


@pytest.fixture
def holidays_of(settings):
    def choose(*codes):
        settings.TRAININGS_HOLIDAYS = codes

    return choose


def test_the_public_holidays_of_belgium():
    assert told(*YEAR) == {
        "2027-01-01": ["Nouvel An"],
        "2027-03-28": ["Pâques"],
        "2027-03-29": ["Lundi de Pâques"],
        "2027-05-01": ["Fête du Travail"],
        "2027-05-06": ["Ascension"],
        "2027-05-16": ["Pentecôte"],
        "2027-05-17": ["Lundi de Pentecôte"],
        "2027-07-21": ["Fête nationale"],
        "2027-08-15": ["Assomption"],
        "2027-11-01": ["Toussaint"],
        "2027-11-11": ["Jour de l'Armistice"],
        "2027-12-25": ["Noël"],
    }


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fr", "Lundi de Pâques"),
        ("fr-be", "Lundi de Pâques"),
        ("nl", "Paasmaandag"),
        ("en", "Easter Monday"),
        ("pt", "Paasmaandag"),  # not known: the library's own for Belgium
    ],
)
def test_names_are_told_in_the_language(language, name):
    day = date(2027, 3, 29)

    assert days_off(day, day, language=language) == {day: [name]}


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("BE-Flemish", "2027-07-11", "Day of the Flemish Community"),
        ("BE-French", "2027-09-27", "Day of the French Community"),
        ("BE-German", "2027-11-15", "Day of the German-speaking Community"),
    ],
)
def test_each_community_has_its_day_and_no_school_holidays(holidays_of, code, day, name):
    of_belgium = told(*YEAR, language="en")
    holidays_of(code)

    assert told(*YEAR, language="en") == {**of_belgium, day: [name]}


def test_the_moselle_rests_on_good_friday(holidays_of):
    friday = date(2027, 3, 26)
    holidays_of("FR")
    assert told(friday, friday) == {}

    holidays_of("FR-57")
    assert told(friday, friday) == {"2027-03-26": ["Vendredi saint"]}


def test_a_name_that_only_one_country_has_tells_which(holidays_of):
    holidays_of("BE-French", "FR")
    found = told(*YEAR)

    assert found["2027-05-01"] == ["Fête du Travail"]
    assert found["2027-07-14"] == ["Fête nationale (FR)"]
    assert found["2027-07-21"] == ["Fête nationale (BE)"]
    assert found["2027-11-11"] == ["Jour de l'Armistice (BE)", "Armistice (FR)"]


def test_two_parts_of_one_country_need_no_country(holidays_of):
    holidays_of("BE-French", "BE-Flemish")
    found = told(*YEAR, language="en")

    assert found["2027-07-11"] == ["Day of the Flemish Community"]
    assert found["2027-07-21"] == ["National Day"]


def closed(name, first, last):
    return ClosedPeriod.objects.create(
        name=name, first_day=date.fromisoformat(first), last_day=date.fromisoformat(last)
    )


def test_closed_periods_count_inside_the_window(holidays_of):
    holidays_of()
    closed({"fr": "Congé d’automne", "nl": "Herfstvakantie"}, "2027-10-18", "2027-10-31")
    closed({"fr": "Déménagement"}, "2027-10-20", "2027-10-20")
    closed({"fr": "Avant"}, "2027-10-01", "2027-10-17")
    closed({"fr": "Après"}, "2027-10-22", "9999-12-31")

    assert told(date(2027, 10, 18), date(2027, 10, 21)) == {
        "2027-10-18": ["Congé d’automne"],
        "2027-10-19": ["Congé d’automne"],
        "2027-10-20": ["Congé d’automne", "Déménagement"],
        "2027-10-21": ["Congé d’automne"],
    }
    assert told(date(2027, 10, 20), date(2027, 10, 20), "nl") == {
        "2027-10-20": ["Herfstvakantie", "Déménagement"]
    }


def test_a_day_may_be_off_for_two_reasons_and_days_are_in_order():
    closed({"fr": "Pont"}, "2027-05-05", "2027-05-07")

    assert list(told(date(2027, 5, 1), date(2027, 5, 31)).items()) == [
        ("2027-05-01", ["Fête du Travail"]),
        ("2027-05-05", ["Pont"]),
        ("2027-05-06", ["Ascension", "Pont"]),
        ("2027-05-07", ["Pont"]),
        ("2027-05-16", ["Pentecôte"]),
        ("2027-05-17", ["Lundi de Pentecôte"]),
    ]


@pytest.mark.parametrize("years", [1, 10])
def test_one_query_however_long_the_window(django_assert_num_queries, years):
    with django_assert_num_queries(1):
        found = told(date(2027, 1, 1), date(2026 + years, 12, 31))

    assert len(found) == 12 * years


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("BE", True),
        ("BE-French", True),
        ("FR-57", True),
        ("FR-6AE", True),
        ("BE-Walloon", False),
        ("B", False),
        ("be", False),
        ("", False),
    ],
)
def test_a_code_is_known_or_not(code, expected):
    assert is_known(code) is expected
