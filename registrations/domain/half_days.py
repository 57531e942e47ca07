"""The half-days of a session and the training time somebody attended: arithmetic alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # arithmetic needs no model
    from trainings.models import TrainingSession

#: Where a day is split.
NOON = time(13, 0)
#: Less on one side of it is no half-day of its own.
LEAST = timedelta(hours=1)
#: Over midnight, what is no longer is an evening; longer, it is a stay.
EVENING = timedelta(hours=12)
#: Attested hours are rounded down to this.
QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
NOTHING = timedelta(0)


@dataclass(frozen=True)
class HalfDay:
    """Local hours of one unit of presence; numbered from 1 within the session.

    The end may be on the next day, `on` being the first, or, in a stay, on the last of all.
    """

    number: int
    on: date
    start: time
    end: time
    length: timedelta


@dataclass(frozen=True)
class Attended:
    """Of one half-day somebody came to: local hours where they came late or left early."""

    arrived_at: time | None = None
    left_at: time | None = None


def half_days(starts_on: date, start: time, ends_on: date, end: time) -> list[HalfDay]:
    """A day is split at 13:00 when there is an hour or more on each side.

    A session of several days has the same hours on each. Where its last hour is not later than
    its first, as in a stay from Friday afternoon to Sunday noon, each day is one unit and they
    count alike; an evening that ends after midnight is one. A night on which the clocks change is
    as long as they say.
    """
    days = [starts_on + timedelta(days=number) for number in range((ends_on - starts_on).days + 1)]
    if len(days) > 1 and end <= start:
        whole = datetime.combine(ends_on, end) - datetime.combine(starts_on, start)
        if whole <= EVENING:
            days = days[:1]
        parts = [(day, start, end, whole / len(days)) for day in days]
    else:
        parts = [
            (day, first, last, _between(first, last))
            for day in days
            for first, last in _split(start, end)
        ]
    return [HalfDay(number, *part) for number, part in enumerate(parts, start=1)]


def half_days_of(session: TrainingSession) -> list[HalfDay]:
    return half_days(session.starts_on, session.start_time, session.ends_on, session.end_time)


def current(units: Iterable[HalfDay], local: datetime) -> int:
    """Number of the first that is not over yet on this clock; of the last, once all are.

    One whose last hour is not later than its first goes on until midnight.
    """
    units = list(units)
    now = local.replace(tzinfo=None)

    def end(unit: HalfDay) -> datetime:
        is_until_midnight = unit.end <= unit.start
        return datetime.combine(unit.on, time.max if is_until_midnight else unit.end)

    return next((unit.number for unit in units if now < end(unit)), units[-1].number)


def attended(
    units: Iterable[HalfDay], training_time: timedelta | None, came: Mapping[int, Attended]
) -> timedelta:
    """Training time of somebody who came to these half-days, by number.

    Breaks count as spread evenly: who is there for half of the hours on the clock has half of the
    training time. A part is rounded down to a quarter of an hour, the whole is not. Without
    `training_time` it is the hours on the clock.
    """
    units = list(units)
    whole = sum((unit.length for unit in units), NOTHING)
    there = sum((_there(unit, came[unit.number]) for unit in units if unit.number in came), NOTHING)
    total = whole if training_time is None else training_time
    if there >= whole:
        return total
    # In whole numbers: a third of three hours is one, to the second.
    return total * (there // SECOND) // (whole // SECOND) // QUARTER * QUARTER


def _split(start: time, end: time) -> list[tuple[time, time]]:
    if _between(start, NOON) >= LEAST and _between(NOON, end) >= LEAST:
        return [(start, NOON), (NOON, end)]
    return [(start, end)]


def _between(start: time, end: time) -> timedelta:
    """Negative when `end` is earlier."""
    day = date(2000, 1, 1)
    return datetime.combine(day, end) - datetime.combine(day, start)


def _there(unit: HalfDay, one: Attended) -> timedelta:
    late = _since_start(unit, one.arrived_at) if one.arrived_at else NOTHING
    stayed = _since_start(unit, one.left_at or unit.end)
    early = _since_start(unit, unit.end) - stayed
    return max(NOTHING, unit.length - max(NOTHING, late) - max(NOTHING, early))


def _since_start(unit: HalfDay, hour: time) -> timedelta:
    """Negative for an hour before it; of an evening, what is not later than its end is after
    midnight.
    """
    passed = _between(unit.start, hour)
    is_evening = _between(unit.start, unit.end) + DAY == unit.length
    return passed + DAY if is_evening and hour <= unit.end else passed
