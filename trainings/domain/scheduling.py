"""The verbs of a session: schedule, change, reschedule, postpone, cancel, restore, drop.

The only place that writes its dates and its state. Everything that subscribers see of a session
moves SEQUENCE and LAST-MODIFIED here (RFC 5546 §2.1.4), in the transaction of the change.
Each verb takes the row's lock, so that of two people who act at once both count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from trainings import signals
from trainings.domain.queries import live_pages
from trainings.enums import SessionStatus
from trainings.exceptions import (
    NothingMovedError,
    SessionCancelledError,
    SessionDayTakenError,
    SessionGoesAheadError,
    SessionPostponedError,
    TrainingError,
)
from trainings.models import CalendarState, TrainingSession, TranslatedText, wall_clock

# What moves a session in people's diaries; only `reschedule()` writes it.
MOVES = ("starts_on", "start_time", "ends_on", "end_time", "time_zone", "venue_id", "online_url")
# Everything else an organiser writes; nobody has to be told.
CORRECTIONS = (
    "training_id",
    "training_time",
    "capacity",
    "registration_opens_at",
    "registration_closes_at",
)


@transaction.atomic
def schedule(session: TrainingSession, *, by: Any, at: datetime) -> TrainingSession:
    """Save a new session. Raises ValidationError when its fields contradict each other."""
    session.created_at = session.changed_at = at
    session.full_clean()
    session.save()
    log(session, "trainings.schedule", user=by, timestamp=at)
    signals.session_scheduled.send(TrainingSession, session=session, by=by, at=at)
    return session


@transaction.atomic
def schedule_many(sessions: list[TrainingSession], *, by: Any, at: datetime) -> None:
    """The same for many, in one INSERT; a line of history and a signal for each."""
    for session in sessions:
        session.created_at = session.changed_at = at
        session.clean()
    TrainingSession.objects.bulk_create(sessions)
    CalendarState.touch()  # bulk_create sends no signal of its own
    for session in sessions:
        log(session, "trainings.schedule", user=by, timestamp=at)
        signals.session_scheduled.send(TrainingSession, session=session, by=by, at=at)


@transaction.atomic
def change(
    session: TrainingSession, *, by_hand: bool = True, by: Any, at: datetime
) -> TrainingSession:
    """Save what was corrected of a session; returns it as saved.

    Dates, hours and places to go stay as the row has them: `reschedule()` moves. `by_hand`
    False is a series that corrects what nobody has adjusted. Raises ValidationError when the
    fields contradict each other.
    """
    saved = _locked(session)
    before = {field: getattr(saved, field) for field in CORRECTIONS}
    for field in CORRECTIONS:
        setattr(saved, field, getattr(session, field))
    saved.is_adjusted = saved.is_adjusted or (by_hand and saved.series_id is not None)
    saved.changed_at = at
    saved.full_clean()
    saved.save()
    log(saved, "trainings.change", user=by, timestamp=at)
    if saved.capacity != before["capacity"]:
        signals.session_capacity_changed.send(TrainingSession, session=saved, by=by, at=at)
    return saved


@transaction.atomic
def reschedule(
    session: TrainingSession,
    *,
    to: Mapping[str, Any],
    reason: Mapping[str, str] | None = None,
    by_hand: bool = True,
    by: Any,
    at: datetime,
) -> TrainingSession:
    """Move a session, a postponed one included; `to` has new values of fields in `MOVES`.

    What was announced first is kept as `previous_start` and `previous_venue` when a page shows
    the session. Registration closes as long before the new start as before the old one, by the
    clock on the wall. `by_hand` False is a series that moves what nobody has adjusted.

    Raises NothingMovedError, SessionCancelledError, SessionDayTakenError, and ValidationError
    when the values contradict each other.
    """
    session = _locked(session)
    if session.is_cancelled:
        raise SessionCancelledError
    before = moved(session, to)
    if not before and session.goes_ahead:
        raise NothingMovedError
    was = TrainingSession(**{field: getattr(session, field) for field in MOVES})
    for field, value in to.items():
        setattr(session, field, value)
    _remember_announced(session, was)
    keep_registration_apart(session, was, at=at)
    session.status, session.reason = SessionStatus.SCHEDULED, TranslatedText(reason or {})
    session.is_adjusted = session.is_adjusted or (by_hand and session.series_id is not None)
    _check_day_is_free(session)
    _save_news(session, at=at)
    log(
        session,
        "trainings.reschedule",
        user=by,
        timestamp=at,
        data={
            "moved": sorted(before),
            "from": was.local_start.isoformat(),
            "to": session.local_start.isoformat(),
        },
    )
    signals.session_rescheduled.send(TrainingSession, session=session, before=before, by=by, at=at)
    return session


def moved(session: TrainingSession, to: Mapping[str, Any]) -> dict[str, Any]:
    """What `to` would change, with the values of now."""
    return {
        field: getattr(session, field)
        for field, value in to.items()
        if getattr(session, field) != value
    }


def shifted(session: TrainingSession, *, days: int) -> dict[str, Any]:
    """Values for `reschedule()` that keep the hours and change the day."""
    by = timedelta(days=days)
    return {"starts_on": session.starts_on + by, "ends_on": session.ends_on + by}


def postpone(
    session: TrainingSession,
    *,
    reason: Mapping[str, str] | None = None,
    by: Any,
    at: datetime,
) -> TrainingSession:
    """Take a session off its day without a new one yet; `reschedule()` gives it one.

    Raises SessionCancelledError and SessionPostponedError.
    """
    return _decide(session, SessionStatus.POSTPONED, reason=reason, by=by, at=at)


def cancel(
    session: TrainingSession,
    *,
    reason: Mapping[str, str] | None = None,
    by: Any,
    at: datetime,
) -> TrainingSession:
    """Call a session off; it stays in calendars, as cancelled, under the same UID.

    Raises SessionCancelledError when it already is.
    """
    return _decide(session, SessionStatus.CANCELLED, reason=reason, by=by, at=at)


def restore(
    session: TrainingSession,
    *,
    reason: Mapping[str, str] | None = None,
    by: Any,
    at: datetime,
) -> TrainingSession:
    """Undo a cancellation or a postponement: the session goes ahead where it was.

    Raises SessionGoesAheadError, and SessionDayTakenError when another session of its series
    has taken the day meanwhile.
    """
    return _decide(session, SessionStatus.SCHEDULED, reason=reason, by=by, at=at)


@transaction.atomic
def _decide(
    session: TrainingSession,
    status: SessionStatus,
    *,
    reason: Mapping[str, str] | None,
    by: Any,
    at: datetime,
) -> TrainingSession:
    session = _locked(session)
    check_can_become(session, status)
    session.status, session.reason = status, TranslatedText(reason or {})
    session.is_adjusted = session.is_adjusted or session.series_id is not None
    _check_day_is_free(session)
    _save_news(session, at=at)
    action, signal = {
        SessionStatus.POSTPONED: ("trainings.postpone", signals.session_postponed),
        SessionStatus.CANCELLED: ("trainings.cancel", signals.session_cancelled),
        SessionStatus.SCHEDULED: ("trainings.restore", signals.session_restored),
    }[status]
    log(session, action, user=by, timestamp=at)
    signal.send(TrainingSession, session=session, by=by, at=at)
    return session


def check_can_become(session: TrainingSession, status: SessionStatus) -> None:
    """Raises the error that says why this session cannot be put in that state."""
    refusal: dict[tuple[str, str], type[TrainingError]] = {
        (SessionStatus.SCHEDULED, SessionStatus.SCHEDULED): SessionGoesAheadError,
        (SessionStatus.POSTPONED, SessionStatus.POSTPONED): SessionPostponedError,
        (SessionStatus.CANCELLED, SessionStatus.CANCELLED): SessionCancelledError,
        (SessionStatus.CANCELLED, SessionStatus.POSTPONED): SessionCancelledError,
    }
    if error := refusal.get((session.status, status)):
        raise error


@transaction.atomic
def drop(session: TrainingSession, *, by: Any, at: datetime) -> None:
    """Remove a session that nobody is registered for.

    Raises django.db.models.ProtectedError when somebody is, or was: such a session is cancelled.
    """
    session = _locked(session)
    log(session, "wagtail.delete", user=by, timestamp=at, deleted=True)
    session.delete()


def _locked(session: TrainingSession) -> TrainingSession:
    rows = TrainingSession.objects.select_for_update(of=("self",))
    return rows.select_related("training", "venue").get(pk=session.pk)


def _save_news(session: TrainingSession, *, at: datetime) -> None:
    """Save what subscribers have to see, under a higher SEQUENCE."""
    session.sequence += 1
    session.changed_at = at
    session.full_clean()
    session.save()


def _remember_announced(session: TrainingSession, was: TrainingSession) -> None:
    """Keep where the session was first announced; nobody knew it before its page was live."""
    if not live_pages([session.training_id]).exists():
        return
    if session.previous_start is None:
        session.previous_start = was.local_start
    if session.previous_venue_id is None:
        session.previous_venue_id = was.venue_id
    # Back where it was announced, or never away: nothing has moved.
    if session.previous_start == session.local_start:
        session.previous_start = None
    if session.previous_venue_id == session.venue_id:
        session.previous_venue_id = None


def keep_registration_apart(
    session: TrainingSession, was: TrainingSession, *, at: datetime
) -> None:
    """Shift when registration closes, and opens if it has not, by the days of a move."""
    days = session.starts_on - was.starts_on
    if session.registration_closes_at is not None:
        session.registration_closes_at = _days_later(session, session.registration_closes_at, days)
    opens_at = session.registration_opens_at
    if opens_at is not None and opens_at > at:
        session.registration_opens_at = _days_later(session, opens_at, days)


def _days_later(session: TrainingSession, moment: datetime, days: timedelta) -> datetime:
    """The same hour on the wall of the session's place, that many days later."""
    zone = session.local_start.tzinfo
    local = moment.astimezone(zone)
    return wall_clock(local.date() + days, local.time(), session.time_zone)


def _check_day_is_free(session: TrainingSession) -> None:
    if session.series_id is None or not session.goes_ahead:
        return
    same_day = TrainingSession.objects.filter(
        series=session.series_id, starts_on=session.starts_on, status=SessionStatus.SCHEDULED
    )
    if same_day.exclude(pk=session.pk).exists():
        raise SessionDayTakenError


def check_days_are_free(sessions: Iterable[TrainingSession]) -> None:
    """Raises SessionDayTakenError when two of these, all of one series, share a day."""
    days = [session.starts_on for session in sessions]
    if len(set(days)) < len(days):
        raise SessionDayTakenError


def usual_closing(
    starts_on: date, closes_days_before: int | None, time_zone: str
) -> datetime | None:
    """When registration closes that many days before, at 12:00 by the clock on the wall."""
    if closes_days_before is None:
        return None
    return wall_clock(starts_on - timedelta(days=closes_days_before), time(12), time_zone)
