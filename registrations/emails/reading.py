"""What the mails of a batch ask the database: each thing once, for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Prefetch

from registrations.emails import facts
from registrations.emails.facts import Act
from registrations.emails.reminders import KINDS, people_of
from registrations.models import (
    AccessToken,
    Attestation,
    AttestedParticipation,
    Letter,
    MessageText,
    OptOut,
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
)
from trainings.domain import documents, queries
from trainings.domain.calendar import CalendarEvent
from trainings.domain.documents import Handout
from trainings.domain.funders import funders_by_key
from trainings.models import Funder, TrainingSession


class Reading:
    """Everything is read when the first mail asks for it. Messages change nothing of it."""

    def __init__(self, emails: Iterable[OutgoingEmail]) -> None:
        self.emails = list(emails)
        self._pages: dict[str, dict[int, Any]] = {}
        self._funders: dict[int, list[Funder]] = {}
        self._handouts: dict[int, list[Handout]] = {}
        # Secret links that messages have made: whoever composes saves them with the words.
        self.links: list[AccessToken] = []
        # Calendar entries that many of these mails share but for a person's own lines.
        self.events: dict[Any, CalendarEvent] = {}

    def act(self, email: OutgoingEmail) -> Act:
        """What was done, from the facts noted with the mail."""
        if email.key not in self._acts:  # not one of the batch, such as a colleague's
            return facts.recall([email.facts])[0]
        return self._acts[email.key]

    def keep(self, link: AccessToken) -> str:
        """The secret of a link that is to be saved."""
        self.links.append(link)
        return link.secret

    @cached_property
    def _acts(self) -> dict[str, Act]:
        about = [email for email in self.emails if "concerned" in email.facts]
        acts = facts.recall([email.facts for email in about])
        return {email.key: act for email, act in zip(about, acts, strict=True)}

    def people(self, registration: Registration) -> list[Participant]:
        """Of one registration, by position, each `with_participations()`."""
        return self._people.get(registration.pk, [])

    @cached_property
    def _people(self) -> dict[int, list[Participant]]:
        bookings = {email.registration_id for email in self.emails}
        complete = Participant.objects.with_participations()
        rows = complete.filter(registration__in=bookings).select_related("registration__partner")
        found: dict[int, list[Participant]] = {}
        for person in rows.order_by("registration", "position"):
            found.setdefault(person.registration_id, []).append(person)
        return found

    @cached_property
    def replaced(self) -> dict[int, Participant]:
        """By primary key of a living participation, whose place it took over."""
        everybody: list[Any] = [person for people in self._people.values() for person in people]
        living = [one.pk for person in everybody for one in person.living]
        rows = Participant.objects.filter(participations__replaced_by__in=living)
        return {
            pk: person
            for person in rows.prefetch_related("participations")
            for one in person.participations.all()
            if (pk := one.replaced_by_id) is not None
        }

    def pages(self, training_ids: Iterable[int], *, language: str) -> dict[int, Any]:
        """By training, the page that words it in this language; none where it has no live one."""
        known = self._pages.setdefault(language, {})
        asked = set(training_ids)
        if asked - set(known):
            wanted = (asked | self._trainings) - set(known)
            pages = queries.pages_by_training(queries.live_pages(wanted), language=language)
            known.update({pk: pages.get(pk) for pk in wanted})
        return {pk: known[pk] for pk in asked if known[pk] is not None}

    def handouts(self, page: Any) -> list[Handout]:
        """What a page gives out."""
        if page.pk not in self._handouts:
            known = [one for pages in self._pages.values() for one in pages.values() if one]
            self._handouts.update(documents.handouts_of([page, *known]))
        return self._handouts[page.pk]

    def funders(self, training_ids: Iterable[int]) -> list[Funder]:
        """Who supports these trainings, each once."""
        asked = dict.fromkeys(training_ids)
        if new := set(asked) - set(self._funders):
            self._funders |= funders_by_key(new | (self._trainings - set(self._funders)))
        return list(dict.fromkeys(one for pk in asked for one in self._funders[pk]))

    @property
    def _trainings(self) -> set[int]:
        return {act.after.training_id for act in self._acts.values()}

    def text(self, kind: str, language: str) -> MessageText:
        """What an editor wrote for a message; an empty one where it is as it ships."""
        return self._texts.get((kind, language)) or MessageText()

    @cached_property
    def _texts(self) -> dict[tuple[str, str], MessageText]:
        languages = {email.language for email in self.emails}
        rows = MessageText.objects.filter(language__in=languages)
        return {(text.kind, text.language): text for text in rows}

    # --- around sessions -----------------------------------------------------------------------

    @cached_property
    def sessions(self) -> dict[int, TrainingSession]:
        """Of mails that are due around the day of one."""
        rows = TrainingSession.objects.select_related("training", "venue")
        return rows.in_bulk({email.facts["session"] for email in self._around})

    @cached_property
    def told(self) -> dict[int, list[Participation]]:
        """By registration, whom such mails may be about, each with its rank."""
        rows: Any = people_of(email.facts["session"] for email in self._around)
        rows = rows.filter(participant__registration__in=[one.registration for one in self._around])
        found: dict[int, list[Participation]] = {}
        for one in rows.select_related("workshop", "session").with_rank():
            found.setdefault(one.participant.registration_id, []).append(one)
        return found

    @property
    def _around(self) -> list[OutgoingEmail]:
        return [email for email in self.emails if email.kind in KINDS]

    # --- attestations --------------------------------------------------------------------------

    @cached_property
    def attestations(self) -> dict[int, Attestation]:
        """By primary key, each with the presences that it rests on, by date."""
        asked = {
            email.facts["attestation"] for email in self.emails if "attestation" in email.facts
        }
        lines = AttestedParticipation.objects.select_related(
            "participation__participant__registration",
            "participation__session__training",
            "participation__session__venue",
        ).order_by("participation__session__starts_at", "pk")
        return Attestation.objects.prefetch_related(Prefetch("lines", lines)).in_bulk(asked)

    # --- letters -------------------------------------------------------------------------------

    @cached_property
    def letters(self) -> dict[int, Letter]:
        return Letter.objects.in_bulk({email.letter_id for email in self.emails if email.letter_id})

    @cached_property
    def declined(self) -> set[str]:
        """Addresses of letters, normalised, to which none is wanted any more."""
        asked = {email.recipient.casefold() for email in self.emails if email.letter_id}
        rows = OptOut.objects.filter(address__in=asked)
        return set(rows.values_list("address", flat=True))

    @cached_property
    def letter_people(self) -> dict[int, Participation]:
        """Whom letters to people of sessions are about, by primary key."""
        rows = Participation.objects.select_related("participant__registration__partner")
        rows = rows.select_related("session__training", "session__venue")
        return rows.in_bulk(self._noted("letter_people"))

    @cached_property
    def letter_services(self) -> dict[int, PartnerService]:
        return PartnerService.objects.in_bulk(self._noted("letter_services"))

    def _noted(self, name: str) -> set[int]:
        return {int(pk) for email in self.emails for pk in email.facts.get(name, ())}
