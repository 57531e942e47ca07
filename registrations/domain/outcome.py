"""What a registration came to, in numbers of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registrations.domain.standing import PersonStanding
from registrations.enums import ParticipationStatus as Status

#: Where somebody stands differently in two sessions, the first of these counts.
IN_THIS_ORDER = (Status.CONFIRMED, Status.OFFERED, Status.PENDING, Status.WAITING)


@dataclass(frozen=True)
class Outcome:
    """Each person once: with a place somewhere, else offered one, else to be confirmed…

    `first_rank`: of the first who waits, where all wait for one session; else None.
    """

    confirmed: int = 0
    offered: int = 0
    pending: int = 0
    waiting: int = 0
    first_rank: int | None = None


def outcome_of(people: Iterable[PersonStanding]) -> Outcome:
    numbers: dict[Status, int] = dict.fromkeys(IN_THIS_ORDER, 0)
    ranks: dict[int, list[int]] = {}
    for person in people:
        states = {one.participation.status for one in person.standings}
        first = next((state for state in IN_THIS_ORDER if state in states), None)
        if first is not None:
            numbers[first] += 1
        for one in person.standings:
            if one.participation.status == Status.WAITING:
                ranks.setdefault(one.session.pk, []).append(one.participation.rank)
    return Outcome(
        confirmed=numbers[Status.CONFIRMED],
        offered=numbers[Status.OFFERED],
        pending=numbers[Status.PENDING],
        waiting=numbers[Status.WAITING],
        first_rank=min(next(iter(ranks.values()))) if len(ranks) == 1 else None,
    )
