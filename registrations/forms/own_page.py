"""What a booker corrects or adds on the page of their registration."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.domain.people import Person
from registrations.forms.fields import AddressField
from registrations.forms.parts import PartForm
from registrations.forms.people import PersonForm
from registrations.models import Participant


class JoinForm(PersonForm):
    """One more person, always named."""

    is_booker = None  # type: ignore[assignment]  # so Django leaves a field out

    def clean(self):
        return {**super().clean(), "is_booker": False}

    def somebody(self) -> Person:
        """What the form says; call it when the form is valid."""
        return self.person(booker=None)  # type: ignore[arg-type]  # nobody here is


class CorrectForm(JoinForm):
    """Who somebody is after all; `choices` are the sessions whose workshop is still to choose."""

    access = None  # type: ignore[assignment]

    def __init__(self, *args, of: Participant, **kwargs):
        names = ("first_name", "last_name", "email", "function", "quality")
        initial = {name: getattr(of, name) for name in names}
        super().__init__(
            *args, asked=set(), is_whole=True, language=of.language, initial=initial, **kwargs
        )


class AskLinkForm(PartForm):
    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The one you wrote when you registered people."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
