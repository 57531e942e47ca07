"""Schedule, change, cancel and restore a session: the only place that writes its dates.

Everything that subscribers see of a session moves SEQUENCE and LAST-MODIFIED here
(RFC 5546 §2.1.4), in the transaction of the change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from trainings import signals
from trainings.enums import SessionStatus
from trainings.exceptions import (
    SessionCancelledError,
    SessionNotCancelledError,
    TrainingError,
)
from trainings.models import TrainingSession

# What moves a session in people's diaries; everything else is a correction.
MOVES = ("starts_on", "start_time", "ends_on", "end_time", "time_zone", "venue_id")


@transaction.atomic
def schedule(session: TrainingSession, *, by: Any, at: datetime) -> TrainingSession:
    """Save a new session. Raises ValidationError when its fields contradict each other."""
    session.changed_at = at
    session.full_clean()
    session.save()
    log(session, "trainings.schedule", user=by, timestamp=at)
    signals.session_scheduled.send(TrainingSession, session=session, by=by, at=at)
    return session


@transaction.atomic
def change(session: TrainingSession, *, by: Any, at: datetime) -> TrainingSession:
    """Save an edited session; SEQUENCE rises when its date, hours or venue moved.

    Locks the row, so that of two editors who save at once both get a sequence of their own.
    Raises ValidationError when its fields contradict each other.
    """
    saved = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    before = {
        field: getattr(saved, field)
        for field in MOVES
        if getattr(saved, field) != getattr(session, field)
    }
    session.status, session.status_reason = saved.status, saved.status_reason
    session.sequence = saved.sequence + bool(before)
    session.changed_at = at
    session.full_clean()
    session.save()
    log(
        session,
        "trainings.reschedule" if before else "trainings.change",
        user=by,
        timestamp=at,
        data={"moved": sorted(before)} if before else None,
    )
    if before:
        signals.session_rescheduled.send(
            TrainingSession, session=session, before=before, by=by, at=at
        )
    if saved.capacity != session.capacity:
        signals.session_capacity_changed.send(TrainingSession, session=session, by=by, at=at)
    return session


def cancel(session: TrainingSession, *, reason: str = "", by: Any, at: datetime) -> TrainingSession:
    """Call a session off; it stays in calendars, as cancelled, under the same UID.

    Raises SessionCancelledError when it already is.
    """
    return _decide(
        session, SessionStatus.CANCELLED, SessionCancelledError, reason=reason, by=by, at=at
    )


def restore(session: TrainingSession, *, by: Any, at: datetime) -> TrainingSession:
    """Undo a cancellation. Raises SessionNotCancelledError when there is none."""
    return _decide(session, SessionStatus.SCHEDULED, SessionNotCancelledError, by=by, at=at)


@transaction.atomic
def _decide(
    session: TrainingSession,
    status: SessionStatus,
    already: type[TrainingError],
    *,
    reason: str = "",
    by: Any,
    at: datetime,
) -> TrainingSession:
    session = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.status == status:
        raise already
    session.status, session.status_reason = status, reason
    session.sequence += 1
    session.changed_at = at
    session.save()
    cancelled = status == SessionStatus.CANCELLED
    log(session, "trainings.cancel" if cancelled else "trainings.restore", user=by, timestamp=at)
    signal = signals.session_cancelled if cancelled else signals.session_restored
    signal.send(TrainingSession, session=session, by=by, at=at)
    return session
