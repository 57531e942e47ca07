"""Who stands at the door without a place: let in, or there instead of somebody else."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from registrations.domain import answers, attendance, workshops
from registrations.domain.locking import lock_sessions, retried
from registrations.domain.partners import NewPartner
from registrations.domain.people import Booker, Person
from registrations.domain.places import Claim, Unit, obstacle
from registrations.domain.sharing import rules_of, sharing_of, with_bundles
from registrations.domain.signup import sign_up
from registrations.domain.waiting_list import again, end_or_change, locked, log_each
from registrations.enums import (
    Origin,
    ParticipationStatus,
    PresenceSource,
    PresenceState,
    Verb,
)
from registrations.exceptions import (
    NoLongerRegisteredError,
    SessionFullError,
    WalkInsNotLetInError,
)
from registrations.models import Participation, PartnerService, Registration
from trainings.models import TrainingSession

#: By which step who has no place yet gets one.
STEPS = {
    ParticipationStatus.PENDING: Verb.ACCEPT,
    ParticipationStatus.WAITING: Verb.PROMOTE,
    ParticipationStatus.OFFERED: Verb.PROMOTE,
}


@retried
@transaction.atomic
def walk_in(
    session: TrainingSession,
    *,
    first_name: str,
    last_name: str,
    function: str = "",
    email: str = "",
    partner: PartnerService | NewPartner,
    key: str,
    beyond: bool = False,
    language: str,
    half_day: int,
    noted_at: datetime | None = None,
    by: Any = None,
    at: datetime,
) -> Participation:
    """Register somebody who is there, for this session alone, and note them present, at `noted_at`
    where a phone was without network meanwhile.

    Also after the session, for who stands on a spare line of the paper. The same `key` with the
    same content lets in once. `beyond` is the desk's word that there is room all the same.

    Raises SheetNotOpenError, WalkInsNotLetInError, SessionFullError, AlreadyRegisteredError and
    FormAlreadySentError.
    """
    # All that `sign_up()` locks, and in its order.
    session = next(one for one in lock_sessions(_with_all(session, at=at)) if one.pk == session.pk)
    attendance.check_can_note(session, at=at)
    key = hashlib.sha256(f"walk-in:{session.pk}:{key}".encode()).hexdigest()
    is_new = not Registration.objects.filter(key=key).exists()
    if is_new and not rules_of([session])[session.pk].lets_in_walk_ins:
        raise WalkInsNotLetInError
    person = Person(
        session_ids=(session.pk,),
        first_name=first_name,
        last_name=last_name,
        function=function,
        email=email,
    )
    booker = Booker(
        first_name=first_name,
        last_name=last_name,
        email=email,
        language=language,
        may_name_partner=None,
    )

    def book(overruled: str = "") -> Registration:
        return sign_up(
            [person],
            partner=partner,
            booker=booker,
            key=key,
            by=by,
            origin=Origin.ON_SITE,
            overruled=overruled,
            on_the_spot=True,
            at=at,
        )

    try:
        registration = book()
    except SessionFullError:
        if not beyond:
            raise
        registration = book(overruled=_reason())
    made = Participation.objects.filter(participant__registration=registration, session=session)
    participation = made.order_by("pk")[0]
    uid = uuid.UUID(key[:32])
    return _note_present(participation, half_day, uid=uid, noted_at=noted_at, by=by, at=at)


@retried
@transaction.atomic
def let_in(
    participation: Participation,
    *,
    half_day: int,
    beyond: bool = False,
    noted_at: datetime | None = None,
    by: Any = None,
    at: datetime,
) -> Participation:
    """Give somebody who waits, is offered a place or is to be confirmed theirs, and note them
    present, as `walk_in()` does. In what order people waited does not count any more: they are
    there.

    Raises SheetNotOpenError, NoLongerRegisteredError, and SessionFullError unless `beyond`.
    """
    rows, sessions = locked([participation], at=at)
    participation = next(one for one in rows if one.pk == participation.pk)
    attendance.check_can_note(participation.session, at=at)
    if not participation.is_living:
        raise NoLongerRegisteredError
    if not participation.has_place:
        _check_room(rows, sessions, beyond=beyond, at=at)
        for one in rows:
            verb = STEPS[ParticipationStatus(one.status)]
            end_or_change(one, verb, ParticipationStatus.CONFIRMED, at=at)
            log_each([one], verb, by=by, at=at)
        workshops.assign(sessions, at=at)
    return _note_present(participation, half_day, noted_at=noted_at, by=by, at=at)


@retried
@transaction.atomic
def replace(
    participation: Participation,
    *,
    by_person: Person,
    half_day: int,
    noted_at: datetime | None = None,
    by: Any = None,
    at: datetime,
) -> Participation:
    """Note `by_person` present, who came instead, as `walk_in()` does; returns theirs. Said twice,
    it is done once.

    Raises SheetNotOpenError, NoLongerRegisteredError, NoPlaceToPassOnError and
    AlreadyRegisteredError.
    """
    rows, _sessions = locked([participation], at=at)
    participation = next(one for one in rows if one.pk == participation.pk)
    attendance.check_can_note(participation.session, at=at)
    newcomer = participation.replaced_by
    if newcomer is None or not _is(newcomer, by_person):
        newcomer = answers.replace(
            participation, by_person=by_person, on_the_spot=True, by=by, at=at
        )
    return _note_present(newcomer, half_day, noted_at=noted_at, by=by, at=at)


def _with_all(session: TrainingSession, *, at: datetime) -> set[int]:
    return with_bundles({session.pk}, at=at)


def _reason() -> str:
    return _("Let in by the welcome desk")


def _is(participation: Participation, person: Person) -> bool:
    there = participation.participant
    return (there.first_name, there.last_name) == (person.first_name, person.last_name)


def _check_room(
    rows: Iterable[Participation],
    sessions: Iterable[TrainingSession],
    *,
    beyond: bool,
    at: datetime,
) -> None:
    """A place that is offered is theirs already; beyond the rules it is kept with the booking."""
    unit: dict[int, list[Claim]] = {}
    for one in rows:
        if one.status != ParticipationStatus.OFFERED:
            partner = one.participant.registration.partner
            unit[one.session_id] = [Claim(one.pk, partner.pk, partner.kind_id)]
    found = _obstacle(unit, sessions, at=at)
    if found is None:
        return
    if not beyond:
        raise found
    bookings = {one.participant.registration_id for one in rows}
    Registration.objects.filter(pk__in=bookings).update(overruled=_reason())


def _obstacle(
    unit: Unit, sessions: Iterable[TrainingSession], *, at: datetime
) -> SessionFullError | None:
    sharing = sharing_of(sessions, whole_queue=False, at=at)
    for session_id, claims in unit.items():
        why = obstacle(sharing.seats, {session_id: claims})
        if why is not None:
            return SessionFullError(sharing.sessions[session_id], why)
    return None


def _note_present(
    participation: Participation,
    half_day: int,
    *,
    uid: uuid.UUID | None = None,
    noted_at: datetime | None,
    by: Any,
    at: datetime,
) -> Participation:
    note = attendance.Note(
        participation_id=participation.pk,
        half_day=half_day,
        state=PresenceState.PRESENT,
        at=noted_at or at,
        uid=uid,
    )
    attendance.note(participation.session, [note], source=PresenceSource.DESK, by=by, at=at)
    return again([participation])[0]
