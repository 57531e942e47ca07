"""Queue mails: rows in the transaction of the act, one per key, rendered when they leave."""

from __future__ import annotations

import uuid
from datetime import datetime

from registrations.conf import conf
from registrations.enums import MessageKind, ParticipationStatus
from registrations.models import OutgoingEmail, Participant, Registration


def queue(
    kind: MessageKind,
    registration: Registration,
    *,
    recipient: str,
    language: str,
    key: str,
    participant: Participant | None = None,
    at: datetime,
) -> None:
    """Write one row; a key that stands already queues nothing. Call it inside the transaction."""
    domain = conf.organiser_email.rpartition("@")[2] or "localhost"
    OutgoingEmail.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "registration": registration,
            "participant": participant,
            "recipient": recipient,
            "language": language,
            "message_id": f"<{uuid.uuid4()}@{domain}>",
            "queued_at": at,
            "due_at": at,
        },
    )


def queue_sign_up(registration: Registration, *, at: datetime) -> None:
    """A receipt to the booker and a manager if asked; to each person with an address, a mail.

    That mail is an invitation when the person has at least one place, else it says they wait.
    """
    uid = registration.uid
    receipts = {"booker": registration.booker_email, "manager": registration.manager_email}
    if receipts["manager"].casefold() == receipts["booker"].casefold():
        del receipts["manager"]
    for who, recipient in receipts.items():
        if recipient:
            queue(
                MessageKind.RECEIPT,
                registration,
                recipient=recipient,
                language=registration.language,
                key=f"receipt:{uid}:{who}",
                at=at,
            )
    people = registration.participants.exclude(email="").prefetch_related("participations")
    for participant in people:
        statuses = {one.status for one in participant.participations.all()}
        has_place = ParticipationStatus.CONFIRMED in statuses
        queue(
            MessageKind.INVITATION if has_place else MessageKind.WAITING,
            registration,
            participant=participant,
            recipient=participant.email,
            language=participant.language,
            key=f"invitation:{uid}:{participant.position}",
            at=at,
        )
