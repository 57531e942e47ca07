"""People who came, and sheets that are closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from registrations.domain import attendance
from registrations.domain.attendance import Note
from registrations.enums import PresenceSource, PresenceState
from registrations.models import Attestation, Participation
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT
from trainings.models import TrainingSession


def participations(session: TrainingSession, number: int = 1, **fields: Any) -> list[Participation]:
    """So many people of one registration; `fields` are of each of them."""
    options = {name: fields.pop(name) for name in ("partner", "booker") if name in fields}
    people = [person(session, **{"number": one, **fields}) for one in range(1, number + 1)]
    made = registration(*people, at=min(AT, session.starts_at - timedelta(days=1)), **options)
    rows = Participation.objects.filter(participant__registration=made, session=session)
    return list(rows.select_related("participant__registration", "session").order_by("pk"))


def came(
    *people: Participation,
    state: PresenceState = PresenceState.PRESENT,
    at: datetime | None = None,
    **hours: Any,
) -> None:
    """Noted at the end of their session, or `at`; of each half-day there is."""
    session = people[0].session
    at = at or session.ends_at
    notes = [
        Note(participation_id=one.pk, half_day=unit.number, state=state, at=at, **hours)
        for one in people
        for unit in attendance.half_days_of(session)
    ]
    attendance.note(session, notes, source=PresenceSource.STAFF, at=at)


def close(session: TrainingSession, *, at: datetime | None = None, by: Any = None) -> None:
    at = at or session.ends_at + timedelta(minutes=5)
    attendance.close_sheet(session, by=by, at=at)


def attested(session: TrainingSession, number: int = 1, **fields: Any) -> list[Attestation]:
    """So many people were there, and the sheet is closed."""
    people = participations(session, number, **fields)
    came(*people)
    close(session)
    return list(Attestation.objects.filter(session=session, withdrawn_at=None).order_by("number"))
