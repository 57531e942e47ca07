"""A session as an organiser types it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from trainings.models import TrainingSession


def validate_plausible_year(day: date) -> None:
    """Of a day or an instant; keeps out a slip, and years that no clock can count."""
    if not 2000 <= day.year < 2100:
        raise ValidationError(_("Give a year between 2000 and 2099."))


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
    """A new session with everything; of a saved one only what needs no moving."""

    training_time = HoursField(
        label=_("Training hours"),
        required=False,
        help_text=_("Without breaks, as on the attestation: 9:00–12:30 with a break is 3 hours."),
    )

    class Meta:
        model = TrainingSession
        fields: list[str] = []  # the panels name them

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField | forms.DateTimeField):
                field.validators.append(validate_plausible_year)

    def clean(self):
        cleaned = super().clean()
        # One day, unless told otherwise.
        cleaned["ends_on"] = cleaned.get("ends_on") or cleaned.get("starts_on")
        return cleaned
