"""Which partner services were there for the first time ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery

from registrations.domain.scopes import PARTNER, THEY_CAME, registered_at
from registrations.domain.seen import participations_seen
from registrations.models import PartnerService
from trainings.enums import SessionStatus
from trainings.models import TrainingSession


def new_services(
    present: Iterable[int],
    sessions: QuerySet[TrainingSession],
    *,
    first: datetime | None,
    last: datetime | None,
    at: datetime,
) -> set[int]:
    """Of these, those not seen elsewhere before they first came to one of the sessions.

    `first` and `last` are when the sessions begin; at most four queries.
    """
    present = set(present)
    if first is None or last is None or not present:
        return set()
    seen = participations_seen(at=at).filter(**{PARTNER: OuterRef("pk")})
    others = TrainingSession.objects.filter(status=SessionStatus.SCHEDULED).order_by()
    unknown = PartnerService.objects.filter(pk__in=present).order_by()
    if others.filter(starts_at__lt=first).exists():
        # Most have been known for long, which one of their old registrations tells.
        unknown = unknown.filter(~Exists(seen.filter(session__starts_at__lt=first)))
    meanwhile = others.filter(starts_at__gte=first, starts_at__lt=last)
    if not meanwhile.exclude(pk__in=sessions.values("pk")).exists():
        return set(unknown.values_list("pk", flat=True))
    # Service by service: these are few, and the sessions meanwhile may be many.
    there = seen.filter(session__starts_at__gte=first, session__starts_at__lt=last).exclude(
        session__in=sessions.values("pk")
    )
    earliest = there.values(PARTNER).annotate(first=Min("session__starts_at")).values("first")
    elsewhere = dict(unknown.values_list("pk", Subquery(earliest)))
    here = (
        registered_at(sessions)
        .filter(THEY_CAME, **{f"{PARTNER}__in": elsewhere})
        .values(PARTNER)
        .annotate(first=Min("session__starts_at"))
    )
    return {
        pk
        for pk, first_here in here.values_list(PARTNER, "first")
        if elsewhere[pk] is None or elsewhere[pk] >= first_here
    }
