"""What the organiser writes to many, as one of them reads it; and the link that declines it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.utils import translation

from registrations.emails import texts
from registrations.emails.messages import Message, absolute_url
from registrations.enums import Readers
from registrations.models import OutgoingEmail, Participation, PartnerService
from trainings.models import TranslatedText

#: What a text may hold, whomever it is for.
ALWAYS = ("service", "organiser")
#: Of the one session it is about.
OF_A_SESSION = ("title", "when", "place")


def placeholders_of(readers: str, *, sessions: int) -> list[str]:
    """Those that have something to say to each of these readers."""
    name = [] if readers == Readers.SERVICES else ["name"]
    session = OF_A_SESSION if readers == Readers.PEOPLE and sessions == 1 else ()
    return [*name, *ALWAYS, *session]


def language_for(text: TranslatedText, reads: str) -> str:
    """The reader's when it is written in theirs, else the first that it is written in."""
    if text.get(reads):
        return reads
    found = text.in_language(reads)
    return next((code for code, words in text.items() if words == found), reads)


class LetterMail(Message):
    """`facts` has whom it is about: `letter_people`, participations with the state each was in,
    or `letter_services`.

    A mail that somebody tries a text with has no letter: it was composed when it was asked for.
    """

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        self.letter: Any = self.reading.letters.get(email.letter_id or 0) or email.letter
        self.people = self._people()
        self.services = self._services()

    @property
    def readers(self) -> dict[str, Any]:
        return self.letter.readers if self.letter else {}

    def _people(self) -> list[Participation]:
        """Those whom it still concerns."""
        states = self.readers.get("states", ())
        noted = self.email.facts.get("letter_people", {})
        rows = [(self.reading.letter_people.get(int(pk)), was) for pk, was in noted.items()]
        return [one for one, was in rows if one is not None and one.status in {was, *states}]

    def _services(self) -> list[PartnerService]:
        noted = self.email.facts.get("letter_services", ())
        rows = [self.reading.letter_services.get(pk) for pk in noted]
        return [one for one in rows if one is not None and self._is_ours(one.email)]

    def _is_ours(self, address: str) -> bool:
        return address.casefold() == self.email.recipient.casefold()

    def is_moot(self, *, at: datetime) -> bool:
        if self.letter is None:
            return False
        if not self.letter.is_needed and self.email.recipient.casefold() in self.reading.declined:
            return True
        if self.readers["readers"] == Readers.NEWS:
            return not self.registration.wants_news
        return not (self.people or self.services)

    def common_values(self) -> dict[str, Any]:
        # It may be about people of several registrations.
        return super().common_values() | {"reference": ""}

    def values(self, *, at: datetime) -> dict[str, Any]:
        held = self.held()
        language = self.email.language
        return {
            "written": texts.fill(self.letter.subject.in_language(language), held),
            "paragraphs": texts.paragraphs(self.letter.body.in_language(language), held),
            "for_others": self._others(),
            "why": "NEEDED" if self.letter.is_needed else self.readers["readers"],
            "decline_url": "" if self.letter.is_needed else opt_out_url(self.email),
        }

    def words(self, values: dict[str, Any]) -> dict[str, Any]:
        """All of it was written for this letter."""
        subject = f"registrations/emails/{self.name}.subject.txt"
        return {"subject": render_to_string(subject, values)}

    def held(self) -> dict[str, str]:
        """What the placeholders say to this reader."""
        names = {
            "organiser": super().common_values()["organiser"],
            "name": self._name(),
            "service": _listed(self._service_names()),
        }
        session = self.people[0].session if self.people else None
        if session is None or len(self.readers.get("sessions", ())) != 1:
            return names
        self.find_pages([session])
        where = self.where(session, has_place=False)
        return names | {"title": where["title"], "when": where["when"], "place": where["where"]}

    def _name(self) -> str:
        own = [one.participant.name for one in self.people if self._is_own(one)]
        booking = self.people[0].participant.registration if self.people else self.registration
        return _listed(own) or (booking.booker_name if booking else "")

    def _others(self) -> list[str]:
        """Who is reached through this reader."""
        names = (
            one.participant.name
            for one in self.people
            if one.participant.is_named and not self._is_own(one)
        )
        return list(dict.fromkeys(names))

    def _service_names(self) -> list[str]:
        if self.services:
            return [one.name for one in self.services]
        if self.people:
            return [one.participant.registration.partner.name for one in self.people]
        return [self.registration.partner.name] if self.registration else []

    def _is_own(self, one: Participation) -> bool:
        return bool(one.address) and self._is_ours(one.participant.email)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


# --- declining ---------------------------------------------------------------------------------

_SALT = "registrations.opt_out"


def opt_out_url(email: OutgoingEmail) -> str:
    """Where whoever reads this mail declines further ones. It says nothing of the address.

    The same each time: a mail that is tried again leaves with the same words.
    """
    token = Signer(salt=_SALT).sign_object(email.pk or 0)
    with translation.override(email.language):
        return absolute_url("opt_out", token, pages=[])


def mail_of_token(token: str) -> OutgoingEmail | None:
    """The mail whose link this is; none for one that is not ours."""
    try:
        pk = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return OutgoingEmail.objects.filter(pk=pk, letter__isnull=False).first()
