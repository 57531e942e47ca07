"""A rule that makes sessions, and what they have in common."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trainings.models.fields import WebAddressField
from trainings.models.rules import RuleField
from trainings.models.time_zones import default_time_zone, validate_time_zone
from trainings.models.trainings import Training
from trainings.models.venues import Venue


class SessionSeries(models.Model):
    """A way to make sessions of a training: rows that then live on their own.

    The rule tells days; hours, zone and venue are what each session starts with.
    """

    training = models.ForeignKey(
        Training, verbose_name=_("training"), on_delete=models.PROTECT, related_name="series"
    )
    rule = RuleField(verbose_name=_("dates"))
    first_day = models.DateField(_("first day"))
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("until"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    training_time = models.DurationField(
        _("training hours"),
        null=True,
        blank=True,
        help_text=_("Without breaks, as on the attestation: 9:00–12:30 with a break is 3 hours."),
    )
    venue = models.ForeignKey(
        Venue,
        verbose_name=_("venue"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    online_url = WebAddressField(
        _("online link"), blank=True, help_text=_("Only registered people receive it.")
    )
    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("Empty: as many as come.")
    )
    closes_days_before = models.PositiveSmallIntegerField(
        _("registration closes"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_("Days before each session, at 12:00. Empty: when it starts."),
    )
    # Every day up to this one was decided on: made, left out or dropped.
    planned_until = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("several", "series")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="series_ends_after_it_starts",
                condition=Q(end_time__gt=F("start_time")),
                violation_error_message=_("A session ends after it starts."),
            ),
            models.CheckConstraint(
                name="series_capacity_positive",
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0),
                violation_error_message=_("The number of places is at least 1."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.training)
