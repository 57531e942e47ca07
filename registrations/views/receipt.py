"""The mailed link of a registration: it opens the page, and leaves its secret behind."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from registrations.enums import TokenPurpose
from registrations.models import AccessToken
from registrations.views import protection
from registrations.views.registration import nothing_here, page_name


def receipt_url(registration, *, at) -> str:
    """Under a new secret: only its digest is kept, so an earlier one cannot be shown again."""
    token = AccessToken.to_manage(registration, at=at).saved()
    return reverse("registrations:receipt", args=[token])


@method_decorator([require_safe, never_cache], name="dispatch")
class ReceiptView(View):
    """Writes nothing, however often a mail scanner follows the link."""

    def get(self, request, token):
        found = AccessToken.find(token, purpose=TokenPurpose.MANAGE, at=timezone.now())
        if found is None:
            return nothing_here(request)
        reference = found.registration.reference
        return protection.go_on_without_secret(
            request,
            token,
            page=page_name(reference),
            url=reverse("registrations:registration", args=[reference]),
        )
