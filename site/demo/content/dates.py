"""When the sessions of the demo take place, counted from any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial

from dateutil.easter import easter

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


def first_of_months(first: date, weekday: int, *, months: int) -> list[date]:
    """The first such weekday of each of the next months, a week later when it is a day off."""
    found = []
    for number in range(1, months + 1):
        years, month = divmod(first.month - 1 + number, 12)
        found.append(next_weekday(date(first.year + years, month + 1, 1), weekday))
    return found


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
    cancelled: str = ""


def planned_sessions(first: date) -> dict[str, Planned]:
    """By a name that the sign-ups use; in the order in which an organiser would enter them."""

    def after(weeks: int, weekday: int, *, in_a_row: int = 1) -> date:
        return next_weekday(first + weeks * WEEK, weekday, in_a_row=in_a_row)

    morning = partial(Planned, start=time(9), end=time(12, 30), hours=3, venue="charleroi")
    group = partial(Planned, training="renovate", start=time(9, 30), end=time(12, 30), capacity=25)
    cafe = partial(Planned, training="cafe", start=time(14), end=time(16), venue="neighbourhood")
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
        "renovate-2": group(
            on=after(16, THURSDAY),
            venue="kortrijk",
            cancelled="la salle est en travaux ; le groupe se retrouve à la séance suivante",
        ),
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
            opens=colloquium - 16 * WEEK,
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
    for number, on in enumerate(first_of_months(first, WEDNESDAY, months=5), start=1):
        plan[f"cafe-{number}"] = cafe(on=on, closes_days_before=None)
    for number in range(2):
        plan[f"circle-{number + 1}"] = circle(
            on=circles + 2 * number * WEEK, capacity=10, closes_days_before=2
        )
    return plan
