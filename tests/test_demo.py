"""The demo boots, fills itself once, and every one of its public pages answers.

It has settings of its own, so it runs as people run it: through manage.py.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from demo.content.dates import (
    DECISIONS,
    TUESDAY,
    archived_sessions,
    closed_periods,
    is_day_off,
    planned_series,
    planned_sessions,
)
from demo.content.people import SIGN_UPS
from tests.demo_site import Demo
from tests.forking import calls
from trainings.domain import recurrence

pytestmark = pytest.mark.sqlite

Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def ask(demo: Demo) -> Iterator[Ask]:
    """By the name of a question in tests/demo_questions.py."""
    with calls("tests.demo_questions", demo.environment) as questions:
        yield questions.ask


def test_settings_pass_every_check(demo: Demo) -> None:
    assert demo.manage("check") == "System check identified no issues (1 silenced).\n"


def test_loading_again_changes_nothing(demo: Demo, ask: Ask) -> None:
    before = ask("counts")
    assert "loaded already" in demo.manage("load_demo")
    assert ask("counts") == before


def test_every_public_page_answers(ask: Ask) -> None:
    answers = ask("pages")
    assert {url: status for url, status in answers.items() if status != 200} == {}
    assert {url.split("/")[1] for url in answers} == {"fr", "nl", "agenda"}


def test_the_two_mornings_have_the_figures_told(ask: Ask) -> None:
    services = ask("mornings")
    assert len(services) == 20
    assert sum(len(one["people"]) for one in services.values()) == 34
    first, second = sorted({day for one in services.values() for day in one["mornings"]})
    chosen = [tuple(one["mornings"]) for one in services.values()]
    assert [chosen.count(days) for days in ((first, second), (first,), (second,))] == [12, 5, 3]
    assert sum(not one["earlier"] for one in services.values()) == 6
    assert [name for name, one in services.items() if not one["named"]] == [
        "Relais de nuit La Lanterne (démo)"
    ]


def test_sessions_show_every_state(ask: Ask) -> None:
    states = ask("states")
    assert states.pop("waiting") == 5
    assert states.pop("badges") == ["closed", "last", "open", "soon", "waiting"]
    assert states.pop("clocks") == ["1:00:00", "2:00:00"]
    assert states == {"cancelled": 2, "online": 1, "overbooked": 0}


def test_places_are_shared_in_every_way(ask: Ask) -> None:
    assert ask("rules") == {
        "trainings": 6,
        "to be confirmed": 1,
        "without a name": 11,
        "in a workshop": 5,
        "all or none": 1,
    }


def test_every_view_of_the_catalogue_answers(ask: Ask) -> None:
    answers = ask("views")
    found = answers["found"]
    assert {url: one for url, one in found.items() if one[0] != 200} == {}
    assert {url: one for url, one in found.items() if one[2]} == {}
    empty = {url.partition("?")[2] for url, one in found.items() if one[1] == 0}
    assert {query for query in empty if not query.startswith("month=")} == set()
    assert answers["years"][-4:] == [2013, 2012, 2011, 2010]
    assert set(answers["years"][:-4]) <= {answers["this year"], answers["this year"] - 1}


def test_search_engines_are_led_to_what_is_public(ask: Ask) -> None:
    found = ask("sitemap")
    assert (found["forbidden"], found["named"]) == (["/admin/"], ["/sitemap.xml"])
    assert found["listed"] == found["public"]
    assert {url.split("/")[3] for url in found["listed"]} == {"fr", "nl"}
    assert found["discreet"] > 0


def test_a_series_shows_what_can_be_decided(ask: Ask) -> None:
    series = ask("of_series")
    assert series["Café des voisins"]["decided"] == ["CANCELLED", "POSTPONED", "SCHEDULED moved"]
    assert series["Café des voisins"]["reasons"] == [2, 2, 2]
    assert [one["fates"] for one in series.values()] == [["adjusted", "keep"], ["keep"]]
    assert min(one["to come"] for one in series.values()) >= 2


def test_whoever_is_registered_was_told(ask: Ask) -> None:
    told = ask("told")
    assert {kind for kind, _language in told} == {"MOVED", "POSTPONED", "CANCELLED"}
    assert {language for _kind, language in told} == {"fr", "nl"}


def test_reminders_are_scheduled(ask: Ask) -> None:
    assert "REMINDER" in ask("scheduled")


def test_series_go_on_without_making_a_date_twice(demo: Demo) -> None:
    assert demo.manage("extend_series") == "0 sessions made, 1 series looked at.\n"


def test_every_mail_was_written(demo: Demo) -> None:
    # Reminders may be due since midnight.
    assert ", 0 failed" in demo.manage("send_emails")


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_dates_can_be_counted_from_any_day(year: int) -> None:
    """No session on a day off, the past one past, and the two mornings where they are told."""
    for number in range(366):
        first = date(year, 1, 1) + timedelta(days=number)
        plan = planned_sessions(first)
        assert [one for one in plan.values() if is_day_off(one.on)] == [], first
        assert plan["basics"].on < first < plan["energy-bill"].on, first
        one, two = plan["morning-1"].on, plan["morning-2"].on
        assert one - first >= timedelta(weeks=7), first
        assert two - one == timedelta(weeks=1), first
        assert one.weekday() == two.weekday() == TUESDAY, first
        assert all(one.opens is None or first < one.opens for one in plan.values()), first


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_series_have_enough_to_come_from_any_day(year: int) -> None:
    """What is decided of them, and who comes, needs sessions ahead whatever the holidays."""
    closed = {
        period.first_day + timedelta(days=number)
        for period in closed_periods(date(year, 1, 1))
        for number in range((period.last_day - period.first_day).days + 1)
    }
    named = {one.session for one in DECISIONS} | {key for one in SIGN_UPS for key in one.sessions}
    needed = {
        series: max(int(key[-1]) for key in named if key.startswith(f"{series}-"))
        for series in ("cafe", "desk")
    }
    for number in range(366):
        first = date(year, 1, 1) + timedelta(days=number)
        ahead = {
            key: [
                on
                for on in recurrence.expand(
                    one.rule.as_rule(),
                    first_day=one.first_day,
                    last_day=first + timedelta(days=365),
                )
                if on > first and on not in closed and not is_day_off(on)
            ]
            for key, one in planned_series(first).items()
        }
        # One more may fall on a French holiday.
        assert [key for key, days in ahead.items() if len(days) <= needed[key]] == [], first


def test_closed_periods_are_the_real_ones() -> None:
    found = {(one.dutch, one.first_day, one.last_day) for one in closed_periods(date(2026, 9, 1))}
    # https://www.enseignement.be/calendrier-scolaire, 2026-2027
    assert {
        ("Herfstvakantie", date(2026, 10, 19), date(2026, 11, 1)),
        ("Kerstvakantie", date(2026, 12, 21), date(2027, 1, 3)),
        ("Krokusvakantie", date(2027, 2, 22), date(2027, 3, 7)),
        ("Paasvakantie", date(2027, 4, 26), date(2027, 5, 9)),
        ("Zomervakantie", date(2027, 7, 3), date(2027, 8, 29)),
    } <= found
    assert all(one.first_day < one.last_day for one in closed_periods(date(2026, 9, 1)))


def test_archived_meetings_are_on_thursdays() -> None:
    assert {one.on.strftime("%A") for one in archived_sessions().values()} == {"Thursday"}
