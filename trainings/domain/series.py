"""Series: what a rule proposes, what an organiser decides of it, and its extension by itself.

A rule only ever makes rows. What stands is compared with what the rule says now; nothing that
somebody decided by hand, and nobody's registration, is undone by a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from wagtail.log_actions import log

from trainings.conf import conf
from trainings.domain import recurrence, scheduling
from trainings.domain.days_off import days_off
from trainings.enums import SessionStatus
from trainings.exceptions import SeriesTooLongError
from trainings.models import SessionSeries, TrainingSession

# At one time; a series that goes on for years has more.
MOST_SESSIONS = 500
# Of a rule, those long over included: every day for half a century.
MOST_DAYS = 20_000
# What a session takes from its series, and keeps following until somebody adjusts it.
FOLLOWED = ("start_time", "end_time", "time_zone", "venue_id", "online_url")
FOLLOWED_CORRECTIONS = ("training_time", "capacity")


class Fate(StrEnum):
    """What the rule, as it is now, says of a day."""

    ADD = "add"  # no session yet
    KEEP = "keep"  # a session as the rule has it
    FOLLOW = "follow"  # a session that other hours or places of the series would change
    ADJUSTED = "adjusted"  # a session somebody decided on: left alone
    GONE = "gone"  # a session whose day is no longer in the rule


@dataclass(frozen=True)
class Line:
    """One day of the plan; `session` is not saved yet when it would be added."""

    day: date
    fate: Fate
    session: TrainingSession
    days_off: tuple[str, ...] = ()
    # Another session of the series has moved to this day.
    is_occupied: bool = False
    is_past: bool = False

    @property
    def is_proposed(self) -> bool:
        """Whether it is ticked until somebody says otherwise."""
        return not (self.days_off or self.is_occupied or self.is_past)


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What an organiser decided of a plan."""

    add: list[TrainingSession] = field(default_factory=list)
    drop: list[date] = field(default_factory=list)  # never proposed again
    follow: list[TrainingSession] = field(default_factory=list)
    remove: list[TrainingSession] = field(default_factory=list)
    cancel: list[TrainingSession] = field(default_factory=list)
    keep: list[TrainingSession] = field(default_factory=list)


def plan(series: SessionSeries, *, language: str, at: datetime) -> list[Line]:
    """The days of a series, saved or not, with what each would become; writes nothing.

    In the order of days; past sessions are left out. A constant number of queries.
    Raises SeriesTooLongError.
    """
    today = _today(series, at)
    days = set(_days(series, last_day=today + conf.series_horizon))
    made = _standing(series)
    standing = {day: session for day, session in made.items() if not session.is_past(at)}
    # Of a series planned before, a day that is over was decided on.
    new = sorted(day for day in days - set(made) if day >= today or not series.planned_until)
    _check_number(new)
    occupied = _occupied(standing.values())
    off = _days_off(new, language=language)
    lines = [
        Line(
            day,
            Fate.ADD,
            new_session(series, day),
            days_off=tuple(off.get(day, ())),
            is_occupied=day in occupied,
            is_past=day < today,
        )
        for day in new
    ]
    lines += [
        Line(day, _fate(series, session, is_in_rule=day in days), session)
        for day, session in standing.items()
    ]
    return sorted(lines, key=lambda line: line.day)


def _fate(series: SessionSeries, session: TrainingSession, *, is_in_rule: bool) -> Fate:
    if session.is_adjusted:
        return Fate.ADJUSTED
    if not is_in_rule:
        return Fate.GONE
    differs = moves(series, session) or corrections(series, session)
    return Fate.FOLLOW if differs else Fate.KEEP


def moves(series: SessionSeries, session: TrainingSession) -> dict[str, Any]:
    """What would move when the session follows its series; values for `reschedule()`."""
    return {
        name: getattr(series, name)
        for name in FOLLOWED
        if getattr(series, name) != getattr(session, name)
    }


def corrections(series: SessionSeries, session: TrainingSession) -> dict[str, Any]:
    """What else would change, as values for `change()`."""
    wanted = {name: getattr(series, name) for name in FOLLOWED_CORRECTIONS}
    wanted["registration_closes_at"] = _closing(series, session.starts_on)
    return {name: value for name, value in wanted.items() if value != getattr(session, name)}


def _closing(series: SessionSeries, starts_on: date) -> datetime | None:
    return scheduling.usual_closing(starts_on, series.closes_days_before, series.time_zone)


def new_session(series: SessionSeries, day: date) -> TrainingSession:
    """What the series makes of a day; not saved."""
    return TrainingSession(
        training=series.training,
        series=series,
        original_on=day,
        starts_on=day,
        ends_on=day,
        registration_closes_at=_closing(series, day),
        **{name: getattr(series, name) for name in (*FOLLOWED, *FOLLOWED_CORRECTIONS)},
    )


@transaction.atomic
def apply(
    series: SessionSeries, decisions: Decisions, *, by: Any, at: datetime
) -> list[TrainingSession]:
    """Save a series, new or changed, and do what was decided; returns the sessions made.

    Locks the series, so that two organisers who plan at once make no day twice: a day that has
    its session meanwhile is passed over, and so is a session that was dropped or adjusted.

    Raises ValidationError when a session contradicts itself, SessionDayTakenError when two
    would share a day, and django.db.models.ProtectedError when somebody has registered
    meanwhile for a session to remove.
    """
    if series.pk:
        SessionSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    series.rule = recurrence.without(series.rule, decisions.drop)
    series.planned_until = _last_planned(series, at=at)
    series.full_clean()
    series.save()
    log(series, "trainings.plan", user=by, timestamp=at)
    for session in _still_unadjusted(decisions.remove):
        scheduling.drop(session, by=by, at=at)
    for session in _still_unadjusted(decisions.cancel):
        scheduling.cancel(session, by=by, at=at)
    _leave_alone(decisions.keep)
    for session in _still_unadjusted(decisions.follow):
        _follow(series, session, by=by, at=at)
    return _make(series, decisions.add, by=by, at=at)


def _still_unadjusted(sessions: Iterable[TrainingSession]) -> list[TrainingSession]:
    """As they are now, under their locks; without those dropped or decided on meanwhile."""
    keys = [session.pk for session in sessions]
    rows = TrainingSession.objects.filter(pk__in=keys, is_adjusted=False)
    rows = rows.select_for_update(of=("self",)).select_related("training", "venue")
    return list(rows.order_by("pk"))


def _leave_alone(sessions: Iterable[TrainingSession]) -> None:
    """Kept against the rule: decided by hand, not to be asked about again."""
    keys = [session.pk for session in sessions]
    TrainingSession.objects.filter(pk__in=keys).update(is_adjusted=True)


def _follow(series: SessionSeries, session: TrainingSession, *, by: Any, at: datetime) -> None:
    # Fewer hours may no longer hold the training hours of before: those first.
    if corrected := corrections(series, session):
        for name, value in corrected.items():
            setattr(session, name, value)
        session = scheduling.change(session, by_hand=False, by=by, at=at)
    if to := moves(series, session):
        scheduling.reschedule(session, to=to, by_hand=False, by=by, at=at)


def _make(
    series: SessionSeries, sessions: Iterable[TrainingSession], *, by: Any, at: datetime
) -> list[TrainingSession]:
    """Save new sessions in bulk, those whose day has one already left out."""
    standing = _standing(series)
    made = [session for session in sessions if session.original_on not in standing]
    if not made:
        return []
    scheduling.check_days_are_free([*_going_ahead(standing.values()), *made])
    for session in made:
        session.series = series
        session.is_adjusted = session.is_adjusted or _is_adjusted(series, session)
    scheduling.schedule_many(made, by=by, at=at)
    return made


def _is_adjusted(series: SessionSeries, session: TrainingSession) -> bool:
    on_its_day = session.starts_on == session.original_on
    return not on_its_day or bool(moves(series, session) or corrections(series, session))


@transaction.atomic
def extend(series: SessionSeries, *, by: Any = None, at: datetime) -> list[TrainingSession]:
    """Carry an open-ended series to the horizon; returns the sessions made, none the next time.

    Days off and days that another session of the series has taken are left out. A series that
    ends by itself was planned to its end and is left as it is. Raises SeriesTooLongError.
    """
    series = SessionSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    horizon = _today(series, at) + conf.series_horizon
    planned_until = series.planned_until
    if not recurrence.is_open_ended(series.rule) or (planned_until and planned_until >= horizon):
        return []
    occupied = _occupied(_standing(series).values())
    days = [
        day
        for day in _days(series, last_day=horizon)
        if (planned_until is None or day > planned_until) and day not in occupied
    ]
    _check_number(days)
    off = _days_off(days, language="en")
    series.planned_until = horizon
    series.save(update_fields=["planned_until"])
    new = [new_session(series, day) for day in days if day not in off]
    return _make(series, new, by=by, at=at)


@transaction.atomic
def drop(session: TrainingSession, *, by: Any, at: datetime) -> None:
    """Remove a session that nobody is registered for; its series does not make it again.

    Raises django.db.models.ProtectedError when somebody is, or was.
    """
    if session.series_id is not None and session.original_on is not None:
        rows = SessionSeries.objects.select_for_update(of=("self",))
        series = rows.get(pk=session.series_id)
        series.rule = recurrence.without(series.rule, [session.original_on])
        series.save(update_fields=["rule"])
    scheduling.drop(session, by=by, at=at)


@transaction.atomic
def end(series: SessionSeries, *, by: Any, at: datetime) -> None:
    """Remove the rule; its sessions stay, as dates of their own."""
    log(series, "wagtail.delete", user=by, timestamp=at, deleted=True)
    series.delete()


def _days(series: SessionSeries, *, last_day: date) -> list[date]:
    """Of the rule, past ones included; of an open-ended one up to `last_day`."""
    if recurrence.is_open_ended(series.rule):
        end: date | None = max(last_day, series.first_day + conf.series_horizon)
    else:
        end = None
    return recurrence.expand(
        series.rule, first_day=series.first_day, last_day=end, at_most=MOST_DAYS
    )


def _check_number(new: list[date]) -> None:
    """Raises SeriesTooLongError."""
    if len(new) > MOST_SESSIONS:
        raise SeriesTooLongError(MOST_SESSIONS)


def _last_planned(series: SessionSeries, *, at: datetime) -> date:
    days = _days(series, last_day=_today(series, at) + conf.series_horizon)
    if recurrence.is_open_ended(series.rule):
        return max(_today(series, at), series.first_day) + conf.series_horizon
    return days[-1] if days else series.first_day


def _standing(series: SessionSeries) -> dict[date, TrainingSession]:
    """The sessions of a series by the day its rule gave them."""
    if not series.pk:
        return {}
    sessions = TrainingSession.objects.filter(series=series).select_related("training", "venue")
    return {session.original_on: session for session in sessions if session.original_on}


def _going_ahead(sessions: Iterable[TrainingSession]) -> list[TrainingSession]:
    return [session for session in sessions if session.status == SessionStatus.SCHEDULED]


def _occupied(sessions: Iterable[TrainingSession]) -> set[date]:
    return {session.starts_on for session in _going_ahead(sessions)}


def _days_off(days: list[date], *, language: str) -> dict[date, list[str]]:
    return days_off(days[0], days[-1], language=language) if days else {}


def _today(series: SessionSeries, at: datetime) -> date:
    return at.astimezone(ZoneInfo(series.time_zone)).date()
