"""What people say when asked whether a session suits them: I come, I cannot, somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from wagtail.log_actions import log

from registrations.domain.locking import lock_sessions
from registrations.domain.rules import check_can_answer
from registrations.domain.signup import Person, new_participant, normalised_address
from registrations.domain.telling import is_booker
from registrations.emails import facts, outbox
from registrations.emails.facts import Concerned
from registrations.enums import Answer, MessageKind, ParticipationStatus
from registrations.exceptions import AlreadyRegisteredError
from registrations.models import Participant, Participation, Registration
from registrations.signals import replaced, withdrawn


@transaction.atomic
def keep(participation: Participation, *, at: datetime) -> Participation:
    """Note that the person comes; said twice, the first time counts.

    Raises NoLongerRegisteredError and AnswerClosedError.
    """
    participation = _locked(participation)
    check_can_answer(participation, Answer.KEEP, at=at)
    if participation.answered_at is None:
        participation.answered_at = at
        participation.save(update_fields=["answered_at"])
        log(participation.participant.registration, "registrations.keep", timestamp=at)
    return participation


@transaction.atomic
def withdraw(
    participation: Participation, *, reason: str = "", by: Any = None, at: datetime
) -> Participation:
    """Free the person's place, or their rank in the queue; nobody is seated by that alone.

    Raises NoLongerRegisteredError and AnswerClosedError.
    """
    participation = _locked(participation)
    check_can_answer(participation, Answer.WITHDRAW, at=at)
    had_place = participation.has_place
    participation.withdrawal_reason = reason
    _end(participation, ParticipationStatus.WITHDRAWN, at=at)
    log(participation.participant.registration, "registrations.withdraw", user=by, timestamp=at)
    _tell(MessageKind.WITHDRAWN, participation, had_place=had_place, at=at)
    withdrawn.send(Participation, participation=participation, by=by, at=at)
    return participation


@transaction.atomic
def replace(
    participation: Participation, *, by_person: Person, by: Any = None, at: datetime
) -> Participation:
    """Pass the place on to `by_person`, who joins the registration; returns theirs.

    A place stays taken, so this overtakes nobody who waits. Raises NoLongerRegisteredError,
    AnswerClosedError, NoPlaceToPassOnError and AlreadyRegisteredError.
    """
    participation = _locked(participation)
    check_can_answer(participation, Answer.REPLACE, at=at)
    address = normalised_address(by_person.email)
    same = Participation.objects.living().filter(session=participation.session, address=address)
    if address and same.exists():
        raise AlreadyRegisteredError(0, participation.session)
    replacement = Participation.objects.create(
        participant=_join(participation.participant, by_person),
        session=participation.session,
        status=ParticipationStatus.CONFIRMED,
        address=address,
        changed_at=at,
    )
    participation.replaced_by = replacement
    _end(participation, ParticipationStatus.REPLACED, at=at)
    log(participation.participant.registration, "registrations.replace", user=by, timestamp=at)
    _tell(MessageKind.REPLACED, participation, had_place=True, at=at)
    if address:
        outbox.queue([outbox.first_mail(replacement.participant, at=at)])
    replaced.send(Participation, participation=participation, replacement=replacement, by=by, at=at)
    return replacement


def _locked(participation: Participation) -> Participation:
    """As it is now, under the locks of its session and of its registration, in this order."""
    lock_sessions([participation.session_id])
    # Without its key: a mail that leaves meanwhile may still refer to it.
    registrations = Registration.objects.select_for_update(of=("self",), no_key=True)
    registrations.get(participants__participations=participation)
    return Participation.objects.select_related(
        "participant__registration__partner", "session__training", "session__venue"
    ).get(pk=participation.pk)


def _end(participation: Participation, status: ParticipationStatus, *, at: datetime) -> None:
    participation.status = status
    participation.sequence += 1
    participation.changed_at = at
    participation.answered_at = None
    participation.save()


def _join(participant: Participant, person: Person) -> Participant:
    """A new last person of the same registration, who reads what the other one reads."""
    registration = participant.registration
    last = registration.participants.aggregate(last=Max("position"))["last"]
    joined = new_participant(registration, person, position=last + 1)
    joined.language = person.language or participant.language
    joined.save()
    return joined


def _tell(
    kind: MessageKind, participation: Participation, *, had_place: bool, at: datetime
) -> None:
    person = Concerned(participation, participation.sequence, had_place)
    note = facts.note(participation.session, [person], at=at)
    emails = []
    if participation.address:
        emails.append(outbox.to_person(kind, participation, facts=note, at=at))
    if not is_booker(participation):
        emails.append(
            outbox.to_booker(
                kind,
                participation.participant.registration,
                act=str(participation.uid),
                facts=note,
                at=at,
            )
        )
    outbox.queue(emails)
