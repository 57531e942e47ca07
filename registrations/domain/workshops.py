"""Which workshop of a session each person goes to, by first and second choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from registrations.domain.places import Places
from registrations.models import Participation, Workshop
from trainings.models import TrainingSession


def assign(sessions: Iterable[TrainingSession], *, at: datetime) -> None:
    """Give those who have a place, and no workshop yet, their first choice, else their second.

    First come first; who has one keeps it, so nobody is in two. Call it under the lock of the
    sessions.
    """
    seated = Participation.objects.seated().filter(
        session__in=[session.pk for session in sessions], first_choice__isnull=False
    )
    without = list(seated.filter(workshop=None).order_by("arrived_at", "pk"))
    if not without:
        return
    places = places_of_workshops({one.session_id for one in without})
    assigned = []
    for one in without:
        for choice in (one.first_choice_id, one.second_choice_id):
            if choice is not None and places[choice].left != 0:
                one.workshop_id = choice
                known = places[choice]
                places[choice] = Places(known.capacity, known.taken + 1, waiting=0)
                assigned.append(one)
                break
    Participation.objects.bulk_update(assigned, ["workshop"])


def places_of_workshops(session_ids: Iterable[int]) -> dict[int, Places]:
    """By workshop, in two queries; exact only under the lock of the sessions."""
    workshops = Workshop.objects.filter(session__in=session_ids)
    taken = Counter(
        Participation.objects.seated()
        .filter(workshop__session__in=session_ids)
        .order_by()
        .values_list("workshop", flat=True)
    )
    return {one.pk: Places(one.capacity, taken[one.pk], waiting=0) for one in workshops}
