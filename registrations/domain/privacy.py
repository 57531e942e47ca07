"""Erase what was only asked for the day itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from registrations.conf import conf
from registrations.models import ParticipantNeeds, Participation, SelfCheckIn


@transaction.atomic
def erase_needs(*, at: datetime) -> int:
    """Delete meal and access needs whose last session ended `needs_kept` ago; how many people's.

    With them go why people could not come, and names typed in the room. Why the organiser refused
    stays: it is what was written to them, and the account of a decision they may contest. The
    privacy notice promises it (GDPR art. 5.1.e), so run it every day. Running it again does
    nothing more.
    """
    before = at - conf.needs_kept
    last_end = Max("participant__participations__session__ends_at")
    over = ParticipantNeeds.objects.annotate(last_end=last_end).filter(last_end__lt=before)
    told = Participation.objects.filter(session__ends_at__lt=before).exclude(withdrawal_reason="")
    told.update(withdrawal_reason="")
    SelfCheckIn.objects.filter(session__ends_at__lt=before).delete()
    deleted, _by_model = ParticipantNeeds.objects.filter(pk__in=over.values("pk")).delete()
    return deleted
