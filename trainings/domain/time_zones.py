"""VTIMEZONE components, derived from the zone database.

`icalendar` can make them too, but with one RDATE per year and shifted onsets, which Outlook
and others read an hour wrong; one yearly rule per onset is what all readers agree on
(MS-OXCICAL 2.1.3.1.1.19).
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur, vText

FIRST_YEAR = 1996  # the Union's present rules began that year
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1


@dataclass(frozen=True)
class Rule:
    """What every year's onset has in common; all but its place in the month."""

    month: int
    weekday: int
    wall_clock: timedelta
    offset_from: timedelta
    offset_to: timedelta
    name: str


@dataclass(frozen=True)
class Onset:
    """One change of the clock, in local time as it was before the change (RFC 5545 3.6.5)."""

    rule: Rule
    places: frozenset[int]  # the same day may be the fourth and the last Sunday


class YearlyRule(vRecur):
    """Month before day, as the exports of Outlook, Exchange and Google have it."""

    canonical_order = ("FREQ", "BYMONTH", "BYDAY")  # type: ignore[assignment]  # a shorter tuple


def time_zone(zone: ZoneInfo, years: Iterable[int]) -> Timezone | None:
    """None where one pair of yearly rules cannot tell the zone's clock over all these years."""
    years = tuple(years)
    if min(years) <= FIRST_YEAR:
        return None
    by_year = [_onsets(zone, year) for year in years]
    if not any(by_year):
        return _fixed(zone, years[0])
    if any(len(onsets) != 2 for onsets in by_year):
        return None
    pair = [_common(onsets) for onsets in zip(*by_year, strict=True)]
    if None in pair:
        return None
    first, second = (onset for onset in pair if onset)
    if first.rule.offset_from != second.rule.offset_to:
        return None
    # The larger offset is summer: Dublin's own data call winter the exception.
    winter, summer = sorted((first, second), key=lambda onset: onset.rule.offset_to)
    return _component(
        zone, _recurring(TimezoneDaylight(), summer), _recurring(TimezoneStandard(), winter)
    )


def _fixed(zone: ZoneInfo, year: int) -> Timezone:
    offset, name = _state(zone, datetime(year, 1, 1, tzinfo=UTC))
    standard = TimezoneStandard()
    _describe(standard, name, offset, offset, datetime(FIRST_YEAR, 1, 1))  # noqa: DTZ001 (an onset is written without zone)
    return _component(zone, standard)


@lru_cache(maxsize=512)
def _onsets(zone: ZoneInfo, year: int) -> tuple[Onset, ...]:
    start = datetime(year, 1, 1, tzinfo=UTC)
    days = [start + timedelta(days=count) for count in range(367)]
    return tuple(
        _onset(zone, before, after)
        for before, after in pairwise(days)
        if before.year == year and _state(zone, before) != _state(zone, after)
    )


def _state(zone: ZoneInfo, instant: datetime) -> tuple[timedelta, str]:
    local = instant.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or ""


def _onset(zone: ZoneInfo, before: datetime, after: datetime) -> Onset:
    while after - before > timedelta(seconds=1):
        middle = before + ((after - before) // timedelta(seconds=2)) * timedelta(seconds=1)
        if _state(zone, middle) == _state(zone, before):
            before = middle
        else:
            after = middle
    offset_from, _ = _state(zone, before)
    offset_to, name = _state(zone, after)
    local = after.replace(tzinfo=None) + offset_from
    midnight = local.replace(hour=0, minute=0, second=0)
    rule = Rule(
        month=local.month,
        weekday=local.weekday(),
        wall_clock=local - midnight,
        offset_from=offset_from,
        offset_to=offset_to,
        name=name,
    )
    last_week = monthrange(local.year, local.month)[1] - 7
    places = {(local.day + 6) // 7} | ({LAST} if local.day > last_week else set())
    return Onset(rule, frozenset(places))


def _common(onsets: Sequence[Onset]) -> Onset | None:
    places = frozenset.intersection(*(onset.places for onset in onsets))
    rules = {onset.rule for onset in onsets}
    return Onset(rules.pop(), places) if len(rules) == 1 and places else None


def _recurring(
    part: TimezoneStandard | TimezoneDaylight, onset: Onset
) -> TimezoneStandard | TimezoneDaylight:
    rule = onset.rule
    place = LAST if LAST in onset.places else max(onset.places)
    start = _day(rule, place) + rule.wall_clock
    _describe(part, rule.name, rule.offset_from, rule.offset_to, start)
    day = f"{place}{WEEKDAYS[rule.weekday]}"
    part.add("rrule", YearlyRule(FREQ="YEARLY", BYMONTH=rule.month, BYDAY=day))
    return part


def _day(rule: Rule, place: int) -> datetime:
    """The rule's day in the first year: the start must be an occurrence (RFC 5545 3.8.5.3).

    For zones whose rule is younger it is a convention, as 1601 is in Microsoft's own files.
    """
    length = monthrange(FIRST_YEAR, rule.month)[1]
    days = [
        day
        for day in (datetime(FIRST_YEAR, rule.month, number + 1) for number in range(length))  # noqa: DTZ001 (an onset is written without zone)
        if day.weekday() == rule.weekday
    ]
    return days[LAST if place == LAST else place - 1]


def _describe(
    part: TimezoneStandard | TimezoneDaylight,
    name: str,
    offset_from: timedelta,
    offset_to: timedelta,
    start: datetime,
) -> None:
    part.add("tzname", vText(name))
    part.add("tzoffsetfrom", offset_from)
    part.add("tzoffsetto", offset_to)
    part.add("dtstart", start)


def _component(zone: ZoneInfo, *parts: TimezoneStandard | TimezoneDaylight) -> Timezone:
    component = Timezone()
    component.add("tzid", vText(zone.key))
    for part in parts:
        component.add_component(part)
    return component
