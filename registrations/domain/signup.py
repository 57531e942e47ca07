"""Sign up people of one partner service for sessions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from wagtail.log_actions import log

from registrations.domain import held_places, partners, workshops
from registrations.domain.locking import lock_sessions, retried
from registrations.domain.partners import NewPartner
from registrations.domain.people import Booker, Person, add_people, normalised_address
from registrations.domain.places import Claim, allocate
from registrations.domain.questions import save_answers
from registrations.domain.rules import (
    check_all_or_none,
    check_can_sign_up,
    check_held,
    check_may_wait,
    check_workshops,
)
from registrations.domain.sharing import (
    Sharing,
    bundle_of,
    groups_in_line,
    with_bundles,
)
from registrations.domain.waiting_list import settle
from registrations.emails import outbox
from registrations.enums import Origin, ParticipationStatus
from registrations.exceptions import (
    AlreadyRegisteredError,
    FormAlreadySentError,
    SessionGoneError,
)
from registrations.models import Participant, Participation, PartnerService, Registration
from registrations.signals import signed_up
from trainings.models import TrainingSession


@retried
def sign_up(
    people: list[Person],
    *,
    partner: PartnerService | NewPartner,
    booker: Booker,
    key: str,
    by: Any = None,
    origin: Origin = Origin.FORM,
    arrived_at: datetime | None = None,
    overruled: str = "",
    on_the_spot: bool = False,
    at: datetime,
) -> Registration:
    """Book places for these people; those who do not fit wait, in the order they are given.

    Everything happens or nothing does: registration, participations, log and outgoing mail are
    one transaction under the lock of the sessions. The same `key` with the same content returns
    the registration it made before.

    What an organiser enters has another `origin` and may have arrived before: it takes its place
    in the queue by `arrived_at`. With `overruled`, the reason, it gets places beyond all rules.
    Who is there already, `on_the_spot`, gets a place or nothing, need be in no other session, and
    is written to about nothing but the booking.

    Raises FormAlreadySentError (same key, other content), SessionGoneError,
    RegistrationClosedError, NotAllSessionsError, NoWorkshopLeftError, TooManyHeldError,
    SessionFullError and AlreadyRegisteredError.
    """
    content = _content_digest(people, partner, booker)
    try:
        with transaction.atomic():
            chosen = {pk for person in people for pk in person.session_ids}
            sessions = lock_sessions(with_bundles(chosen, at=at))
            if registration := _made_before(key, content):
                return registration
            registration = Registration(
                booker_first_name=booker.first_name,
                booker_last_name=booker.last_name,
                booker_email=booker.email,
                booker_phone=booker.phone,
                manager_email=booker.manager_email,
                order_reference=booker.order_reference,
                may_name_partner=booker.may_name_partner,
                wants_news=booker.wants_news,
                wants_contact=booker.wants_contact,
                keep_together=booker.keep_together,
                language=booker.language,
                origin=origin,
                overruled=overruled,
                key=key,
                content_digest=content,
                created_at=at,
                created_by=by,
            )
            registration.partner = partners.find_or_add(partner)
            sharing = _check(
                people,
                sessions,
                partner=registration.partner,
                origin=origin,
                on_the_spot=on_the_spot,
                at=at,
            )
            registration.save()
            if booker.wants_contact:
                partners.ask_for_contact(registration.partner, at=at)
            save_answers([(registration, booker.answers)])
            booked = _book(
                registration,
                people,
                sharing,
                beyond_rules=bool(overruled),
                on_the_spot=on_the_spot,
                arrived_at=arrived_at,
                at=at,
            )
            act = "walk_in" if on_the_spot else "sign_up"
            log(registration, f"registrations.{act}", user=by, timestamp=at)
            told = {} if on_the_spot else booked
            outbox.queue_sign_up(registration, people=told, at=at)
            signed_up.send(Registration, registration=registration, by=by, at=at)
            return registration
    except IntegrityError:
        # The same form won the race on other sessions, hence under other locks.
        if made := _made_before(key, content):
            return made
        raise


@retried
@transaction.atomic
def join(
    registration: Registration, people: list[Person], *, by: Any = None, at: datetime
) -> list[Participant]:
    """Add people to a registration; they come behind all who wait already.

    Rules count for them, also where they did not for those before. Raises what `sign_up()` raises.
    """
    chosen = {pk for person in people for pk in person.session_ids}
    sessions = lock_sessions(with_bundles(chosen, at=at))
    # Without its key: a mail that leaves meanwhile may still refer to it.
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    registration = rows.select_related("partner").get(pk=registration.pk)
    origin = Origin.FORM if by is None else Origin.STAFF
    sharing = _check(people, sessions, partner=registration.partner, origin=origin, at=at)
    last = registration.participants.aggregate(last=Max("position"))["last"] or 0
    joined = _book(registration, people, sharing, after=last, at=at)
    log(registration, "registrations.join", user=by, timestamp=at)
    outbox.queue(outbox.first_mails(joined, at=at))
    return list(joined)


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


def _check(
    people: list[Person],
    sessions: list[TrainingSession],
    *,
    partner: PartnerService,
    origin: Origin,
    on_the_spot: bool = False,
    at: datetime,
) -> Sharing:
    """How places are shared once those who were there before have theirs."""
    chosen = {pk for person in people for pk in person.session_ids}
    if chosen - {session.pk for session in sessions}:
        raise SessionGoneError
    if not on_the_spot:
        check_can_sign_up([one for one in sessions if one.pk in chosen], origin=origin, at=at)
        check_all_or_none(people, sessions)
        check_workshops(people)
    _check_not_registered(people, sessions)
    sharing = settle(sessions, at=at)
    if origin == Origin.FORM:
        check_held(people, sharing, partner=partner, at=at)
    return sharing


def _check_not_registered(people: list[Person], sessions: list[TrainingSession]) -> None:
    addresses = {normalised_address(person.email) for person in people} - {""}
    living = Participation.objects.living().filter(session__in=sessions, address__in=addresses)
    taken = set(living.order_by().values_list("session_id", "address"))
    by_pk = {session.pk: session for session in sessions}
    for position, person in enumerate(people):
        for session_id in person.session_ids:
            who = (session_id, normalised_address(person.email))
            if person.email and who in taken:
                raise AlreadyRegisteredError(position, by_pk[session_id])
            taken.add(who)


def _book(
    registration: Registration,
    people: list[Person],
    sharing: Sharing,
    *,
    after: int = 0,
    beyond_rules: bool = False,
    on_the_spot: bool = False,
    arrived_at: datetime | None = None,
    at: datetime,
) -> dict[Participant, set[ParticipationStatus]]:
    """Save people and where they stand: whoever fits is seated, behind all who wait and fit."""
    statuses = _statuses(
        registration, people, sharing, beyond_rules=beyond_rules, on_the_spot=on_the_spot
    )
    participants = add_people(registration, people, after=after)
    arrivals = _arrivals(sharing, arrived_at=arrived_at, at=at)
    Participation.objects.bulk_create(
        Participation(
            participant=participant,
            session_id=session_id,
            status=statuses[number, session_id],
            address=normalised_address(person.email),
            first_choice_id=person.choices_for(session_id)[0],
            second_choice_id=person.choices_for(session_id)[1],
            arrived_at=arrivals[session_id],
            changed_at=at,
        )
        for session_id in sharing.sessions
        for number, (participant, person) in enumerate(zip(participants, people, strict=True))
        if session_id in person.session_ids
    )
    if any(person.workshops for person in people):
        workshops.assign(sharing.sessions.values(), at=at)
    if not all(person.is_named for person in people):
        held_places.note_until(registration, at=at)
    return {
        participant: {statuses[number, pk] for pk in people[number].session_ids}
        for number, participant in enumerate(participants)
    }


def _statuses(
    registration: Registration,
    people: list[Person],
    sharing: Sharing,
    *,
    beyond_rules: bool,
    on_the_spot: bool,
) -> dict[tuple[int, int], ParticipationStatus]:
    """By number of the person and session."""
    found: dict[tuple[int, int], ParticipationStatus] = {}
    partner = registration.partner
    units: dict[tuple[Any, ...], dict[int, list[Claim]]] = {}
    for number, person in enumerate(people):
        for session_id in person.session_ids:
            is_asked = not (beyond_rules or on_the_spot)
            pending = is_asked and _needs_approval(person, session_id, sharing)
            found[number, session_id] = (
                ParticipationStatus.PENDING if pending else ParticipationStatus.CONFIRMED
            )
            if pending or beyond_rules:
                continue
            key = sharing.unit_key(
                session_id,
                registration=registration.key,
                participant=number,
                together=registration.keep_together,
            )
            claim = Claim(number, partner.pk, partner.kind_id)
            units.setdefault(key, {}).setdefault(session_id, []).append(claim)
    # Who waits and fits comes first, also where the organiser gives places by hand.
    allocate(sharing.seats, sharing.queue)
    # So do others of a group that comes together: who joins it waits with them.
    in_line: set[tuple[int, int]] = set()
    if registration.keep_together:
        in_line = groups_in_line([registration.pk], sharing.sessions)
    for unit in units.values():
        waits = any((registration.pk, session_id) in in_line for session_id in unit)
        if waits or not allocate(sharing.seats, [unit]):
            check_may_wait(unit, sharing, on_the_spot=on_the_spot)
            found.update(
                ((claim.key, session_id), ParticipationStatus.WAITING)
                for session_id, claims in unit.items()
                for claim in claims
            )
    return found


def _needs_approval(person: Person, session_id: int, sharing: Sharing) -> bool:
    """Also where it is another of the sessions one takes all or none of that asks for it."""
    bundle = bundle_of(sharing.sessions[session_id])
    belonging = [
        pk
        for pk in person.session_ids
        if pk == session_id or (bundle and bundle_of(sharing.sessions[pk]) == bundle)
    ]
    return any(sharing.rules[pk].needs_approval for pk in belonging)


def _arrivals(
    sharing: Sharing, *, arrived_at: datetime | None, at: datetime
) -> dict[int, datetime]:
    """When people arrive in each queue: now, and behind all whatever the clocks of others say."""
    if arrived_at is not None:
        return dict.fromkeys(sharing.sessions, arrived_at)
    return {pk: max(at, sharing.last_arrivals.get(pk, at)) for pk in sharing.sessions}
