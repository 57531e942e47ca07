"""Rules of a training, or of one session apart, as an organiser types them."""

from __future__ import annotations

from collections import Counter
from copy import copy

from django import forms
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from registrations.domain.set_rules import Kept, Said, ServiceLimit, WorkshopSaid
from registrations.enums import Moment, ParticipationStatus, PartnerStatus
from registrations.forms.fields import TextField, clean_human_text
from registrations.models import (
    PartnerService,
    Reminder,
    ServiceCap,
    ServiceKind,
    SignUpRules,
    Workshop,
)
from registrations.models.reminders import FURTHEST, READERS, Distance
from trainings.forms.moves import HourField
from trainings.forms.sessions import validate_plausible_year
from trainings.models import TrainingSession
from trainings.models.fields import TranslatedTextFormField

MOST_ROWS = 50
MOST_PLACES = 100_000
#: What a session has in columns of its own.
DEADLINES = ("registration_opens_at", "registration_closes_at")
COLUMNS = ("capacity", "opens_days_before", "closes_days_before")


class UncheckedMixin:
    """`checked` False shows what was typed without judging it yet."""

    def __init__(self, *args, checked: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.checked = checked

    def full_clean(self):
        if self.checked:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}


class RulesForm(UncheckedMixin, forms.ModelForm):
    """All but the rows; of one session, its places and deadlines are another form's."""

    class Meta:
        model = SignUpRules
        fields = [
            "capacity",
            "opens_days_before",
            "closes_days_before",
            "deadline_time",
            "withdraw_days_before",
            "per_service",
            "quotas_days_before",
            "priority_kinds",
            "priority_days_before",
            "has_waiting_list",
            "promotion",
            "offer_hours",
            "lets_in_walk_ins",
            "needs_approval",
            "min_participants",
            "decides_days_before",
            "may_hold",
            "names_days_before",
        ]
        widgets = {
            "deadline_time": HourField().widget,
            "priority_kinds": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, is_apart: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if is_apart:
            for name in COLUMNS:
                del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_days_before"), cleaned.get("closes_days_before")
        if opens is not None and closes is not None and opens <= closes:
            self.add_error("opens_days_before", _("Registration closes after it opens."))
        has_no_end = "names_days_before" in cleaned and cleaned["names_days_before"] is None
        if cleaned.get("may_hold") and has_no_end:
            self.add_error("names_days_before", _("Say by when the names are needed."))
        if "capacity" in self.fields:
            self.check_against(cleaned.get("capacity"))
        return cleaned

    def check_against(self, capacity: int | None) -> None:
        """Refuse a minimum that no session of so many places can reach."""
        least = self.cleaned_data.get("min_participants")
        if capacity is not None and least is not None and least > capacity:
            self.add_error("min_participants", _("There are not so many places."))


class PlacesForm(UncheckedMixin, forms.ModelForm):
    """Places and deadlines of one session, which are its own."""

    class Meta:
        model = TrainingSession
        fields = ["capacity", *DEADLINES]
        widgets = dict.fromkeys(DEADLINES, AdminDateTimeInput)

    def __init__(self, *args, instance, **kwargs):
        # Typed values are put on what is given: the session as it is stays as it is.
        super().__init__(*args, instance=copy(instance), **kwargs)
        for name in DEADLINES:
            self.fields[name].validators.append(validate_plausible_year)

    def clean(self):
        cleaned = super().clean()
        opens, closes = (cleaned.get(name) for name in DEADLINES)
        if opens and closes and closes <= opens:
            self.add_error("registration_closes_at", _("Registration closes after it opens."))
        return cleaned

    def clean_capacity(self):
        capacity = self.cleaned_data["capacity"]
        if capacity == 0:
            raise forms.ValidationError(_("The number of places is at least 1."))
        return capacity

    @property
    def columns(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.fields}


def label(model, name: str):
    """What a model calls this field."""
    return capfirst(model._meta.get_field(name).verbose_name)


class KindsField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs):
        queryset = ServiceKind.objects.all()
        super().__init__(queryset, widget=forms.CheckboxSelectMultiple, **kwargs)


class KeptForm(UncheckedMixin, forms.Form):
    """One row: places kept for some kinds. An empty row is none."""

    kinds = KindsField(label=_("Kinds of service"), required=False)
    places = forms.IntegerField(
        label=_("Places"), required=False, min_value=1, max_value=MOST_PLACES
    )

    def clean(self):
        cleaned = super().clean()
        kinds, places = cleaned.get("kinds"), cleaned.get("places")
        if places and not kinds and "kinds" not in self.errors:
            self.add_error("kinds", _("Choose for which kinds of service."))
        if kinds and places is None and "places" not in self.errors:
            self.add_error("places", _("Say how many places."))
        return cleaned

    @property
    def said(self) -> Kept | None:
        kinds = self.cleaned_data.get("kinds")
        return Kept(tuple(kinds), self.cleaned_data["places"]) if kinds else None


class LimitForm(UncheckedMixin, forms.Form):
    """One row: a kind of service or one service, and its number. An empty row is none."""

    kind = forms.ModelChoiceField(
        ServiceKind.objects.all(), label=_("Kind of service"), required=False, empty_label="–"
    )
    partner = forms.ModelChoiceField(
        PartnerService.objects.all(), label=_("Or one service"), required=False, empty_label="–"
    )
    places = forms.IntegerField(
        label=_("People"),
        required=False,
        min_value=0,
        max_value=32_767,
        help_text=ServiceCap._meta.get_field("places").help_text,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Others may be typed by anybody; one that was chosen before stays a choice.
        chosen = self.initial.get("partner")
        listed = Q(status=PartnerStatus.LISTED) | Q(pk=chosen)
        self.fields["partner"].queryset = PartnerService.objects.filter(listed)

    def clean(self):
        cleaned = super().clean()
        kind, partner = cleaned.get("kind"), cleaned.get("partner")
        if {"kind", "partner"} & set(self.errors):
            return cleaned
        if kind and partner:
            self.add_error("partner", _("Choose a kind of service or one service, not both."))
        elif cleaned.get("places") is not None and not (kind or partner):
            self.add_error("kind", _("Choose a kind of service or one service."))
        return cleaned

    @property
    def said(self) -> ServiceLimit | None:
        kind, partner = self.cleaned_data.get("kind"), self.cleaned_data.get("partner")
        if not (kind or partner):
            return None
        return ServiceLimit(self.cleaned_data["places"], kind=kind, partner=partner)


class ReminderForm(UncheckedMixin, forms.Form):
    """One row: a mail so many days before or after. A row without days is none."""

    days = forms.IntegerField(
        label=label(Reminder, "days"), required=False, min_value=1, max_value=FURTHEST
    )
    moment = forms.ChoiceField(
        label=label(Reminder, "moment"), choices=Moment, initial=Moment.BEFORE
    )
    status = forms.ChoiceField(
        label=label(Reminder, "status"),
        choices=READERS,
        initial=ParticipationStatus.CONFIRMED,
    )

    def clean(self):
        cleaned = super().clean()
        is_after = cleaned.get("moment") == Moment.AFTER
        if is_after and cleaned.get("status") == ParticipationStatus.WAITING:
            self.add_error("status", _("Nobody waits for a session that is over."))
        if cleaned.get("days") is None and "days" not in self.errors and not self.initial:
            self.add_error("days", _("Say how many days."))
        return cleaned

    @property
    def said(self) -> Distance | None:
        told = self.cleaned_data
        if told.get("days") is None:
            return None
        return Distance(told["days"], told["moment"], told["status"])


class WorkshopForm(UncheckedMixin, forms.Form):
    """One row: a workshop. An empty row is none."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = TranslatedTextFormField(label=_("Title"), max_length=120, required=False)
    room = TextField(label=label(Workshop, "room"), max_length=80, required=False)
    capacity = forms.IntegerField(
        label=label(Workshop, "capacity"),
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        help_text=Workshop._meta.get_field("capacity").help_text,
    )

    def clean_title(self):
        typed = self.cleaned_data["title"] or {}
        cleaned = {code: clean_human_text(text) for code, text in typed.items()}
        return {code: text for code, text in cleaned.items() if text}

    def clean(self):
        cleaned = super().clean()
        typed = any(cleaned.get(name) for name in ("pk", "room", "capacity"))
        if typed and "title" not in self.errors and not cleaned.get("title"):
            self.add_error("title", _("Write a title in at least one language."))
        return cleaned

    @property
    def said(self) -> WorkshopSaid | None:
        told = self.cleaned_data
        if not told.get("title"):
            return None
        return WorkshopSaid(told["title"], told["room"], told["capacity"], told["pk"])


class Rows(forms.BaseFormSet):
    """Rows of one kind; a spare one is always there, and a button adds more."""

    def __init__(self, *args, checked: bool = True, **kwargs):
        self.checked = checked
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "checked": self.checked}

    def full_clean(self):
        if self.checked:
            super().full_clean()
        else:
            self._errors, self._non_form_errors = [], self.error_class()

    @property
    def said(self) -> tuple:
        """What the rows that stay say; of a valid form."""
        gone = set(map(id, self.deleted_forms))
        told = [form.said for form in self.forms if id(form) not in gone]
        return tuple(one for one in told if one is not None)

    @property
    def removed(self) -> list[int]:
        """Primary keys of what goes, where rows have one."""
        keys = (form.cleaned_data.get("pk") for form in self.deleted_forms)
        return [pk for pk in keys if pk is not None]

    def staying(self) -> list:
        """The rows that are neither empty nor removed, for checks of all together."""
        return [
            form
            for form in self.forms
            if (form.has_changed() or form.initial)
            and not form.errors
            and not form.cleaned_data.get("DELETE")
        ]

    @property
    def faults(self) -> list[dict]:
        """Every error with the field to go to, for a summary."""
        if not (self.checked and self.is_bound):
            return []
        found = [{"sentence": sentence} for sentence in self.non_form_errors()]
        for number, form in enumerate(self.forms, start=1):
            who = _("Row %(number)s") % {"number": number}
            found += faults_of(form, who=who)
        return found


def faults_of(form, *, who: str = "") -> list[dict]:
    found = [{"sentence": sentence} for sentence in form.non_field_errors()]
    return found + [
        {
            "field": f"{who}, {field.label}" if who else field.label,
            "sentence": sentence,
            # A group of choices has no label of its own: its first choice takes the focus.
            "id": f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label,
        }
        for field in form
        for sentence in field.errors
    ]


class KeptRows(Rows):
    def clean(self):
        seen: set[int] = set()
        for form in self.staying():
            kinds = {kind.pk for kind in form.cleaned_data.get("kinds") or ()}
            if seen & kinds:
                form.add_error("kinds", _("A kind of service has its places in one row only."))
            seen |= kinds

    def check_against(self, capacity: int | None) -> None:
        """Refuse more kept places than there are, beside the last row."""
        rows = [form for form in self.staying() if form.said]
        if capacity is None or sum(form.said.places for form in rows) <= capacity:
            return
        rows[-1].add_error("places", _("More places are kept than there are."))


class LimitRows(Rows):
    def clean(self):
        counted: Counter = Counter()
        for form in self.staying():
            for field in ("kind", "partner"):
                one = form.cleaned_data.get(field)
                if one is None:
                    continue
                counted[one] += 1
                if counted[one] > 1:
                    form.add_error(field, _("This one has its number already."))


class ReminderRows(Rows):
    def clean(self):
        seen = set()
        for form in self.staying():
            if form.said in seen:
                form.add_error("days", _("This one is there already."))
            elif form.said:
                seen.add(form.said)


def _rows(form, formset):
    return forms.formset_factory(
        form,
        formset=formset,
        extra=1,
        can_delete=True,
        can_delete_extra=False,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
        validate_max=True,
    )


KeptFormSet = _rows(KeptForm, KeptRows)
LimitFormSet = _rows(LimitForm, LimitRows)
ReminderFormSet = _rows(ReminderForm, ReminderRows)
WorkshopFormSet = _rows(WorkshopForm, Rows)


def with_one_more_row(data, prefix: str):
    """What was typed, with one row more."""
    data = data.copy()
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    number = int(total) if total.isascii() and total.isdigit() and len(total) < 4 else 0
    data[f"{prefix}-TOTAL_FORMS"] = str(min(number + 1, MOST_ROWS))
    return data


class WholeForm:
    """Rules with their rows, and of one session its places and deadlines: one form to people."""

    def __init__(
        self, said: Said, *, session: TrainingSession | None = None, data=None, checked=True
    ):
        self.rules = RulesForm(
            data,
            instance=copy(said.row),
            initial={"priority_kinds": [kind.pk for kind in said.first]},
            is_apart=session is not None,
            checked=checked,
        )
        self.places = (
            PlacesForm(data, instance=session, prefix="session", checked=checked)
            if session
            else None
        )
        self.kept = KeptFormSet(
            data,
            prefix="kept",
            checked=checked,
            initial=[
                {"kinds": [kind.pk for kind in one.kinds], "places": one.places}
                for one in said.kept
            ],
        )
        self.limits = LimitFormSet(
            data,
            prefix="limits",
            checked=checked,
            initial=[
                {
                    "kind": one.kind and one.kind.pk,
                    "partner": one.partner and one.partner.pk,
                    "places": one.places,
                }
                for one in said.exceptions
            ],
        )
        self.reminders = ReminderFormSet(
            data,
            prefix="reminders",
            checked=checked,
            initial=[one._asdict() for one in said.reminders],
        )
        self.checked = checked and data is not None

    def is_valid(self) -> bool:
        """Of all together, so that every error shows at once."""
        parts = [
            self.rules,
            self.kept,
            self.limits,
            self.reminders,
            *([self.places] if self.places else []),
        ]
        if False in [part.is_valid() for part in parts]:
            return False
        capacity = (self.places or self.rules).cleaned_data["capacity"]
        if self.places:
            self.rules.check_against(capacity)
        self.kept.check_against(capacity)
        return not self.rules.errors and not any(self.kept.errors)

    @property
    def faults(self) -> list[dict]:
        if not self.checked:
            return []
        forms = [*([self.places] if self.places else []), self.rules]
        found = [fault for form in forms for fault in faults_of(form)]
        return [*found, *self.limits.faults, *self.kept.faults, *self.reminders.faults]

    @property
    def said(self) -> Said:
        return Said(
            row=self.rules.instance,
            first=tuple(self.rules.cleaned_data["priority_kinds"]),
            kept=self.kept.said,
            exceptions=self.limits.said,
            reminders=self.reminders.said,
        )
