"""Dates and hours as people say them, in the active language."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from recurrence import Recurrence

from trainings.models import TrainingSession
from trainings.models.rules import A_LEAP_YEAR, Position, Repeats, SpokenRule

#: More days than these are told by their number.
MOST_DAYS_BY_NAME = 5


def day(on: date) -> str:
    """With the weekday: "Tuesday 9 March 2027"."""
    if on.day == 1:
        return date_format(on, pgettext("format of the first of a month", "l j F Y"))
    return date_format(on, pgettext("format of a day", "l j F Y"))


def hour(at: time) -> str:
    values = {"hour": at.hour, "minute": f"{at.minute:02}"}
    return (_("%(hour)s:%(minute)s") if at.minute else _("%(hour)s:00")) % values


def hours(session: TrainingSession) -> str:
    values = {"start": hour(session.start_time), "end": hour(session.end_time)}
    return pgettext("from one hour to another", "%(start)s – %(end)s") % values


def when(session: TrainingSession) -> str:
    """Day and hours on the wall of the session's own place, whatever the reader's zone."""
    if session.ends_on == session.starts_on:
        return f"{day(session.starts_on)}, {hours(session)}"
    return _("%(first_day)s, %(first_hour)s, until %(last_day)s, %(last_hour)s") % {
        "first_day": day(session.starts_on),
        "first_hour": hour(session.start_time),
        "last_day": day(session.ends_on),
        "last_hour": hour(session.end_time),
    }


def moment(at: datetime, zone: str) -> str:
    """An instant by the clock of `zone`: "Tuesday 2 March 2027 at 12:00"."""
    local = at.astimezone(ZoneInfo(zone))
    return _("%(day)s at %(hour)s") % {"day": day(local.date()), "hour": hour(local.time())}


def training_hours(session: TrainingSession) -> str:
    """Hours of training without breaks: "3 h", "2 h 30"; empty when not told."""
    if session.training_time is None:
        return ""
    return duration(session.training_time)


def duration(length: timedelta) -> str:
    """ "3 h", "2 h 45"."""
    whole, minutes = divmod(length // timedelta(minutes=1), 60)
    if minutes:
        return _("%(hours)s h %(minutes)s") % {"hours": whole, "minutes": f"{minutes:02}"}
    return _("%(hours)s h") % {"hours": whole}


def rule(rule: Recurrence, *, first_day: date, since: date | None = None) -> str:
    """All of it: "Every week on Tuesday, from Tuesday 5 January 2027, 10 times".

    For a visitor, `since` leaves out what is over: the beginning, and days left out.
    """
    spoken = SpokenRule.closest(rule)
    if not (spoken.is_whole and spoken.tells(rule)):
        return _("By a rule written elsewhere, from %(day)s") % {"day": day(first_day)}
    beginning = _("from %(day)s") % {"day": day(first_day)}
    if since is not None:
        beginning = beginning if first_day >= since else ""
        coming = [on for on in spoken.exceptions if on >= since]
        spoken = replace(spoken, exceptions=coming)
    clauses = (_which_days(spoken), beginning, _end(spoken), _exceptions(spoken))
    return ", ".join(filter(None, clauses))


def _which_days(spoken: SpokenRule) -> str:
    weekdays = [str(WEEKDAYS[number]) for number in spoken.weekdays]
    if spoken.repeats == Repeats.ON_WEEKDAYS:
        weekdays = [_in_a_list(weekday) for weekday in weekdays]
    sentence = _sentence(spoken) % {
        "number": spoken.interval,
        "months": listed(str(MONTHS[month]) for month in spoken.months),
        "positions": listed(_position(number) for number in spoken.positions),
        "weekdays": listed(weekdays),
        "day": _day_of_month(spoken.month_day) if spoken.month_day else "",
    }
    if _skips_months(spoken):
        return _("%(rule)s (months without that day are skipped)") % {"rule": sentence}
    return sentence


def _sentence(spoken: SpokenRule) -> str:
    each, every_few, in_some, every_few_in_some = {
        Repeats.ON_WEEKDAYS: (
            _("Every week on %(weekdays)s"),
            _("Every %(number)s weeks on %(weekdays)s"),
            _("In %(months)s, every week on %(weekdays)s"),
            _("In %(months)s, every %(number)s weeks on %(weekdays)s"),
        ),
        Repeats.ON_WEEKDAYS_OF_MONTH: (
            _("Each month on the %(positions)s %(weekdays)s"),
            _("Every %(number)s months on the %(positions)s %(weekdays)s"),
            _("In %(months)s, on the %(positions)s %(weekdays)s"),
            _("Every %(number)s months, only in %(months)s, on the %(positions)s %(weekdays)s"),
        ),
        Repeats.ON_DAY_OF_MONTH: (
            _("Each month on the %(day)s"),
            _("Every %(number)s months on the %(day)s"),
            _("In %(months)s, on the %(day)s"),
            _("Every %(number)s months, only in %(months)s, on the %(day)s"),
        ),
    }[Repeats(spoken.repeats)]
    if spoken.interval > 1:
        return every_few_in_some if spoken.months else every_few
    return in_some if spoken.months else each


def _position(number: int) -> str:
    return {
        Position.FIRST: pgettext("weekday of a month, in a sentence", "first"),
        Position.SECOND: pgettext("weekday of a month, in a sentence", "second"),
        Position.THIRD: pgettext("weekday of a month, in a sentence", "third"),
        Position.FOURTH: pgettext("weekday of a month, in a sentence", "fourth"),
        Position.LAST: pgettext("weekday of a month, in a sentence", "last"),
    }[Position(number)]


def _day_of_month(number: int) -> str:
    on = date(A_LEAP_YEAR, 1, number)
    if number == 1:
        return date_format(on, pgettext("format of the first of a month, without month", "jS"))
    return date_format(on, pgettext("format of a day, without month", "jS"))


def _skips_months(spoken: SpokenRule) -> bool:
    months = spoken.months or MONTHS
    shortest = min(monthrange(A_LEAP_YEAR + 1, month)[1] for month in months)
    return spoken.month_day is not None and spoken.month_day > shortest


def _end(spoken: SpokenRule) -> str:
    if spoken.until:
        return _("until %(day)s") % {"day": day(spoken.until)}
    if spoken.count:
        times = ngettext("%(number)s time", "%(number)s times", spoken.count)
        return times % {"number": spoken.count}
    return ""


def _exceptions(spoken: SpokenRule) -> str:
    number = len(spoken.exceptions)
    if number > MOST_DAYS_BY_NAME:
        days = ngettext("except %(number)s day", "except %(number)s days", number)
        return days % {"number": number}
    named = listed(_in_a_list(day(exception)) for exception in spoken.exceptions)
    return named and _("except %(days)s") % {"days": named}


def _in_a_list(day: str) -> str:
    """French gives each its article."""
    return pgettext("one of a list of days", "%(day)s") % {"day": day}


def listed(words: Iterable[str]) -> str:
    """ "a, b and c"; empty without any."""
    *others, last = [*words] or [""]
    if not others:
        return last
    return _("%(others)s and %(last)s") % {"others": ", ".join(others), "last": last}
