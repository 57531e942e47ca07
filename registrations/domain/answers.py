"""What people say of a place: I come, I cannot, somebody else; and who it is after all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from wagtail.log_actions import log

from registrations.domain import telling, workshops
from registrations.domain.locking import retried
from registrations.domain.people import Person, new_participant, normalised_address
from registrations.domain.questions import answer_again
from registrations.domain.rules import check_can_answer, check_workshops
from registrations.domain.sharing import rules_of
from registrations.domain.waiting_list import end_or_change, locked, settle
from registrations.emails import outbox
from registrations.enums import LIVING, Answer, MessageKind, ParticipationStatus, Verb
from registrations.exceptions import AlreadyRegisteredError, NotInThisStateError
from registrations.models import Participant, Participation, Registration, SignUpRules
from registrations.signals import replaced, withdrawn


@retried
@transaction.atomic
def keep(participation: Participation, *, at: datetime) -> Participation:
    """Note that the person comes; said twice, the first time counts.

    Raises NoLongerRegisteredError and AnswerClosedError.
    """
    rows, _sessions = locked([participation], at=at)
    participation = _the(participation, rows)
    check_can_answer(participation, Answer.KEEP, at=at)
    if participation.answered_at is None:
        participation.answered_at = at
        participation.save(update_fields=["answered_at"])
        log(participation.participant.registration, "registrations.keep", timestamp=at)
    return participation


@retried
@transaction.atomic
def withdraw(
    participation: Participation, *, reason: str = "", by: Any = None, at: datetime
) -> Participation:
    """End this person's participation; what becomes free goes to the next in line.

    In time or late is told by the state. Raises NoLongerRegisteredError and AnswerClosedError.
    """
    rows, sessions = locked([participation], at=at)
    _lock_registration(rows[0])
    rules = rules_of(sessions)
    before = []
    for one in rows:
        check_can_answer(one, Answer.WITHDRAW, at=at)
        one.withdrawal_reason = reason
        before.append((one.has_place, one.status))
        end_or_change(one, Verb.WITHDRAW, _withdrawn(one, rules[one.session_id], at=at), at=at)
        withdrawn.send(Participation, participation=one, by=by, at=at)
    log(rows[0].participant.registration, "registrations.withdraw", user=by, timestamp=at)
    for one, (had_place, was) in zip(rows, before, strict=True):
        telling.tell_people(MessageKind.WITHDRAWN, [one], had_place=had_place, was=was, at=at)
    settle(sessions, at=at)
    workshops.assign(sessions, at=at)
    return _the(participation, rows)


def _withdrawn(
    participation: Participation, rules: SignUpRules, *, at: datetime
) -> ParticipationStatus:
    """Who leaves a queue is never late, nor is anybody who does not find a session any more."""
    session = participation.session
    is_late = participation.has_place and session.goes_ahead and at > rules.withdraw_until(session)
    return ParticipationStatus.WITHDRAWN_LATE if is_late else ParticipationStatus.WITHDRAWN


@retried
@transaction.atomic
def replace(
    participation: Participation,
    *,
    by_person: Person,
    on_the_spot: bool = False,
    by: Any = None,
    at: datetime,
) -> Participation:
    """Pass the place on to `by_person`, who joins the registration; returns theirs.

    A place stays taken, so this overtakes nobody who waits. `on_the_spot` the newcomer is there:
    it may have begun, and they are sent no invitation. Raises NoLongerRegisteredError,
    AnswerClosedError, NoPlaceToPassOnError and AlreadyRegisteredError.
    """
    rows, _sessions = locked([participation], at=at)
    _lock_registration(rows[0])
    for one in rows:
        check_can_answer(one, Answer.REPLACE, on_the_spot=on_the_spot, at=at)
    address = normalised_address(by_person.email)
    _check_address_is_free(rows, address)
    joined = _join(rows[0].participant, by_person)
    made = {}
    for one in rows:
        made[one.pk] = replacement = Participation.objects.create(
            participant=joined,
            session=one.session,
            status=ParticipationStatus.CONFIRMED,
            address=address,
            workshop=one.workshop,
            first_choice=one.first_choice,
            second_choice=one.second_choice,
            arrived_at=one.arrived_at,
            changed_at=at,
        )
        one.replaced_by = replacement
        end_or_change(one, Verb.REPLACE, ParticipationStatus.REPLACED, at=at)
        replaced.send(Participation, participation=one, replacement=replacement, by=by, at=at)
    log(joined.registration, "registrations.replace", user=by, timestamp=at)
    for one in rows:
        telling.tell_people(MessageKind.REPLACED, [one], had_place=True, at=at)
    if address and not on_the_spot:
        outbox.queue([outbox.first_mail(joined, at=at)])
    return made[participation.pk]


@retried
@transaction.atomic
def correct(
    participant: Participant, *, person: Person, by: Any = None, at: datetime
) -> Participant:
    """Write a person's name, function or address otherwise, or name a place held without a name.

    A new address receives an invitation. Raises AlreadyRegisteredError, NoWorkshopLeftError for a
    name without the choice of workshops that goes with it, and NotInThisStateError for somebody
    who takes part in nothing any more, or for taking a name away.
    """
    living = list(participant.participations.filter(status__in=LIVING))
    if not living or not person.is_named:
        raise NotInThisStateError
    rows, sessions = locked(living, at=at)
    _lock_registration(rows[0])
    if not all(one.is_living for one in rows):
        raise NotInThisStateError
    address = normalised_address(person.email)
    has_new_address = address != rows[0].address
    if has_new_address:
        _check_address_is_free(rows, address)
    participant = rows[0].participant
    if not participant.is_named:
        chosen = tuple(one.session_id for one in rows)
        check_workshops([dataclasses.replace(person, session_ids=chosen)])
    for name in ("first_name", "last_name", "function", "email", "quality"):
        setattr(participant, name, getattr(person, name))
    participant.save()
    for one in rows:
        one.address, one.changed_at = address, at
        if one.first_choice_id is None:
            one.first_choice_id, one.second_choice_id = person.choices_for(one.session_id)
        one.save()
    answer_again(participant, person.answers)
    workshops.assign(sessions, at=at)
    log(participant.registration, "registrations.correct", user=by, timestamp=at)
    if has_new_address and address:
        for one in rows:
            one.sequence += 1
            one.save(update_fields=["sequence"])
        outbox.queue([outbox.mail_again(participant, rows, at=at)])
    return participant


def _the(participation: Participation, rows: Iterable[Participation]) -> Participation:
    return next(one for one in rows if one.pk == participation.pk)


def _lock_registration(participation: Participation) -> None:
    """Behind its sessions, so that two who change its people do so one after the other."""
    # Without its key: a mail that leaves meanwhile may still refer to it.
    registrations = Registration.objects.select_for_update(of=("self",), no_key=True)
    registrations.get(pk=participation.participant.registration_id)


def _check_address_is_free(rows: Iterable[Participation], address: str) -> None:
    for one in rows:
        same = Participation.objects.living().filter(session=one.session_id, address=address)
        if address and same.exists():
            raise AlreadyRegisteredError(0, one.session)


def _join(participant: Participant, person: Person) -> Participant:
    """A new last person of the same registration, who reads what the other one reads."""
    registration = participant.registration
    last = registration.participants.aggregate(last=Max("position"))["last"]
    joined = new_participant(registration, person, position=last + 1)
    joined.language = person.language or participant.language
    joined.save()
    answer_again(joined, person.answers)
    return joined
