from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from registrations.domain.signup import Booker, Person, sign_up
from registrations.models import PartnerService, Registration
from tests.factories.trainings import AT
from trainings.models import TrainingSession


def partner(name: str = "CPAS de Charleroi", **fields: Any) -> PartnerService:
    return PartnerService.objects.create(**{"name": name, "municipality": "Charleroi", **fields})


def booker(**fields: Any) -> Booker:
    values: dict[str, Any] = {
        "first_name": "Assistante",
        "last_name": "Sociale",
        "email": "assistante@cpas.example",
        "language": "fr",
        "may_name_partner": True,
    }
    return Booker(**{**values, **fields})


def person(*sessions: TrainingSession, number: int = 1, **fields: Any) -> Person:
    values: dict[str, Any] = {
        "first_name": "Assistante",
        "last_name": f"Sociale {number}",
        "email": f"personne{number}@cpas.example",
        "function": "assistante sociale",
        "session_ids": tuple(session.pk for session in sessions),
    }
    return Person(**{**values, **fields})


def registration(*people: Person, at: datetime = AT, **options: Any) -> Registration:
    values: dict[str, Any] = {
        "partner": options.get("partner") or PartnerService.objects.first() or partner(),
        "booker": booker(),
        "key": secrets.token_hex(32),
    }
    return sign_up(list(people), **{**values, **options}, at=at)
