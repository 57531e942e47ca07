"""When the sessions of the demo take place, counted from any day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache, partial

import holidays
from dateutil.easter import easter

from trainings.models.rules import Ends, Position, Repeats, SpokenRule
from trainings.sign_up import SessionAct

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = range(4)
WEEK = timedelta(weeks=1)


def is_day_off(on: date) -> bool:
    """Belgian public holidays, and the days around New Year when nobody trains."""
    after_easter = (on - easter(on.year)).days
    return (
        after_easter in {0, 1, 39, 49, 50}
        or (on.month, on.day) in {(5, 1), (7, 21), (8, 15), (11, 1), (11, 11)}
        or on >= date(on.year, 12, 23)
        or on <= date(on.year, 1, 3)
    )


def next_weekday(first: date, weekday: int, *, in_a_row: int = 1) -> date:
    """The first such weekday from `first` on, with a week of work after week of work."""
    on = first + timedelta(days=(weekday - first.weekday()) % 7)
    while any(is_day_off(on + number * WEEK) for number in range(in_a_row)):
        on += WEEK
    return on


def second_thursday(first: date, *, months: tuple[int, ...]) -> date:
    """From `first` on, in the first of these months that has one."""
    days = [
        next_weekday(date(year, month, 8), THURSDAY)
        for year in (first.year, first.year + 1)
        for month in months
    ]
    return min(on for on in days if on >= first)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One session to schedule. Days are counted back from the session."""

    training: str
    on: date
    start: time
    end: time
    venue: str = ""
    online_url: str = ""
    hours: float | None = None
    capacity: int | None = None
    time_zone: str = "Europe/Brussels"
    opens: date | None = None
    closes_days_before: int | None = 7


def planned_sessions(first: date) -> dict[str, Planned]:
    """By a name that the sign-ups use; in the order in which an organiser would enter them."""

    def after(weeks: int, weekday: int, *, in_a_row: int = 1) -> date:
        return next_weekday(first + weeks * WEEK, weekday, in_a_row=in_a_row)

    morning = partial(Planned, start=time(9), end=time(12, 30), hours=3, venue="charleroi")
    group = partial(Planned, training="renovate", start=time(9, 30), end=time(12, 30), capacity=25)
    circle = partial(
        Planned, training="circle", start=time(18), end=time(20), venue="neighbourhood"
    )

    mornings = after(7, TUESDAY, in_a_row=2)
    referents = after(3, TUESDAY, in_a_row=2)
    circles = after(2, WEDNESDAY, in_a_row=3)
    basics_again = after(26, TUESDAY)
    # After the next change of the clocks, and long enough from now to prepare it.
    colloquium = second_thursday(first + 24 * WEEK, months=(4, 11))
    plan = {
        "basics": morning(
            training="basics",
            # The past one.
            on=next_weekday(first - 7 * WEEK, TUESDAY),
            capacity=30,
        ),
        "morning-1": morning(training="morning-1", on=mornings, capacity=40),
        "morning-2": morning(training="morning-2", on=mornings + WEEK, capacity=40),
        "basics-again": morning(
            training="basics",
            on=basics_again,
            capacity=30,
            opens=basics_again - 10 * WEEK,
        ),
        "energy-bill": Planned(
            training="energy-bill",
            on=after(2, MONDAY),
            start=time(12),
            end=time(13),
            hours=1,
            capacity=100,
            online_url="https://visio.demo.example/facture",
            closes_days_before=1,
        ),
        "opening": Planned(
            training="opening",
            on=after(5, THURSDAY),
            start=time(10),
            end=time(16),
            hours=5,
            venue="lille",
            time_zone="Europe/Paris",
            capacity=80,
        ),
        "renovate-1": group(on=after(10, THURSDAY), venue="mouscron"),
        "renovate-2": group(on=after(16, THURSDAY), venue="kortrijk"),
        "renovate-3": group(on=after(22, THURSDAY), venue="roubaix", time_zone="Europe/Paris"),
        "visit": Planned(
            training="visit",
            on=after(12, THURSDAY),
            start=time(13),
            end=time(17),
            hours=3.5,
            venue="tournai",
            capacity=18,
        ),
        "colloquium": Planned(
            training="colloquium",
            on=colloquium,
            start=time(9),
            end=time(16, 30),
            hours=6,
            venue="congress",
            capacity=120,
        ),
    }
    for number in range(2):
        plan[f"referents-{number + 1}"] = Planned(
            training="referents",
            on=referents + number * WEEK,
            start=time(9),
            end=time(16),
            hours=6,
            venue="charleroi",
            capacity=24,
        )
    for number in range(2):
        plan[f"circle-{number + 1}"] = circle(
            on=circles + 2 * number * WEEK, capacity=10, closes_days_before=2
        )
    return plan


def session_of_today(first: date) -> Planned:
    """Whatever day it is, Sunday and holiday included: there is somebody to welcome."""
    return Planned(
        training="basics",
        on=first,
        start=time(9, 30),
        end=time(16),
        hours=5,
        venue="charleroi",
        capacity=30,
        closes_days_before=1,
    )


# --- what repeats ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PlannedSeries:
    """A rule, and what each of its sessions starts with."""

    training: str
    rule: SpokenRule
    first_day: date
    start: time
    end: time
    venue: str
    capacity: int | None = None
    closes_days_before: int | None = None
    #: How long before its first day it was planned.
    planned_before: timedelta


def planned_series(first: date) -> dict[str, PlannedSeries]:
    """Sessions to come are called "cafe-1", "cafe-2"… by the sign-ups."""
    january = date(first.year, 1, 1)
    tuesday = next_weekday(first - 4 * WEEK, TUESDAY)
    while any(one.first_day <= tuesday <= one.last_day for one in closed_periods(first)):
        tuesday = next_weekday(tuesday + WEEK, TUESDAY)
    return {
        # Of this year and the coming one: planned once, then carried on as by cron.
        "cafe": PlannedSeries(
            training="cafe",
            rule=SpokenRule(
                repeats=Repeats.ON_WEEKDAYS_OF_MONTH,
                positions=[Position.FIRST],
                weekdays=[WEDNESDAY],
            ),
            first_day=january + timedelta(days=(WEDNESDAY - january.weekday()) % 7),
            start=time(14),
            end=time(16),
            venue="neighbourhood",
            planned_before=timedelta(weeks=6),
        ),
        "desk": PlannedSeries(
            training="desk",
            rule=SpokenRule(
                repeats=Repeats.ON_WEEKDAYS,
                interval=2,
                weekdays=[TUESDAY],
                ends=Ends.AFTER_TIMES,
                count=10,
            ),
            first_day=tuesday,
            start=time(13, 30),
            end=time(16),
            venue="neighbourhood",
            capacity=12,
            closes_days_before=1,
            planned_before=timedelta(weeks=8),
        ),
    }


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days on which nothing is planned."""

    french: str
    dutch: str
    first_day: date
    last_day: date


def closed_periods(first: date) -> list[Period]:
    """Of the year before and the next two: an open-ended series looks a year ahead."""
    years = range(first.year - 1, first.year + 3)
    closings = [
        Period(
            french="Fermeture de fin d’année",
            dutch="Gesloten tijdens de eindejaarsdagen",
            first_day=date(year, 12, 24),
            last_day=date(year + 1, 1, 2),
        )
        for year in years
    ]
    return sorted([*school_holidays(years), *closings], key=lambda period: period.first_day)


@cache
def school_holidays(years: range) -> list[Period]:
    """Of the French Community. Public holidays, a day each, are left to the plugin."""
    # Winter holidays begin in one year and end in the next.
    around = range(years.start - 1, years.stop + 1)
    french, dutch = (
        holidays.country_holidays(
            "BE", subdiv="French", categories="school", years=around, language=language
        )
        for language in ("fr", "nl")
    )
    found: dict[str, list[Period]] = {}
    for on in sorted(french):
        for name, name_nl in zip(french.get_list(on), dutch.get_list(on), strict=True):
            before = found.setdefault(name, [])
            follows = bool(before) and on - before[-1].last_day == timedelta(days=1)
            begin = before.pop().first_day if follows else on
            name_fr = name.replace("'", "’")
            before.append(Period(french=name_fr, dutch=name_nl, first_day=begin, last_day=on))
    periods = [period for of_name in found.values() for period in of_name]
    return [
        period
        for period in periods
        if period.last_day > period.first_day
        and period.last_day.year >= years.start
        and period.first_day.year < years.stop
    ]


# --- what was decided since --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An act on one session, so many days before the demo's first day."""

    session: str
    act: SessionAct
    days_ago: float
    reason: dict[str, str] = field(default_factory=dict)


DECISIONS = (
    Decision(
        session="renovate-2",
        act=SessionAct.CANCEL,
        days_ago=2,
        reason={
            "fr": "la salle est en travaux ; le groupe se retrouve à la séance suivante",
            "nl": "de zaal wordt verbouwd; de groep ziet elkaar op de volgende sessie",
        },
    ),
    Decision(
        session="cafe-4",
        act=SessionAct.CANCEL,
        days_ago=1.8,
        reason={
            "fr": "une collecte de sang occupe le local",
            "nl": "in het lokaal wordt bloed ingezameld",
        },
    ),
    Decision(
        session="cafe-3",
        act=SessionAct.POSTPONE,
        days_ago=1.7,
        reason={
            "fr": "la rampe d’accès est en réparation",
            "nl": "de toegangshelling wordt hersteld",
        },
    ),
    # A week later, or the first week after it that is free.
    Decision(
        session="cafe-2",
        act=SessionAct.MOVE,
        days_ago=1.6,
        reason={
            "fr": "le comité de quartier se réunit ce jour-là",
            "nl": "het wijkcomité vergadert die dag",
        },
    ),
)


# --- what is long over -------------------------------------------------------------------------


def archived_sessions() -> dict[str, Planned]:
    """The yearly meetings of the network, long before."""
    day = partial(Planned, start=time(9, 30), end=time(16), hours=5, capacity=100)
    return {
        "year-2010": day(training="year-2010", on=date(2010, 10, 14), venue="congress"),
        "year-2011": day(
            training="year-2011", on=date(2011, 10, 13), venue="lille", time_zone="Europe/Paris"
        ),
        "year-2012": day(training="year-2012", on=date(2012, 10, 11), venue="kortrijk"),
        "year-2013": day(
            training="year-2013", on=date(2013, 10, 10), venue="roubaix", time_zone="Europe/Paris"
        ),
    }
