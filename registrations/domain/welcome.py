"""What a phone at the welcome desk sends: taps and people let in, each of them once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from registrations.domain import attendance, on_the_spot, self_check_in
from registrations.domain.attendance import Note
from registrations.domain.partners import NewPartner
from registrations.domain.people import Person
from registrations.enums import PresenceSource, PresenceState
from registrations.exceptions import BusyError, RegistrationError, SessionFullError
from registrations.models import Participation, PartnerService, SelfCheckIn
from trainings.models import TrainingSession


class Act(StrEnum):
    """What is done at the desk."""

    NOTE = "note"
    WALK_IN = "walk_in"
    LET_IN = "let_in"
    REPLACE = "replace"
    CONFIRM = "confirm"
    DISMISS = "dismiss"


class Outcome(StrEnum):
    """LATE: kept, and something later stands. UNKNOWN: of nobody with a place here any more."""

    COUNTED = "counted"
    LATE = "late"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`of` is a participation, or for CONFIRM and DISMISS a self check-in.

    `uid` is given where it was tapped, at `at` on our clock. `problem` is why it cannot be done,
    where what was typed says so already.
    """

    uid: uuid.UUID
    act: Act
    at: datetime
    half_day: int = 1
    of: int = 0
    state: str = ""
    arrived_at: time | None = None
    left_at: time | None = None
    person: Person | None = None
    partner: PartnerService | NewPartner | None = None
    beyond: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Receipt:
    """`may_pass`: it is done if it is sent again `beyond` the places there are."""

    uid: uuid.UUID
    outcome: Outcome
    sentence: str = ""
    may_pass: bool = False


def on_our_clock(
    noted_at: datetime, *, sent_at: datetime | None, session: TrainingSession, at: datetime
) -> datetime:
    """When it was tapped, by a device whose clock said `sent_at` as it sent this: never in the
    future, nor before anybody is welcomed.
    """
    longest = max(timedelta(0), at - (session.starts_at - attendance.WELCOMED_BEFORE))
    ago = (sent_at or at) - noted_at
    return at - min(max(timedelta(0), ago), longest)


def receive(
    session: TrainingSession,
    operations: Iterable[Operation],
    *,
    device: str = "",
    language: str,
    by: Any = None,
    at: datetime,
) -> list[Receipt]:
    """Do these in their order, and say of each what became of it.

    What was received before is not done again. A refusal stops nothing else. Raises BusyError,
    and then some of them may have been done.
    """
    receipts: list[Receipt] = []
    for act, group in groupby(operations, key=lambda one: None if one.problem else one.act):
        some = list(group)
        if act is None:
            receipts += [Receipt(one.uid, Outcome.REFUSED, one.problem) for one in some]
        elif act == Act.NOTE:
            receipts += _note(session, some, device=device, by=by, at=at)
        else:
            receipts += [
                _one(session, one, device=device, language=language, by=by, at=at) for one in some
            ]
    self_check_in.settle_noted(session, at=at)
    return receipts


def _note(
    session: TrainingSession, some: Sequence[Operation], *, device: str, by: Any, at: datetime
) -> list[Receipt]:
    notes = [
        Note(
            participation_id=one.of,
            half_day=one.half_day,
            state=one.state,
            at=one.at,
            arrived_at=one.arrived_at,
            left_at=one.left_at,
            uid=one.uid,
        )
        for one in some
    ]
    try:
        noted = attendance.note(
            session, notes, source=PresenceSource.DESK, device=device, by=by, at=at
        )
    except RegistrationError as error:
        return [_refused(one, error) for one in some]
    late = {one.uid for one in noted.late}
    unknown = {one.uid for one in noted.unknown}
    return [
        Receipt(
            one.uid,
            Outcome.UNKNOWN
            if one.uid in unknown
            else Outcome.LATE
            if one.uid in late
            else Outcome.COUNTED,
        )
        for one in some
    ]


def _one(
    session: TrainingSession,
    one: Operation,
    *,
    device: str,
    language: str,
    by: Any,
    at: datetime,
) -> Receipt:
    try:
        if one.act == Act.WALK_IN:
            return _walk_in(session, one, language=language, by=by, at=at)
        if one.act in (Act.CONFIRM, Act.DISMISS):
            return _settle(session, one, device=device, by=by, at=at)
        found = Participation.objects.filter(session=session, pk=one.of)
        participation = found.select_related("replaced_by__participant").first()
        if participation is None:
            return Receipt(one.uid, Outcome.UNKNOWN)
        if one.act == Act.LET_IN:
            if participation.has_place:  # by the other phone, or by this one a moment ago
                return _note(session, [_present(one)], device=device, by=by, at=at)[0]
            on_the_spot.let_in(
                participation,
                half_day=one.half_day,
                beyond=one.beyond,
                noted_at=one.at,
                by=by,
                at=at,
            )
        elif one.person and not _is_done(participation, one.person):
            on_the_spot.replace(
                participation,
                by_person=one.person,
                half_day=one.half_day,
                noted_at=one.at,
                by=by,
                at=at,
            )
        return Receipt(one.uid, Outcome.COUNTED)
    except RegistrationError as error:
        return _refused(one, error)


def _walk_in(
    session: TrainingSession, one: Operation, *, language: str, by: Any, at: datetime
) -> Receipt:
    # What lacks one of these has a problem.
    person: Any = one.person
    partner: Any = one.partner
    on_the_spot.walk_in(
        session,
        first_name=person.first_name,
        last_name=person.last_name,
        function=person.function,
        email=person.email,
        partner=partner,
        key=str(one.uid),
        beyond=one.beyond,
        language=language,
        half_day=one.half_day,
        noted_at=one.at,
        by=by,
        at=at,
    )
    return Receipt(one.uid, Outcome.COUNTED)


def _settle(
    session: TrainingSession, one: Operation, *, device: str, by: Any, at: datetime
) -> Receipt:
    if not SelfCheckIn.objects.filter(session=session, pk=one.of).exists():
        return Receipt(one.uid, Outcome.UNKNOWN)
    if one.act == Act.CONFIRM:
        self_check_in.confirm(session, [one.of], device=device, uid=one.uid, by=by, at=at)
    else:
        self_check_in.dismiss(session, [one.of], at=at)
    return Receipt(one.uid, Outcome.COUNTED)


def _present(one: Operation) -> Operation:
    return Operation(
        uid=one.uid,
        act=Act.NOTE,
        at=one.at,
        half_day=one.half_day,
        of=one.of,
        state=PresenceState.PRESENT,
    )


def _is_done(participation: Participation, person: Person) -> bool:
    """Whether this very person has come instead already: the answer was lost on the way."""
    other = participation.replaced_by
    names = other and (other.participant.first_name, other.participant.last_name)
    return names == (person.first_name, person.last_name)


def _refused(one: Operation, error: RegistrationError) -> Receipt:
    if isinstance(error, BusyError):
        raise error
    may_pass = isinstance(error, SessionFullError)
    return Receipt(one.uid, Outcome.REFUSED, str(error), may_pass)
