from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from registrations.domain.people import Booker, Person
from registrations.domain.signup import sign_up
from registrations.enums import FieldType
from registrations.models import FormQuestion, PartnerService, Registration, SignUpQuestions
from tests.factories.trainings import AT
from trainings.models import Training, TrainingSession


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


def question(training: Training, label: str = "Votre question ?", **fields: Any) -> FormQuestion:
    """A question on the form of a training, behind those it has; of each person unless told.

    `choices` is in French, or by language.
    """
    form, _made = SignUpQuestions.objects.get_or_create(training=training)
    choices = fields.pop("choices", {})
    values: dict[str, Any] = {
        "label": {"fr": label},
        "field_type": FieldType.SINGLELINE,
        "sort_order": form.questions.count(),
        "choices": {"fr": choices} if isinstance(choices, str) else choices,
    }
    return FormQuestion.objects.create(sign_up=form, **{**values, **fields})
