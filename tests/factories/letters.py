"""Letters as the organiser chooses and words them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registrations.domain import letters
from registrations.domain.letters import Choice, Plan
from registrations.enums import ParticipationStatus, Readers
from registrations.models import Letter
from tests.factories.trainings import AT
from trainings.models import TrainingSession, TranslatedText

WORDS = {
    "subject": TranslatedText(fr="Une nouvelle"),
    "body": TranslatedText(fr="Bonjour,\n\nVoici une nouvelle."),
}


def to_people(*sessions: TrainingSession, **fields: Any) -> Choice:
    """Those with a place, unless `states` says otherwise."""
    values: dict[str, Any] = {
        "readers": Readers.PEOPLE,
        "sessions": tuple(session.pk for session in sessions),
        "states": (ParticipationStatus.CONFIRMED,),
    }
    return Choice(**{**values, **fields})


def to_services(**fields: Any) -> Choice:
    return Choice(readers=Readers.SERVICES, **fields)


def to_who_wants_news(**fields: Any) -> Choice:
    return Choice(readers=Readers.NEWS, **fields)


def plan(choice: Choice, *, at: datetime = AT, **words: Any) -> Plan:
    return letters.plan(choice, **{**WORDS, **words}, at=at)


def write(choice: Choice, *, at: datetime = AT, key: str = "key", by: Any = None, **words: Any):
    """Sent as it is shown."""
    shown = plan(choice, at=at, **words).digest
    said = {**WORDS, **words}
    return letters.write(choice, **said, key=key, shown=shown, by=by, at=at)


def addresses(found: Plan) -> list[str]:
    return sorted(reader.address for reader in found.readers)


def recipients(letter: Letter) -> list[str]:
    return sorted(letter.emails.values_list("recipient", flat=True))
