"""What somebody thought of a session."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms.fields import LongTextField
from registrations.models.evaluations import SCALE


def mark(label) -> forms.TypedChoiceField:
    """From 1 to 5, with words at the ends."""
    words = {
        SCALE[0]: _("1 – not at all"),
        SCALE[-1]: _("5 – very much"),
    }
    return forms.TypedChoiceField(
        label=label,
        choices=[(number, words.get(number, str(number))) for number in SCALE],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose a number from 1 to 5."),
            "invalid_choice": _("Please choose a number from 1 to 5."),
        },
    )


class EvaluationForm(forms.Form):
    """Four marks, and what one wants to add."""

    useful = mark(_("Was it useful for your work?"))
    clear = mark(_("Was it clear?"))
    exchange = mark(_("Was there room for exchange with other services?"))
    organisation = mark(_("Was it well organised?"))
    keeps = LongTextField(
        label=_("What do you take away?"),
        max_length=2000,
        required=False,
        help_text=_("If you like. Please name nobody, neither yourself nor the people you help."),
    )
    misses = LongTextField(label=_("What did you miss?"), max_length=2000, required=False)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "evaluation_%s")
        super().__init__(*args, **kwargs)
