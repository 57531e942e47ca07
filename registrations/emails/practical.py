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
from trainings.domain.documents import Handout


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
            "link": self.bookers_link(at=at),
        }

    def bookers_link(self, *, at: datetime) -> str:
        """To the page of the registration, for who has it."""
        return self.own_page(self.registration, at=at) if self.is_bookers else ""

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
    """What was shown there, to read again, and what one thought of it, to be told.

    One secret link at most: the person's own, or for the booker that of the registration, where
    documents for participants are.
    """

    def values(self, *, at: datetime) -> dict[str, Any]:
        values = super().values(at=at)
        # Nobody has to find the way there, or to change anything, any more.
        line = {**values["line"], "online_url": "", "map_url": ""}
        handouts = self.reading.handouts(self.page) if self.page else []
        kept = [one.document.title for one in handouts if one.only_participants]
        link = self.kept_link(kept, at=at)
        return {
            **values,
            "line": line,
            "documents": self.documents(handouts),
            "kept_documents": kept,
            "kept_url": link if self.is_bookers or not kept else f"{link}#documents",
            "evaluation_url": "" if self.is_bookers or self.has_answered else f"{link}#evaluation",
        }

    @property
    def has_answered(self) -> bool:
        return self.people[0].has_evaluated

    def bookers_link(self, *, at: datetime) -> str:
        return ""  # it is over: theirs is for documents only

    def kept_link(self, kept: list[str], *, at: datetime) -> str:
        """To what is kept of the session for the person; the booker needs it for documents only."""
        if not kept and (self.is_bookers or self.has_answered):
            return ""
        if self.is_bookers:
            return self.own_page(self.registration, at=at)
        token = self.reading.keep(AccessToken.for_participant(self.people[0], at=at))
        return absolute_url("participant_link", token, pages=self.pages.values())

    def documents(self, handouts: list[Handout]) -> list[dict[str, str]]:
        """Those that everybody may open."""
        root = site_root(self.pages.values())
        return [
            {"title": one.document.title, "url": absolute(one.document.url, root=root)}
            for one in handouts
            if not one.only_participants
        ]


def absolute(url: str, *, root: str) -> str:
    """An address that stands in a mail; a host may keep its files on another site."""
    return f"{root}{url}" if url.startswith("/") else url


def plain_paragraphs(rich_text: str) -> list[str]:
    """The words without their links, which a mail would lead nowhere: the page has them."""
    parts = re.split(r"</(?:p|li|h[1-6])>|<br\s*/?>", rich_text)
    return [words for part in parts if (words := get_text_for_indexing(part).strip())]
