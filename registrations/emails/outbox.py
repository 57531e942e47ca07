"""Queue mails: rows in the transaction of the act, one per key, rendered when they leave."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from registrations.conf import conf
from registrations.emails.facts import Facts
from registrations.enums import MessageKind, ParticipationStatus
from registrations.models import OutgoingEmail, Participant, Participation, Registration


def queue(emails: Iterable[OutgoingEmail]) -> None:
    """Write the rows; a key that stands already is left as it is. Call it in the transaction."""
    OutgoingEmail.objects.bulk_create(emails, ignore_conflicts=True)


def draft(
    kind: MessageKind,
    registration: Registration,
    *,
    recipient: str,
    language: str,
    key: str,
    participant: Participant | None = None,
    facts: Facts | None = None,
    at: datetime,
) -> OutgoingEmail:
    """One row to queue."""
    domain = conf.organiser_email.rpartition("@")[2] or "localhost"
    return OutgoingEmail(
        key=key,
        kind=kind,
        registration=registration,
        participant=participant,
        recipient=recipient,
        language=language,
        facts=facts or {},
        message_id=f"<{uuid.uuid4()}@{domain}>",
        queued_at=at,
        due_at=at,
    )


def to_person(
    kind: MessageKind, participation: Participation, *, facts: Facts, at: datetime
) -> OutgoingEmail:
    """About one participation, to the person; each act raises its sequence and so has its key."""
    person = participation.participant
    return draft(
        kind,
        person.registration,
        participant=person,
        recipient=person.email,
        language=person.language,
        key=f"{kind.lower()}:{participation.uid}:{participation.sequence}",
        facts=facts,
        at=at,
    )


def to_booker(
    kind: MessageKind, registration: Registration, *, act: str, facts: Facts, at: datetime
) -> OutgoingEmail:
    """About people of theirs; `act` tells it from other acts of its kind."""
    return draft(
        kind,
        registration,
        recipient=registration.booker_email,
        language=registration.language,
        key=f"{kind.lower()}:{registration.uid}:{act}",
        facts=facts,
        at=at,
    )


def queue_sign_up(registration: Registration, *, at: datetime) -> None:
    """A receipt to the booker and a manager if asked; to each person with an address, a mail."""
    uid = registration.uid
    receipts = {"booker": registration.booker_email, "manager": registration.manager_email}
    if receipts["manager"].casefold() == receipts["booker"].casefold():
        del receipts["manager"]
    to_those_who_book = [
        draft(
            MessageKind.RECEIPT,
            registration,
            recipient=recipient,
            language=registration.language,
            key=f"receipt:{uid}:{who}",
            at=at,
        )
        for who, recipient in receipts.items()
        if recipient
    ]
    people = registration.participants.exclude(email="").prefetch_related("participations")
    queue([*to_those_who_book, *(first_mail(person, at=at) for person in people)])


def first_mail(person: Participant, *, at: datetime) -> OutgoingEmail:
    """An invitation when the person has at least one place, else it says they wait."""
    statuses = {one.status for one in person.participations.all()}
    has_place = ParticipationStatus.CONFIRMED in statuses
    return draft(
        MessageKind.INVITATION if has_place else MessageKind.WAITING,
        person.registration,
        participant=person,
        recipient=person.email,
        language=person.language,
        key=f"invitation:{person.registration.uid}:{person.position}",
        at=at,
    )
