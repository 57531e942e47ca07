"""What is written when people sign up; the parts that every message has are here too."""

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
from registrations.models import AccessToken, OutgoingEmail, Participant, Participation
from trainings import wording
from trainings.domain import calendar, queries
from trainings.domain.publishing import calendar_event, session_url
from trainings.models import TrainingSession


@dataclass(frozen=True)
class Content:
    """What leaves, as plain text: nothing of it is evaluated again."""

    subject: str
    text: str
    html: str
    calendars: list[str] = field(default_factory=list)


class Message:
    """The common part: templates `emails/<name>.{subject.txt,txt,html}` and their values."""

    def __init__(self, email: OutgoingEmail) -> None:
        self.email = email
        self.registration = email.registration
        self.pages: dict[int, Any] = {}

    @property
    def name(self) -> str:
        return self.email.kind.lower()

    @property
    def is_moot(self) -> bool:
        """Whether nothing is left to say; such a mail does not leave."""
        return False

    def find_pages(self, sessions: Iterable[TrainingSession]) -> None:
        self.pages = queries.pages_by_training(
            queries.live_pages([session.training_id for session in sessions]),
            language=self.email.language,
        )

    def render(self, *, at: datetime) -> Content:
        """In the recipient's language. Issues a new secret link when the message has one."""
        with translation.override(self.email.language):
            values = {**self.common_values(), **self.values(at=at)}
            name = f"registrations/emails/{self.name}"
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

    def title(self, session: TrainingSession) -> str:
        page = self.pages.get(session.training_id)
        return page.title if page else session.training.name

    def where(self, session: TrainingSession, *, has_place: bool) -> dict[str, Any]:
        """One session as a template shows it; the online link is for who has a place."""
        return {
            "title": self.title(session),
            "when": wording.when(session),
            "where": session.venue.address if session.venue else "",
            "map_url": session.venue.map_url if session.venue else "",
            "url": self.url(session),
            "online_url": session.online_url if has_place else "",
        }

    def url(self, session: TrainingSession) -> str:
        page = self.pages.get(session.training_id)
        return session_url(page.full_url, session) if page and page.full_url else ""


class SignUpMessage(Message):
    """What a registration came to, as it is when the mail leaves."""

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.people = list(self.registration.participants.with_participations())
        self.find_pages(one.session for person in self.people for one in person.living)

    def line(self, participation: Participation) -> dict[str, Any]:
        """One chosen session as a template shows it."""
        session = participation.session
        moved_from = session.local_previous_start if participation.saw_it_move else None
        return {
            **self.where(session, has_place=participation.has_place),
            "rank": participation.rank,
            "is_cancelled": session.is_cancelled,
            "is_postponed": session.is_postponed,
            "moved_from": wording.moment(moved_from, session.time_zone) if moved_from else "",
        }


class Receipt(SignUpMessage):
    """To the booker: everything, and the secret link."""

    def values(self, *, at: datetime) -> dict[str, Any]:
        # A manager's copy shows what was booked; the link stays the booker's.
        link = ""
        if self.email.recipient == self.registration.booker_email:
            token = AccessToken.issue(self.registration, purpose=TokenPurpose.MANAGE, at=at)
            link = absolute_url("receipt", token, pages=self.pages.values())
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


class Invitation(SignUpMessage):
    """To one person, what, when, where, who signed them up; for each place a calendar entry.

    Who has no place reads that they wait, and nothing goes to a calendar yet.
    """

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.person = next(one for one in self.people if one.pk == email.participant_id)

    @property
    def name(self) -> str:
        kind = MessageKind.INVITATION if self.person.confirmed else MessageKind.WAITING
        return kind.lower()

    @property
    def is_moot(self) -> bool:
        # Nothing is left of what they were signed up for: that is told by a mail of its own.
        return not self.person.living

    def values(self, *, at: datetime) -> dict[str, Any]:
        replaced = self.replaced()
        # Somebody without an address was replaced by the booker, who alone had the link.
        by_replaced = {"booker": replaced.name} if replaced and replaced.email else {}
        # Who reads this mailbox may have the calendar of its address; the booker need not.
        token = AccessToken.issue_for_calendar(self.person.living[0], at=at)
        return {
            "name": self.person.name,
            "signed_up_self": self.person.email == self.registration.booker_email,
            "replaced": replaced.name if replaced else "",
            "confirmed": [self.line(one) for one in self.person.confirmed],
            "waiting": [self.line(one) for one in self.person.waiting],
            "invited": len(self.for_calendars()),
            "calendar_link": absolute_url("calendar", token, pages=self.pages.values()),
            **by_replaced,
        }

    def replaced(self) -> Participant | None:
        """Whose place this person took, if they came in by that."""
        return Participant.objects.filter(
            participations__replaced_by__in=[one.pk for one in self.person.living]
        ).first()

    def for_calendars(self) -> list[Participation]:
        """A session called off meanwhile has no place in a calendar it never entered."""
        return [
            one
            for one in self.person.confirmed
            if one.session.training_id in self.pages and one.session.goes_ahead
        ]

    def calendars(self) -> list[bytes]:
        return [
            calendar.invitation(
                self.event(one),
                organiser=organiser(),
                attendee=attendee(self.person),
                language=self.email.language,
            )
            for one in self.for_calendars()
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


def organiser() -> calendar.CalendarPerson:
    return calendar.CalendarPerson(name=conf.organiser_name, email=conf.organiser_email)


def attendee(person: Participant) -> calendar.CalendarPerson:
    return calendar.CalendarPerson(name=person.name, email=person.email)


def absolute_url(name: str, token: str, *, pages: Iterable[Any]) -> str:
    """Of a page under a secret: on the site of the training's page, never the request's host."""
    page = next((page for page in pages if page.get_site()), None)
    site = page.get_site() if page else Site.objects.get(is_default_site=True)
    return f"{site.root_url}{reverse(f'registrations:{name}', args=[token])}"
