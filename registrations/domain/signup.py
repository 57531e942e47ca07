"""Sign up people of one partner service for sessions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from registrations.domain import partners
from registrations.domain.locking import lock_sessions
from registrations.domain.partners import NewPartner
from registrations.domain.queries import places_of
from registrations.domain.rules import check_can_sign_up
from registrations.emails import outbox
from registrations.enums import Origin, ParticipationStatus, Quality
from registrations.exceptions import (
    AlreadyRegisteredError,
    FormAlreadySentError,
    SessionGoneError,
)
from registrations.models import (
    Participant,
    ParticipantNeeds,
    Participation,
    PartnerService,
    Registration,
)
from registrations.signals import signed_up
from trainings.models import TrainingSession


@dataclass(frozen=True, kw_only=True)
class Booker:
    """Who fills in the form, and what holds for the whole registration."""

    first_name: str
    last_name: str
    email: str
    language: str
    may_name_partner: bool
    keep_together: bool = False
    phone: str = ""
    order_reference: str = ""
    manager_email: str = ""
    wants_news: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who comes, and to which sessions (primary keys)."""

    first_name: str
    last_name: str
    function: str
    session_ids: tuple[int, ...]
    email: str = ""
    quality: str = Quality.PROFESSIONAL
    language: str = ""
    wish: str = ""
    on_participant_list: bool = False
    access: str = ""
    wants_meal: bool | None = None
    diet: str = ""


def normalised_address(email: str) -> str:
    """The address by which two entries are the same person."""
    return email.strip().casefold()


def sign_up(
    people: list[Person],
    *,
    partner: PartnerService | NewPartner,
    booker: Booker,
    key: str,
    by: Any = None,
    origin: Origin = Origin.FORM,
    at: datetime,
) -> Registration:
    """Book places for these people; those who do not fit wait, in the order they are given.

    Everything happens or nothing does: registration, participations, log and outgoing mail are
    one transaction under the lock of the sessions. The same `key` with the same content returns
    the registration it made before.

    Raises FormAlreadySentError (same key, other content), SessionGoneError,
    RegistrationClosedError and AlreadyRegisteredError.
    """
    content = _content_digest(people, partner, booker)
    try:
        with transaction.atomic():
            return _sign_up(
                people,
                partner=partner,
                booker=booker,
                key=key,
                content=content,
                by=by,
                origin=origin,
                at=at,
            )
    except IntegrityError:
        # The same form won the race on other sessions, hence under other locks.
        if registration := _made_before(key, content):
            return registration
        raise


def _sign_up(
    people: list[Person],
    *,
    partner: PartnerService | NewPartner,
    booker: Booker,
    key: str,
    content: str,
    by: Any,
    origin: Origin,
    at: datetime,
) -> Registration:
    chosen = {pk for person in people for pk in person.session_ids}
    sessions = lock_sessions(chosen)
    if registration := _made_before(key, content):
        return registration
    if len(sessions) < len(chosen):
        raise SessionGoneError
    check_can_sign_up(sessions, at=at)
    _check_not_registered(people, sessions)
    registration = Registration.objects.create(
        partner=partners.find_or_add(partner),
        booker_first_name=booker.first_name,
        booker_last_name=booker.last_name,
        booker_email=booker.email,
        booker_phone=booker.phone,
        manager_email=booker.manager_email,
        order_reference=booker.order_reference,
        may_name_partner=booker.may_name_partner,
        wants_news=booker.wants_news,
        keep_together=booker.keep_together,
        language=booker.language,
        origin=origin,
        key=key,
        content_digest=content,
        created_at=at,
        created_by=by,
    )
    participants = _add_people(registration, people)
    _take_places(participants, people, sessions, keep_together=booker.keep_together, at=at)
    log(registration, "registrations.sign_up", user=by, timestamp=at)
    outbox.queue_sign_up(registration, at=at)
    signed_up.send(Registration, registration=registration, by=by, at=at)
    return registration


def _content_digest(
    people: list[Person], partner: PartnerService | NewPartner, booker: Booker
) -> str:
    told = partner.pk if isinstance(partner, PartnerService) else asdict(partner)
    content = [[asdict(person) for person in people], told, asdict(booker)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _made_before(key: str, content: str) -> Registration | None:
    registration = Registration.objects.filter(key=key).first()
    if registration is not None and registration.content_digest != content:
        raise FormAlreadySentError(registration)
    return registration


def _check_not_registered(people: list[Person], sessions: list[TrainingSession]) -> None:
    taken = {
        (session_id, address)
        for session_id, address in Participation.objects.living()
        .filter(session__in=sessions)
        .exclude(address="")
        .values_list("session_id", "address")
    }
    by_pk = {session.pk: session for session in sessions}
    for position, person in enumerate(people):
        for session_id in person.session_ids:
            who = (session_id, normalised_address(person.email))
            if person.email and who in taken:
                raise AlreadyRegisteredError(position, by_pk[session_id])
            taken.add(who)


def _add_people(registration: Registration, people: list[Person]) -> list[Participant]:
    participants = Participant.objects.bulk_create(
        new_participant(registration, person, position=position)
        for position, person in enumerate(people, start=1)
    )
    ParticipantNeeds.objects.bulk_create(
        ParticipantNeeds(
            participant=participant,
            access=person.access,
            wants_meal=person.wants_meal,
            diet=person.diet,
        )
        for participant, person in zip(participants, people, strict=True)
        if person.access or person.wants_meal is not None or person.diet
    )
    return participants


def new_participant(registration: Registration, person: Person, *, position: int) -> Participant:
    return Participant(
        registration=registration,
        position=position,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        function=person.function,
        quality=person.quality,
        language=person.language or registration.language,
        wish=person.wish,
        on_participant_list=person.on_participant_list,
    )


def _take_places(
    participants: list[Participant],
    people: list[Person],
    sessions: list[TrainingSession],
    *,
    keep_together: bool,
    at: datetime,
) -> None:
    places = places_of(sessions)
    rows = []
    for session in sessions:
        group = [
            participant
            for participant, person in zip(participants, people, strict=True)
            if session.pk in person.session_ids
        ]
        seated = places[session.pk].seat(len(group), keep_together=keep_together)
        for number, participant in enumerate(group):
            rows.append(
                Participation(
                    participant=participant,
                    session=session,
                    status=ParticipationStatus.CONFIRMED
                    if number < seated
                    else ParticipationStatus.WAITING,
                    address=normalised_address(participant.email),
                    changed_at=at,
                )
            )
    Participation.objects.bulk_create(rows)
