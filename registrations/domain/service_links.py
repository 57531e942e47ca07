"""The secret link of a partner service's own page: made, sent, renewed, revoked; one at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from wagtail.log_actions import log

from registrations.domain.private_feeds import language_of
from registrations.emails import outbox
from registrations.enums import MessageKind, TokenPurpose
from registrations.models import AccessToken, PartnerService


@transaction.atomic
def renew(partner: PartnerService, *, by: Any, at: datetime) -> str:
    """Make the link and return its secret, which is not stored and cannot be read again.

    The one before, if there is one, ends.
    """
    secret = _make(partner, at=at)
    log(partner, "registrations.renew_service_link", user=by, timestamp=at)
    return secret


@transaction.atomic
def send(partner: PartnerService, *, to: str, by: Any, at: datetime) -> None:
    """The same, told by mail to the address `to` and to nobody else.

    The secret that opens is made when the mail leaves; a link that was renewed or revoked before
    that is not sent.
    """
    _make(partner, at=at)
    link = _living(partner, at=at).get()
    email = outbox.draft(
        MessageKind.SERVICE_LINK,
        None,
        recipient=to,
        language=language_of(partner),
        key=f"service_link:{link.pk}",
        facts={"link": link.pk},
        at=at,
    )
    outbox.queue([email])
    log(partner, "registrations.send_service_link", user=by, timestamp=at)


@transaction.atomic
def revoke(partner: PartnerService, *, by: Any, at: datetime) -> bool:
    """End the link; returns whether there was one."""
    _lock(partner)
    ended = _end(partner, at=at)
    if ended:
        log(partner, "registrations.revoke_service_link", user=by, timestamp=at)
    return ended


def living(partner: PartnerService, *, at: datetime) -> AccessToken | None:
    """The link of this service that opens now."""
    return _living(partner, at=at).first()


def _make(partner: PartnerService, *, at: datetime) -> str:
    _lock(partner)
    _end(partner, at=at)
    return AccessToken.for_service(partner, at=at).saved()


def _living(partner: PartnerService, *, at: datetime) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(
        purpose=TokenPurpose.SERVICE, partner=partner, expires_at__gt=at, revoked_at=None
    )


def _end(partner: PartnerService, *, at: datetime) -> bool:
    return bool(_living(partner, at=at).update(revoked_at=at))


def _lock(partner: PartnerService) -> None:
    """Let nobody else renew or revoke this service's link before the transaction ends."""
    # Without its key: what is registered meanwhile may still refer to it.
    PartnerService.objects.select_for_update(of=("self",), no_key=True).get(pk=partner.pk)
