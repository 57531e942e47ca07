"""The calendar days that a rule gives.

Plain days, whatever the zone of the server, of the editor or of the training: a rule's moments
stand at 12:00 UTC and only their date counts. Hours belong to a session.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile

from dateutil import rrule
from recurrence import DAILY, Recurrence, Rule

MOST_DAYS = 1000
NOON = time(12)
A_LEAP_YEAR = 2000


def expand(
    rule: Recurrence,
    *,
    first_day: date,
    last_day: date | None = None,
    at_most: int = MOST_DAYS,
) -> list[date]:
    """The days of a rule in order, between two days inclusive; without the excepted ones.

    Weeks and months of "every two" are counted from `first_day`, which is no occurrence itself
    when it does not fit, and so are the times of COUNT (excepted days count, RFC 5545 3.8.5.1).
    A month without the asked day is skipped. Weeks start on Monday.

    Raises ValueError for a rule without end when `last_day` is not given, and for one that
    tells hours or has no step.
    """
    if last_day is None and is_open_ended(rule):
        raise ValueError("A rule without end needs a last day.")
    first, last = _noon(first_day), _noon(last_day or date.max)
    found = rrule.rruleset()
    for one in rule.rrules:
        found.rrule(_days_of(one, first, last))
    for one in rule.exrules:
        found.exrule(_days_of(one, first, last))
    for moment in rule.rdates:
        if first <= (noon := _noon(_day(moment))):
            found.rdate(noon)
    for moment in rule.exdates:
        found.exdate(_noon(_day(moment)))
    days = takewhile(lambda noon: noon <= last, found)
    return [noon.date() for noon in islice(days, at_most)]


def is_open_ended(rule: Recurrence) -> bool:
    return any(one.until is None and one.count is None for one in rule.rrules)


def without(rule: Recurrence, days: Iterable[date]) -> Recurrence:
    """A copy with these days excepted too."""
    known = {_day(moment) for moment in rule.exdates}
    changed = _copy(rule)
    changed.exdates += [_noon(day).replace(tzinfo=UTC) for day in sorted(set(days) - known)]
    return changed


def shifted(rule: Recurrence, days: int) -> Recurrence:
    """A copy whose dates lie that many days later; what it says of weekdays and months stays."""
    by = timedelta(days=days)
    changed = _copy(rule)
    for one in (*changed.rrules, *changed.exrules):
        one.until = one.until and one.until + by
    changed.rdates = [moment + by for moment in changed.rdates]
    changed.exdates = [moment + by for moment in changed.exdates]
    return changed


def _copy(rule: Recurrence) -> Recurrence:
    return Recurrence(
        rrules=[copy(one) for one in rule.rrules],
        exrules=[copy(one) for one in rule.exrules],
        rdates=rule.rdates,
        exdates=rule.exdates,
    )


def _days_of(rule: Rule, first: datetime, last: datetime) -> Iterable[datetime]:
    """Naive middays, so that no zone counts."""
    if rule.freq > DAILY:
        raise ValueError("A rule gives days, not hours.")
    if rule.interval < 1:
        raise ValueError("The step of a rule is at least 1.")
    if _never_comes(rule):
        return []
    days = rrule.rrule(
        rule.freq,
        dtstart=first,
        interval=rule.interval,
        wkst=rrule.MO,
        # An end even where every day is excepted.
        until=min(_noon(_day(rule.until)), last) if rule.until else last,
        byweekday=rule.byday or None,
        **{
            name: getattr(rule, name) or None
            for name in ("bysetpos", "bymonth", "bymonthday", "byyearday", "byweekno")
        },
    )
    # COUNT is applied here: the library takes an end or a number, not both.
    return days if rule.count is None else islice(days, rule.count)


def _never_comes(rule: Rule) -> bool:
    """Whether it asks for days such as 31 February, for which the library would search long."""
    months = [month for month in rule.bymonth or range(1, 13) if 1 <= month <= 12]
    lengths = [monthrange(A_LEAP_YEAR, month)[1] for month in months]
    return not any(abs(day) <= length for day in rule.bymonthday or [1] for length in lengths)


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON)


def _day(moment: datetime) -> date:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
