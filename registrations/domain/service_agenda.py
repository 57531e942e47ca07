"""What a partner service is told of its own people: sessions to come, and those that were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from registrations.domain.places import Claim
from registrations.domain.sharing import limits_of
from registrations.domain.standing import Standing, stand
from registrations.enums import LIVING, SEATED, ParticipationStatus
from registrations.models import Participation, PartnerService
from trainings.enums import SessionStatus
from trainings.models import TrainingSession

#: In this order people stand below one session.
STATES = (
    ParticipationStatus.CONFIRMED,
    ParticipationStatus.OFFERED,
    ParticipationStatus.PENDING,
    ParticipationStatus.WAITING,
)


@dataclass(frozen=True, kw_only=True)
class SessionOfService:
    """`taken`: places of the service, offered ones too; `cap`: how many it may have, None any."""

    session: TrainingSession
    people: list[Standing]
    taken: int
    cap: int | None

    @property
    def has_place(self) -> bool:
        """Whether somebody has one that is not only offered."""
        return any(one.participation.has_place for one in self.people)

    @property
    def unnamed(self) -> list[Participation]:
        """Places whose names are still to be told."""
        rows = [one.participation for one in self.people]
        return [one for one in rows if not one.participant.is_named]

    @property
    def names_due_at(self) -> datetime | None:
        """The first instant when a name is missing."""
        ends = [one.participant.registration.names_due_at for one in self.unnamed]
        return min(filter(None, ends), default=None)


def to_come(partner: PartnerService, *, at: datetime) -> list[SessionOfService]:
    """By date, in a constant number of queries. Postponed ones are to come, whatever their date."""
    coming = Q(session__ends_at__gt=at) | Q(session__status=SessionStatus.POSTPONED)
    rows = of_service(partner).filter(coming, status__in=LIVING)
    people: dict[int, list[Standing]] = {}
    for one in sorted(stand(rows, at=at), key=_order):
        people.setdefault(one.session.pk, []).append(one)
    found = [_session_of(partner, theirs, at=at) for theirs in people.values()]
    return sorted(found, key=lambda one: (one.session.starts_at, one.session.pk))


def of_service(partner: PartnerService) -> QuerySet[Participation]:
    """The participations of its people, whatever their state, with all that is said of them."""
    rows = Participation.objects.filter(participant__registration__partner=partner)
    found: QuerySet[Participation] = rows.with_rank().select_related(
        "participant__registration",
        "session__training__programme",
        "session__venue",
        "session__previous_venue",
        "replaced_by__participant",
        "workshop",
    )
    return found


def years(partner: PartnerService, *, at: datetime) -> list[int]:
    """In which its people had a place in something, the last one first."""
    rows = Participation.objects.filter(participant__registration__partner=partner)
    days = _past(rows, at=at).order_by().dates("session__starts_on", "year", order="DESC")
    return [day.year for day in days]


def history(partner: PartnerService, *, year: int, at: datetime) -> list[Participation]:
    """Who had a place when a session of that year was over; by date, then by name."""
    rows = _past(of_service(partner), at=at).filter(session__starts_on__year=year)
    return list(
        rows.order_by(
            "session__starts_at",
            "session",
            "participant__last_name",
            "participant__first_name",
            "pk",
        )
    )


def _past(rows: QuerySet[Participation], *, at: datetime) -> QuerySet[Participation]:
    return rows.filter(
        status=ParticipationStatus.CONFIRMED,
        session__status=SessionStatus.SCHEDULED,
        session__ends_at__lte=at,
    )


def _session_of(
    partner: PartnerService, people: list[Standing], *, at: datetime
) -> SessionOfService:
    session, rules = people[0].session, people[0].rules
    limits = limits_of(session, rules, at=at)
    return SessionOfService(
        session=session,
        people=people,
        taken=sum(one.participation.status in SEATED for one in people),
        cap=limits.cap_of(Claim(0, partner.pk, partner.kind_id)),
    )


def _order(one: Standing) -> tuple[object, ...]:
    row, person = one.participation, one.participation.participant
    state = STATES.index(row.status)
    return (state, row.rank, person.last_name, person.first_name, row.pk)
