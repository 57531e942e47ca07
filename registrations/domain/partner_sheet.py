"""One partner service at a glance: what its people came to, and what they hold; nobody is named."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from registrations.enums import CAME, LIVING, ParticipationStatus
from registrations.models import Participation, PartnerService
from trainings.enums import SessionStatus
from trainings.models import TrainingSession


@dataclass(frozen=True, kw_only=True)
class AtSession:
    """How many of its people; `present` is None as long as nobody has closed the sheet."""

    session: TrainingSession
    registered: int
    present: int | None
    unnamed: int
    undecided: int  # still to be confirmed, or offered a place
    waiting: int


@dataclass
class PartnerSheet:
    to_come: list[AtSession] = field(default_factory=list)
    years: dict[int, list[AtSession]] = field(default_factory=dict)  # the last one first

    @property
    def presence(self) -> tuple[int, int] | None:
        """How many were present of those who were registered, where that is known."""
        past = [one for rows in self.years.values() for one in rows if one.present is not None]
        registered = sum(one.registered for one in past)
        return (sum(one.present or 0 for one in past), registered) if registered else None

    @property
    def presence_rate(self) -> int | None:
        """In percent."""
        known = self.presence
        return round(100 * known[0] / known[1]) if known else None


def sheet_of(partner: PartnerService, *, at: datetime) -> PartnerSheet:
    """In two queries. What was cancelled or postponed is not among the past sessions."""
    rows = Participation.objects.filter(
        participant__registration__partner=partner, status__in=LIVING
    )
    seated = Q(status=ParticipationStatus.CONFIRMED)
    asked = Q(status__in=[ParticipationStatus.PENDING, ParticipationStatus.OFFERED])
    counted = (
        rows.order_by()
        .values("session_id")
        .annotate(
            registered=Count("pk", filter=seated),
            present=Count("pk", filter=seated & Q(presence__in=CAME)),
            unnamed=Count("pk", filter=seated & Q(participant__last_name="")),
            undecided=Count("pk", filter=asked),
            waiting=Count("pk", filter=Q(status=ParticipationStatus.WAITING)),
        )
    )
    found: dict[int, Any] = {row["session_id"]: dict(row) for row in counted}
    sessions = TrainingSession.objects.filter(pk__in=found).order_by("starts_at", "pk")
    sheet = PartnerSheet()
    years: dict[int, list[AtSession]] = defaultdict(list)
    for session in sessions.select_related("training", "attendance_sheet"):
        one = _at_session(session, found[session.pk])
        if session.ends_at > at or session.status == SessionStatus.POSTPONED:
            sheet.to_come.append(one)
        elif session.status == SessionStatus.SCHEDULED and one.registered:
            years[session.starts_on.year].append(one)
    sheet.years = {year: years[year] for year in sorted(years, reverse=True)}
    return sheet


def _at_session(session: TrainingSession, counted: dict[str, int]) -> AtSession:
    counted = {name: number for name, number in counted.items() if name != "session_id"}
    present = counted.pop("present")
    closed = getattr(session, "attendance_sheet", None)
    is_known = closed is not None and closed.is_closed
    return AtSession(session=session, present=present if is_known else None, **counted)
