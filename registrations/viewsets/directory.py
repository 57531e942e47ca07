"""Duplicates, merges and what is to check among partner services in the Wagtail admin."""

from __future__ import annotations

import re
from collections import defaultdict

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from registrations.domain import duplicates, merging, partners
from registrations.enums import PartnerStatus
from registrations.exceptions import CannotMergeError, ListedAlreadyError, RegistrationError
from registrations.forms.directory import OtherServiceForm
from registrations.models import PartnerMerge, PartnerService, Registration
from registrations.permissions import may_see_registrations
from registrations.viewsets.calendar_addresses import url_of
from registrations.viewsets.partner_import import import_urls
from registrations.viewsets.partners import sheet_url

#: As our own boxes have a primary key.
KEY = re.compile(r"[0-9]{1,18}")
MOST_FOUND = 20
MOST_REGISTRATIONS = 3


class DirectoryScreen(WagtailAdminTemplateMixin, View):
    """Of who may change partner services."""

    header_icon = "group"

    def dispatch(self, request, *args, **kwargs):
        policy = policy_registry.get_by_type(PartnerService)
        if not policy.user_has_permission(request.user, "change"):
            raise PermissionDenied
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": url_of("list"), "label": PartnerService._meta.verbose_name_plural},
            *self.path(),
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def path(self):
        return []

    def show(self, *, status=200, **context):
        return self.render_to_response(self.get_context_data(**context), status=status)

    def back(self, otherwise: str):
        """To the screen of ours that this came from."""
        asked = self.request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
            return redirect(asked)
        return redirect(otherwise)


def posted_service(request, name: str) -> PartnerService:
    """The one that a form of ours names. Raises Http404."""
    value = request.POST.get(name, "")
    if not KEY.fullmatch(value):
        raise Http404
    return get_object_or_404(PartnerService, pk=int(value))


class ToCheckView(DirectoryScreen):
    """Services that somebody typed in a form: each is listed, merged or refused."""

    template_name = "registrations/admin/directory_to_check.html"
    page_title = gettext_lazy("Partner services to check")
    header_icon = "help"

    def get(self, request, *args, **kwargs):
        rows = PartnerService.objects.filter(status=PartnerStatus.TO_CHECK)
        registered = Prefetch(
            "registrations", Registration.objects.order_by("created_at", "pk"), to_attr="received"
        )
        found = list(rows.select_related("kind").prefetch_related(registered).order_by("-pk"))
        alike = defaultdict(list)
        for one, other in duplicates.pairs({row.pk for row in found}) if found else ():
            alike[one.pk].append(other)
            alike[other.pk].append(one)
        return self.show(
            rows=[
                {
                    "partner": one,
                    "received": one.received[:MOST_REGISTRATIONS],
                    "more": max(0, len(one.received) - MOST_REGISTRATIONS),
                    "alike": alike.get(one.pk, []),
                }
                for one in found
            ],
            may_see_people=may_see_registrations(request.user),
            inspect_url=Registration.snippet_viewset.get_url_name("inspect"),
        )


class DecideView(DirectoryScreen):
    """The buttons "list it", "not a partner service" and "we have contacted them"."""

    def get(self, request, *args, **kwargs):
        return redirect(reverse("registrations_admin:to_check"))

    def post(self, request, pk):
        partner = get_object_or_404(PartnerService, pk=pk)
        do = request.POST.get("do", "")
        acts = {"list": self.list_it, "refuse": self.refuse, "contacted": self.contacted}
        if do not in acts:
            raise Http404
        try:
            acts[do](partner)
        except ListedAlreadyError as error:
            ask = reverse("registrations_admin:merge_partners", args=[partner.pk])
            button = messages.button(f"{ask}?with={error.other.pk}", _("Merge the two"))
            messages.error(request, str(error), buttons=[button])
        except RegistrationError as error:
            messages.error(request, str(error))
        return self.back(reverse("registrations_admin:to_check"))

    def list_it(self, partner):
        partners.accept(partner, by=self.request.user, at=self.at)
        messages.success(self.request, _("“%(name)s” is listed.") % {"name": partner.name})

    def refuse(self, partner):
        partners.refuse(partner, by=self.request.user, at=self.at)
        said = _("“%(name)s” is not offered to anybody any more; its registrations stay.")
        messages.success(self.request, said % {"name": partner.name})

    def contacted(self, partner):
        if partners.contacted(partner, by=self.request.user, at=self.at):
            messages.success(self.request, _("It is noted that you have contacted them."))


class DuplicatesView(DirectoryScreen):
    template_name = "registrations/admin/directory_duplicates.html"
    page_title = gettext_lazy("Duplicates")
    header_icon = "copy"

    def get(self, request, *args, **kwargs):
        return self.show(pairs=duplicates.pairs())

    def post(self, request, *args, **kwargs):
        first, second = (posted_service(request, name) for name in ("first", "second"))
        try:
            duplicates.note_different(first, second)
        except CannotMergeError as error:
            raise Http404 from error
        messages.success(
            request,
            _("“%(first)s” and “%(second)s” are not proposed together any more.")
            % {"first": first.name, "second": second.name},
        )
        return redirect(request.path)


class MergeView(DirectoryScreen):
    """First the other service is found, then the two are seen side by side, then they are one."""

    template_name = "registrations/admin/directory_merge.html"
    page_title = gettext_lazy("Merge with another")
    header_icon = "copy"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.open = PartnerService.objects.filter(status__in=duplicates.OPEN).select_related("kind")

    def dispatch(self, request, *args, **kwargs):
        self.partner = get_object_or_404(PartnerService, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return self.partner.name

    def path(self):
        return [{"url": sheet_url(self.partner), "label": self.partner.name}]

    def get(self, request, *args, **kwargs):
        if self.partner.status not in duplicates.OPEN:
            messages.error(request, str(CannotMergeError.message))
            return redirect(sheet_url(self.partner))
        other = request.GET.get("with", "")
        if KEY.fullmatch(other):
            return self.compare(get_object_or_404(self.open, pk=int(other)))
        form = OtherServiceForm(request.GET or None)
        return self.show(form=form, found=self.found(form), partner=self.partner)

    def found(self, form):
        """What was typed; else those that look like this one."""
        if form.is_bound and form.is_valid() and form.cleaned_data["q"]:
            rows = partners.matching(form.cleaned_data["q"]).filter(status__in=duplicates.OPEN)
            return rows.exclude(pk=self.partner.pk).order_by("name", "pk")[:MOST_FOUND]
        alike = duplicates.pairs({self.partner.pk})
        return [one for pair in alike for one in pair if one.pk != self.partner.pk]

    def compare(self, other, *, problem="", status=200):
        if other.pk == self.partner.pk:
            raise Http404
        ways = []
        for kept, merged in ((other, self.partner), (self.partner, other)):
            try:
                merging.check_can_merge(kept, merged)
            except CannotMergeError:
                continue
            ways.append({"kept": kept, "merged": merged, **merging.foresee(kept, merged)})
        self.template_name = "registrations/admin/directory_merge_two.html"
        return self.show(
            partner=self.partner, other=other, ways=ways, problem=problem, status=status
        )

    def post(self, request, *args, **kwargs):
        other = posted_service(request, "with")
        kept = request.POST.get("kept", "")
        pair = {str(one.pk): one for one in (self.partner, other)}
        if len(pair) < 2:
            raise Http404
        if kept not in pair:
            return self.compare(other, problem=_("Please say which one stays."), status=422)
        merged = next(one for one in pair.values() if one is not pair[kept])
        try:
            merging.merge(pair[kept], merged, by=request.user, at=self.at)
        except RegistrationError as error:
            messages.error(request, str(error))
            return redirect(sheet_url(self.partner))
        messages.success(
            request,
            _("“%(merged)s” is part of “%(kept)s” now. For 30 days this can be undone.")
            % {"merged": merged.name, "kept": pair[kept].name},
        )
        return redirect(sheet_url(pair[kept]))


class UndoMergeView(DirectoryScreen):
    def get(self, request, pk):
        merge = get_object_or_404(PartnerMerge.objects.select_related("kept"), pk=pk)
        return redirect(sheet_url(merge.kept))

    def post(self, request, pk):
        rows = PartnerMerge.objects.select_related("kept", "merged")
        merge = get_object_or_404(rows, pk=pk)
        try:
            merging.undo(merge, by=request.user, at=self.at)
        except RegistrationError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("“%(merged)s” is a service of its own again.") % {"merged": merge.merged.name},
            )
        return redirect(sheet_url(merge.kept))


directory_urls = [
    path("directory/to-check/", ToCheckView.as_view(), name="to_check"),
    path("directory/duplicates/", DuplicatesView.as_view(), name="duplicates"),
    path("directory/<int:pk>/decide/", DecideView.as_view(), name="decide_partner"),
    path("directory/<int:pk>/merge/", MergeView.as_view(), name="merge_partners"),
    path("directory/merges/<int:pk>/undo/", UndoMergeView.as_view(), name="undo_merge"),
    *import_urls,
]
