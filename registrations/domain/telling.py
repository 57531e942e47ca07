"""Tell the people of a session what the organiser did to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from registrations.domain.signup import normalised_address
from registrations.emails import facts, outbox
from registrations.emails.facts import Concerned, Facts
from registrations.enums import MessageKind
from registrations.models import Participation
from trainings.models import TrainingSession


def tell(
    kind: MessageKind,
    session: TrainingSession,
    *,
    before: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Raise the sequence of each living participation and queue the mails, told once an act.

    `before` has the old values of what moved. Call it in the transaction of the act, which holds
    the lock of the session. Nobody is written to about a session that is over.
    """
    Participation.objects.living().filter(session=session).update(
        sequence=F("sequence") + 1, changed_at=at, answered_at=None
    )
    if session.is_past(at):
        return

    def note(*people: Participation) -> Facts:
        return facts.note(session, map(Concerned.now, people), before=before, at=at)

    people = concerned([session])
    personal = [
        outbox.to_person(kind, one, facts=note(one), at=at) for one in people if one.address
    ]
    act = f"{session.pk}:{session.sequence}"
    to_bookers = [
        outbox.to_booker(
            kind, theirs[0].participant.registration, act=act, facts=note(*theirs), at=at
        )
        for theirs in _by_booker(people)
    ]
    outbox.queue([*personal, *to_bookers])


def concerned(sessions: Iterable[TrainingSession]) -> list[Participation]:
    """Whom something done to these sessions concerns, in one query."""
    return list(
        Participation.objects.living()
        .filter(session__in=[session.pk for session in sessions])
        .select_related("participant__registration__partner")
        .order_by("session", "participant__registration", "participant__position")
    )


def is_booker(participation: Participation) -> bool:
    """Whether the mail to the person reaches the booker too."""
    booker = normalised_address(participation.participant.registration.booker_email)
    return participation.address == booker


def _by_booker(people: list[Participation]) -> list[list[Participation]]:
    """The people of one session in groups, one for each booker who has to be written to."""
    groups: dict[int, list[Participation]] = {}
    for one in people:
        groups.setdefault(one.participant.registration_id, []).append(one)
    return [group for group in groups.values() if not all(map(is_booker, group))]
