"""My link is lost: send it again. The answer is the same whoever asks."""

from __future__ import annotations

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from registrations.conf import conf
from registrations.domain import links, throttle
from registrations.exceptions import TooManyAttemptsError
from registrations.forms.own_page import AskLinkForm
from registrations.views import protection


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class LinkView(TemplateView):
    template_name = "registrations/link.html"
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        return self.show(AskLinkForm())

    def post(self, request, *args, **kwargs):
        at = timezone.now()
        form = AskLinkForm(request.POST)
        try:
            throttle.count_attempt(protection.client(request), limit=conf.attempts_per_hour, at=at)
        except TooManyAttemptsError as error:
            form.add_error(None, error.message)
            return self.show(form, status=429)
        if not form.is_valid():
            return self.show(form, status=422)
        address = form.cleaned_data["email"]
        links.send_again(address, limit=conf.receipts_per_hour, at=at)
        return self.show(form, asked=address)

    def show(self, form, *, asked="", status=200):
        context = {
            "form": form,
            "asked": asked,
            "organiser": conf.organiser_name,
            "organiser_email": conf.organiser_email,
        }
        response = self.render_to_response(context, status=status)
        return protection.keep_address_secret(response, has_form=True)
