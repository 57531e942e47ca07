"""Said in the room: the code that is shown there, and who one is."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms.fields import NameField, TextField
from registrations.forms.parts import PartForm


class HereForm(PartForm):
    code = TextField(
        label=_("Code shown in the room"),
        max_length=12,
        error_messages={"required": _("Please write the code that is shown in the room.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
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
    # A trap for machines: people do not see it. Not named like anything autofill knows.
    website_2 = forms.CharField(required=False)
