"""What is tapped and typed at the welcome desk, in a form or sent by a phone, made clean."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations.domain import partners
from registrations.domain.partners import NewPartner
from registrations.domain.people import Person
from registrations.domain.welcome import Act, Operation
from registrations.forms.fields import AddressField, NameField, TextField
from registrations.forms.parts import PartForm
from registrations.models import PartnerService
from registrations.models.attendance import OF_A_HALF_DAY

#: A phone sends the rest in another request.
MOST_OPERATIONS = 500
#: Of a request, in bytes; more than that many operations fill.
MOST_BYTES = 512 * 1024
#: The largest primary key of all databases.
MOST = 2**63 - 1
DEVICE = re.compile(r"[A-Za-z0-9]{1,16}")
NOT_READ = _("This could not be read.")


def hour_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": _("Please write an hour.")},
    )


class TapForm(PartForm):
    """Of whom something is noted, on which half-day."""

    of = forms.IntegerField(min_value=1, max_value=MOST)
    half_day = forms.IntegerField(min_value=1, max_value=999)

    def fields_of_operation(self) -> dict[str, Any]:
        """What the form says; call it when the form is valid."""
        return {"of": self.cleaned_data["of"], "half_day": self.cleaned_data["half_day"]}


class NoteForm(TapForm):
    """Present, with the hours where they are not the whole half-day; excused; or taken back."""

    state = forms.ChoiceField(
        choices=[("", ""), *((state.value, state.label) for state in OF_A_HALF_DAY)],
        required=False,
    )
    arrived_at = hour_field(_("Arrived at"))
    left_at = hour_field(_("Left at"))

    def clean_left_at(self):
        left_at, arrived_at = self.cleaned_data["left_at"], self.cleaned_data.get("arrived_at")
        if left_at and arrived_at and left_at <= arrived_at:
            raise ValidationError(_("This is not later than the hour of arrival."))
        return left_at

    def fields_of_operation(self):
        return dict(self.cleaned_data)


class LetInForm(TapForm):
    beyond = forms.BooleanField(required=False)

    def fields_of_operation(self):
        return dict(self.cleaned_data)


class ReplacementForm(TapForm):
    """Who is there instead."""

    first_name = NameField(label=_("First name"), max_length=80)
    last_name = NameField(label=_("Last name"), max_length=80)
    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("For the attestation."),
    )

    def fields_of_operation(self):
        return super().fields_of_operation() | {"person": self.person()}

    def person(self) -> Person:
        names = ("first_name", "last_name", "email")
        said = {name: self.cleaned_data[name] for name in names}
        return Person(**said, session_ids=())


class WalkInForm(PartForm):
    """Somebody on no list: two names and a service, the rest if there is time."""

    half_day = forms.IntegerField(min_value=1, max_value=999)
    first_name = NameField(label=_("First name"), max_length=80)
    last_name = NameField(label=_("Last name"), max_length=80)
    service_name = NameField(label=_("Service or organisation"), max_length=160)
    function = TextField(label=_("Function"), max_length=120, required=False)
    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("For the attestation."),
    )
    beyond = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name", "service_name", "function", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"  # somebody else each time

    def fields_of_operation(self):
        said = self.cleaned_data
        names = ("first_name", "last_name", "function", "email")
        return {
            "half_day": said["half_day"],
            "beyond": said["beyond"],
            "person": Person(**{name: said[name] for name in names}, session_ids=()),
            "partner": self.partner(),
        }

    def partner(self) -> PartnerService | NewPartner:
        """Nobody is asked at the door which service it is: someone checks a new one later."""
        typed = self.cleaned_data["service_name"]
        return partners.recognise(typed) or NewPartner(name=typed)


FORMS: dict[Act, type[Any]] = {
    Act.NOTE: NoteForm,
    Act.WALK_IN: WalkInForm,
    Act.LET_IN: LetInForm,
    Act.REPLACE: ReplacementForm,
    Act.CONFIRM: TapForm,
    Act.DISMISS: TapForm,
}


Clock = Callable[[datetime | None], datetime]


class UnreadableError(Exception):
    """It is not what our page sends."""


@dataclass(frozen=True)
class Sent:
    """`sent_at` is by the clock of the device."""

    operations: list[dict[str, str]]
    device: str
    sent_at: datetime | None


def read_batch(body: bytes) -> Sent:
    """Raises UnreadableError for what no page of ours sends."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError from None
    rows = said.get("operations") if isinstance(said, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableError
    device = str(said.get("device"))
    return Sent(
        operations=[_as_form(row) for row in rows],
        device=device if DEVICE.fullmatch(device) else "",
        sent_at=_moment(said.get("sent_at")),
    )


def read_operations(sent: Sent, *, clock: Clock) -> list[Operation]:
    """Each once, by its uid; `clock` tells when it was by ours, and for None what time it is.

    Raises UnreadableError for one without uid, which could not be answered.
    """
    found: dict[uuid.UUID, Operation] = {}
    for row in sent.operations:
        uid = _uid(row.get("uid"))
        if uid is None:
            raise UnreadableError
        found.setdefault(uid, _operation(uid, row, clock))
    return list(found.values())


def _operation(uid: uuid.UUID, row: Mapping[str, str], clock: Clock) -> Operation:
    noted_at = _moment(row.get("noted_at"))
    act = row.get("do", "")
    form_class = FORMS.get(Act(act)) if act in set(Act) else None
    if noted_at is None or form_class is None:
        return Operation(uid=uid, act=Act.NOTE, at=clock(None), problem=str(NOT_READ))
    form, at = form_class(row), clock(noted_at)
    if not form.is_valid():
        return Operation(uid=uid, act=Act(act), at=at, problem=first_problem(form))
    return Operation(uid=uid, act=Act(act), at=at, **form.fields_of_operation())


def first_problem(form: forms.Form) -> str:
    """One sentence, with the name of its field where people see that field."""
    for field in form:
        for sentence in field.errors:
            is_seen = field.name not in ("of", "half_day", "state", "beyond")
            return f"{field.label} – {sentence}" if is_seen else str(NOT_READ)
    return str(NOT_READ)


def _as_form(row: dict[str, Any]) -> dict[str, str]:
    """As a form would have it: texts."""
    return {
        str(name): str(value)
        for name, value in row.items()
        if isinstance(value, str | int | float | bool)
    }


def _uid(value: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(value or "")
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    """An instant with its zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None
