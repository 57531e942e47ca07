"""A series as an organiser says it, and the table of dates that comes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from copy import copy
from datetime import date
from functools import cached_property

import recurrence
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from trainings.domain.series import Decisions, Fate, Line
from trainings.forms.moves import DayField, HourField, label
from trainings.forms.sessions import HoursField, validate_plausible_year
from trainings.models import SessionSeries, TrainingSession, Venue


class SeriesForm(WagtailAdminModelForm):
    training_time = HoursField(
        label=_("Training hours"),
        required=False,
        help_text=_("Without breaks, as on the attestation: 9:00–12:30 with a break is 3 hours."),
    )

    class Meta:
        model = SessionSeries
        fields = [
            "rule",
            "first_day",
            "start_time",
            "end_time",
            "time_zone",
            "training_time",
            "venue",
            "online_url",
            "capacity",
            "closes_days_before",
        ]
        widgets = {
            "first_day": DayField().widget,
            "start_time": HourField().widget,
            "end_time": HourField().widget,
        }

    def clean_first_day(self):
        validate_plausible_year(self.cleaned_data["first_day"])
        return self.cleaned_data["first_day"]

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("start_time"), cleaned.get("end_time")
        if start and end and end <= start:
            self.add_error("end_time", _("A session ends after it starts."))
        return cleaned


class Choice(forms.ChoiceField):
    """What to do with a session whose day is no longer in the rule."""

    KEEP, REMOVE, CANCEL = "keep", "remove", "cancel"
    LABELS = {KEEP: _("Keep it"), REMOVE: _("Remove it"), CANCEL: _("Call it off")}

    def __init__(self, *choices: str):
        labelled = [(choice, self.LABELS[choice]) for choice in choices]
        super().__init__(choices=labelled, initial=choices[0])


class Row:
    """One line of the table with its bound fields, for a template."""

    def __init__(self, form: PlanForm, line: Line):
        self.line = line
        self.session = form.session(line)
        self.key = line.day.isoformat()
        self.is_being_adjusted = line.day in form.adjusted
        self.take = form[f"take_{self.key}"] if f"take_{self.key}" in form.fields else None
        self.choice = form[f"choice_{self.key}"] if f"choice_{self.key}" in form.fields else None
        self.fields = [
            form[name]
            for name in (f"{part}_{self.key}" for part in PlanForm.PARTS)
            if name in form.fields
        ]
        self.people = form.people(line)
        self.warnings: list = []

    @property
    def is_ticked(self) -> bool:
        return bool(self.take and self.take.value())


class PlanForm(forms.Form):
    """The table of a plan. Of the days that are being adjusted it also asks hours and venue.

    Its lines are those of the plan shown, told by `seen`: when that is another one, what was
    ticked is not taken over.
    """

    PARTS = ("on", "from", "until", "venue")

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, lines: list[Line], *, series: SessionSeries, adjusted: Iterable[date] = (), data=None
    ):
        self.lines = lines
        self.digest = _digest(series, lines)
        self.is_seen = data is not None and data.get("seen") == self.digest
        new = {line.day for line in lines if line.fate is Fate.ADD}
        self.adjusted = set(adjusted) & new if self.is_seen else set()
        self.posted = {name: data.get(name) for name in data} if self.is_seen else {}
        super().__init__(self.posted if self.is_seen else None)
        self.initial["seen"] = self.digest
        for line in lines:
            self._ask(line)

    def _ask(self, line: Line) -> None:
        key = line.day.isoformat()
        if line.fate in (Fate.ADD, Fate.FOLLOW):
            self.fields[f"take_{key}"] = forms.BooleanField(
                required=False, initial=line.is_proposed
            )
        if line.fate is Fate.GONE:
            has_people = self.people(line)
            self.fields[f"choice_{key}"] = (
                Choice(Choice.KEEP, Choice.CANCEL)
                if has_people
                else Choice(Choice.REMOVE, Choice.KEEP)
            )
        if line.day in self.adjusted:
            self._ask_adjustment(line, key)

    def _ask_adjustment(self, line: Line, key: str) -> None:
        session = line.session
        asked = {
            "on": DayField(label=label("starts_on"), initial=session.starts_on),
            "from": HourField(label=label("start_time"), initial=session.start_time),
            "until": HourField(label=label("end_time"), initial=session.end_time),
            "venue": forms.TypedChoiceField(
                label=label("venue"),
                choices=self._venues,
                coerce=int,
                empty_value=None,
                required=False,
                initial=session.venue_id or "",
            ),
        }
        for part, field in asked.items():
            name = f"{part}_{key}"
            # Just opened: nothing was posted for it yet.
            self.posted.setdefault(name, _as_sent(field))
            self.fields[name] = field

    @cached_property
    def _venues(self) -> list[tuple[object, str]]:
        return [("", "–"), *((venue.pk, str(venue)) for venue in Venue.objects.all())]

    @staticmethod
    def people(line: Line) -> int:
        """Registered for a session that stands; 0 where nobody signs up."""
        state = getattr(line.session, "sign_up", None)
        return ((state.places_taken or 0) + state.waiting) if state else 0

    def session(self, line: Line) -> TrainingSession:
        """The session of a line, as adjusted."""
        if line.day not in self.adjusted or not self.is_bound or not self.is_valid():
            return line.session
        return self._adjusted(line)

    def _adjusted(self, line: Line) -> TrainingSession:
        key, session = line.day.isoformat(), copy(line.session)
        session.starts_on = session.ends_on = self.cleaned_data[f"on_{key}"]
        session.start_time = self.cleaned_data[f"from_{key}"]
        session.end_time = self.cleaned_data[f"until_{key}"]
        session.venue_id = self.cleaned_data[f"venue_{key}"]
        return session

    def clean(self):
        cleaned = super().clean()
        for line in self.lines:
            key = line.day.isoformat()
            if line.day not in self.adjusted or any(
                f"{part}_{key}" in self.errors for part in self.PARTS
            ):
                continue
            try:
                self._adjusted(line).clean()
            except ValidationError as error:
                names = {"starts_on": "on", "start_time": "from", "end_time": "until"}
                for field, problems in error.message_dict.items():
                    self.add_error(f"{names.get(field, 'on')}_{key}", problems)
        if not self.errors:
            self._refuse_shared_days()
        return cleaned

    def _refuse_shared_days(self) -> None:
        used: set[date] = {
            line.session.starts_on
            for line in self.lines
            if line.fate is not Fate.ADD and line.session.goes_ahead
        }
        for line in self._ticked(Fate.ADD):
            adjusted = line.day in self.adjusted
            on = self._adjusted(line).starts_on if adjusted else line.session.starts_on
            if on in used:
                key = line.day.isoformat()
                self.add_error(
                    f"on_{key}" if adjusted else f"take_{key}",
                    _("Another session of this series is on that day."),
                )
            used.add(on)

    def _ticked(self, fate: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate is fate and self._is_ticked(line)]

    def _unticked(self, fate: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate is fate and not self._is_ticked(line)]

    def _is_ticked(self, line: Line) -> bool:
        return bool(self.cleaned_data.get(f"take_{line.day.isoformat()}"))

    def _chosen(self, choice: str) -> list[TrainingSession]:
        return [
            line.session
            for line in self.lines
            if self.cleaned_data.get(f"choice_{line.day.isoformat()}") == choice
        ]

    @property
    def rows(self) -> list[Row]:
        return [Row(self, line) for line in self.lines]

    @property
    def decisions(self) -> Decisions:
        """What was decided; of a valid form."""
        return Decisions(
            add=[self.session(line) for line in self._ticked(Fate.ADD)],
            # Left out against the proposal: not to be proposed again.
            drop=[line.day for line in self._unticked(Fate.ADD) if line.is_proposed],
            follow=[line.session for line in self._ticked(Fate.FOLLOW)],
            remove=self._chosen(Choice.REMOVE),
            cancel=self._chosen(Choice.CANCEL),
            keep=self._chosen(Choice.KEEP) + [line.session for line in self._unticked(Fate.FOLLOW)],
        )


def _as_sent(field: forms.Field) -> str:
    """What a browser would send of a field that nobody touches."""
    value = field.widget.format_value(field.initial)
    return "".join(value) if isinstance(value, list) else value


def _digest(series: SessionSeries, lines: list[Line]) -> str:
    """Of what an organiser has seen: another plan has another one."""
    told = {name: str(getattr(series, name)) for name in SeriesForm.Meta.fields if name != "rule"}
    told["rule"] = recurrence.serialize(series.rule)
    shown = [(line.day.isoformat(), line.fate.value, line.session.pk) for line in lines]
    return hashlib.sha256(json.dumps([told, shown], sort_keys=True).encode()).hexdigest()[:16]
