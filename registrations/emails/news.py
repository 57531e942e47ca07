"""What is written when something is done to a session, or to somebody's place in it.

Each tells the act as it was, from the facts noted with it: others may have followed before the
mail leaves, and have mails of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from registrations.emails import facts
from registrations.emails.facts import Concerned
from registrations.emails.messages import Message, absolute_url, attendee, organiser
from registrations.enums import Answer
from registrations.models import AccessToken, OutgoingEmail
from trainings import wording
from trainings.conf import conf as trainings_conf
from trainings.domain import calendar
from trainings.domain.publishing import calendar_event


class News(Message):
    """To one person, or to the booker about people of theirs when the row names no person."""

    write: ClassVar[Callable[..., bytes]]

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.act = facts.recall(email.facts)
        self.find_pages([self.act.after])

    @property
    def is_moot(self) -> bool:
        return not self.act.concerned  # erased since

    @property
    def to_person(self) -> Concerned | None:
        return self.act.concerned[0] if self.email.participant_id else None

    def values(self, *, at: datetime) -> dict[str, Any]:
        session = self.act.after
        person = self.to_person
        has_place = any(one.had_place for one in self.act.concerned)
        return {
            "line": self.where(session, has_place=has_place),
            "when": wording.when(session),
            "name": self.registration.booker_name if person is None else person.name,
            "old_when": wording.when(self.act.before),
            "old_where": self.act.before.venue.address if self.act.before.venue else "",
            "moved_in_time": self.act.moved_in_time,
            "moved_in_place": self.act.moved_in_place,
            "moved_online": self.act.moved_online,
            "reason": session.reason.in_language(self.email.language),
            "to_booker": person is None,
            "has_place": has_place,
            "people": [self.told(one, at=at) for one in self.act.concerned],
        }

    def told(self, one: Concerned, *, at: datetime) -> dict[str, Any]:
        """What a template says of one person."""
        replacement = one.participation.replaced_by
        return {
            "name": one.name,
            "has_place": one.had_place,
            "has_address": bool(one.participation.address),
            "replacement": replacement.participant.name if replacement else "",
            "replacement_has_address": bool(replacement and replacement.address),
        }

    def calendars(self) -> list[bytes]:
        person = self.to_person
        if person is None or not person.had_place:
            return []
        text = self.write(
            self.event(person),
            organiser=organiser(),
            attendee=attendee(person.participation.participant),
            language=self.email.language,
        )
        return [text]

    def event(self, person: Concerned) -> calendar.CalendarEvent:
        session, changes = self.act.after, {}
        page = self.pages.get(session.training_id)
        if page is None:
            # Taken off the site meanwhile: it has to leave people's diaries all the same.
            page = trainings_conf.get_training_page_model()(title=session.training.name)
            changes["description"] = session.reason.in_language(self.email.language)
        return calendar_event(
            session,
            page,
            url=self.url(session),
            language=self.email.language,
            uid=str(person.participation.uid),
            sequence=person.sequence,
            changed_at=self.act.at,
            **changes,
        )


class Invited(News):
    """The session takes place, on another day or after all: does that suit you?"""

    write = staticmethod(calendar.invitation)

    def told(self, one: Concerned, *, at: datetime) -> dict[str, Any]:
        # The link answers for one person, so it goes to that person whenever they can be reached.
        is_theirs = bool(self.email.participant_id) or not one.participation.address
        return {
            **super().told(one, at=at),
            "answers": self.answers(one, at=at) if is_theirs else [],
        }

    def answers(self, one: Concerned, *, at: datetime) -> list[dict[str, str]]:
        token = AccessToken.issue_for_answer(one.participation, at=at)
        url = absolute_url("answer", token, pages=self.pages.values())
        offered = [Answer.KEEP, Answer.WITHDRAW, *([Answer.REPLACE] if one.had_place else [])]
        return [
            {"label": str(answer.label), "url": f"{url}?answer={answer.value}#{answer.value}"}
            for answer in offered
        ]


class CalledOff(News):
    """The session does not take place then, or this person does not come."""

    write = staticmethod(calendar.cancellation)
