"""Attestations in the Wagtail admin: who has which, issued, withdrawn, and all in one file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from wagtail.admin import messages

from registrations.domain import attestations, attestations_of, bundles
from registrations.exceptions import RegistrationError
from registrations.models import (
    AttendanceSheet,
    Attestation,
    AttestationBundle,
    Participation,
    PartnerService,
)
from registrations.papers.printing import can_print
from registrations.permissions import may_change_registrations, may_see_registrations
from registrations.views.attestation_paper import handed_out, page_of
from registrations.views.bundles import zip_of
from registrations.viewsets.people import MOST_AT_ONCE, SessionScreen

DONE = {
    "issue": ngettext_lazy(
        "%(number)d attestation is issued, and told by mail.",
        "%(number)d attestations are issued, and told by mail.",
        "number",
    ),
    "withdraw": ngettext_lazy(
        "%(number)d attestation is withdrawn: its check page says so.",
        "%(number)d attestations are withdrawn: their check pages say so.",
        "number",
    ),
    "whole": ngettext_lazy(
        "The hours of %(number)d person are added up.",
        "The hours of %(number)d people are added up.",
        "number",
    ),
}


class AttestationsScreen(SessionScreen):
    header_icon = "doc-full-inverse"
    may = staticmethod(may_see_registrations)

    def url(self):
        return reverse("registrations_admin:attestations", args=[self.session.pk])

    def valid(self):
        return attestations_of.valid_of(self.session)


class AttestationsView(AttestationsScreen):
    """Who was present, and what each has; boxes to tick."""

    template_name = "registrations/admin/attestations.html"
    page_title = gettext_lazy("Attestations")
    ACTS = ("issue", "withdraw", "issue_again", "whole_training", "whole_programme")

    def get(self, request, *args, **kwargs):
        people = attestations_of.people_of(self.session)
        services = {one.participation.participant.registration.partner for one in people}
        sheet = AttendanceSheet.objects.filter(session=self.session).first()
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                people=people,
                is_closed=sheet is not None and sheet.is_closed,
                missing=sum(
                    one.participation.came and not (one.attestation and one.attestation.is_valid)
                    for one in people
                ),
                has_some=any(one.attestation and one.attestation.is_valid for one in people),
                services=sorted(services, key=lambda one: (one.name, one.pk)),
                may_change=may_change_registrations(request.user),
                can_print=can_print(),
                programme=self.session.training.programme,
            )
        )

    def post(self, request, *args, **kwargs):
        if not may_change_registrations(request.user):
            raise PermissionDenied
        act = request.POST.get("do", "")
        if act not in self.ACTS:
            raise Http404
        people = [] if act == "issue" else self.ticked()
        if act != "issue" and not people:
            messages.error(request, _("Tick one person or more first."))
            return redirect(self.url())
        try:
            getattr(self, act)(people)
        except RegistrationError as error:
            messages.error(request, str(error))
        return redirect(self.url())

    def ticked(self) -> list[Participation]:
        values = set(self.request.POST.getlist("person"))
        if not all(value.isascii() and value.isdigit() and len(value) < 19 for value in values):
            raise Http404
        rows = Participation.objects.filter(session=self.session, pk__in=values)
        found = list(rows.select_related("participant__registration"))
        if len(found) != len(values) or len(values) > MOST_AT_ONCE:
            raise Http404
        return found

    def issue(self, _people):
        made = attestations.issue(self.session, by=self.request.user, at=self.at)
        self.say("issue", len(made))

    def withdraw(self, people):
        theirs = attestations_of.valid_of(self.session, people)
        number = attestations.withdraw(list(theirs), by=self.request.user, at=self.at)
        self.say("withdraw", number)

    def issue_again(self, people):
        pks = [one.pk for one in people]
        made = attestations.issue_again(self.session, pks, by=self.request.user, at=self.at)
        self.say("issue", len(made))

    def whole_training(self, people):
        self.add_up(self.session.training, people)

    def whole_programme(self, people):
        if self.session.training.programme is None:
            raise Http404
        self.add_up(self.session.training.programme, people)

    def add_up(self, whole, people):
        """Each by itself: who was present once only keeps nobody else from theirs."""
        done = 0
        for one in people:
            try:
                attestations.issue_whole(whole, one.participant, by=self.request.user, at=self.at)
            except RegistrationError as error:
                messages.warning(self.request, f"{one.participant.name}: {error}")
            else:
                done += 1
        self.say("whole", done)

    def say(self, act, number):
        if number:
            messages.success(self.request, DONE[act] % {"number": number})
        elif act != "whole":
            messages.warning(self.request, _("Nothing was to be done."))


class AttestationView(AttestationsScreen):
    """One of them, of this session or of somebody who was present at it."""

    def get(self, request, pk, number):
        rows = Attestation.objects.filter(lines__participation__session=self.session)
        return handed_out(request, get_object_or_404(rows, number=number))


class AttestationsPrintView(AttestationsScreen):
    """All valid ones of the session, to print from the browser."""

    def get(self, request, *args, **kwargs):
        found = list(bundles.attestations_of(session=self.session))
        if not found:
            raise Http404
        return page_of(request, found)


class AskFileView(AttestationsScreen):
    """The button that has the file made; of one service, or of all."""

    def get(self, request, *args, **kwargs):
        return redirect(self.url())

    def post(self, request, *args, **kwargs):
        try:
            bundle = bundles.ask(
                session=self.session, partner=self.partner(), by=request.user, at=self.at
            )
        except RegistrationError as error:
            messages.error(request, str(error))
            return redirect(self.url())
        return redirect("registrations_admin:attestations_file", pk=kwargs["pk"], bundle=bundle.pk)

    def partner(self):
        chosen = self.request.POST.get("service", "")
        if not chosen:
            return None
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
            raise Http404
        theirs = PartnerService.objects.filter(
            registrations__participants__attestations__session=self.session
        )
        return get_object_or_404(theirs.distinct(), pk=chosen)


class FileScreen(AttestationsScreen):
    def bundle(self, *, with_content=False):
        rows = AttestationBundle.objects.filter(session=self.session).select_related("partner")
        rows = rows if with_content else rows.defer("content")
        return get_object_or_404(rows, pk=self.kwargs["bundle"])


class FileView(FileScreen):
    """How far it is, then where it is."""

    template_name = "registrations/admin/attestations_file.html"
    page_title = gettext_lazy("File of attestations")

    def path(self):
        return [*super().path(), {"url": self.url(), "label": _("Attestations")}]

    def get(self, request, *args, **kwargs):
        bundle = self.bundle()
        return self.render_to_response(
            self.get_context_data(session=self.session, bundle=bundle, back=self.url())
        )


class ZipView(FileScreen):
    def get(self, request, *args, **kwargs):
        found = self.bundle(with_content=True)
        if found.content is None:
            raise Http404
        return zip_of(found, name=f"attestations-{self.session.starts_on}.zip")


attestation_urls: list[Any] = [
    path("sessions/<int:pk>/attestations/", AttestationsView.as_view(), name="attestations"),
    path(
        "sessions/<int:pk>/attestations/print/",
        AttestationsPrintView.as_view(),
        name="attestations_print",
    ),
    path(
        "sessions/<int:pk>/attestations/file/",
        AskFileView.as_view(),
        name="attestations_ask_file",
    ),
    path(
        "sessions/<int:pk>/attestations/file/<int:bundle>/",
        FileView.as_view(),
        name="attestations_file",
    ),
    path(
        "sessions/<int:pk>/attestations/file/<int:bundle>.zip",
        ZipView.as_view(),
        name="attestations_zip",
    ),
    path(
        "sessions/<int:pk>/attestations/<str:number>/",
        AttestationView.as_view(),
        name="attestation",
    ),
]
