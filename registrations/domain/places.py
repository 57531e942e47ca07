"""Who gets a place: plain arithmetic, without database or clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class Places:
    """The places of one session at one instant, as everybody sees them.

    `capacity` None is unlimited. `queue_first`: who waits comes before who signs up now, even
    where places are free, since the organiser gives them by hand. Without `has_waiting_list`,
    nobody signs up who would have to wait.
    """

    capacity: int | None
    taken: int
    waiting: int
    queue_first: bool = False
    has_waiting_list: bool = True

    @property
    def left(self) -> int | None:
        """Never below zero, even when a capacity was lowered under the confirmed."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        """Whether anybody who signs up now waits."""
        return self.left == 0 or (self.queue_first and self.waiting > 0)


class Obstacle(Enum):
    """Why somebody has no place, the first that holds."""

    CAP = "CAP"  # the service has as many as it may have
    FULL = "FULL"
    PRIORITY = "PRIORITY"  # other kinds of service come first for now
    QUOTA = "QUOTA"  # what is left is kept for other kinds


@dataclass(frozen=True)
class Claim:
    """One person of a service, who has a place in a session or wants one."""

    key: int
    partner: int
    kind: int | None


@dataclass(frozen=True)
class Quota:
    """Places kept for some kinds of service, whatever the others."""

    kinds: frozenset[int]
    places: int


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a session allows at one instant. `capacity` None is unlimited, and so is a cap.

    A cap by name outranks one by kind, which outranks the usual one. Places that no quota keeps
    are for all kinds without a quota. While `priority` names kinds, only these are seated.
    """

    capacity: int | None
    cap: int | None = None
    cap_by_kind: Mapping[int, int | None] = field(default_factory=dict)
    cap_by_partner: Mapping[int, int | None] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    priority: frozenset[int] = frozenset()

    def cap_of(self, claim: Claim) -> int | None:
        if claim.partner in self.cap_by_partner:
            return self.cap_by_partner[claim.partner]
        if claim.kind is not None and claim.kind in self.cap_by_kind:
            return self.cap_by_kind[claim.kind]
        return self.cap

    def quota_of(self, claim: Claim) -> int | None:
        """Its number; None for what no quota keeps."""
        return next((n for n, one in enumerate(self.quotas) if claim.kind in one.kinds), None)

    def room_of(self, quota: int | None) -> int | None:
        if quota is not None:
            return self.quotas[quota].places
        if not self.quotas or self.capacity is None:
            return None
        return max(0, self.capacity - sum(one.places for one in self.quotas))


class Seats:
    """How the places of one session are taken; people are seated one after the other."""

    def __init__(self, limits: Limits, seated: Iterable[Claim] = ()) -> None:
        self.limits = limits
        self.taken = 0
        self.by_partner: Counter[int] = Counter()
        self.by_quota: Counter[int | None] = Counter()
        self.seat(seated)

    @property
    def is_full(self) -> bool:
        return _reaches(self.taken, self.limits.capacity)

    def seat(self, claims: Iterable[Claim], *, times: int = 1) -> None:
        """`times` for as many people who are the same to all limits."""
        self._count(claims, times)

    @property
    def has_room(self) -> bool:
        """Whether there is a place for anybody, whatever else may stand in the way."""
        return not _reaches(self.taken, self.limits.capacity)

    def obstacle(self, claims: Sequence[Claim]) -> Obstacle | None:
        """Why these cannot all be seated together; None when they can."""
        for number, claim in enumerate(claims):
            if found := self._obstacle(claim):
                self._count(claims[:number], -1)
                return found
            self._count([claim], 1)
        self._count(claims, -1)
        return None

    def _obstacle(self, claim: Claim) -> Obstacle | None:
        limits, quota = self.limits, self.limits.quota_of(claim)
        if _reaches(self.by_partner[claim.partner], limits.cap_of(claim)):
            return Obstacle.CAP
        if self.is_full:
            return Obstacle.FULL
        if limits.priority and claim.kind not in limits.priority:
            return Obstacle.PRIORITY
        if _reaches(self.by_quota[quota], limits.room_of(quota)):
            return Obstacle.QUOTA
        return None

    def _count(self, claims: Iterable[Claim], step: int) -> None:
        for claim in claims:
            self.taken += step
            self.by_partner[claim.partner] += step
            self.by_quota[self.limits.quota_of(claim)] += step


def _reaches(taken: int, most: int | None) -> bool:
    return most is not None and taken >= most


#: What is seated together or not at all: claims by session, one person's or a group's.
Unit = Mapping[int, Sequence[Claim]]


def allocate(seats: Mapping[int, Seats], queue: Iterable[Unit]) -> list[Unit]:
    """Seat whoever fits, in this order; returns them. `seats` changes.

    Who does not fit is passed over, and nobody behind is held up by that: a place never stays
    empty for a group that is too large for it.
    """
    seated = []
    for unit in queue:
        # Mostly nothing is free, and a long queue is looked through at each sign-up.
        is_free = not any(seats[session].is_full for session in unit)
        if is_free and obstacle(seats, unit) is None:
            for session, claims in unit.items():
                seats[session].seat(claims)
            seated.append(unit)
    return seated


def obstacle(seats: Mapping[int, Seats], unit: Unit) -> Obstacle | None:
    """Why this unit cannot be seated, in the first session where it cannot."""
    found = (seats[session].obstacle(claims) for session, claims in unit.items())
    return next((one for one in found if one is not None), None)
