"""The attestation of participation: that it is there, what it says, and a link to keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registrations.emails.messages import Message, absolute_url
from registrations.models import AccessToken, Attestation, OutgoingEmail
from trainings import wording
from trainings.models import TrainingSession


class AttestationMail(Message):
    """To the person, or to who registered them when they have no address.

    `facts` has the attestation, and it says what it said when it was issued.
    """

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        found = self.reading.attestations.get(email.facts["attestation"])
        self.attestation: Attestation | None = found
        self.lines = list(found.lines.all()) if found else []
        if self.lines:
            self.find_pages(line.participation.session for line in self.lines)

    def is_moot(self, *, at: datetime) -> bool:
        # Withdrawn, or erased with its person; what is issued again has a mail of its own.
        return self.attestation is None or not self.attestation.is_valid or not self.lines

    def values(self, *, at: datetime) -> dict[str, Any]:
        attestation = self.attestation
        assert attestation is not None  # noqa: S101 -- else it is moot
        person, said = self.lines[-1].participation.participant, attestation.said
        is_bookers = self.email.participant_id is None
        link = self.reading.keep(AccessToken.for_participant(self.lines[-1].participation, at=at))
        return {
            "name": self.registration.booker_name if is_bookers else person.name,
            "to_booker": is_bookers,
            "person": said.name,
            "about": said.title,
            "told": [self.line(line.participation.session) for line in self.lines],
            "hours": wording.duration(attestation.attended),
            "number": attestation.number,
            "code": attestation.code,
            "link": absolute_url("participant_link", link, pages=self.pages.values()),
        }

    def line(self, session: TrainingSession) -> dict[str, Any]:
        """Nobody has to find the way there any more."""
        return {**self.where(session, has_place=True), "online_url": "", "map_url": ""}
