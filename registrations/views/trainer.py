"""The list for the trainer of a session: a page and a PDF behind a link that opens for the day."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View
from django.views.generic.base import TemplateResponseMixin

from registrations.domain import of_the_day
from registrations.enums import TokenPurpose
from registrations.models import AccessToken
from registrations.papers.files import as_pdf
from registrations.papers.printing import can_print
from registrations.papers.trainer import trainer
from registrations.permissions import may_see_registrations
from registrations.views import protection
from registrations.views.registration import nothing_here
from trainings.models import TrainingSession


def page_name(pk: int) -> str:
    """What a browser that opened this list keeps its secret under."""
    return f"trainer_{pk}"


@method_decorator([require_safe, never_cache], name="dispatch")
class TrainerLinkView(View):
    """The link that was given to the trainer: it opens the list, and leaves its secret behind."""

    def get(self, request, token):
        found = AccessToken.find(token, purpose=TokenPurpose.TRAINER, at=timezone.now())
        if found is None:
            return nothing_here(request)
        return protection.go_on_without_secret(
            request,
            token,
            page=page_name(found.session_id),
            url=reverse("registrations:trainer", args=[found.session_id]),
        )


class OfTrainer(View):
    """The session whose link this browser followed; or any, for who may see registrations."""

    def dispatch(self, request, *args, **kwargs):
        self.at = timezone.now()
        try:
            self.session = self.opened(kwargs["pk"])
        except Http404:
            return nothing_here(request)
        return protection.keep_address_secret(super().dispatch(request, *args, **kwargs))

    def opened(self, pk: int) -> TrainingSession:
        secret = protection.opened_with(self.request, page=page_name(pk))
        token = AccessToken.find(secret, purpose=TokenPurpose.TRAINER, at=self.at)
        if token is not None and token.session is not None and token.session_id == pk:
            return token.session
        if not may_see_registrations(self.request.user):
            raise Http404
        sessions = TrainingSession.objects.select_related("training__programme", "venue")
        return get_object_or_404(sessions, pk=pk)

    def paper(self):
        told = of_the_day.announced(self.session, language=get_language())
        return trainer(told, of_the_day.for_trainer(self.session, at=self.at))


@method_decorator([require_safe, never_cache], name="dispatch")
class TrainerView(TemplateResponseMixin, OfTrainer):
    template_name = "registrations/trainer.html"

    def get(self, request, pk):
        pdf = reverse("registrations:trainer_pdf", args=[pk]) if can_print() else ""
        return self.render_to_response({"d": self.paper().data, "pdf": pdf})


@method_decorator([require_safe, never_cache], name="dispatch")
class TrainerPdfView(OfTrainer):
    """Where none can be made, the page, which prints too."""

    def get(self, request, pk):
        return as_pdf(self.paper(), self.session) or redirect("registrations:trainer", pk=pk)


trainer_urls = [
    path("trainer/<int:pk>/", TrainerView.as_view(), name="trainer"),
    path("trainer/<int:pk>/list.pdf", TrainerPdfView.as_view(), name="trainer_pdf"),
    path("trainer/<str:token>/", TrainerLinkView.as_view(), name="trainer_link"),
]
