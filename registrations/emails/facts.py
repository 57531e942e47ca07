"""What an act was, kept with its mails: a mail leaves later, and tells the act as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registrations.models import Participation
from trainings.domain.scheduling import MOVES
from trainings.models import TrainingSession, TranslatedText, Venue

Facts = dict[str, Any]

#: Of a session, what an act notes: a calendar entry shows that it has moved, too.
NOTED = (*MOVES, "previous_start", "previous_venue_id")


@dataclass(frozen=True)
class Concerned:
    """One participation as the act found it, under the sequence the act gave it.

    `state` is the one the act was about: the present one, or for who leaves the one before.
    """

    participation: Participation
    sequence: int
    had_place: bool
    state: str = ""

    @property
    def name(self) -> str:
        return self.participation.participant.name

    @classmethod
    def now(cls, participation: Participation) -> Concerned:
        return cls(
            participation, participation.sequence, participation.has_place, participation.status
        )


@dataclass(frozen=True)
class Act:
    """Something that was done to a session, or to one person's participation in it.

    `before` and `after` are copies that are never saved; equal when the session did not move.
    """

    before: TrainingSession
    after: TrainingSession
    concerned: list[Concerned]
    at: datetime

    @property
    def moved_in_time(self) -> bool:
        return self._changed("starts_on", "start_time", "ends_on", "end_time", "time_zone")

    @property
    def moved_in_place(self) -> bool:
        return self._changed("venue_id")

    @property
    def moved_online(self) -> bool:
        return self._changed("online_url")

    def _changed(self, *fields: str) -> bool:
        return any(getattr(self.before, one) != getattr(self.after, one) for one in fields)


def note(
    session: TrainingSession,
    concerned: Iterable[Concerned],
    *,
    before: Mapping[str, Any] | None = None,
    at: datetime,
) -> Facts:
    """The act as JSON. `before` has the old values of what moved; nobody is named."""
    return {
        "at": at.isoformat(),
        "session": session.pk,
        "status": session.status,
        "reason": dict(session.reason),
        "after": {field: getattr(session, field) for field in NOTED},
        "before": dict(before or {}),
        "concerned": [
            [one.participation.pk, one.sequence, one.had_place, one.state] for one in concerned
        ],
    }


def recall(noted: Sequence[Facts]) -> list[Act]:
    """The acts again, in three queries; without who was erased since, and without such a venue."""
    sessions = TrainingSession.objects.select_related("training__programme").in_bulk(
        {one["session"] for one in noted}
    )
    after = [_values(one["after"]) for one in noted]
    before = [{**now, **_values(one["before"])} for now, one in zip(after, noted, strict=True)]
    keys = {
        one.get(name) for one in (*before, *after) for name in ("venue_id", "previous_venue_id")
    }
    venues = Venue.objects.in_bulk({key for key in keys if key})
    rows = Participation.objects.select_related(
        "participant__registration", "session", "workshop", "replaced_by__participant"
    ).in_bulk({pk for one in noted for pk, *_rest in one["concerned"]})
    return [
        _act(one, sessions[one["session"]], old, new, venues, rows)
        for one, old, new in zip(noted, before, after, strict=True)
    ]


def _act(
    noted: Facts,
    session: TrainingSession,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    venues: Mapping[int, Venue],
    rows: Mapping[int, Participation],
) -> Act:
    at = datetime.fromisoformat(noted["at"])
    same = {
        "status": noted["status"],
        "reason": TranslatedText(noted["reason"]),
        "previous_start": None,
        "previous_venue_id": None,
        "changed_at": at,
    }
    return Act(
        before=_copy(session, {**same, **before}, venues),
        after=_copy(session, {**same, **after}, venues),
        # What was queued by an earlier version says nothing of the state.
        concerned=[Concerned(rows[pk], *rest) for pk, *rest in noted["concerned"] if pk in rows],
        at=at,
    )


def _values(noted: Mapping[str, Any]) -> dict[str, Any]:
    fields: Any = TrainingSession._meta
    return {name: fields.get_field(name).to_python(value) for name, value in noted.items()}


def _copy(
    session: TrainingSession, values: Mapping[str, Any], venues: Mapping[int, Venue]
) -> TrainingSession:
    known = copy(session)
    for name, value in values.items():
        setattr(known, name, value)
    known.venue = venues.get(known.venue_id or 0)
    known.previous_venue = venues.get(known.previous_venue_id or 0)
    return known
