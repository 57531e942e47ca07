"""A calendar of one's own under its secret address, and the page where the address is made."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from wagtail.models import Site

from registrations.conf import conf
from registrations.domain import private_feeds
from registrations.domain.private_entries import entries
from registrations.enums import TokenPurpose
from registrations.models import AccessToken, PartnerService
from registrations.views import protection
from trainings.conf import conf as trainings_conf
from trainings.domain import calendar
from trainings.views.feeds import CalendarView, answer


class PrivateFeedView(CalendarView):
    """The sessions of one person or one partner service, in the language they read."""

    is_private = True
    filename = "sessions.ics"
    # Until it is known whose calendar it is; the address does not say.
    spoken = ""

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, private=True)
        return protection.keep_address_secret(response)

    def language(self) -> str:
        return self.spoken or settings.LANGUAGE_CODE

    def answer(self, request):
        feed = private_feeds.find(self.kwargs["token"])
        self.spoken = private_feeds.language_of(feed.holder)
        events = entries(feed.holder, language=self.spoken, at=self.now())
        with translation.override(self.spoken):
            content = calendar.published(
                events,
                **said_of(feed.holder),
                calendar_id=str(feed.uid),
                language=self.spoken,
                default_zone=trainings_conf.time_zone,
            )
        return answer(content)


def said_of(holder) -> dict[str, str]:
    """What the calendar is called and holds, in the active language; a person is not named."""
    if isinstance(holder, PartnerService):
        names = [holder.name, pgettext("training session", "Sessions")]
        description = _("The sessions at which people of your service have a place or wait.")
    else:
        names = [_("My sessions")]
        description = _("The sessions at which you have a place or wait.")
    return {
        "name": " – ".join(filter(None, [*names, conf.organiser_name])),
        "description": description,
    }


def shown_once(secret: str, *, root: str, language: str) -> dict[str, str]:
    """A new address, to copy and to open in a calendar; `root` has the scheme and the host."""
    with translation.override(language):
        address = f"{root}{reverse('registrations:private_feed', args=[secret])}"
    return {"address": address, "webcal": re.sub("^https?", "webcal", address)}


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class CalendarAddressView(TemplateView):
    """Where a person makes, renews and revokes the address; reading changes nothing."""

    template_name = "registrations/calendar.html"
    http_method_names = ["get", "head", "post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request, *args, **kwargs):
        token = AccessToken.find(kwargs["token"], purpose=TokenPurpose.CALENDAR, at=self.at)
        if token is None:
            raise Http404
        self.participation = token.participation
        return super().dispatch(request, *args, **kwargs)

    @property
    def address(self) -> str:
        return self.participation.address

    def get(self, request, *args, **kwargs):
        return self.show()

    def post(self, request, *args, **kwargs):
        asked = request.POST.get("do")
        if asked == "renew":
            had_one = private_feeds.living(self.address) is not None
            secret = private_feeds.renew(self.address, at=self.at)
            # Never again: only its digest is kept, and no other address leads to this answer.
            return self.show(made=self.shown(secret), had_one=had_one)
        if asked == "revoke":
            return self.show(is_revoked=private_feeds.revoke(self.address, at=self.at))
        return self.show(status=422)

    def shown(self, secret: str) -> dict[str, str]:
        # Not the host that was asked for: calendars keep this address.
        site = Site.find_for_request(self.request) or Site.objects.get(is_default_site=True)
        root = site.root_url
        return shown_once(secret, root=root, language=private_feeds.language_of(self.address))

    def show(self, *, status=200, **context):
        return self.render_to_response(
            {
                "email": self.participation.participant.email,
                "living": private_feeds.living(self.address),
                "time_zone": trainings_conf.time_zone,
                **context,
            },
            status=status,
        )

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        return protection.keep_address_secret(response, has_form=True)
