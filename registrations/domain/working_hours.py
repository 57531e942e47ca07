"""Until when somebody may think an offer over: plain arithmetic on the clock of a place."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta

OPENS, CLOSES = time(9), time(17)
A_DAY = timedelta(days=1)
#: Longer than any row of days off; where it is exceeded, days off count like others.
LOOKS_AHEAD = 60


def after(at: datetime, hours: int, *, days_off: Container[date]) -> datetime:
    """The instant when that many working hours have passed, Monday to Friday from 9 to 17.

    `at` is aware and in the zone whose clock counts, and so is what is returned.
    """
    left = timedelta(hours=hours)
    day = at.date()
    for _number in range(LOOKS_AHEAD + hours):
        if _is_worked(day, days_off):
            start = max(at, _at(day, OPENS, at))
            spare = _at(day, CLOSES, at) - start
            if left <= spare:
                return start + left
            left -= max(spare, timedelta())
        day += A_DAY
    return at + timedelta(hours=hours)


def offer_ends(
    at: datetime, *, starts_at: datetime, hours: int, days_off: Container[date]
) -> datetime:
    """When an offer made now ends: after these working hours, sooner when the session is near.

    Never later than halfway to the start, so that the next in line has as long.
    """
    now = at.astimezone(UTC)
    return min(after(at, hours, days_off=days_off), now + (starts_at - now) / 2)


def working_days_before(at: datetime, number: int, *, days_off: Container[date]) -> datetime:
    """The same hour so many worked days earlier; `at` is aware and in the zone that counts."""
    day = at.date()
    for _step in range(LOOKS_AHEAD):
        if number == 0:
            break
        day -= A_DAY
        number -= _is_worked(day, days_off)
    return datetime.combine(day, at.timetz())


def _is_worked(day: date, days_off: Container[date]) -> bool:
    return day.weekday() < 5 and day not in days_off


def _at(day: date, hour: time, like: datetime) -> datetime:
    return datetime.combine(day, hour, like.tzinfo)
