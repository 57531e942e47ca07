from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trainings.models.fields import TranslatedTextField


class ClosedPeriod(models.Model):
    """Days on which no session is planned: school holidays, the house is closed."""

    name = TranslatedTextField(_("name"), max_length=80)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="closed_period_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is not before the first."),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)
