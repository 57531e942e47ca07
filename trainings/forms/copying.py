"""What an organiser says of a programme to copy for another year."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

A_YEAR = 52
TEN_YEARS = 520


class CopyProgrammeForm(forms.Form):
    title = forms.CharField(label=_("New title"), max_length=255)
    weeks = forms.IntegerField(
        label=_("Weeks later"),
        min_value=1,
        max_value=TEN_YEARS,
        initial=A_YEAR,
        help_text=_("Each date keeps its weekday and its hours; 52 weeks are a year."),
    )
