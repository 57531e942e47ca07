"""What an organiser says when deciding about people of a session."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.enums import Verb
from registrations.forms.answers import ReplaceForm
from registrations.forms.fields import LongTextField, TextField
from registrations.forms.parts import PartForm


class NothingForm(PartForm):
    """Nothing has to be said."""


class RefuseForm(PartForm):
    reason = LongTextField(
        label=_("The reason"),
        max_length=600,
        help_text=_("They read it in the mail that tells them."),
        error_messages={"required": _("Please write why: they are told.")},
    )


class OrganiserWithdrawsForm(PartForm):
    reason = LongTextField(
        label=_("The reason"),
        max_length=600,
        required=False,
        help_text=_("Kept with the registration; only the organising team reads it."),
    )


class BeyondRulesForm(PartForm):
    """A place that the rules would not give."""

    reason = TextField(
        label=_("Beyond the rules, because"),
        max_length=255,
        help_text=_("Kept with the registration; only the organising team reads it."),
        error_messages={"required": _("This goes beyond the rules: please say why.")},
    )


def form_of(verb: Verb, *, is_beyond: bool) -> type[forms.Form]:
    if verb in (Verb.OFFER, Verb.PROMOTE):
        return BeyondRulesForm if is_beyond else NothingForm
    given: dict[Verb, type[forms.Form]] = {
        Verb.REFUSE: RefuseForm,
        Verb.WITHDRAW: OrganiserWithdrawsForm,
        Verb.REPLACE: ReplaceForm,
    }
    return given.get(verb, NothingForm)
