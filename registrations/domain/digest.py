"""What an organiser reads on a morning without opening the admin."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from registrations.conf import conf
from registrations.domain import minimum
from registrations.emails import outbox
from registrations.emails.facts import Facts
from registrations.enums import LIVING, SEATED, MessageKind, ParticipationStatus, PartnerStatus
from registrations.models import OutgoingEmail, Participation, PartnerService, Registration
from trainings.conf import conf as trainings_conf
from trainings.enums import SessionStatus
from trainings.models import TrainingSession, content_languages

#: By the clock of the site; who has not looked by the end of the morning looks at the admin.
FROM, UNTIL = time(7, 0), time(10, 0)
#: How far it looks ahead.
AHEAD = timedelta(days=14)
#: What has come in since the last digest, or within this time.
SINCE = timedelta(days=7)


def queue(*, at: datetime) -> int:
    """Queue the digest of the day where one is due; returns how many.

    Once a day, and none where there is nothing to say.
    """
    local = at.astimezone(ZoneInfo(trainings_conf.time_zone))
    is_due = local.weekday() in conf.digest_weekdays and FROM <= local.time() < UNTIL
    key = f"digest:{local.date()}"
    if not is_due or OutgoingEmail.objects.filter(key=key).exists():
        return 0
    facts = count(at=at)
    if not any(value for name, value in facts.items() if name != "since"):
        return 0
    email = outbox.draft(
        MessageKind.DIGEST,
        None,
        recipient=conf.organiser_email,
        language=content_languages()[0],
        key=key,
        facts=facts,
        at=at,
    )
    outbox.queue([email])
    return 1


def count(*, at: datetime) -> Facts:
    """All that a digest says, in a constant number of queries; nobody is named."""
    last = OutgoingEmail.objects.filter(kind=MessageKind.DIGEST).order_by("-queued_at").first()
    since = last.queued_at if last else at - SINCE
    new = Registration.objects.filter(created_at__gt=since, created_at__lte=at)
    return {
        "since": since.isoformat(),
        "sessions": _sessions(at=at),
        "undecided": [one.session.pk for one in minimum.undecided(at=at)],
        "registrations": new.count(),
        "people": Participation.objects.filter(participant__registration__in=new, status__in=LIVING)
        .order_by()
        .aggregate(number=Count("participant", distinct=True))["number"],
        "to_check": PartnerService.objects.filter(status=PartnerStatus.TO_CHECK).count(),
        "failed": OutgoingEmail.objects.filter(failed_at__isnull=False).count(),
    }


def _sessions(*, at: datetime) -> list[dict[str, Any]]:
    def number(*statuses: str) -> Count:
        return Count("participations", filter=Q(participations__status__in=statuses))

    rows = (
        TrainingSession.objects.filter(
            status=SessionStatus.SCHEDULED, starts_at__gt=at, starts_at__lte=at + AHEAD
        )
        .annotate(
            taken=number(*SEATED),
            waiting=number(ParticipationStatus.WAITING),
            pending=number(ParticipationStatus.PENDING),
        )
        .order_by("starts_at", "pk")
    )
    counted = rows.values_list("pk", "capacity", "taken", "waiting", "pending")
    names = ("session", "capacity", "taken", "waiting", "pending")
    return [dict(zip(names, row, strict=True)) for row in counted]
