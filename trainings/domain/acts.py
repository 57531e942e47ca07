"""What an organiser's act does to one session or to many: foreseen first, then done together.

The verbs themselves are those of `scheduling`; nothing is written before `carry_out()`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trainings.domain import scheduling
from trainings.domain.warnings import SessionWarning, warnings_of
from trainings.enums import SessionStatus
from trainings.exceptions import (
    NothingMovedError,
    SessionCancelledError,
    SessionDayTakenError,
    TrainingError,
)
from trainings.models import TrainingSession, Venue
from trainings.sign_up import SessionAct

# For each session, by primary key, what `reschedule()` takes.
Moves = Mapping[int, Mapping[str, Any]]
Refusals = dict[int, Exception]

BECOMES = {
    SessionAct.MOVE: SessionStatus.SCHEDULED,
    SessionAct.POSTPONE: SessionStatus.POSTPONED,
    SessionAct.CANCEL: SessionStatus.CANCELLED,
    SessionAct.RESTORE: SessionStatus.SCHEDULED,
}


@dataclass(frozen=True)
class Foreseen:
    """One session of an act: as it is, and as it would be (not saved) unless it is refused."""

    session: TrainingSession
    after: TrainingSession
    refusal: Exception | None = None
    warnings: list[SessionWarning] = field(default_factory=list)

    @property
    def refusal_text(self) -> str:
        return " ".join(sentence for _field, sentence in sentences(self.refusal))


def sentences(error: Exception | None) -> list[tuple[str | None, str]]:
    """What an error says, with the field of each sentence where there is one."""
    if isinstance(error, TrainingError):
        return [(error.field, str(error))]
    if isinstance(error, ValidationError):
        by_field = error.message_dict if hasattr(error, "error_dict") else {}
        by_field = by_field or {NON_FIELD_ERRORS: error.messages}
        return [
            (None if name == NON_FIELD_ERRORS else name, sentence)
            for name, said in by_field.items()
            for sentence in said
        ]
    return []


def is_possible(session: TrainingSession, act: SessionAct) -> bool:
    """Whether the state of a session lets an organiser do this to it."""
    return _state_refuses(session, act) is None


def foresee(
    sessions: Iterable[TrainingSession],
    act: SessionAct,
    *,
    to: Moves | None = None,
    at: datetime,
    language: str,
) -> list[Foreseen]:
    """What an act would do to each session, in a constant number of queries; writes nothing."""
    sessions = list(sessions)
    moves = to or {}
    venues = Venue.objects.in_bulk({to["venue_id"] for to in moves.values() if to.get("venue_id")})
    afters = {
        session.pk: _after(session, act, to=moves.get(session.pk, {}), venues=venues, at=at)
        for session in sessions
    }
    refusals: Refusals = {}
    for session in sessions:
        after = afters[session.pk]
        if error := _refuses(session, after, act, to=moves.get(session.pk, {})):
            refusals[session.pk] = error
    _refuse_taken_days(afters, refusals)
    warnings = _warnings(afters, refusals, act, at=at, language=language)
    return [
        Foreseen(
            session, afters[session.pk], refusals.get(session.pk), warnings.get(session.pk, [])
        )
        for session in sessions
    ]


@transaction.atomic
def carry_out(
    sessions: Iterable[TrainingSession],
    act: SessionAct,
    *,
    to: Moves | None = None,
    reason: Mapping[str, str] | None = None,
    by: Any,
    at: datetime,
) -> list[TrainingSession]:
    """Do it to all of them or to none; returns the sessions as saved.

    Takes the rows' locks by primary key. Sessions that move later move from the last to the
    first, so that those of one series do not meet on a day. Raises what the verbs raise.
    """
    sessions = list(sessions)
    rows = TrainingSession.objects.filter(pk__in=[session.pk for session in sessions])
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    if act == SessionAct.MOVE:
        moves = to or {}
        return [
            scheduling.reschedule(session, to=moves[session.pk], reason=reason, by=by, at=at)
            for session in _in_order(sessions, moves)
        ]
    verb = {
        SessionAct.POSTPONE: scheduling.postpone,
        SessionAct.CANCEL: scheduling.cancel,
        SessionAct.RESTORE: scheduling.restore,
    }[act]
    return [
        verb(session, reason=reason, by=by, at=at)
        for session in sorted(sessions, key=lambda session: session.pk)
    ]


def _in_order(sessions: list[TrainingSession], moves: Moves) -> list[TrainingSession]:
    is_later = any(
        moves[session.pk].get("starts_on", session.starts_on) > session.starts_on
        for session in sessions
    )
    return sorted(sessions, key=lambda session: session.starts_at, reverse=is_later)


def _after(
    session: TrainingSession,
    act: SessionAct,
    *,
    to: Mapping[str, Any],
    venues: Mapping[int, Venue],
    at: datetime,
) -> TrainingSession:
    after = copy(session)
    after.status = BECOMES[act]
    for name, value in to.items():
        setattr(after, name, value)
    if after.venue_id is not None and after.venue_id in venues:
        after.venue = venues[after.venue_id]  # else a query for each session
    if to:
        scheduling.keep_registration_apart(after, session, at=at)
    return after


def _refuses(
    session: TrainingSession, after: TrainingSession, act: SessionAct, *, to: Mapping[str, Any]
) -> Exception | None:
    if error := _state_refuses(session, act):
        return error
    if act != SessionAct.MOVE:
        return None
    if session.goes_ahead and not scheduling.moved(session, to):
        return NothingMovedError()
    try:
        after.clean()
        _check_registration(after)
    except ValidationError as error:
        return error
    return None


def _state_refuses(session: TrainingSession, act: SessionAct) -> TrainingError | None:
    if act == SessionAct.MOVE:
        return SessionCancelledError() if session.is_cancelled else None
    try:
        scheduling.check_can_become(session, BECOMES[act])
    except TrainingError as error:
        return error
    return None


def _check_registration(session: TrainingSession) -> None:
    """The constraint of the same name, without asking the database for each session."""
    opens, closes = session.registration_opens_at, session.registration_closes_at
    if opens is not None and closes is not None and closes <= opens:
        raise ValidationError(_("Registration closes after it opens."))


def _refuse_taken_days(afters: dict[int, TrainingSession], refusals: Refusals) -> None:
    """Of one series only one session goes ahead on a day, those that are refused included."""
    of_series = {pk: after for pk, after in afters.items() if after.series_id is not None}
    going = {pk: after for pk, after in of_series.items() if after.goes_ahead}
    held = _held_days(going.values())
    while True:
        moving = {pk: after for pk, after in going.items() if pk not in refusals}
        wanted = Counter((after.series_id, after.starts_on) for after in moving.values())
        taken = [
            pk
            for pk, after in moving.items()
            if wanted[after.series_id, after.starts_on] > 1
            or held[after.series_id, after.starts_on] - moving.keys()
        ]
        if not taken:
            return
        # Who is refused stays on a day that another one wanted: look again.
        refusals.update({pk: SessionDayTakenError() for pk in taken})


def _held_days(
    sessions: Iterable[TrainingSession],
) -> dict[tuple[int | None, date], set[int]]:
    """Which sessions go ahead on these days of these series, by series and day."""
    held: dict[tuple[int | None, date], set[int]] = defaultdict(set)
    wanted = {(session.series_id, session.starts_on) for session in sessions}
    if wanted:
        rows = TrainingSession.objects.filter(
            series__in={series for series, _day in wanted},
            starts_on__in={day for _series, day in wanted},
            status=SessionStatus.SCHEDULED,
        )
        for pk, series, day in rows.values_list("pk", "series_id", "starts_on"):
            held[series, day].add(pk)
    return held


def _warnings(
    afters: dict[int, TrainingSession],
    refusals: Refusals,
    act: SessionAct,
    *,
    at: datetime,
    language: str,
) -> dict[int, list[SessionWarning]]:
    if BECOMES[act] != SessionStatus.SCHEDULED:
        return {}
    going = {pk: after for pk, after in afters.items() if pk not in refusals}
    found = warnings_of(going.values(), at=at, language=language)
    return {pk: found[index] for index, pk in enumerate(going)}
