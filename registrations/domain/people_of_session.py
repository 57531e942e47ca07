"""Who is on the list of one session and how each stands: what its organiser looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from registrations.domain.places import Obstacle, allocate, obstacle
from registrations.domain.sharing import Sharing, sharing_of, with_bundles
from registrations.enums import LIVING, SEATED, ParticipationStatus
from registrations.models import Participation, PartnerService, Registration, Workshop
from trainings.models import TrainingSession


class Turn(Enum):
    """Why somebody waits whom no obstacle keeps from a place."""

    LATER = "LATER"  # what is free goes to those before
    NOW = "NOW"  # a place is free; nobody has given it yet


@dataclass(frozen=True)
class Line:
    """One person of the session; `rank` 0 and `why` None for who does not wait."""

    participation: Participation
    rank: int = 0
    why: Obstacle | Turn | None = None

    @property
    def status(self) -> str:
        return self.participation.status

    @property
    def booking(self) -> Registration:
        return self.participation.participant.registration


@dataclass(frozen=True)
class Figures:
    """`left` None where places are not counted; `minimum` None where nobody asks for one."""

    capacity: int | None
    confirmed: int
    offered: int
    left: int | None
    waiting: int
    pending: int
    held: int
    minimum: int | None


@dataclass(frozen=True)
class Group:
    """People of one registration who wait."""

    booking: Registration
    lines: list[Line]

    @property
    def is_together(self) -> bool:
        return self.booking.keep_together and len(self.lines) > 1

    @property
    def is_split(self) -> bool:
        return not self.booking.keep_together and len(self.lines) > 1


@dataclass(frozen=True)
class Choices:
    """How many a workshop has, and how many living people wanted it."""

    workshop: Workshop
    taken: int
    first: int
    second: int


@dataclass(frozen=True)
class PeopleOfSession:
    session: TrainingSession
    figures: Figures
    services: list[tuple[PartnerService, list[Line]]]  # by name
    queue: list[tuple[Line, Group]]  # by rank, each with whom they came with
    held: list[tuple[Registration, int]]  # places without a name
    workshops: list[Choices]
    without_workshop: int  # people with a place, where there are workshops
    ended: list[Line]  # the last change first
    sharing: Sharing


def people_of(session: TrainingSession, *, at: datetime) -> PeopleOfSession:
    """In a constant number of queries, as it is read; nothing is locked."""
    pks = with_bundles({session.pk}, at=at)
    sessions = TrainingSession.objects.filter(pk__in=pks).select_related("training__programme")
    sharing = sharing_of(sessions, at=at)
    rows = list(
        Participation.objects.filter(session=session)
        .select_related(
            "participant__registration__partner",
            "workshop",
            "first_choice",
            "second_choice",
            "replaced_by__participant",
        )
        .order_by(
            "participant__registration__partner__name",
            "participant__registration",
            "participant__position",
            "pk",
        )
    )
    lines = _lines(rows, sharing)
    living = [line for line in lines if line.status in LIVING]
    ended = [line for line in lines if line.status not in LIVING]
    workshops = _workshops(session, living)
    return PeopleOfSession(
        session=session,
        figures=_figures(session, living, sharing),
        services=_by_service(living),
        queue=_queue(living),
        held=_held(living),
        workshops=workshops,
        without_workshop=sum(
            line.status in SEATED and line.participation.workshop is None for line in living
        )
        if workshops
        else 0,
        ended=sorted(ended, key=lambda line: line.participation.changed_at, reverse=True),
        sharing=sharing,
    )


def why_they_wait(sharing: Sharing) -> dict[int, Obstacle | Turn]:
    """By participation in a queue where places are given."""
    alone = [(unit, obstacle(sharing.seats, unit)) for unit in sharing.queue]
    given = {id(unit) for unit in allocate(deepcopy(sharing.seats), sharing.queue)}
    return {
        claim.key: why or (Turn.NOW if id(unit) in given else Turn.LATER)
        for unit, why in alone
        for claims in unit.values()
        for claim in claims
    }


def _lines(rows: Iterable[Participation], sharing: Sharing) -> list[Line]:
    rows = list(rows)
    waiting = [one for one in rows if one.status == ParticipationStatus.WAITING]
    waiting.sort(key=lambda one: (one.arrived_at, one.pk))
    ranks = {one.pk: rank for rank, one in enumerate(waiting, start=1)}
    why = why_they_wait(sharing)
    return [Line(one, ranks.get(one.pk, 0), why.get(one.pk)) for one in rows]


def _figures(session: TrainingSession, living: Iterable[Line], sharing: Sharing) -> Figures:
    living = list(living)
    number = Counter(line.status for line in living)
    confirmed, offered = (number[status] for status in SEATED)
    left = None if session.capacity is None else max(0, session.capacity - confirmed - offered)
    return Figures(
        capacity=session.capacity,
        confirmed=confirmed,
        offered=offered,
        left=left,
        waiting=number[ParticipationStatus.WAITING],
        pending=number[ParticipationStatus.PENDING],
        held=sum(not line.participation.participant.is_named for line in living),
        minimum=sharing.rules[session.pk].min_participants,
    )


def _by_service(living: Iterable[Line]) -> list[tuple[PartnerService, list[Line]]]:
    found: dict[int, tuple[PartnerService, list[Line]]] = {}
    for line in living:
        partner = line.booking.partner
        found.setdefault(partner.pk, (partner, []))[1].append(line)
    return list(found.values())


def _queue(living: Iterable[Line]) -> list[tuple[Line, Group]]:
    waiting = sorted((line for line in living if line.rank), key=lambda line: line.rank)
    groups: dict[int, Group] = {}
    for line in waiting:
        groups.setdefault(line.booking.pk, Group(line.booking, [])).lines.append(line)
    return [(line, groups[line.booking.pk]) for line in waiting]


def _held(living: Iterable[Line]) -> list[tuple[Registration, int]]:
    unnamed = [line.booking for line in living if not line.participation.participant.is_named]
    number = Counter(booking.pk for booking in unnamed)
    return [(booking, number[booking.pk]) for booking in {one.pk: one for one in unnamed}.values()]


def _workshops(session: TrainingSession, living: Iterable[Line]) -> list[Choices]:
    chosen = [line.participation for line in living]
    taken = Counter(one.workshop_id for one in chosen)
    first = Counter(one.first_choice_id for one in chosen)
    second = Counter(one.second_choice_id for one in chosen)
    return [
        Choices(one, taken[one.pk], first[one.pk], second[one.pk])
        for one in session.workshops.all()
    ]
