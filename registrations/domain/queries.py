"""Reads worth sharing: how full sessions are, how one moved last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from registrations.domain.places import Places
from registrations.emails.facts import Act, recall
from registrations.enums import SEATED, MessageKind, ParticipationStatus, Promotion
from registrations.models import OutgoingEmail, Participation
from trainings.models import TrainingSession


def places_of(sessions: Iterable[TrainingSession]) -> dict[int, Places]:
    """Places by primary key of the session, in two queries; exact only under `lock_sessions()`."""
    sessions = list(sessions)
    ways = _ways(sessions)
    of_these = Participation.objects.filter(session__in=[session.pk for session in sessions])
    counted = _counted(of_these)
    rows = {row["session_id"]: row for row in counted}
    nothing = {"taken": 0, "waiting": 0}
    return {
        session.pk: Places(
            capacity=session.capacity,
            taken=rows.get(session.pk, nothing)["taken"],
            waiting=rows.get(session.pk, nothing)["waiting"],
            **ways[session.pk],
        )
        for session in sessions
    }


def full_sessions(*, at: datetime) -> QuerySet[Any, Any]:
    """Primary keys of sessions still to come where who signs up waits; for a subquery."""
    counted = _counted(Participation.objects.filter(session__starts_at__gt=at))
    by_hand = Q(session__in=TrainingSession.objects.filter(_by_hand()).values("pk"))
    full = counted.filter((by_hand & Q(waiting__gt=0)) | Q(taken__gte=F("session__capacity")))
    return full.values("session_id")


def _ways(sessions: Iterable[TrainingSession]) -> dict[int, dict[str, bool]]:
    """By session, what its own rules, or those of its training, say of whoever waits."""
    asked = ("promotion", "has_waiting_list")
    of_these = TrainingSession.objects.filter(pk__in=[session.pk for session in sessions])
    rows = of_these.order_by().values_list(
        "pk",
        *(f"sign_up_rules__{name}" for name in asked),
        *(f"training__sign_up_rules__{name}" for name in asked),
    )
    return {
        pk: {
            "queue_first": (own or usual) == Promotion.BY_HAND,
            "has_waiting_list": (usual_list if own is None else own_list) is not False,
        }
        for pk, own, own_list, usual, usual_list in rows
    }


def _by_hand() -> Q:
    own = Q(sign_up_rules__promotion=Promotion.BY_HAND)
    usual = Q(sign_up_rules__isnull=True, training__sign_up_rules__promotion=Promotion.BY_HAND)
    return own | usual


def _counted(participations: QuerySet[Participation]) -> QuerySet[Any, Any]:
    return (
        participations.order_by()
        .values("session_id")
        .annotate(
            taken=Count("pk", filter=Q(status__in=SEATED)),
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
    (act,) = recall([last.facts])
    return act if participation in [one.participation for one in act.concerned] else None
