"""Reads worth sharing: how full sessions are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from registrations.domain.places import Places
from registrations.enums import ParticipationStatus
from registrations.models import Participation
from trainings.models import TrainingSession


def places_of(sessions: Iterable[TrainingSession]) -> dict[int, Places]:
    """Places by primary key of the session, in one query; exact only under `lock_sessions()`."""
    sessions = list(sessions)
    counted = (
        Participation.objects.filter(session__in=[session.pk for session in sessions])
        .order_by()
        .values("session_id")
        .annotate(
            taken=Count("pk", filter=Q(status=ParticipationStatus.CONFIRMED)),
            waiting=Count("pk", filter=Q(status=ParticipationStatus.WAITING)),
        )
    )
    rows = {row["session_id"]: row for row in counted}
    nothing = {"taken": 0, "waiting": 0}
    return {
        session.pk: Places(
            capacity=session.capacity,
            taken=rows.get(session.pk, nothing)["taken"],
            waiting=rows.get(session.pk, nothing)["waiting"],
        )
        for session in sessions
    }
