"""What is written when something is done to a session, or to somebody's place in it.

Each tells the act as it was, from the facts noted with it: others may have followed before the
mail leaves, and have mails of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from registrations.emails import in_words, spoken
from registrations.emails.facts import Concerned
from registrations.emails.messages import (
    Message,
    absolute_url,
    attendee,
    organiser,
    site_root,
    workshop_of,
)
from registrations.enums import LIVING, Answer, ParticipationStatus
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participation,
    SessionConfirmation,
)
from trainings import wording
from trainings.conf import conf as trainings_conf
from trainings.domain import calendar
from trainings.domain.publishing import calendar_event
from trainings.models import TrainingSession

#: Where the organiser sees and does all about a session's people.
PEOPLE = "registrations_admin:people"


class News(Message):
    """To one person, or to the booker about people of theirs when the row names no person."""

    #: What goes to the calendar of who has, or had, a place.
    write: ClassVar[Callable[..., bytes] | None] = None

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.act = self.reading.act(email)
        self.find_pages([self.act.after])

    @property
    def concerned(self) -> list[Concerned]:
        """Of whom there is something to tell still."""
        return self.act.concerned

    def is_moot(self, *, at: datetime) -> bool:
        return not self.concerned  # erased since

    @property
    def to_person(self) -> Concerned | None:
        return self.concerned[0] if self.email.participant_id else None

    def values(self, *, at: datetime) -> dict[str, Any]:
        session = self.act.after
        person = self.to_person
        has_place = any(one.had_place for one in self.concerned)
        return {
            "line": self.where(session, has_place=has_place),
            "when": wording.when(session),
            "name": self.registration.booker_name if person is None else person.name,
            "old_when": wording.when(self.act.before),
            "old_where": self.place(self.act.before, has_place=has_place),
            "moved_in_time": self.act.moved_in_time,
            "moved_in_place": self.act.moved_in_place,
            "moved_online": self.act.moved_online,
            "reason": spoken.line(session.reason.in_language(self.email.language)),
            "to_booker": person is None,
            "has_place": has_place,
            "number": len(self.concerned),
            "people": [self.told(one, at=at) for one in self.concerned],
        }

    def told(self, one: Concerned, *, at: datetime) -> dict[str, Any]:
        """What a template says of one person."""
        replacement = one.participation.replaced_by
        return {
            "name": one.name,
            "is_named": one.participation.participant.is_named,
            "state": one.state,
            "standing": self.standing(one),
            "has_place": one.had_place,
            **(workshop_of(one.participation) if one.had_place else {}),
            "has_address": bool(one.participation.address),
            "replacement": replacement.participant.name if replacement else "",
            "replacement_has_address": bool(replacement and replacement.address),
        }

    def standing(self, one: Concerned) -> str:
        """How they stand who have no place, in a list of people; nothing of who has ended."""
        if one.had_place or one.state not in (*LIVING, ""):
            return ""
        return str(ParticipationStatus(one.state or ParticipationStatus.WAITING).label)

    def calendars(self) -> list[bytes]:
        person = self.to_person
        if self.write is None or person is None or not person.had_place:
            return []
        text = self.write(
            self.event(person),
            organiser=organiser(),
            attendee=attendee(person.participation.participant),
            language=self.email.language,
        )
        return [text]

    def event(self, person: Concerned) -> calendar.CalendarEvent:
        """What everybody told of this act receives, under the person's own UID and sequence."""
        key = (self.act.after.pk, self.act.at, self.email.kind, self.email.language)
        shared = self.reading.events.get(key)
        if shared is None:
            shared = self.reading.events[key] = self._event()
        uid = str(person.participation.uid)
        return replace(shared, uid=uid, sequence=person.sequence)

    def _event(self) -> calendar.CalendarEvent:
        session, changes = self.act.after, {}
        page = self.pages.get(session.training_id)
        if page is None:
            # Taken off the site meanwhile: it has to leave people's diaries all the same.
            page = trainings_conf.get_training_page_model()(title=session.training.name)
            if not session.training.is_discreet:
                changes["description"] = session.reason.in_language(self.email.language)
        return calendar_event(
            session,
            page,
            url=self.url(session),
            language=self.email.language,
            changed_at=self.act.at,
            **changes,
        )


class Invited(News):
    """The session takes place, on another day or after all: does that suit you?"""

    write = staticmethod(calendar.invitation)

    def told(self, one: Concerned, *, at: datetime) -> dict[str, Any]:
        # The link answers for one person, so it goes to that person whenever they can be reached.
        # For who has no name yet the booker answers on the page of the registration.
        is_named = one.participation.participant.is_named
        is_theirs = bool(self.email.participant_id) or (is_named and not one.participation.address)
        return {
            **super().told(one, at=at),
            "answers": self.answers(one, at=at) if is_theirs else [],
        }

    def values(self, *, at: datetime) -> dict[str, Any]:
        is_bookers = self.to_person is None
        link = self.own_page(self.registration, at=at) if is_bookers else ""
        return {**super().values(at=at), "link": link}

    def choices(self, one: Concerned) -> list[Answer]:
        if one.state == ParticipationStatus.OFFERED:
            return [Answer.ACCEPT, Answer.DECLINE]
        return [Answer.KEEP, Answer.WITHDRAW, *([Answer.REPLACE] if one.had_place else [])]

    def answers(self, one: Concerned, *, at: datetime) -> list[dict[str, str]]:
        token = self.reading.keep(AccessToken.for_answer(one.participation, at=at))
        url = absolute_url("answer", token, pages=self.pages.values())
        return [
            {"label": str(answer.label), "url": f"{url}?answer={answer.value}#{answer.value}"}
            for answer in self.choices(one)
        ]


class Seated(Invited):
    """Who waited, or was to be confirmed, has a place now."""

    def choices(self, one: Concerned) -> list[Answer]:
        return [Answer.WITHDRAW, Answer.REPLACE]


class Offered(Invited):
    """A place is free: will you take it? About those only who may answer still.

    Of sessions that one takes all or none of, the mail about the first speaks for all.
    """

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.together = self._together()

    def _together(self) -> dict[int, list[Participation]]:
        """By participant, all that is offered to them in such a programme, by date."""
        training = self.act.after.training
        programme = None if training.is_discreet else training.programme
        if programme is None or not programme.is_indivisible:
            return {}
        found: dict[int, list[Participation]] = {}
        offered = Participation.objects.filter(
            status=ParticipationStatus.OFFERED,
            participant__in=[one.participation.participant_id for one in self.act.concerned],
            session__training__programme=programme,
        )
        for one in offered.select_related("session").order_by("session__starts_at", "pk"):
            found.setdefault(one.participant_id, []).append(one)
        return found

    @property
    def concerned(self) -> list[Concerned]:
        return [one for one in self.act.concerned if self._is_told_here(one.participation)]

    def _is_told_here(self, one: Participation) -> bool:
        if one.status != ParticipationStatus.OFFERED:
            return False
        return self.together.get(one.participant_id, [one])[0].pk == one.pk

    def is_moot(self, *, at: datetime) -> bool:
        # An act ends all its offers at the same instant.
        ends = [one.participation.offer_ends_at for one in self.concerned]
        return not any(end and at < end for end in ends)

    def choices(self, one: Concerned) -> list[Answer]:
        return [Answer.ACCEPT, Answer.DECLINE]

    def standing(self, one: Concerned) -> str:
        return ""  # all the same, and told above them

    def values(self, *, at: datetime) -> dict[str, Any]:
        session = self.act.after
        ends_at: Any = self.concerned[0].participation.offer_ends_at
        return {
            **super().values(at=at),
            "answer_by": wording.moment(ends_at, session.time_zone),
            "together": self.whens(),
        }

    def whens(self) -> list[str]:
        """The sessions that belong together; nothing where there is but one."""
        told = {one.participation.participant_id for one in self.concerned}
        sessions = {
            one.session_id: one.session
            for participant, offered in self.together.items()
            if participant in told
            for one in offered
        }
        by_date = sorted(sessions.values(), key=lambda session: (session.starts_at, session.pk))
        return [wording.when(session) for session in by_date] if len(by_date) > 1 else []


class Waits(News):
    """Accepted, but every place is taken. About those only who wait still."""

    @property
    def name(self) -> str:
        return "accepted_waiting"

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        keys = [one.participation.pk for one in self.act.concerned]
        ranked = Participation.objects.waiting().with_rank().filter(pk__in=keys)
        self.ranks: dict[int, int] = dict(ranked.values_list("pk", "rank"))

    @property
    def concerned(self) -> list[Concerned]:
        return [one for one in self.act.concerned if one.participation.pk in self.ranks]

    def standing(self, one: Concerned) -> str:
        return in_words.standing(one.participation, rank=self.ranks[one.participation.pk])


class Ended(News):
    """They are registered no longer, and their list is of nobody else."""

    def standing(self, one: Concerned) -> str:
        return ""


class Refused(Ended):
    def values(self, *, at: datetime) -> dict[str, Any]:
        # As the organiser wrote it, to all of them.
        written = self.concerned[0].participation.refusal_reason
        return {**super().values(at=at), "reason": written}


class Minimum(Message):
    """To the organiser: too few come so far, and it is time to decide."""

    is_discreet = False

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.session = self.reading.act(email).after
        self.find_pages([self.session])
        self.come = Participation.objects.filter(
            session=self.session.pk, status=ParticipationStatus.CONFIRMED
        ).count()

    def is_moot(self, *, at: datetime) -> bool:
        """Whether it was decided meanwhile, or enough people come after all."""
        now = TrainingSession.objects.get(pk=self.session.pk)
        is_decided = SessionConfirmation.objects.filter(session=now).exists()
        is_over = not now.goes_ahead or now.starts_at <= at
        return is_over or is_decided or self.come >= self.email.facts["minimum"]

    def values(self, *, at: datetime) -> dict[str, Any]:
        session = self.session
        decided_at = datetime.fromisoformat(self.email.facts["decided_at"])
        return {
            "line": self.where(session, has_place=True),
            "when": wording.when(session),
            "come": self.come,
            "minimum": self.email.facts["minimum"],
            "decided": wording.moment(decided_at, session.time_zone),
            "link": site_root(self.pages.values()) + reverse(PEOPLE, args=[session.pk]),
        }


class CalledOff(News):
    """The session does not take place then, or this person does not come."""

    write = staticmethod(calendar.cancellation)
