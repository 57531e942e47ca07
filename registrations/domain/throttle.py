"""Slow down machines without a captcha: count forms sent, by keyed digest, for an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from registrations.domain.locking import retried
from registrations.exceptions import TooManyAttemptsError
from registrations.models import Registration, SignUpAttempt

WINDOW = timedelta(hours=1)


@retried
def count_attempt(who: str, *, limit: int, at: datetime) -> None:
    """Note one attempt of `who`; raises TooManyAttemptsError above `limit` in the last hour.

    Only an HMAC of `who` is stored, and forgotten after the hour. Outside the sign-up's
    transaction: an attempt that fails counts too.
    """
    SignUpAttempt.objects.filter(at__lt=at - WINDOW).delete()
    check_attempts(who, limit=limit, at=at)
    SignUpAttempt.objects.create(digest=_digest(who), at=at)


def check_attempts(who: str, *, limit: int, at: datetime) -> None:
    """Raises TooManyAttemptsError above `limit` in the last hour; counts nothing."""
    if SignUpAttempt.objects.filter(digest=_digest(who), at__gte=at - WINDOW).count() >= limit:
        raise TooManyAttemptsError


def check_booker(email: str, *, key: str, limit: int, at: datetime) -> None:
    """Raises TooManyAttemptsError when this address booked `limit` times in the last hour.

    Nobody's mailbox is flooded through our form. `key` is that of the form at hand, which may
    come back as often as it likes.
    """
    recent = Registration.objects.filter(booker_email__iexact=email, created_at__gte=at - WINDOW)
    if recent.exclude(key=key).count() >= limit:
        raise TooManyAttemptsError


def _digest(who: str) -> str:
    return salted_hmac("registrations.throttle", who, algorithm="sha256").hexdigest()
