"""Scans of the signed sheet: kept, handed out, removed; for who decides about registrations."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from registrations.domain import scans
from registrations.forms.attendance import ScanForm
from registrations.forms.rules import faults_of
from registrations.models import SheetScan
from registrations.viewsets.sheet_screen import SheetScreen, sheet_url


class ScansView(SheetScreen):
    template_name = "registrations/admin/sheet_scans.html"
    page_title = gettext_lazy("Scans of the signed sheet")
    header_icon = "doc-full"

    def get(self, request, *args, **kwargs):
        return self.show(ScanForm())

    def post(self, request, *args, **kwargs):
        form = ScanForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        content = form.cleaned_data["scan"].read()
        scans.keep(self.session, name=form.name, content=content, by=request.user, at=self.at)
        messages.success(request, _("The scan is kept."))
        return redirect(request.path)

    def show(self, form, *, status=200):
        context = self.get_context_data(
            session=self.session,
            form=form,
            scans=scans.scans_of(self.session),
            faults=faults_of(form) if form.is_bound else [],
        )
        return self.render_to_response(context, status=status)


class OfScan(SheetScreen):
    def scan(self) -> SheetScan:
        """Of this session, or nothing is found."""
        of_session = SheetScan.objects.filter(session=self.session)
        return get_object_or_404(of_session, pk=self.kwargs["scan"])


class ScanView(OfScan):
    """The file itself, to be kept rather than shown: it came from outside."""

    def get(self, request, *args, **kwargs):
        scan = self.scan()
        response = HttpResponse(bytes(scan.content), content_type=scan.content_type)
        response["Content-Disposition"] = content_disposition_header(True, scan.name)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


class ScanRemoveView(OfScan):
    def get(self, request, *args, **kwargs):
        return redirect(sheet_url(self.session, "sheet_scans"))

    def post(self, request, *args, **kwargs):
        scans.remove(self.scan(), by=request.user, at=self.at)
        messages.success(request, _("The scan is removed."))
        return redirect(sheet_url(self.session, "sheet_scans"))
