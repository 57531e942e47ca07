"""Mails that did not leave, sent again because somebody says so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from wagtail.log_actions import log

from registrations.emails.at_once import sender
from registrations.models import OutgoingEmail

#: A mail that waits longer than this past its hour waits for a worker that does not run.
LATE = timedelta(hours=1)


def may_be_tried(*, at: datetime) -> Q:
    """Given up, or to be tried again later; never what was sent or is being sent."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    return free & Q(sent_at__isnull=True) & (Q(failed_at__isnull=False) | Q(attempts__gt=0))


def can_try_again(email: OutgoingEmail, *, at: datetime) -> bool:
    return OutgoingEmail.objects.filter(may_be_tried(at=at), pk=email.pk).exists()


@transaction.atomic
def try_again(emails: Collection[OutgoingEmail], *, by: Any, at: datetime) -> int:
    """As if they had never been tried, from now on; returns how many there were. Asked twice, the
    second time does nothing.
    """
    chosen = OutgoingEmail.objects.select_for_update(of=("self",)).filter(
        may_be_tried(at=at), pk__in=[one.pk for one in emails]
    )
    found = list(chosen)
    OutgoingEmail.objects.filter(pk__in=[one.pk for one in found]).update(
        failed_at=None, attempts=0, due_at=at, leased_until=None
    )
    for email in found:
        log(email, "registrations.try_mail_again", user=by)
    if found:
        transaction.on_commit(sender.wake, robust=True)
    return len(found)


def late(*, at: datetime) -> Any:
    """Due for more than an hour, and untouched; the oldest first."""
    return OutgoingEmail.objects.filter(
        sent_at__isnull=True, failed_at__isnull=True, due_at__lt=at - LATE
    ).order_by("due_at")
