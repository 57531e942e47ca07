"""Tell the people of a session what the organiser did to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from registrations.domain.people import normalised_address
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


def tell_people(
    kind: MessageKind,
    people: Iterable[Participation],
    *,
    had_place: bool | None = None,
    was: str = "",
    at: datetime,
) -> None:
    """Queue the mails about something done to these participations: one to each person with an
    address, and one to each booker whom none of these reaches, for all of theirs in a session.

    `had_place`, and the state they were in, where it is another than now. Call it when the rows
    are saved: each act raises their sequence, and so has mails of its own.
    """
    groups: dict[tuple[int, int], list[Participation]] = {}
    for one in people:
        key = (one.session_id, one.participant.registration_id)
        groups.setdefault(key, []).append(one)
    emails = []
    for group in groups.values():

        def note(*some: Participation) -> Facts:
            noted = [
                Concerned(
                    one,
                    one.sequence,
                    one.has_place if had_place is None else had_place,
                    was or one.status,
                )
                for one in some
            ]
            return facts.note(some[0].session, noted, at=at)

        for one in group:
            if one.address:
                emails.append(outbox.to_person(kind, one, facts=note(one), at=at))
        if not all(map(is_booker, group)):
            emails.append(
                outbox.to_booker(
                    kind,
                    group[0].participant.registration,
                    act=f"{group[0].uid}:{group[0].sequence}",
                    facts=note(*group),
                    at=at,
                )
            )
    outbox.queue(emails)


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
