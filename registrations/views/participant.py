"""What one person keeps of a session, for whoever has the secret link."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView, View

from registrations.conf import conf
from registrations.domain import attestations_of
from registrations.enums import TokenPurpose
from registrations.models import AccessToken
from registrations.views import protection
from registrations.views.attestation_paper import handed_out
from registrations.views.documents import documents_context
from registrations.views.evaluation import evaluation_context
from registrations.views.kept import opened_participation, page_name
from registrations.views.registration import nothing_here
from trainings.domain import queries

__all__ = ["opened_participation", "page_name", "participant_urls"]


@method_decorator([require_safe, never_cache], name="dispatch")
class ParticipantLinkView(View):
    """The link in the person's mails: it opens the page, and leaves its secret behind."""

    def get(self, request, token):
        found = AccessToken.find(token, purpose=TokenPurpose.PARTICIPANT, at=timezone.now())
        if found is None:
            return nothing_here(request)
        pk = found.participation_id
        url = reverse("registrations:participant", args=[pk])
        return protection.go_on_without_secret(request, token, page=page_name(pk), url=url)


class OfParticipant:
    """What the pages of one person share: they open by the link, and only read."""

    def dispatch(self, request, *args, **kwargs):
        self.at = timezone.now()
        self.participation = opened_participation(request, kwargs["pk"], at=self.at)
        if self.participation is None:
            return nothing_here(request)
        return super().dispatch(request, *args, **kwargs)


@method_decorator([require_safe, never_cache], name="dispatch")
class ParticipantView(OfParticipant, TemplateView):
    template_name = "registrations/participant.html"

    def get_context_data(self, **kwargs):
        one = self.participation
        pages = queries.pages_by_training(
            queries.live_pages([one.session.training_id]), language=get_language()
        )
        page = pages.get(one.session.training_id)
        return super().get_context_data(
            participation=one,
            session=one.session,
            title=page.title if page else one.session.training.name,
            attestations=attestations_of.kept_of(one),
            organiser=conf.organiser_name,
            organiser_email=conf.organiser_email,
            **documents_context(one, at=self.at),
            **evaluation_context(one, at=self.at),
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        # The evaluation is sent from here.
        response = super().render_to_response(context, **kwargs)
        return protection.keep_address_secret(response, has_form=True)


@method_decorator([require_safe, never_cache], name="dispatch")
class ParticipantAttestationView(OfParticipant, View):
    """One that the page shows; what was withdrawn is unknown here."""

    def get(self, request, pk, number):
        theirs = {one.number: one for one in attestations_of.kept_of(self.participation)}
        if number not in theirs:
            return nothing_here(request)
        return handed_out(request, theirs[number])


participant_urls: list[Any] = [
    path("mine/<str:token>/", ParticipantLinkView.as_view(), name="participant_link"),
    path("kept/<int:pk>/", ParticipantView.as_view(), name="participant"),
    path(
        "kept/<int:pk>/attestation/<str:number>/",
        ParticipantAttestationView.as_view(),
        name="participant_attestation",
    ),
]
