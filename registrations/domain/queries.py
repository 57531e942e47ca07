"""Reads worth sharing: how full sessions are, how one moved last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from registrations.domain.places import Places
from registrations.emails.facts import Act, recall
from registrations.enums import MessageKind, ParticipationStatus
from registrations.models import OutgoingEmail, Participation
from trainings.models import TrainingSession


def places_of(sessions: Iterable[TrainingSession]) -> dict[int, Places]:
    """Places by primary key of the session, in one query; exact only under `lock_sessions()`."""
    sessions = list(sessions)
    of_these = Participation.objects.filter(session__in=[session.pk for session in sessions])
    counted = _counted(of_these)
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


def full_sessions(*, at: datetime) -> QuerySet[Any, Any]:
    """Primary keys of sessions still to come where who signs up waits; for a subquery."""
    counted = _counted(Participation.objects.filter(session__starts_at__gt=at))
    full = counted.filter(Q(waiting__gt=0) | Q(taken__gte=F("session__capacity")))
    return full.values("session_id")


def _counted(participations: QuerySet[Participation]) -> QuerySet[Any, Any]:
    return (
        participations.order_by()
        .values("session_id")
        .annotate(
            taken=Count("pk", filter=Q(status=ParticipationStatus.CONFIRMED)),
            waiting=Count("pk", filter=Q(status=ParticipationStatus.WAITING)),
        )
    )


def last_move(participation: Participation) -> Act | None:
    """The last thing this person was told of the session, when that is a move."""
    told = OutgoingEmail.objects.filter(
        registration=participation.participant.registration,
        facts__session=participation.session_id,
        kind__in=[MessageKind.MOVED, MessageKind.RESTORED],
    )
    last = told.order_by("-pk").first()
    if last is None or last.kind != MessageKind.MOVED:
        return None
    act = recall(last.facts)
    return act if participation in [one.participation for one in act.concerned] else None
