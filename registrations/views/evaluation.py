"""What people thought of a session, asked by their own link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from registrations.domain.evaluations import FEWEST, evaluate
from registrations.exceptions import RegistrationError
from registrations.forms.evaluation import EvaluationForm
from registrations.models import Participation
from registrations.models.evaluations import ASKED_FOR, may_evaluate
from registrations.views import protection
from registrations.views.kept import opened_participation
from registrations.views.registration import nothing_here
from trainings.domain import queries


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class EvaluationView(TemplateView):
    """The questions on a page of their own; on that of the participant they stand as well."""

    template_name = "registrations/evaluation.html"
    http_method_names = ["get", "head", "post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request, *args, **kwargs):
        self.participation = opened_participation(request, kwargs["pk"], at=self.at)
        if self.participation is None:
            return nothing_here(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.show()

    def post(self, request, *args, **kwargs):
        form = EvaluationForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=422)
        try:
            evaluate(self.participation, **form.cleaned_data, at=self.at)
        except RegistrationError as error:
            self.participation.refresh_from_db(fields=["has_evaluated"])
            status = protection.refusal_status(error)
            return self.show(form=form, problem=error.message, status=status)
        page = reverse("registrations:participant", args=[self.participation.pk])
        return protection.keep_address_secret(redirect(f"{page}#evaluation"), has_form=True)

    def show(self, *, form=None, problem="", status=200):
        session = self.participation.session
        pages = queries.pages_by_training(
            queries.live_pages([session.training_id]), language=get_language() or ""
        )
        page = pages.get(session.training_id)
        context = {
            **evaluation_context(self.participation, form=form, at=self.at),
            "participation": self.participation,
            "session": session,
            "title": page.title if page else session.training.name,
            "problem": problem,
        }
        response = self.render_to_response(context, status=status)
        protection.say_when_to_come_back(response)
        return protection.keep_address_secret(response, has_form=True)


def evaluation_context(
    participation: Participation, *, form: EvaluationForm | None = None, at: datetime
) -> dict[str, Any]:
    """For `parts/kept_evaluation.html`: `state` is "done", "open", or empty where nothing is asked.

    The page that shows it is one with a form (`keep_address_secret(…, has_form=True)`).
    """
    state = "open" if may_evaluate(participation, at=at) else ""
    return {
        "evaluation": {
            "state": "done" if participation.has_evaluated else state,
            "form": form or EvaluationForm(),
            "url": reverse("registrations:evaluation", args=[participation.pk]),
            "fewest": FEWEST,
            "until": participation.session.ends_at + ASKED_FOR,
            "time_zone": participation.session.time_zone,
        }
    }


evaluation_urls: list[Any] = [
    path("kept/<int:pk>/evaluation/", EvaluationView.as_view(), name="evaluation"),
]
