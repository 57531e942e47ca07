"""What goes with an answer: why one cannot come, or who comes instead."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.domain.people import Person
from registrations.enums import Answer
from registrations.forms.fields import AddressField, LongTextField, NameField, TextField
from registrations.forms.parts import PartForm


class NothingMoreForm(PartForm):
    """An answer that says all by itself."""


class WithdrawForm(PartForm):
    reason = LongTextField(
        label=_("The reason, if you want to tell it"),
        max_length=600,
        required=False,
        help_text=_("Only the organising team reads it."),
    )


class ReplaceForm(PartForm):
    first_name = NameField(label=_("First name"), max_length=80)
    last_name = NameField(label=_("Last name"), max_length=80)
    function = TextField(label=_("Function"), max_length=120)
    email = AddressField(
        label=_("Work e-mail address"),
        max_length=254,
        required=False,
        help_text=_("For the invitation. Without one, please tell your colleague yourself."),
    )

    def person(self, session_id: int) -> Person:
        """What the form says; call it when the form is valid."""
        return Person(**self.cleaned_data, session_ids=(session_id,))


FORMS: dict[Answer, type[forms.Form]] = {
    Answer.KEEP: NothingMoreForm,
    Answer.WITHDRAW: WithdrawForm,
    Answer.REPLACE: ReplaceForm,
    Answer.ACCEPT: NothingMoreForm,
    Answer.DECLINE: NothingMoreForm,
}
