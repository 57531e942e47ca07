"""A session as an organiser types it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from trainings.models import TrainingSession


class HoursField(forms.DecimalField):
    """Hours as people write them, "3" or "2,5"; a timedelta in code."""

    def __init__(self, **kwargs):
        super().__init__(
            max_digits=5, decimal_places=2, min_value=Decimal("0.25"), localize=True, **kwargs
        )

    def clean(self, value):
        hours = super().clean(value)
        return None if hours is None else timedelta(minutes=round(hours * 60))

    def prepare_value(self, value):
        if isinstance(value, timedelta):
            # "3" rather than "3.00"; a third of an hour is rounded
            return Decimal(f"{value / timedelta(hours=1):.2f}".rstrip("0").rstrip("."))
        return value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class SessionForm(WagtailAdminModelForm):
    training_time = HoursField(
        label=_("Training hours"),
        required=False,
        help_text=_("Without breaks, as on the attestation: 9:00–12:30 with a break is 3 hours."),
    )

    class Meta:
        model = TrainingSession
        fields: list[str] = []  # the panels name them

    def clean(self):
        cleaned = super().clean()
        # One day, unless told otherwise.
        cleaned["ends_on"] = cleaned.get("ends_on") or cleaned.get("starts_on")
        return cleaned
