"""A diary as a mail program keeps it, written from RFC 5546 alone and sharing no code with ours.

It reads through `vobject`, which knows of a zone what the file tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple

import vobject

from registrations.models import OutgoingEmail, Participation
from tests.readers import read_by_vobject
from trainings.domain.publishing import location, summary
from trainings.models import TrainingPage, TrainingSession


class Shown(NamedTuple):
    """One entry as its owner sees it; instants are in UTC."""

    starts_at: datetime
    ends_at: datetime
    title: str
    where: str
    status: str


@dataclass(frozen=True)
class Known:
    """The version of an entry that counts, kept after a cancellation too."""

    version: tuple[int, datetime]
    organiser: str
    is_cancelled: bool
    shown: Shown
    description: str


@dataclass
class Diary:
    """What one person's calendar holds after invitations and cancellations, in any order.

    Of one UID the highest SEQUENCE counts, then the newest DTSTAMP (RFC 5546 §2.1.5). What is
    older is left; what comes twice is the same.
    """

    owner: str
    known: dict[str, Known] = field(default_factory=dict)

    def open(self, mail: EmailMessage) -> None:
        """The object beside the text, as a mail program does by itself, then each file."""
        for part in mail.walk():
            if part.get_content_type() in {"text/calendar", "application/ics"}:
                text = part.get_payload(decode=True)
                assert isinstance(text, bytes)
                self.receive(text)

    def receive(self, text: bytes) -> None:
        calendar = vobject.readOne(text.decode())
        [event] = calendar.vevent_list
        assert event.attendee.value == f"mailto:{self.owner}"
        [entry] = read_by_vobject(text)
        new = Known(
            version=(entry.sequence, event.dtstamp.value),
            organiser=event.organizer.value,
            is_cancelled={"REQUEST": False, "CANCEL": True}[calendar.method.value],
            shown=Shown(
                entry.starts_at, entry.ends_at, entry.summary, entry.location, entry.status
            ),
            description=entry.description,
        )
        old = self.known.get(entry.uid)
        if old is None or new.version > old.version:
            assert old is None or new.organiser == old.organiser
            self.known[entry.uid] = new
        elif new.version == old.version:
            assert new == old, "two contents under one version"

    @property
    def entries(self) -> list[Shown]:
        """What is not cancelled, by date."""
        return sorted(one.shown for one in self.known.values() if not one.is_cancelled)


def diary_after(owner: str, mails: Iterable[EmailMessage]) -> Diary:
    diary = Diary(owner)
    for mail in mails:
        diary.open(mail)
    return diary


def diary_of(address: str, *, newest_first: bool = False) -> Diary:
    """Of the mails that have left to this address."""
    diary = Diary(address)
    sent = OutgoingEmail.objects.filter(recipient=address, sent_at__isnull=False)
    for email in sent.order_by("-pk" if newest_first else "pk"):
        for text in email.calendars:
            diary.receive(text.encode())
    return diary


def truth(address: str) -> list[Shown]:
    """What the sessions themselves say of where this person has a place, in French."""
    living = Participation.objects.filter(address=address, status="CONFIRMED")
    sessions = TrainingSession.objects.filter(participations__in=living, status="SCHEDULED")
    found = []
    for session in sessions.select_related("training", "venue"):
        page = TrainingPage.objects.get(training=session.training, locale__language_code="fr")
        found.append(
            Shown(
                session.starts_at,
                session.ends_at,
                summary(session, page),
                location(session),
                "CONFIRMED",
            )
        )
    return sorted(found)
