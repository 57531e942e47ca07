"""What the parts of the sign-up form share."""

from __future__ import annotations

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

# What to do, rather than what is wrong.
REQUIRED = {
    "service_name": _("Please write the name of your service."),
    "first_name": _("Please write the first name."),
    "last_name": _("Please write the last name."),
    "email": _("Please write an e-mail address."),
    "may_name_partner": _("Please answer yes or no."),
    "keep_together": _("Please choose one of the two."),
    "function": _("Please write what this person does in the service."),
    "quality": _("Please choose one."),
    "sessions": _("Please choose at least one session."),
}


class PartForm(forms.Form):
    """A part of the sign-up form; `checked` False shows what was typed without judging it yet."""

    def __init__(self, *args, checked: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.checked = checked
        for name, sentence in REQUIRED.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = sentence

    def full_clean(self):
        if self.checked:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}


def yes_no(**kwargs) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        **kwargs,
    )
