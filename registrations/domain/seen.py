"""Which partner services we have seen: the one place that says what that means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import OuterRef, Q, QuerySet, Subquery

from registrations.enums import CAME, ParticipationStatus
from registrations.models import Participation, PartnerService
from trainings.enums import SessionStatus


def participations_seen(*, at: datetime) -> QuerySet[Participation]:
    """Of whom we say that they came.

    Somebody was seen at a session when they were present. Where nobody has closed the attendance
    sheet, a confirmed place counts at a session that took place: one that is over, and neither
    cancelled nor postponed.
    """
    unknown = Q(session__attendance_sheet=None) | Q(session__attendance_sheet__closed_at=None)
    seen: QuerySet[Participation] = Participation.objects.filter(
        Q(presence__in=CAME) | Q(unknown, presence=""),
        status=ParticipationStatus.CONFIRMED,
        session__status=SessionStatus.SCHEDULED,
        session__ends_at__lte=at,
    )
    return seen.order_by()


def services_seen(*, at: datetime, months: int | None = None) -> QuerySet[Any, Any]:
    """Primary keys of the services of which somebody was seen, for a subquery.

    With `months`, only at sessions that ended within so many months before `at`.
    """
    came = participations_seen(at=at)
    if months is not None:
        came = came.filter(session__ends_at__gt=at - relativedelta(months=months))
    return came.values("participant__registration__partner")


def services_not_seen(*, at: datetime, months: int | None = None) -> QuerySet[PartnerService]:
    """Listed services that were never seen; with `months`, not within these."""
    listed: QuerySet[PartnerService] = PartnerService.objects.listed()
    return listed.exclude(pk__in=services_seen(at=at, months=months))


def last_seen(*, at: datetime) -> Subquery:
    """Of each service of a queryset: the start of the last session at which it was seen."""
    came = participations_seen(at=at).filter(participant__registration__partner=OuterRef("pk"))
    return Subquery(came.order_by("-session__starts_at").values("session__starts_at")[:1])
