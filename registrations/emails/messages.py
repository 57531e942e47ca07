"""One small class per message: what it says, to whom, and what it puts in a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from wagtail.models import Site

from registrations.conf import conf
from registrations.enums import MessageKind, TokenPurpose
from registrations.models import AccessToken, OutgoingEmail, Participation
from trainings import wording
from trainings.domain import calendar, queries
from trainings.domain.publishing import calendar_event
from trainings.models import TrainingSession


@dataclass(frozen=True)
class Content:
    """What leaves, as plain text: nothing of it is evaluated again."""

    subject: str
    text: str
    html: str
    calendars: list[str] = field(default_factory=list)


class Message:
    """The common part: templates `emails/<kind>.{subject.txt,txt,html}` and their values."""

    kind: MessageKind

    def __init__(self, email: OutgoingEmail) -> None:
        self.email = email
        self.registration = email.registration
        self.people = list(self.registration.participants.with_participations())
        sessions = [one.session for person in self.people for one in person.living]
        self.pages = queries.pages_by_training(
            queries.live_pages([session.training_id for session in sessions]),
            language=email.language,
        )

    def render(self, *, at: datetime) -> Content:
        """In the recipient's language. Issues a new secret link when the message has one."""
        with translation.override(self.email.language):
            values = {**self.common_values(), **self.values(at=at)}
            name = f"registrations/emails/{self.kind.lower()}"
            subject = render_to_string(f"{name}.subject.txt", values)
            return Content(
                # One line of at most 255 characters, whatever a title holds.
                subject=" ".join(subject.split())[:255],
                text=render_to_string(f"{name}.txt", values),
                html=render_to_string(f"{name}.html", values),
                calendars=[calendar.decode() for calendar in self.calendars()],
            )

    def common_values(self) -> dict[str, Any]:
        return {
            "organiser": conf.organiser_name,
            "data_contact": conf.data_contact,
            "reference": self.registration.reference,
            "partner": self.registration.partner.name,
            "booker": self.registration.booker_name,
            "language": self.email.language,
        }

    def values(self, *, at: datetime) -> dict[str, Any]:
        return {}

    def calendars(self) -> list[bytes]:
        return []

    def line(self, participation: Participation) -> dict[str, Any]:
        """One chosen session as a template shows it."""
        session = participation.session
        page = self.pages.get(session.training_id)
        return {
            "title": page.title if page else session.training.name,
            "when": wording.when(session),
            "where": session.venue.address if session.venue else "",
            "map_url": session.venue.map_url if session.venue else "",
            "rank": participation.rank,
            "url": self.url(session),
            "online_url": session.online_url,
            "is_cancelled": session.is_cancelled,
        }

    def url(self, session: TrainingSession) -> str:
        page = self.pages.get(session.training_id)
        return f"{page.full_url}#session-{session.uid}" if page and page.full_url else ""


class Receipt(Message):
    """To the booker: everything, and the secret link."""

    kind = MessageKind.RECEIPT

    def values(self, *, at: datetime) -> dict[str, Any]:
        # A manager's copy shows what was booked; the link stays the booker's.
        link = ""
        if self.email.recipient == self.registration.booker_email:
            token = AccessToken.issue(self.registration, purpose=TokenPurpose.MANAGE, at=at)
            link = absolute_receipt_url(token, pages=self.pages.values())
        return {
            "link": link,
            "people": [
                {
                    "name": person.name,
                    "confirmed": [self.line(one) for one in person.confirmed],
                    "waiting": [self.line(one) for one in person.waiting],
                }
                for person in self.people
            ],
        }


class Invitation(Message):
    """To one person who has a place: what, when, where, who signed them up, a calendar entry."""

    kind = MessageKind.INVITATION

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.person = next(one for one in self.people if one.pk == email.participant_id)

    def values(self, *, at: datetime) -> dict[str, Any]:
        return {
            "name": self.person.name,
            "signed_up_self": self.person.email == self.registration.booker_email,
            "confirmed": [self.line(one) for one in self.person.confirmed],
            "waiting": [self.line(one) for one in self.person.waiting],
        }

    def calendars(self) -> list[bytes]:
        organiser = calendar.CalendarPerson(name=conf.organiser_name, email=conf.organiser_email)
        attendee = calendar.CalendarPerson(name=self.person.name, email=self.person.email)
        return [
            calendar.invitation(
                self.event(one),
                organiser=organiser,
                attendee=attendee,
                language=self.email.language,
            )
            for one in self.person.confirmed
            # A session called off meanwhile has no place in a calendar it never entered.
            if one.session.training_id in self.pages and not one.session.is_cancelled
        ]

    def event(self, participation: Participation) -> calendar.CalendarEvent:
        """Under the participation's own UID: a feed's subscriber must not see two entries merge."""
        session = participation.session
        return calendar_event(
            session,
            self.pages[session.training_id],
            url=self.url(session),
            language=self.email.language,
            uid=str(participation.uid),
            sequence=participation.sequence,
            changed_at=max(participation.changed_at, session.changed_at),
        )


class Waiting(Invitation):
    """To one person who waits everywhere; nothing goes to a calendar yet."""

    kind = MessageKind.WAITING


MESSAGES: dict[str, type[Message]] = {
    message.kind: message for message in (Receipt, Invitation, Waiting)
}


def absolute_receipt_url(token: str, *, pages: Iterable[Any]) -> str:
    """Absolute, on the site of the training's page: never the host of some request."""
    page = next((page for page in pages if page.get_site()), None)
    site = page.get_site() if page else Site.objects.get(is_default_site=True)
    return f"{site.root_url}{reverse('registrations:receipt', args=[token])}"
