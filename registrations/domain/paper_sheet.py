"""The signed sheet: who signed is entered, and where it differs from the list the list follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from registrations.domain import attendance
from registrations.domain.attendance import WELCOMED_BEFORE, Note
from registrations.domain.half_days import HalfDay, half_days_of
from registrations.domain.locking import lock_sessions, retried
from registrations.domain.sheet import SheetPerson, SheetRows
from registrations.enums import ParticipationStatus, PresenceSource, PresenceState
from registrations.models import Participation, Presence
from trainings.models import TrainingSession

#: Participation and number of the half-day.
Key = tuple[int, int]


@dataclass(frozen=True)
class Difference:
    """One half-day of a person of which the paper and the list say different things."""

    person: SheetPerson
    half_day: HalfDay
    is_signed: bool
    state: str  # of the list; empty where nothing was noted

    @property
    def key(self) -> Key:
        return (self.person.pk, self.half_day.number)


@retried
@transaction.atomic
def enter_paper(
    session: TrainingSession,
    *,
    shown: Iterable[Key],
    signed: Iterable[Key],
    by: Any,
    at: datetime,
) -> None:
    """Keep of each half-day that was `shown` whether there is a signature; nobody's presence
    changes by that. Of people who have no place any more nothing is kept. Raises
    SheetNotOpenError.
    """
    (session,) = lock_sessions([session.pk])
    attendance.check_can_note(session, at=at)
    numbers = {unit.number for unit in half_days_of(session)}
    seated = set(
        Participation.objects.filter(
            session=session, status=ParticipationStatus.CONFIRMED
        ).values_list("pk", flat=True)
    )
    signed = set(signed)
    known = {
        (one.participation_id, one.half_day): one
        for one in Presence.objects.filter(participation__in=seated)
    }
    rows = [
        known.get(key) or _not_noted(session, key)
        for key in dict.fromkeys(shown)
        if key[0] in seated and key[1] in numbers
    ]
    for one in rows:
        one.is_signed = (one.participation_id, one.half_day) in signed
    Presence.objects.bulk_update([one for one in rows if not one._state.adding], ["is_signed"])
    Presence.objects.bulk_create(one for one in rows if one._state.adding)
    log(session, "registrations.enter_paper", user=by, timestamp=at)


def differences(rows: SheetRows) -> list[Difference]:
    """In the order of the sheet; nothing where nobody has entered it, or where there is no
    signature and nothing was noted.
    """
    found = []
    for person in rows.people:
        for unit in rows.half_days:
            signed = person.signed.get(unit.number)
            noted = person.presences.get(unit.number)
            state = noted.state if noted else ""
            if signed is not None and signed != (state == PresenceState.PRESENT):
                found.append(Difference(person, unit, signed, state))
    return found


def take_over(
    session: TrainingSession, differing: Iterable[Difference], *, by: Any, at: datetime
) -> int:
    """Note what the paper says: who signed was present, who did not was absent; how many lines.

    Raises SheetNotOpenError.
    """
    notes = [
        Note(
            participation_id=one.person.pk,
            half_day=one.half_day.number,
            state=PresenceState.PRESENT if one.is_signed else PresenceState.ABSENT,
            at=at,
        )
        for one in differing
    ]
    noted = attendance.note(session, notes, source=PresenceSource.PAPER, by=by, at=at)
    return len(noted.counted)


def _not_noted(session: TrainingSession, key: Key) -> Presence:
    """Older than anything that can be noted of it."""
    participation_id, half_day = key
    return Presence(
        participation_id=participation_id,
        half_day=half_day,
        noted_at=session.starts_at - WELCOMED_BEFORE,
    )
