"""Erase what was only asked for the day itself."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from registrations.conf import conf
from registrations.models import ParticipantNeeds


def erase_needs(*, at: datetime) -> int:
    """Delete meal and access needs whose last session ended `needs_kept` ago; how many.

    The privacy notice promises it (GDPR art. 5.1.e), so run it every day. Running it again does
    nothing more.
    """
    last_end = Max("participant__participations__session__ends_at")
    over = ParticipantNeeds.objects.annotate(last_end=last_end).filter(
        last_end__lt=at - conf.needs_kept
    )
    deleted, _by_model = ParticipantNeeds.objects.filter(pk__in=over.values("pk")).delete()
    return deleted
