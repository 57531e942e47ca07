"""No more letters, please: under the link of a letter, in one click or two."""

from __future__ import annotations

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from registrations.conf import conf
from registrations.domain import opt_outs
from registrations.emails.letter import mail_of_token
from registrations.views import protection
from registrations.views.registration import nothing_here


@method_decorator([protection.refuse_other_charsets_only, never_cache], name="dispatch")
class OptOutView(TemplateView):
    """Reading changes nothing, however often a mail scanner does it.

    A mail program's own button sends `List-Unsubscribe=One-Click` from nowhere (RFC 8058): what
    is sent needs no cookie, and is answered without a redirect.
    """

    template_name = "registrations/opt_out.html"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        self.mail = mail_of_token(kwargs["token"])
        if self.mail is None:
            return nothing_here(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.show()

    def post(self, request, *args, **kwargs):
        address = self.mail.recipient
        if request.POST.get("do") == "undo":
            opt_outs.undo(address)
            return redirect(request.path)
        opt_outs.decline(address, at=timezone.now())
        if "List-Unsubscribe" in request.POST:
            return self.show()
        return redirect(request.path)

    def show(self):
        response = self.render_to_response(
            {
                "address": self.mail.recipient,
                "has_declined": opt_outs.has_declined(self.mail.recipient),
                "organiser": conf.organiser_name,
                "organiser_email": conf.organiser_email,
            }
        )
        return protection.keep_address_secret(response, has_form=True)
