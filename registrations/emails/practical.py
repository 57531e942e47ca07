"""Around the day of a session: what one needs to come, who waits still, thanks and documents.

Nobody's act sends these. What they say, and whether there is anything to say at all, is asked
when they leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from wagtail.rich_text import get_text_for_indexing

from registrations.emails import in_words
from registrations.emails.messages import Message, absolute_url, site_root, workshop_of
from registrations.emails.reminders import Plan
from registrations.enums import Answer, Moment
from registrations.models import AccessToken, OutgoingEmail, Participation
from registrations.models.reminders import Distance
from trainings import wording


class Practical(Message):
    """To one person, or to the booker about people of theirs who have no address."""

    #: What a person may answer by a link of their own.
    choices: ClassVar[tuple[Answer, ...]] = ()

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        facts = email.facts
        self.session: Any = self.reading.sessions.get(facts["session"])
        self.starts_on = date.fromisoformat(facts["starts_on"])
        self.distance = Distance.of_kind(email.kind, days=facts["days"])
        self.people: list[Participation] = []
        self.page: Any = None
        if self.session is not None:
            self.plan = Plan(self.session, self.distance, self.distance.due_at(self.session))
            self.people = [one for one in self._told() if self.plan.concerns(one)]
            self.find_pages([self.session])
            self.page = self.pages.get(self.session.training_id)

    def _told(self) -> Iterator[Participation]:
        """Whom it was scheduled for, in whatever state they are."""
        for one in self.reading.told.get(self.registration.pk, []):
            is_theirs = one.participant_id == self.email.participant_id
            is_bookers = self.email.participant_id is None and not one.address
            if one.session_id == self.session.pk and (is_theirs or is_bookers):
                yield one

    def is_moot(self, *, at: datetime) -> bool:
        """Whether the day, the state or the people are others than when it was scheduled."""
        if not self.people or not self.session.goes_ahead:
            return True
        if self.session.starts_on != self.starts_on or at < self.plan.due_at:
            return True
        is_about_to_come = self.distance.moment == Moment.BEFORE
        has_begun = bool(self.session.starts_at <= at)
        return is_about_to_come == has_begun

    @property
    def is_bookers(self) -> bool:
        return self.email.participant_id is None

    def values(self, *, at: datetime) -> dict[str, Any]:
        first = self.people[0]
        is_bookers = self.is_bookers
        return {
            "line": self.where(self.session, has_place=first.has_place),
            "when": wording.when(self.session),
            "name": self.registration.booker_name if is_bookers else first.participant.name,
            "to_booker": is_bookers,
            "number": len(self.people),
            "people": [self.told(one, at=at) for one in self.people],
            "link": self.own_page(self.registration, at=at) if is_bookers else "",
        }

    def told(self, one: Participation, *, at: datetime) -> dict[str, Any]:
        person: Any = one.participant
        ranked: Any = one
        return {
            "name": person.name,
            "is_named": person.is_named,
            "standing": "" if one.has_place else in_words.standing(one, rank=ranked.rank),
            "rank": ranked.rank,
            "has_address": bool(one.address),
            # Who has no name yet is withdrawn or named by the booker, on their page.
            "answers": self.answers(one, at=at) if person.is_named else [],
            **workshop_of(one),
        }

    def answers(self, one: Participation, *, at: datetime) -> list[dict[str, str]]:
        if not self.choices:
            return []
        token = self.reading.keep(AccessToken.for_answer(one, at=at))
        url = absolute_url("answer", token, pages=self.pages.values())
        return [
            {"label": str(answer.label), "url": f"{url}?answer={answer.value}#{answer.value}"}
            for answer in self.choices
        ]


class Reminder(Practical):
    """When, where, how to get there and whom to call; and a way to say that one cannot come."""

    choices = (Answer.WITHDRAW, Answer.REPLACE)

    def values(self, *, at: datetime) -> dict[str, Any]:
        page = self.page
        return {
            **super().values(at=at),
            "venue": self.getting_there(),
            "practical": plain_paragraphs(page.practical_information) if page else [],
            "contact": {
                "name": page.contact_name if page else "",
                "phone": page.contact_phone if page else "",
                "email": page.contact_email if page else "",
            },
        }

    def getting_there(self) -> dict[str, str]:
        names = ("public_transport", "parking", "accessibility")
        venue = self.session.venue
        if venue is None:
            return dict.fromkeys(names, "")
        return {name: getattr(venue, name).in_language(self.email.language) for name in names}


class StillWaiting(Practical):
    """Which place in the queue one has; somebody who stays away leaves it to the others."""

    choices = (Answer.WITHDRAW,)


class Thanks(Practical):
    """What was shown there, to read again."""

    def values(self, *, at: datetime) -> dict[str, Any]:
        values = super().values(at=at)
        # Nobody has to find the way there, or to change anything, any more.
        line = {**values["line"], "online_url": "", "map_url": ""}
        return {**values, "line": line, "link": "", "documents": self.documents()}

    def documents(self) -> list[dict[str, str]]:
        blocks = self.page.documents if self.page else []
        root = site_root(self.pages.values())
        return [
            {"title": block.value.title, "url": absolute(block.value.url, root=root)}
            for block in blocks
            if block.value is not None  # deleted since
        ]


def absolute(url: str, *, root: str) -> str:
    """An address that stands in a mail; a host may keep its files on another site."""
    return f"{root}{url}" if url.startswith("/") else url


def plain_paragraphs(rich_text: str) -> list[str]:
    """The words without their links, which a mail would lead nowhere: the page has them."""
    parts = re.split(r"</(?:p|li|h[1-6])>|<br\s*/?>", rich_text)
    return [words for part in parts if (words := get_text_for_indexing(part).strip())]
