"""What is written when people sign up; the parts that every message has are here too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Site

from registrations.conf import conf
from registrations.emails import in_words, spoken, texts
from registrations.emails.reading import Reading
from registrations.enums import MessageKind, ParticipationStatus
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participant,
    Participation,
    Registration,
)
from trainings import wording
from trainings.domain import calendar
from trainings.domain.funders import mention_of
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
        self.registration: Any = email.registration
        # One of a batch shares what the others have read.
        self.reading: Reading = email.reading or Reading([email])
        self.about: list[TrainingSession] = []
        self.pages: dict[int, Any] = {}

    @property
    def name(self) -> str:
        return self.email.kind.lower()

    def is_moot(self, *, at: datetime) -> bool:
        """Whether nothing is left to say; such a mail does not leave."""
        return False

    def find_pages(self, sessions: Iterable[TrainingSession]) -> None:
        """Of the sessions that the message is about; `about` from then on."""
        self.about = list(sessions)
        self.pages = self.reading.pages(
            [session.training_id for session in self.about], language=self.email.language
        )

    def render(self, *, at: datetime) -> Content:
        """In the recipient's language. Makes a new secret link when the message has one: whoever
        sends it saves what `reading.links` holds.
        """
        with translation.override(self.email.language):
            told = {**self.common_values(), **self.values(at=at), "mentions": self.mentions()}
            values = spoken.spoken(told)
            values |= spoken.spoken(self.words(values))
            name = f"registrations/emails/{self.name}"
            return Content(
                # One line of at most 255 characters, whatever a title holds.
                subject=" ".join(spoken.line(self.subject(values)).split())[:255],
                # What a template leaves out leaves its blank lines.
                text=re.sub(r"\n{3,}", "\n\n", unmarked(render_to_string(f"{name}.txt", values))),
                html=unmarked(render_to_string(f"{name}.html", values)),
                calendars=[calendar.decode() for calendar in self.calendars()],
            )

    def subject(self, values: dict[str, Any]) -> str:
        """What everybody sees who looks over a shoulder: nothing of a discreet session but when."""
        if self.is_discreet:
            first = min(self.about, key=lambda session: session.starts_at)
            return _("Your appointment of %(when)s") % {"when": wording.when(first)}
        return str(values["subject"])

    @property
    def is_discreet(self) -> bool:
        """Whether nothing but the time is to be read in a list of mails."""
        return any(session.training.is_discreet for session in self.about)

    def mentions(self) -> list[str]:
        """Of who supports what it is about, for who takes part; they would tell what a discreet
        session is.
        """
        is_discreet = any(session.training.is_discreet for session in self.about)
        if is_discreet or self.registration is None:
            return []
        trainings = [session.training_id for session in self.about]
        return [mention_of(funder) for funder in self.reading.funders(trainings)]

    def words(self, values: dict[str, Any]) -> dict[str, Any]:
        """What an editor may say otherwise: `subject`, and paragraphs for `_opening` and
        `_closing`.
        """
        written = self.reading.text(self.email.kind, self.email.language)
        held = self.placeholders(values)
        shipped = self.shipped_words(values)
        return {
            "subject": texts.fill(written.subject, held) or shipped["subject"],
            "opening": texts.paragraphs(written.opening, held) or shipped["opening"],
            "closing": texts.paragraphs(written.closing, held) or shipped["closing"],
        }

    def shipped_words(self, values: dict[str, Any]) -> dict[str, Any]:
        """What `words()` are where nobody wrote any."""
        subject = f"registrations/emails/{self.name}.subject.txt"
        return {
            "subject": render_to_string(subject, values),
            "opening": texts.shipped(self.name, "opening", values),
            "closing": texts.shipped(self.name, "closing", values),
        }

    def placeholders(self, values: dict[str, Any]) -> dict[str, str]:
        """What an editor's text may hold, by code name: the same names in every situation of a
        message, for a text serves them all.
        """
        known = {
            "organiser": values["organiser"],
            "name": values.get("name"),
            "service": values.get("partner"),
            "reference": values.get("reference"),
        }
        held = {name: value for name, value in known.items() if value}
        lines = [values["line"]] if "line" in values else values.get("told", [])
        for name, key in {"title": "title", "when": "when", "place": "where"}.items():
            if lines:
                said = dict.fromkeys(line[key] for line in lines if line[key])
                held[name] = "; ".join(said)
        return held

    def common_values(self) -> dict[str, Any]:
        values = {
            "organiser": conf.organiser_name,
            "data_contact": conf.data_contact,
            "language": self.email.language,
        }
        if self.registration is None:
            return values
        return values | {
            "reference": self.registration.reference,
            "partner": self.registration.partner.name,
            "booker": self.registration.booker_name,
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
        is_hidden = session.training.is_discreet and not has_place
        return {
            "title": self.title(session),
            "when": wording.when(session),
            "where": self.place(session, has_place=has_place),
            "is_hidden": is_hidden,
            "map_url": session.venue.map_url if session.venue and not is_hidden else "",
            "url": self.url(session),
            "online_url": session.online_url if has_place else "",
        }

    def place(self, session: TrainingSession, *, has_place: bool) -> str:
        """The address; of a discreet session it is for who has a place."""
        if session.venue is None or (session.training.is_discreet and not has_place):
            return ""
        return session.venue.address

    def url(self, session: TrainingSession) -> str:
        page = self.pages.get(session.training_id)
        return session_url(page.full_url, session) if page and page.full_url else ""

    def own_page(self, registration: Registration, *, at: datetime) -> str:
        """Where the booker sees and changes a registration; under a new secret."""
        link = AccessToken.to_manage(registration, at=at)
        return absolute_url("receipt", self.reading.keep(link), pages=self.pages.values())


class SignUpMessage(Message):
    """What a registration came to, as it is when the mail leaves."""

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.people = self.reading.people(self.registration)
        self.find_pages(one.session for person in self.people for one in person.living)

    def line(self, participation: Participation) -> dict[str, Any]:
        """One chosen session as a template shows it."""
        session = participation.session
        moved_from = session.local_previous_start if participation.saw_it_move else None
        return {
            **self.where(session, has_place=participation.has_place),
            "standing": in_words.standing(participation, rank=participation.rank),
            "has_place": participation.has_place,
            "is_cancelled": session.is_cancelled,
            "is_postponed": session.is_postponed,
            "moved_from": wording.moment(moved_from, session.time_zone) if moved_from else "",
            **workshop_of(participation),
        }

    def lines(self, person: Participant) -> list[dict[str, Any]]:
        """Sure places first, each kind by date."""
        ordered = [*person.confirmed, *person.offered, *person.pending, *person.waiting]
        return [self.line(one) for one in ordered]

    def held(self) -> dict[str, Any]:
        """The places without names: how many in which session, and when the names are due."""
        of_session: dict[int, list[Participation]] = {}
        unnamed = [person for person in self.people if not person.is_named and person.living]
        for one in (one for person in unnamed for one in person.living):
            of_session.setdefault(one.session_id, []).append(one)
        due_at = self.registration.names_due_at
        if not of_session or due_at is None:
            return {}
        sessions = [held[0].session for held in of_session.values()]
        first = min(sessions, key=lambda session: session.starts_at)
        return {
            "number": len(unnamed),
            "due": wording.moment(due_at, first.time_zone),
            "lines": [self.held_line(held) for held in of_session.values()],
        }

    def held_line(self, held: list[Participation]) -> dict[str, Any]:
        states = Counter(one.status for one in held)
        is_sure = set(states) == {ParticipationStatus.CONFIRMED}
        return {**self.line(held[0]), "standing": in_words.numbers(states), "has_place": is_sure}


class Receipt(SignUpMessage):
    """To the booker: everything, and the secret link."""

    def values(self, *, at: datetime) -> dict[str, Any]:
        # A manager's copy shows what was booked; the link stays the booker's.
        is_bookers = self.email.recipient == self.registration.booker_email
        named = [person for person in self.people if person.is_named]
        held = self.held()
        return {
            "link": self.own_page(self.registration, at=at) if is_bookers else "",
            "people": [{"name": person.name, "lines": self.lines(person)} for person in named],
            "held": held,
            "some_wait": any(person.waiting for person in self.people),
            "some_pending": any(person.pending for person in self.people),
            "outcome": in_words.outcome({**counted(named), "held": held.get("number", 0)}),
        }


class NamesNeeded(SignUpMessage):
    """To the booker who holds places for people still to be named."""

    def is_moot(self, *, at: datetime) -> bool:
        due_at = self.registration.names_due_at
        return not self.held() or due_at <= at

    def values(self, *, at: datetime) -> dict[str, Any]:
        held = self.held()
        return {
            "name": self.registration.booker_name,
            "held": held,
            "told": held.get("lines", []),
            "link": self.own_page(self.registration, at=at),
        }


class Invitation(SignUpMessage):
    """To one person, what, when, where, who signed them up; for each place a calendar entry.

    Who has no place reads that it is to be confirmed, or that they wait; nothing goes to a
    calendar yet.
    """

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.person = next(one for one in self.people if one.pk == email.participant_id)

    @property
    def name(self) -> str:
        if self.person.confirmed:
            return MessageKind.INVITATION.lower()
        return (MessageKind.TO_CONFIRM if self.person.pending else MessageKind.WAITING).lower()

    def is_moot(self, *, at: datetime) -> bool:
        # Nothing is left of what they were signed up for: that is told by a mail of its own.
        return not self.person.living

    def values(self, *, at: datetime) -> dict[str, Any]:
        replaced = self.replaced()
        # Somebody without an address was replaced by the booker, who alone had the link.
        by_replaced = {"booker": replaced.name} if replaced and replaced.email else {}
        # Who reads this mailbox may have the calendar of its address; the booker need not.
        token = self.reading.keep(AccessToken.for_calendar(self.person.living[0], at=at))
        return {
            "name": self.person.name,
            "signed_up_self": self.person.email == self.registration.booker_email,
            "replaced": replaced.name if replaced else "",
            # What the subject is about, and all of it.
            "told": [self.line(one) for one in self.told()],
            "lines": self.lines(self.person),
            "some_pending": bool(self.person.pending),
            "some_wait": bool(self.person.waiting),
            "some_offered": bool(self.person.offered),
            "invited": len(self.for_calendars()),
            "calendar_link": absolute_url("calendar", token, pages=self.pages.values()),
            **by_replaced,
        }

    def told(self) -> list[Participation]:
        person = self.person
        return person.confirmed or person.pending or [*person.offered, *person.waiting]

    def replaced(self) -> Participant | None:
        """Whose place this person took, if they came in by that."""
        took = [self.reading.replaced.get(one.pk) for one in self.person.living]
        return next(filter(None, took), None)

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


class Links(Message):
    """To a booker who asked for them: a new link for each of their registrations that lives.

    Without any there is nothing to say, and nobody is told so.
    """

    is_discreet = False  # its subject says nothing of what they are about

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        bookings = Registration.objects.filter(booker_email__iexact=email.recipient)
        complete = Participant.objects.with_participations()
        bookings = bookings.select_related("partner").order_by("pk")
        self.bookings = {
            booking: sorted(
                (one.session for person in booking.participants.all() for one in person.living),
                key=lambda session: session.starts_at,
            )
            for booking in bookings.prefetch_related(Prefetch("participants", queryset=complete))
        }
        self.find_pages(one for sessions in self.bookings.values() for one in sessions)

    def living(self, *, at: datetime) -> dict[Registration, TrainingSession]:
        """Registrations with somebody in a session that is not over; with the next of these."""
        found = {}
        for booking, sessions in self.bookings.items():
            to_come = [session for session in sessions if not session.is_past(at)]
            if to_come:
                found[booking] = to_come[0]
        return found

    def is_moot(self, *, at: datetime) -> bool:
        return not self.living(at=at)

    def common_values(self) -> dict[str, Any]:
        # It is about all of them: one reference more would only mislead.
        return super().common_values() | {"reference": ""}

    def values(self, *, at: datetime) -> dict[str, Any]:
        return {
            "bookings": [
                {
                    "reference": booking.reference,
                    "partner": booking.partner.name,
                    "when": wording.when(session),
                    "link": self.own_page(booking, at=at),
                }
                for booking, session in self.living(at=at).items()
            ]
        }


def workshop_of(participation: Participation) -> dict[str, Any]:
    """Where a person with a place goes while there are several workshops."""
    workshop = participation.workshop
    said = ", ".join(filter(None, (str(workshop.title), workshop.room))) if workshop else ""
    asked = participation.first_choice_id is not None
    return {"workshop": said, "lacks_workshop": asked and participation.has_place and not said}


def counted(people: Iterable[Participant]) -> dict[str, int]:
    """How many people have a place and so on: each counts once, by the best they have."""
    numbers = dict.fromkeys(("confirmed", "offered", "pending", "waiting"), 0)
    for person in people:
        best = next((state for state in numbers if getattr(person, state)), None)
        if best is not None:
            numbers[best] += 1
    return numbers


def organiser() -> calendar.CalendarPerson:
    return calendar.CalendarPerson(name=conf.organiser_name, email=conf.organiser_email)


def attendee(person: Participant) -> calendar.CalendarPerson:
    return calendar.CalendarPerson(name=person.name, email=person.email)


def unmarked(rendered: str) -> str:
    """No longer marked as safe: a screen that shows it has to escape it."""
    return str.__str__(rendered)


def absolute_url(name: str, token: str, *, pages: Iterable[Any]) -> str:
    """Of a page under a secret: on the site of the training's page, never the request's host."""
    return f"{site_root(pages)}{reverse(f'registrations:{name}', args=[token])}"


def site_root(pages: Iterable[Any]) -> str:
    for page in pages:
        if (parts := page.get_url_parts()) and parts[1]:
            return str(parts[1])
    return str(Site.objects.get(is_default_site=True).root_url)
