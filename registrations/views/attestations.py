"""Attestations of people, on the page of their registration and on that of their service."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView, View

from registrations.conf import conf
from registrations.domain import attestations_of, bundles, throttle
from registrations.exceptions import NobodyCameError, TooManyAttemptsError
from registrations.models import Attestation, AttestationBundle
from registrations.papers.printing import can_print
from registrations.views import protection
from registrations.views.attestation_paper import handed_out, page_of
from registrations.views.bundles import zip_of
from registrations.views.registration import nothing_here, opened_registration
from registrations.views.service import OfService


@method_decorator([require_safe, never_cache], name="dispatch")
class RegistrationAttestationView(View):
    """Of one person whom the booker registered."""

    def get(self, request, reference, number):
        registration = opened_registration(request, reference, at=timezone.now())
        found = (
            registration
            and Attestation.objects.filter(
                participant__registration=registration, number=number, withdrawn_at=None
            ).first()
        )
        return handed_out(request, found) if found else nothing_here(request)


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class ServiceAttestationsView(OfService, TemplateView):
    """All of one year; to have them in one file is asked for here."""

    template_name = "registrations/service_attestations.html"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if self.partner is None:
            return response
        return protection.keep_address_secret(response, has_form=True)

    def get(self, request, pk, year):
        found = self.found()
        if request.GET.get("as") == "page":
            return page_of(request, found)
        return self.show()

    def post(self, request, pk, year):
        try:
            throttle.count_attempt(
                f"service-file:{self.partner.pk}", limit=conf.attempts_per_hour, at=self.at
            )
            self.found()
            bundle = bundles.ask(partner=self.partner, year=year, at=self.at)
        except TooManyAttemptsError as error:
            return self.show(problem=error.message, status=429)
        except NobodyCameError as error:  # the last one was withdrawn meanwhile
            raise Http404 from error
        return redirect("registrations:service_file", pk=pk, bundle=bundle.pk)

    def found(self):
        year = self.kwargs["year"]
        if year not in attestations_of.years_of(self.partner):
            raise Http404
        return list(bundles.attestations_of(partner=self.partner, year=year))

    def show(self, *, problem="", status=200):
        context = self.get_context_data(
            partner=self.partner,
            year=self.kwargs["year"],
            attestations=self.found(),
            can_print=can_print(),
            problem=problem,
        )
        return self.render_to_response(context, status=status)


class OfBundle(OfService):
    """Of a file that was asked for by this service."""

    def bundle(self, *, with_content=False):
        rows = AttestationBundle.objects.filter(partner=self.partner, session=None)
        rows = rows if with_content else rows.defer("content")
        return get_object_or_404(rows, pk=self.kwargs["bundle"])


@method_decorator([require_safe, never_cache], name="dispatch")
class ServiceFileView(OfBundle, TemplateView):
    """How far it is, then where it is."""

    template_name = "registrations/service_file.html"

    def get_context_data(self, **kwargs):
        shown = {**kwargs, "partner": self.partner, "bundle": self.bundle()}
        return super().get_context_data(**shown)


@method_decorator([require_safe, never_cache], name="dispatch")
class ServiceZipView(OfBundle, View):
    def get(self, request, pk, bundle):
        found = self.bundle(with_content=True)
        if found.content is None:
            raise Http404
        name = _("attestations-%(year)s") % {"year": found.year}
        return zip_of(found, name=f"{name}.zip")


@method_decorator([require_safe, never_cache], name="dispatch")
class ServiceAttestationView(OfService, View):
    """Of one person of the service."""

    def get(self, request, pk, number):
        found = attestations_of.of_service(self.partner)
        return handed_out(request, get_object_or_404(found, number=number))


attestation_urls: list[Any] = [
    path(
        "registration/<str:reference>/attestation/<str:number>/",
        RegistrationAttestationView.as_view(),
        name="registration_attestation",
    ),
    path(
        "service/<int:pk>/attestation/<str:number>/",
        ServiceAttestationView.as_view(),
        name="service_attestation",
    ),
    path(
        "service/<int:pk>/attestations/<int:year>/",
        ServiceAttestationsView.as_view(),
        name="service_attestations",
    ),
    path(
        "service/<int:pk>/attestations/file/<int:bundle>/",
        ServiceFileView.as_view(),
        name="service_file",
    ),
    path(
        "service/<int:pk>/attestations/file/<int:bundle>.zip",
        ServiceZipView.as_view(),
        name="service_zip",
    ),
]
