"""What a registration came to, under its secret link."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from registrations.conf import conf
from registrations.enums import TokenPurpose
from registrations.models import AccessToken
from registrations.views import protection
from trainings.domain import queries


def receipt_url(registration, *, at) -> str:
    """Under a new secret: only its digest is kept, so an earlier one cannot be shown again."""
    token = AccessToken.issue(registration, purpose=TokenPurpose.MANAGE, at=at)
    return reverse("registrations:receipt", args=[token])


@method_decorator([require_safe, never_cache], name="dispatch")
class ReceiptView(TemplateView):
    """What a registration came to, for whoever holds its secret link."""

    template_name = "registrations/receipt.html"

    def get_context_data(self, **kwargs):
        at = timezone.now()
        token = AccessToken.find(kwargs["token"], purpose=TokenPurpose.MANAGE, at=at)
        if token is None:
            raise Http404
        registration = token.registration
        people = list(registration.participants.with_participations())
        sessions = {one.session_id: one.session for person in people for one in person.living}
        pages = queries.pages_by_training(
            queries.live_pages([session.training_id for session in sessions.values()]),
            language=get_language(),
        )
        # Each one once: several trainings often share a team.
        contacts = dict.fromkeys((page.contact_name, page.contact_phone) for page in pages.values())
        return super().get_context_data(
            registration=registration,
            people=people,
            pages=pages,
            contacts=[contact for contact in contacts if any(contact)],
            some_wait=any(person.waiting for person in people),
            confirmed=sum(bool(person.confirmed) for person in people),
            waiting=sum(bool(person.waiting and not person.confirmed) for person in people),
            organiser=conf.organiser_name,
            organiser_email=conf.organiser_email,
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        return protection.keep_address_secret(super().render_to_response(context, **kwargs))
