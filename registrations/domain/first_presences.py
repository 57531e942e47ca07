"""Which partner services were there for the first time ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from registrations.domain.scopes import PARTNER, THEY_CAME, registered_at
from registrations.domain.seen import participations_seen
from registrations.models import PartnerService
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
    if first is None or last is None:
        return set()
    others = (
        TrainingSession.objects.filter(starts_at__lt=last)
        .exclude(pk__in=sessions.values("pk"))
        .aggregate(
            before=Count("pk", filter=Q(starts_at__lt=first)),
            meanwhile=Count("pk", filter=Q(starts_at__gte=first)),
        )
    )
    seen, unknown = participations_seen(at=at), set(present)
    if unknown and others["before"]:
        # Most have been known for long, which one of their old registrations tells.
        before = seen.filter(**{PARTNER: OuterRef("pk")}, session__starts_at__lt=first)
        partners = PartnerService.objects.filter(~Exists(before), pk__in=unknown).order_by()
        unknown = set(partners.values_list("pk", flat=True))
    if not unknown or not others["meanwhile"]:
        return unknown
    here = dict(
        registered_at(sessions)
        .filter(THEY_CAME, **{f"{PARTNER}__in": unknown})
        .values(PARTNER)
        .annotate(first=Min("session__starts_at"))
        .values_list(PARTNER, "first")
    )
    # Service by service: these are few, and the sessions meanwhile may be many.
    there = seen.filter(
        **{PARTNER: OuterRef("pk")},
        session__starts_at__gte=first,
        session__starts_at__lt=last,
    ).exclude(session__in=sessions.values("pk"))
    earliest = there.values(PARTNER).annotate(first=Min("session__starts_at")).values("first")
    elsewhere = PartnerService.objects.filter(pk__in=unknown).annotate(first=Subquery(earliest))
    return {
        pk
        for pk, first_there in elsewhere.order_by().values_list("pk", "first")
        if first_there is None or first_there >= here[pk]
    }
