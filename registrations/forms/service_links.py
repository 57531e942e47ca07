"""To whom the link of a partner service's page is sent."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms.fields import AddressField
from registrations.forms.parts import PartForm


class SendLinkForm(PartForm):
    email = AddressField(
        label=_("Work e-mail address of the referent"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
