"""The first and last part of the sign-up form: your service and you, last questions."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.domain import partners
from registrations.domain.partners import NewPartner
from registrations.domain.people import Booker
from registrations.enums import Question
from registrations.forms.fields import AddressField, NameField, TextField
from registrations.forms.parts import PartForm, yes_no
from registrations.forms.questions import add_questions, clean_answers
from registrations.models import FormQuestion, PartnerService, ServiceKind

NOT_LISTED = "new"


class BookingForm(PartForm):
    """The partner service, the booker, and what holds for the whole registration.

    Without JavaScript the service is found in two steps: what was typed either names one
    service, or the form comes back with `service` offering those it may be.
    """

    service_name = NameField(
        label=_("Your service or organisation"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    service = forms.ChoiceField(
        label=_("Which one is it?"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose your service from the list.")},
    )
    service_kind = forms.ModelChoiceField(
        label=_("Kind of service"),
        queryset=ServiceKind.objects.none(),
        required=False,
        empty_label=_("Choose…"),
    )
    service_postal_code = TextField(label=_("Postal code"), max_length=12, required=False)
    service_municipality = NameField(label=_("Municipality"), max_length=120, required=False)

    first_name = NameField(
        label=_("First name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = NameField(
        label=_("Last name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = AddressField(
        label=_("Work e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = TextField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Only for last-minute calls."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    order_reference = TextField(
        label=_("Order form or internal reference"), max_length=80, required=False
    )
    manager_email = AddressField(
        label=_("Copy of the receipt to a manager"),
        max_length=254,
        required=False,
        help_text=_("The manager's work e-mail address."),
    )
    may_name_partner = yes_no(
        label=_("May we name your service in the list of participating services?"),
        help_text=_("The service only, never a person. If no, it is counted but not named."),
    )
    keep_together = forms.TypedChoiceField(
        label=_("If there are not enough places for all of you"),
        choices=[
            ("split", _("Register as many as fit; the others wait")),
            ("together", _("Keep us together: all wait")),
        ],
        coerce=lambda value: value == "together",
        initial="split",
        widget=forms.RadioSelect,
    )
    wants_news = forms.BooleanField(
        label=_("Send me the dates of the next trainings"), required=False
    )
    wants_contact = forms.BooleanField(
        label=_("We would like to be contacted, or to present our own work"), required=False
    )
    # A trap for machines: people do not see it. Not named like anything autofill knows.
    website_2 = forms.CharField(required=False)

    OPTIONAL = {
        Question.PHONE: "phone",
        Question.ORDER_REFERENCE: "order_reference",
        Question.MANAGER_COPY: "manager_email",
        Question.NEWS: "wants_news",
        Question.CONTACT: "wants_contact",
    }

    def __init__(
        self, *args, asked: set[Question], questions: Iterable[FormQuestion] = (), **kwargs
    ):
        super().__init__(*args, **kwargs)
        for question, name in self.OPTIONAL.items():
            if question not in asked:
                del self.fields[name]
        self.fields["service_kind"].queryset = ServiceKind.objects.all()
        self.fields["service"].choices = self._service_choices()
        add_questions(self, questions)

    def _service_choices(self):
        """What the typed words may name, and a way out; empty until something is typed."""
        typed = (
            (self.data.get(self.add_prefix("service_name")) or "")[:160] if self.is_bound else ""
        )
        self.suggestions = partners.suggest(typed.replace("\x00", ""))
        choices = [(str(partner.pk), self._label(partner)) for partner in self.suggestions]
        return [*choices, (NOT_LISTED, _("My service is not listed"))]

    @staticmethod
    def _label(partner: PartnerService) -> str:
        return f"{partner.name}, {partner.municipality}" if partner.municipality else partner.name

    def clean(self):
        cleaned = super().clean()
        typed, choice = cleaned.get("service_name"), cleaned.get("service")
        if typed and not self.has_error("service"):
            cleaned["partner"] = self._partner(typed, choice, cleaned)
        clean_answers(self, cleaned)
        return cleaned

    def _partner(self, typed, choice, cleaned) -> PartnerService | NewPartner | None:
        if choice == NOT_LISTED:
            needed = ["service_municipality"]
            if self.fields["service_kind"].queryset.exists():
                needed.append("service_kind")
            for name in needed:
                if not cleaned.get(name) and not self.has_error(name):
                    self.add_error(name, _("Please tell us this about a service we do not know."))
            kind = cleaned.get("service_kind")
            return NewPartner(
                name=typed,
                kind_id=kind.pk if kind else None,
                postal_code=cleaned.get("service_postal_code", ""),
                municipality=cleaned.get("service_municipality", ""),
            )
        if choice:
            return next(one for one in self.suggestions if str(one.pk) == choice)
        if partner := partners.recognise(typed):
            return partner
        self.add_error(
            "service",
            _("Please choose your service from the list.")
            if self.suggestions
            else _("We do not know this service yet: please say that it is not listed."),
        )
        return None

    def booker(self, *, language: str) -> Booker:
        """What the form says; call it when the form is valid."""
        said = self.cleaned_data
        return Booker(
            first_name=said["first_name"],
            last_name=said["last_name"],
            email=said["email"],
            language=language,
            may_name_partner=said["may_name_partner"],
            keep_together=said["keep_together"],
            phone=said.get("phone", ""),
            order_reference=said.get("order_reference", ""),
            manager_email=said.get("manager_email", ""),
            wants_news=said.get("wants_news", False),
            wants_contact=said.get("wants_contact", False),
            answers=said["answers"],
        )
