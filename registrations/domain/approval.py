"""The organiser confirms or refuses registrations, one or many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from registrations.domain import telling, workshops
from registrations.domain.locking import retried
from registrations.domain.places import Claim, allocate
from registrations.domain.rules import check_may_wait
from registrations.domain.sharing import groups_in_line
from registrations.domain.waiting_list import (
    again,
    end_or_change,
    locked,
    log_each,
    settle,
)
from registrations.enums import MessageKind, ParticipationStatus, Verb
from registrations.exceptions import NotInThisStateError
from registrations.models import Participation


@retried
@transaction.atomic
def accept(
    participations: Iterable[Participation], *, by: Any, at: datetime
) -> list[Participation]:
    """Confirm these: who fits has a place, in the order of arrival; the others wait.

    Who is not to be confirmed any more is left as they are, so that two organisers who do the
    same do it once; so is who would come to a session that does not take place or is over. Raises
    SessionFullError where there is no waiting list: nobody is confirmed then.
    """
    rows, sessions = locked(participations, at=at)
    sharing = settle(sessions, at=at)
    rows = [one for one in again(rows) if _may_be_accepted(one, at=at)]
    in_line = groups_in_line(
        {one.participant.registration_id for one in rows}, {one.session_id for one in rows}
    )
    behind: set[int] = set()
    units: dict[tuple[Any, ...], dict[int, list[Claim]]] = {}
    for one in sorted(rows, key=lambda one: (one.arrived_at, one.pk)):
        booking = one.participant.registration
        key = sharing.unit_key(
            one.session_id,
            registration=booking.pk,
            participant=one.participant_id,
            together=booking.keep_together,
        )
        claim = Claim(one.pk, booking.partner_id, booking.partner.kind_id)
        units.setdefault(key, {}).setdefault(one.session_id, []).append(claim)
        if (booking.pk, one.session_id) in in_line:
            behind.add(one.pk)
    allocate(sharing.seats, sharing.queue)
    seated: set[int] = set()
    for unit in units.values():
        keys = {claim.key for claims in unit.values() for claim in claims}
        # Others of the group wait already: these wait with them.
        if behind.isdisjoint(keys) and allocate(sharing.seats, [unit]):
            seated.update(keys)
        else:
            check_may_wait(unit, sharing)
    for one in rows:
        has_place = one.pk in seated
        end_or_change(
            one,
            Verb.ACCEPT,
            ParticipationStatus.CONFIRMED if has_place else ParticipationStatus.WAITING,
            at=at,
        )
    workshops.assign(sessions, at=at)
    log_each(rows, Verb.ACCEPT, by=by, at=at)
    telling.tell_people(MessageKind.ACCEPTED, [one for one in rows if one.pk in seated], at=at)
    telling.tell_people(MessageKind.WAITING, [one for one in rows if one.pk not in seated], at=at)
    return rows


def _may_be_accepted(participation: Participation, *, at: datetime) -> bool:
    session = participation.session
    is_pending = participation.status == ParticipationStatus.PENDING
    return is_pending and session.goes_ahead and not session.is_past(at)


@retried
@transaction.atomic
def refuse(
    participations: Iterable[Participation], *, reason: str, by: Any, at: datetime
) -> list[Participation]:
    """Refuse these, who are to be confirmed or wait, and tell them why.

    Raises NotInThisStateError when none of them is.
    """
    rows, sessions = locked(participations, at=at)
    refusable = (ParticipationStatus.PENDING, ParticipationStatus.WAITING)
    rows = [one for one in rows if one.status in refusable]
    if not rows:
        raise NotInThisStateError
    for one in rows:
        one.refusal_reason = reason
        end_or_change(one, Verb.REFUSE, ParticipationStatus.REFUSED, at=at)
    log_each(rows, Verb.REFUSE, by=by, at=at)
    telling.tell_people(MessageKind.REFUSED, rows, had_place=False, at=at)
    settle(sessions, at=at)
    return rows
