"""The calendar address of a partner service: made, shown once, renewed, revoked."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.models import Site
from wagtail.permissions import policy_registry

from registrations.domain import private_feeds
from registrations.models import PartnerService
from registrations.views.private_feeds import shown_once


def url_of(view: str, *args) -> str:
    return reverse(PartnerService.snippet_viewset.get_url_name(view), args=args)


def calendar_button(partner: PartnerService) -> Button:
    return Button(
        _("Calendar address"),
        url=url_of("calendar", partner.pk),
        icon_name="calendar-alt",
        priority=15,
    )


class PartnerSecretView(WagtailAdminTemplateMixin, TemplateView):
    """A screen of one partner service, where something secret of it is made."""

    def dispatch(self, request, *args, **kwargs):
        policy = policy_registry.get_by_type(PartnerService)
        if not policy.user_has_permission(request.user, "change"):
            raise PermissionDenied
        # Who was merged has nothing of its own any more.
        standing = PartnerService.objects.filter(merged_into=None)
        self.partner = get_object_or_404(standing, pk=kwargs["pk"])
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return self.partner.name

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": url_of("list"), "label": PartnerService._meta.verbose_name_plural},
            {"url": url_of("edit", self.partner.pk), "label": self.partner.name},
            {"url": "", "label": self.page_title, "sublabel": self.partner.name},
        ]


class PartnerCalendarView(PartnerSecretView):
    template_name = "registrations/admin/calendar_address.html"
    page_title = gettext_lazy("Calendar address")
    header_icon = "calendar-alt"

    def post(self, request, *args, **kwargs):
        asked = request.POST.get("do")
        if asked == "renew":
            had_one = private_feeds.living(self.partner) is not None
            secret = private_feeds.renew(self.partner, by=request.user, at=self.at)
            context = self.get_context_data(made=self.shown(secret), had_one=had_one)
            return self.render_to_response(context)
        if asked == "revoke" and private_feeds.revoke(self.partner, by=request.user, at=self.at):
            messages.success(request, _("The calendar address is revoked."))
        return redirect(request.path)

    def shown(self, secret: str) -> dict[str, str]:
        # The admin may be on another host than the site.
        root = Site.objects.get(is_default_site=True).root_url
        return shown_once(secret, root=root, language=private_feeds.language_of(self.partner))

    def get_context_data(self, **kwargs):
        living = private_feeds.living(self.partner)
        return super().get_context_data(partner=self.partner, living=living, **kwargs)
