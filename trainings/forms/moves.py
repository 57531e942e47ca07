"""Where and when sessions move to, as an organiser types it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from trainings.domain import scheduling
from trainings.forms.sessions import validate_plausible_year
from trainings.models import TrainingSession, TranslatedText, Venue
from trainings.models.fields import TranslatedTextFormField
from trainings.models.time_zones import validate_time_zone

# Ten years to either side.
MOST_DAYS_APART = 3660


def label(name: str) -> Any:
    """What a session calls this field."""
    return capfirst(cast(Field, TrainingSession._meta.get_field(name)).verbose_name)


class DayField(forms.DateField):
    default_validators = [validate_plausible_year]

    def __init__(self, **kwargs):
        native = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(**{"widget": native, **kwargs})


class HourField(forms.TimeField):
    def __init__(self, **kwargs):
        native = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=native, **kwargs)


class ReasonForm(forms.Form):
    """Why; told to everybody whom the act concerns."""

    reason = TranslatedTextFormField(
        label=_("Reason"),
        required=False,
        help_text=_(
            "Everybody can read it: on the page, in calendars and in messages. In a language "
            "that you leave empty the other one is shown. You may leave it out."
        ),
    )

    def clean_reason(self) -> TranslatedText:
        typed = self.cleaned_data["reason"] or {}
        return TranslatedText({code: " ".join(text.split()) for code, text in typed.items()})

    def refuse(self, found: list[tuple[str | None, str]]) -> None:
        """Say what was refused, beside its field when this form has it."""
        for field, sentence in found:
            # Training hours are no field here: the end is what has to change.
            field = "end_time" if field == "training_time" else field
            self.add_error(field if field in self.fields else None, sentence)


class MoveForm(ReasonForm):
    """One session."""

    starts_on = DayField(label=label("starts_on"))
    ends_on = DayField(label=label("ends_on"), required=False, help_text=_("Empty: the same day."))
    start_time = HourField(label=label("start_time"))
    end_time = HourField(label=label("end_time"))
    venue = forms.ModelChoiceField(
        label=label("venue"),
        queryset=Venue.objects.all(),
        required=False,
        empty_label=_("No venue"),
    )
    online_url = forms.URLField(
        label=label("online_url"),
        required=False,
        assume_scheme="https",
        max_length=200,
        help_text=_("Only registered people receive it."),
    )
    time_zone = forms.CharField(
        label=label("time_zone"), max_length=64, validators=[validate_time_zone]
    )
    field_order = [
        *("starts_on", "ends_on", "start_time", "end_time"),
        *("venue", "online_url", "time_zone", "reason"),
    ]

    def __init__(self, data=None, *, session: TrainingSession):
        values = ("starts_on", "start_time", "end_time", "venue", "online_url", "time_zone")
        initial = {name: getattr(session, name) for name in values}
        if session.ends_on != session.starts_on:
            initial["ends_on"] = session.ends_on
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        first, last = typed.get("starts_on"), typed.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is not before the first."))
        return typed

    def to(self, session: TrainingSession) -> dict[str, Any]:
        """Values for `reschedule()`."""
        typed = self.cleaned_data
        return {
            "starts_on": typed["starts_on"],
            "ends_on": typed["ends_on"] or typed["starts_on"],
            "start_time": typed["start_time"],
            "end_time": typed["end_time"],
            "time_zone": typed["time_zone"],
            "venue_id": typed["venue"].pk if typed["venue"] else None,
            "online_url": typed["online_url"],
        }


class MoveManyForm(ReasonForm):
    """Several sessions, each from where it is."""

    days = forms.IntegerField(
        label=_("Days later"),
        required=False,
        min_value=-MOST_DAYS_APART,
        max_value=MOST_DAYS_APART,
        help_text=_("7 is the same weekday of the next week, -7 of the week before."),
    )
    start_time = HourField(
        label=label("start_time"), required=False, help_text=_("Empty: each keeps its own.")
    )
    end_time = HourField(
        label=label("end_time"), required=False, help_text=_("Empty: each keeps its own.")
    )
    venue = forms.ModelChoiceField(
        label=label("venue"),
        queryset=Venue.objects.all(),
        required=False,
        empty_label=_("Each keeps its own"),
    )
    field_order = ["days", "start_time", "end_time", "venue", "reason"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        asked = [typed.get(name) for name in ("start_time", "end_time", "venue")]
        if not self.errors and not typed.get("days") and asked == [None, None, None]:
            self.add_error("days", _("Say how many days later, or give other hours or a venue."))
        return typed

    def to(self, session: TrainingSession) -> dict[str, Any]:
        """Values for `reschedule()`."""
        typed = self.cleaned_data
        to = scheduling.shifted(session, days=typed["days"] or 0)
        for name in ("start_time", "end_time"):
            if typed[name] is not None:
                to[name] = typed[name]
        if typed["venue"]:
            to["venue_id"] = typed["venue"].pk
        return to
