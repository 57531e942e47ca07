"""Whether an attestation is genuine; anybody may ask, and learns no more than that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from registrations.conf import conf
from registrations.domain import attestations_of, throttle
from registrations.exceptions import TooManyAttemptsError
from registrations.forms.fields import TextField
from registrations.models import Attestation
from registrations.views import protection
from trainings import wording

#: Longer is no code, however many blanks are in it.
LONGEST = 40


class CodeForm(forms.Form):
    code = TextField(
        label=gettext_lazy("Verification code"),
        max_length=LONGEST,
        help_text=gettext_lazy("Twelve letters and digits, at the foot of the attestation."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Please write the code.")},
    )


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class CheckView(View):
    """Where one types the code of a paper."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request):
        return show(request, form=CodeForm())

    def post(self, request):
        form = CodeForm(request.POST)
        if not form.is_valid():
            return show(request, form=form, status=422)
        letters = "".join(one for one in form.cleaned_data["code"].upper() if one.isalnum())
        if not letters.isascii() or not letters:
            return show(request, form=form, is_unknown=True, status=404)
        return redirect("registrations:check_code", code=letters)


@method_decorator(never_cache, name="dispatch")
class CheckCodeView(View):
    """Where the code of a paper leads. Codes that are unknown are counted, so that nobody finds one
    by trying many.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request, code):
        at = timezone.now()
        who, limit = f"check:{protection.client(request)}", conf.attempts_per_hour
        try:
            throttle.check_attempts(who, limit=limit, at=at)
            found = attestations_of.found_by(code[:LONGEST])
            if found is None:
                throttle.count_attempt(who, limit=limit, at=at)
        except TooManyAttemptsError:
            return show(request, form=CodeForm(), is_too_often=True, status=429)
        if found is None:
            typed = {"code": code[:LONGEST] if code.isprintable() else ""}
            return show(request, form=CodeForm(initial=typed), is_unknown=True, status=404)
        return show(request, form=CodeForm(), found=said_of(found))


def said_of(attestation: Attestation) -> dict[str, Any]:
    """All that a stranger with the paper in hand learns; of a discreet session not even what it
    was about.
    """
    said = attestation.said
    about = attestation.session.training if attestation.session else attestation.training
    is_discreet = about is not None and about.is_discreet
    first, last = wording.day(said.first_day), wording.day(said.last_day)
    return {
        "is_valid": attestation.is_valid,
        "title": _("Training") if is_discreet else said.title,
        "language": None if is_discreet else attestation.language,
        "days": first
        if first == last
        else _("%(first)s – %(last)s") % {"first": first, "last": last},
        "hours": wording.duration(attestation.attended),
        "initials": said.initials,
    }


def show(request: Any, *, status: int = 200, **context: Any) -> Any:
    context |= {"organiser": conf.organiser_name, "organiser_email": conf.organiser_email}
    response = render(request, "registrations/check.html", context, status=status)
    return protection.keep_address_secret(response, has_form=True)


check_urls: list[Any] = [
    path("check/", CheckView.as_view(), name="check"),
    path("check/<str:code>/", CheckCodeView.as_view(), name="check_code"),
]
