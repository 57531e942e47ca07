"""Private calendar addresses: of a person by their e-mail address, of a partner service."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from wagtail.log_actions import log

from registrations.models import Participation, PartnerService, PrivateFeed
from registrations.models.private_feeds import Holder
from registrations.models.tokens import digest
from trainings.exceptions import RetiredFeedError, UnknownFeedError


@transaction.atomic
def renew(holder: Holder, *, by: Any = None, at: datetime) -> str:
    """Make an address and return its secret, which is not stored and cannot be read again.

    The one before, if there is one, ends.
    """
    _lock(holder)
    _end(holder, at=at)
    secret = secrets.token_urlsafe(24)
    of = {"partner" if isinstance(holder, PartnerService) else "address": holder}
    PrivateFeed.objects.create(digest=digest(secret), made_at=at, **of)
    _log(holder, "registrations.renew_feed", by=by, at=at)
    return secret


@transaction.atomic
def revoke(holder: Holder, *, by: Any = None, at: datetime) -> bool:
    """End the address; returns whether there was one."""
    _lock(holder)
    ended = _end(holder, at=at)
    if ended:
        _log(holder, "registrations.revoke_feed", by=by, at=at)
    return ended


def living(holder: Holder) -> PrivateFeed | None:
    """The address of this holder that answers now."""
    feed: PrivateFeed | None = PrivateFeed.objects.of(holder).living().first()
    return feed


def find(secret: str) -> PrivateFeed:
    """Whose address this is. Raises UnknownFeedError, and RetiredFeedError when it was revoked."""
    feed: PrivateFeed | None = (
        PrivateFeed.objects.select_related("partner").filter(digest=digest(secret)).first()
    )
    if feed is None:
        raise UnknownFeedError
    if feed.revoked_at is not None:
        raise RetiredFeedError
    return feed


def language_of(holder: Holder) -> str:
    """What this holder reads, whatever the page or the screen where the address was made.

    A person: the language of their latest registration. A service: that of most of its own, so
    that one registration in another language does not turn every entry. The host's own, when
    nothing is known or the host no longer speaks it.
    """
    found = _of_most(holder) if isinstance(holder, PartnerService) else _of_latest(holder)
    return found if found in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _of_most(partner: PartnerService) -> str | None:
    spoken = partner.registrations.order_by().values_list("language")
    ranked = spoken.annotate(number=Count("pk")).order_by("-number", "language")
    return next((language for language, _number in ranked[:1]), None)


def _of_latest(address: str) -> str | None:
    theirs = Participation.objects.filter(address=address).order_by("-pk")
    return theirs.values_list("participant__language", flat=True).first()


def _lock(holder: Holder) -> None:
    """Let nobody else renew or revoke this holder's address before the transaction ends."""
    # Without their keys: what is registered meanwhile may still refer to them.
    if isinstance(holder, PartnerService):
        PartnerService.objects.select_for_update(of=("self",), no_key=True).get(pk=holder.pk)
        return
    # A person has no row of their own: the first of their participations stands for it.
    locked = Participation.objects.select_for_update(of=("self",), no_key=True)
    locked.filter(address=holder).order_by("pk").first()


def _end(holder: Holder, *, at: datetime) -> bool:
    return bool(PrivateFeed.objects.of(holder).living().update(revoked_at=at))


def _log(holder: Holder, action: str, *, by: Any, at: datetime) -> None:
    """For services: an organiser did it. What a person does with their own is theirs."""
    if isinstance(holder, PartnerService):
        log(holder, action, user=by, timestamp=at)
