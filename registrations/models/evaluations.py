from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.enums import ABSENCES
from registrations.models.participations import Participation
from trainings.models import TrainingSession

#: From "not at all" to "very much".
SCALE = range(1, 6)
#: What is answered on it, each a field.
QUESTIONS = ("useful", "clear", "exchange", "organisation")
#: So long after a session people are asked.
ASKED_FOR = timedelta(days=60)


def may_evaluate(one: Participation, *, at: datetime) -> bool:
    """Whether this person may say what they thought, or might have: from the beginning on, for
    the last minutes of a session are the time to write it. Until a sheet is closed, whoever has a
    place is taken to have come.
    """
    session = one.session
    is_time = session.starts_at <= at < session.ends_at + ASKED_FOR
    return one.has_place and one.presence not in ABSENCES and session.goes_ahead and is_time


def on_the_scale(label: Any) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(
        label, validators=[MinValueValidator(SCALE[0]), MaxValueValidator(SCALE[-1])]
    )


class Evaluation(models.Model):
    """What somebody thought of a session; nothing here leads to who it was.

    The key is random and no moment is kept, so that the order of answers tells nothing either.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="evaluations"
    )
    useful = on_the_scale(_("useful for my work"))
    clear = on_the_scale(_("clear"))
    exchange = on_the_scale(_("room for exchange with other services"))
    organisation = on_the_scale(_("well organised"))
    keeps = models.TextField(_("what I take away"), blank=True, max_length=2000)
    misses = models.TextField(_("what I missed"), blank=True, max_length=2000)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name=f"evaluation_{name}_on_the_scale",
                condition=Q(**{f"{name}__gte": SCALE[0], f"{name}__lte": SCALE[-1]}),
            )
            for name in QUESTIONS
        ]

    def __str__(self) -> str:
        return str(self.session_id)
