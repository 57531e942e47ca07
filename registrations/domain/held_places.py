"""Places held without names: by when they need them."""

from __future__ import annotations

from datetime import datetime

from registrations.domain.sharing import rules_of
from registrations.models import Participation, Registration
from trainings.enums import SessionStatus
from trainings.models import TrainingSession


def note_until(registration: Registration, *, at: datetime) -> None:
    """Note by when the places without names need them: the first session's date counts.

    Where that date has gone by, of places an organiser holds or of a session that comes closer,
    they are named until the session starts, and on the spot until it is over. A session without
    a date gives none.
    """
    held = Participation.objects.living().filter(
        participant__registration=registration,
        participant__last_name="",
        session__status=SessionStatus.SCHEDULED,
    )
    sessions = {one.session_id: one.session for one in held.select_related("session__training")}
    ends = []
    for pk, rules in rules_of(sessions.values()).items():
        session = sessions[pk]
        moments = (rules.names_until(session), session.starts_at, session.ends_at)
        ends.extend([one for one in moments if one > at][:1])
    registration.names_due_at = min(ends, default=None)
    registration.save(update_fields=["names_due_at"])


def follow(session: TrainingSession, *, at: datetime) -> None:
    """The session has another date, or none: so have the names of places held in it.

    In the transaction that holds the session's lock.
    """
    held = Participation.objects.living().filter(session=session, participant__last_name="")
    for registration in Registration.objects.filter(
        participants__participations__in=held
    ).distinct():
        note_until(registration, at=at)
