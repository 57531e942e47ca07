"""Queue mails: rows in the transaction of the act, one per key, rendered when they leave."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction

from registrations.conf import conf
from registrations.emails.at_once import sender
from registrations.emails.facts import Facts
from registrations.enums import MessageKind, ParticipationStatus
from registrations.models import OutgoingEmail, Participant, Participation, Registration


def queue(emails: Iterable[OutgoingEmail]) -> None:
    """Write the rows; a key that stands already is left as it is. Call it in the transaction.

    Who came without registration may have given no address: they are written to by nobody.

    They are sent at once when the transaction is committed, where the host has not said otherwise.
    """
    emails = [one for one in emails if one.recipient]
    if emails:
        OutgoingEmail.objects.bulk_create(emails, ignore_conflicts=True)
        transaction.on_commit(sender.wake, robust=True)


def draft(
    kind: MessageKind,
    registration: Registration | None,
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


def queue_sign_up(
    registration: Registration,
    *,
    people: Mapping[Participant, set[ParticipationStatus]],
    at: datetime,
) -> None:
    """A receipt to the booker and a manager if asked; to each person with an address, a mail.

    `people` with the states they are in.
    """
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
    queue([*to_those_who_book, *first_mails(people, at=at)])


def mail_again(
    person: Participant, participations: list[Participation], *, at: datetime
) -> OutgoingEmail:
    """The same as `first_mail()` to somebody whose address has changed."""
    email = first_mail(person, at=at)
    highest = max(one.sequence for one in participations)
    email.key = f"{email.key}:{highest}"
    return email


def first_mails(
    people: Mapping[Participant, set[ParticipationStatus]], *, at: datetime
) -> list[OutgoingEmail]:
    """To those with an address, by the states they are in."""
    return [
        first_mail(person, statuses=statuses, at=at)
        for person, statuses in people.items()
        if person.email
    ]


def first_mail(
    person: Participant, *, statuses: Collection[str] | None = None, at: datetime
) -> OutgoingEmail:
    """An invitation when the person has at least one place, else that the organiser confirms
    first, else that they wait.
    """
    if statuses is None:
        statuses = {one.status for one in person.participations.all()}
    if ParticipationStatus.CONFIRMED in statuses:
        kind = MessageKind.INVITATION
    elif ParticipationStatus.PENDING in statuses:
        kind = MessageKind.TO_CONFIRM
    else:
        kind = MessageKind.WAITING
    return draft(
        kind,
        person.registration,
        participant=person,
        recipient=person.email,
        language=person.language,
        key=f"invitation:{person.registration.uid}:{person.position}",
        at=at,
    )
