"""The attendance sheet as an organiser fills it in, and scans of the paper one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registrations.domain.attendance import Note
from registrations.domain.half_days import HalfDay
from registrations.domain.paper_sheet import Key
from registrations.domain.scans import LARGEST, kind_of
from registrations.domain.sheet import SheetPerson, SheetRows
from registrations.enums import PresenceState
from registrations.forms.fields import clean_human_text
from registrations.forms.parts import PartForm
from registrations.forms.rules import faults_of
from registrations.models import SheetScan
from registrations.models.attendance import OF_A_HALF_DAY
from trainings.forms.moves import HourField

#: Of a line: participation and half-day.
LINE = re.compile(r"([0-9]{1,18})-([0-9]{1,4})")
NOT_READ = gettext_lazy("Please look at what you wrote once more and send it again.")

#: State and hours of a line, as its fields have them.
Said = tuple[str, str, str]


def line_name(key: Key) -> str:
    return f"{key[0]}-{key[1]}"


def read_line(name: str) -> Key | None:
    match = LINE.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else None


class LineForm(PartForm):
    """One half-day of one person."""

    state = forms.ChoiceField(
        label=gettext_lazy("Presence"),
        choices=[
            ("", gettext_lazy("not noted")),
            *((state.value, state.label) for state in OF_A_HALF_DAY),
        ],
        required=False,
    )
    arrived_at = HourField(label=gettext_lazy("Came at, if late"), required=False)
    left_at = HourField(label=gettext_lazy("Left at, if early"), required=False)

    def __init__(self, *args, unit: HalfDay, **kwargs):
        super().__init__(*args, **kwargs)
        self.unit = unit

    def clean(self):
        cleaned = super().clean()
        came, left = cleaned.get("arrived_at"), cleaned.get("left_at")
        is_there = cleaned.get("state") == PresenceState.PRESENT
        if not is_there and "state" not in self.errors:
            cleaned["arrived_at"] = cleaned["left_at"] = None
        elif came and left and self.unit.start < self.unit.end and left <= came:
            self.add_error("left_at", _("One leaves after one has come."))
        return cleaned

    @property
    def said(self) -> Said:
        told = self.cleaned_data
        return (told["state"], _hour(told["arrived_at"]), _hour(told["left_at"]))


@dataclass(frozen=True)
class Line:
    person: SheetPerson
    unit: HalfDay
    form: LineForm

    @property
    def key(self) -> Key:
        return (self.person.pk, self.unit.number)


class SheetForm:
    """All lines of a sheet: one form to people.

    It says itself what it showed, so that what somebody else noted meanwhile is not undone.
    """

    def __init__(self, rows: SheetRows, data=None):
        self.rows = rows
        self.before = _read_shown(data.get("shown", "")) if data is not None else None
        self.is_bound = data is not None
        self.lines = {
            (person.pk, unit.number): Line(person, unit, self._form(person, unit, data))
            for person in rows.people
            for unit in rows.half_days
        }

    def _form(self, person: SheetPerson, unit: HalfDay, data) -> LineForm:
        state, came, left = _stands(person, unit)
        was_shown = self.before is not None and (person.pk, unit.number) in self.before
        return LineForm(
            data if was_shown else None,
            unit=unit,
            prefix=line_name((person.pk, unit.number)),
            initial={"state": state, "arrived_at": came, "left_at": left},
        )

    @property
    def shown(self) -> str:
        """What stood when the page was made; after a fault, when it was first made."""
        stood = {key: _stands(line.person, line.unit) for key, line in self.lines.items()}
        told = {**stood, **(self.before or {})}
        return json.dumps({line_name(key): said for key, said in told.items()})

    def is_valid(self) -> bool:
        # All are asked, so that all errors show at once.
        wrong = [line for line in self.lines.values() if line.form.is_bound and line.form.errors]
        return self.before is not None and not wrong

    @property
    def faults(self) -> list[dict]:
        if not self.is_bound:
            return []
        if self.before is None:
            return [{"sentence": NOT_READ}]
        return [
            fault
            for line in self.lines.values()
            if line.form.is_bound
            for fault in faults_of(line.form, who=line.person.name)
        ]

    def notes(self, *, at: datetime) -> list[Note]:
        """Of the lines that were changed; of a valid form."""
        before = self.before or {}
        return [
            Note(
                participation_id=line.person.pk,
                half_day=line.unit.number,
                state=line.form.cleaned_data["state"],
                arrived_at=line.form.cleaned_data["arrived_at"],
                left_at=line.form.cleaned_data["left_at"],
                at=at,
            )
            for key, line in self.lines.items()
            if line.form.is_bound and line.form.said != before[key]
        ]


def _stands(person: SheetPerson, unit: HalfDay) -> Said:
    found = person.presences.get(unit.number)
    if found is None:
        return ("", "", "")
    return (found.state, _hour(found.arrived_at), _hour(found.left_at))


def _hour(value: time | None) -> str:
    return f"{value:%H:%M}" if value else ""


def _read_shown(sent: str) -> dict[Key, Said] | None:
    """None for what no page of ours sends."""
    try:
        told = json.loads(sent)
    except (ValueError, RecursionError):
        return None
    found: dict[Key, Said] = {}
    for name, said in told.items() if isinstance(told, dict) else [("", None)]:
        key = read_line(name)
        if key is None or not isinstance(said, list) or len(said) != 3:
            return None
        state, came, left = map(str, said)
        found[key] = (state, came, left)
    return found


class ScanForm(PartForm):
    """PDF or photograph of the signed sheet, told by its bytes rather than by its name."""

    scan = forms.FileField(
        label=gettext_lazy("Scan or photograph"),
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB."),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "missing": gettext_lazy("Please choose a file."),
        },
    )

    def clean_scan(self):
        scan = self.cleaned_data["scan"]
        if scan.size > LARGEST:
            raise ValidationError(_("This file is too large: at most 10 MB."))
        if not kind_of(scan.read(16)):
            raise ValidationError(_("This is neither a PDF nor a JPEG or PNG picture."))
        scan.seek(0)
        return scan

    @property
    def name(self) -> str:
        """That of the file, as far as it can be kept."""
        most: Any = SheetScan._meta.get_field("name").max_length
        try:
            name = clean_human_text(self.cleaned_data["scan"].name)
        except ValidationError:
            name = ""
        return name[-most:] or _("scan")
