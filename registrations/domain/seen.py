"""Which partner services we have seen: the one place that says what that means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet

from registrations.enums import ParticipationStatus
from registrations.models import Participation, PartnerService
from trainings.enums import SessionStatus


def services_seen(*, at: datetime, months: int | None = None) -> QuerySet[Any, Any]:
    """Primary keys of the services of which somebody came, for a subquery.

    A service is seen at a session when one of its people had a confirmed place at a session that
    took place: one that is over, and neither cancelled nor postponed. Who then stayed away is not
    known yet. With `months`, only sessions that ended within so many months before `at`.
    """
    came = Participation.objects.filter(
        status=ParticipationStatus.CONFIRMED,
        session__status=SessionStatus.SCHEDULED,
        session__ends_at__lte=at,
    )
    if months is not None:
        came = came.filter(session__ends_at__gt=at - relativedelta(months=months))
    return came.order_by().values("participant__registration__partner")


def services_not_seen(*, at: datetime, months: int | None = None) -> QuerySet[PartnerService]:
    """Listed services that were never seen; with `months`, not within these."""
    listed: QuerySet[PartnerService] = PartnerService.objects.listed()
    return listed.exclude(pk__in=services_seen(at=at, months=months))
