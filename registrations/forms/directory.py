"""A partner service as organisers write it down, the choice of the other one, a list to import."""

from __future__ import annotations

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from registrations.domain.partners import listed_as
from registrations.enums import PartnerStatus
from registrations.forms.fields import LongTextField, NameField
from registrations.forms.tables import MOST_BYTES, TOO_LARGE
from registrations.models import Contact, FormerName, Neighbourhood, PartnerService
from registrations.models.partners import search_key


class NamesField(LongTextField):
    """Names, one a line, each once."""

    def __init__(self, *, model, **kwargs):
        super().__init__(required=False, **kwargs)
        self.one = NameField(max_length=model._meta.get_field("name").max_length)

    def clean(self, value):
        told = super().clean(value).split("\n")
        names = [self.one.clean(name) for name in told if name.strip()]
        return list({search_key(name): name for name in reversed(names)}.values())[::-1]


class PartnerServiceForm(WagtailAdminModelForm):
    """What belongs to a service is checked where it is written, rather than by the database."""

    neighbourhood_names = NamesField(
        model=Neighbourhood,
        label=capfirst(Neighbourhood._meta.verbose_name_plural),
        help_text=_("Where it works, one a line."),
    )
    names_before = NamesField(
        model=FormerName,
        label=capfirst(FormerName._meta.verbose_name_plural),
        help_text=_("One a line; other names it is known by as well. Typed, it is recognised."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name, rows in self.lists().items():
                self.initial[name] = "\n".join(rows.values_list("name", flat=True))

    def lists(self):
        return {
            "neighbourhood_names": Neighbourhood.objects.filter(partner=self.instance),
            "names_before": FormerName.objects.filter(partner=self.instance),
        }

    def clean(self):
        cleaned = super().clean()
        if name := cleaned.get("name"):
            self.check_name(name, cleaned.get("municipality") or "")
        if reference := cleaned.get("reference"):
            others = PartnerService.objects.exclude(pk=self.instance.pk)
            others = others.exclude(status=PartnerStatus.MERGED)
            if others.filter(reference=reference).exists():
                self.add_error("reference", _("Another service has this number."))
        return cleaned

    def check_name(self, name, municipality):
        if self.instance.status != PartnerStatus.LISTED:
            return
        would_be = PartnerService(
            pk=self.instance.pk, search_key=search_key(name)[:200], municipality=municipality
        )
        if listed_as(would_be):
            self.add_error("name", _("This partner service is listed already."))

    def is_valid(self):
        is_valid = super().is_valid()
        return self.check_contacts() and is_valid

    def check_contacts(self):
        """One of them is the first to contact, and still there."""
        formset = self.formsets.get("contacts")
        if formset is None or not formset.is_bound:
            return True
        staying = [form for form in formset.forms if not formset._should_delete_form(form)]
        for form in staying:
            # What holds for the whole row is told beside the field that it is about.
            for sentence in form.errors.pop(NON_FIELD_ERRORS, []):
                form.add_error("is_primary", sentence)
        first = [form for form in staying if form.cleaned_data.get("is_primary")]
        for form in first[1:]:
            form.add_error("is_primary", _("One contact of a service is the first."))
        return not any(form.errors for form in staying)

    @transaction.atomic
    def save(self, commit=True):
        if commit and self.instance.pk and "contacts" in self.formsets:
            # Another contact may be the first from now on: rows are written one by one.
            rows = self.formsets["contacts"].forms
            first = [one.instance.pk for one in rows if one.cleaned_data.get("is_primary")]
            others = Contact.objects.filter(partner=self.instance).exclude(pk__in=first)
            others.update(is_primary=False)
        saved = super().save(commit=commit)
        if commit:
            for name, rows in self.lists().items():
                self.save_names(rows, self.cleaned_data.get(name))
        return saved

    def save_names(self, rows, said):
        """What stays keeps its row, by which a merge that is undone finds it."""
        if said is None:
            return
        gone = {one.name: one for one in rows}
        new = [name for name in said if not gone.pop(name, None)]
        rows.filter(pk__in=[one.pk for one in gone.values()]).delete()
        for name in new:
            rows.model.objects.create(partner=self.instance, name=name)


class OtherServiceForm(forms.Form):
    """Which service is the same one: its name is typed and found."""

    q = forms.CharField(
        label=_("Name of the other service"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def clean_q(self):
        return self.cleaned_data["q"].replace("\x00", "")


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 5 MB. Nothing is written yet: you first see what would."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": _("Please choose a file."),
            "empty": _("This file is empty."),
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(TOO_LARGE)
        return file
