"""The link of a partner service's own page: made and shown once, sent, renewed, revoked."""

from __future__ import annotations

from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button
from wagtail.models import Site

from registrations.domain import service_links
from registrations.domain.private_feeds import language_of
from registrations.forms.service_links import SendLinkForm
from registrations.models import PartnerService
from registrations.viewsets.calendar_addresses import PartnerSecretView, url_of


def page_button(partner: PartnerService) -> Button:
    return Button(
        _("Page of the service"),
        url=url_of("page_link", partner.pk),
        icon_name="link",
        priority=16,
    )


class PartnerLinkView(PartnerSecretView):
    template_name = "registrations/admin/service_link.html"
    page_title = gettext_lazy("Page of the service")
    header_icon = "link"

    def post(self, request, *args, **kwargs):
        asked = request.POST.get("do")
        if asked == "renew":
            had_one = service_links.living(self.partner, at=self.at) is not None
            secret = service_links.renew(self.partner, by=request.user, at=self.at)
            return self.show(made=self.shown(secret), had_one=had_one)
        if asked == "send":
            form = SendLinkForm(request.POST)
            if not form.is_valid():
                return self.show(form=form, status=422)
            to = form.cleaned_data["email"]
            service_links.send(self.partner, to=to, by=request.user, at=self.at)
            messages.success(request, _("The link leaves by mail to %(email)s.") % {"email": to})
        if asked == "revoke" and service_links.revoke(self.partner, by=request.user, at=self.at):
            messages.success(request, _("The link is revoked."))
        return redirect(request.path)

    def shown(self, secret: str) -> str:
        # The admin may be on another host than the site, and in another language than its reader.
        with translation.override(language_of(self.partner)):
            path = reverse("registrations:service_link", args=[secret])
        return f"{Site.objects.get(is_default_site=True).root_url}{path}"

    def show(self, *, status=200, **context):
        return self.render_to_response(self.get_context_data(**context), status=status)

    def get_context_data(self, **kwargs):
        living = service_links.living(self.partner, at=self.at)
        values = {"partner": self.partner, "living": living, "form": SendLinkForm(), **kwargs}
        return super().get_context_data(**values)
