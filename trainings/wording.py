"""Dates and hours as people say them, in the active language."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from trainings.models import TrainingSession


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
    whole, minutes = divmod(int(session.training_time.total_seconds()) // 60, 60)
    if minutes:
        return _("%(hours)s h %(minutes)s") % {"hours": whole, "minutes": f"{minutes:02}"}
    return _("%(hours)s h") % {"hours": whole}
