"""What one may choose among when signing up now, and what the rules then ask or allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registrations.domain.places import Places
from registrations.domain.sharing import rules_of
from registrations.domain.workshops import places_of_workshops
from registrations.models import Workshop
from trainings.models import Programme, Training, TrainingSession


@dataclass(frozen=True)
class WorkshopChoice:
    """A workshop with its places, as they were read."""

    pk: int
    title: str  # in the active language
    places: Places


@dataclass(frozen=True)
class SessionChoice:
    """One session, and what its rules say to whoever signs up by the form."""

    session: TrainingSession
    workshops: tuple[WorkshopChoice, ...]
    #: So many places without names, with names due at `names_until`; 0 when that is over.
    may_hold: int
    names_until: datetime
    needs_approval: bool
    has_waiting_list: bool


def choices_of(sessions: Iterable[TrainingSession], *, at: datetime) -> list[SessionChoice]:
    """In a constant number of queries, in the order of the sessions."""
    sessions = list(sessions)
    rules = rules_of(sessions)
    workshops = _workshops([session.pk for session in sessions])
    return [
        SessionChoice(
            session=session,
            workshops=tuple(workshops.get(session.pk, ())),
            may_hold=rules[session.pk].may_hold_at(session, at=at),
            names_until=rules[session.pk].names_until(session),
            needs_approval=rules[session.pk].needs_approval,
            has_waiting_list=rules[session.pk].has_waiting_list,
        )
        for session in sessions
    ]


def _workshops(session_ids: list[int]) -> dict[int, list[WorkshopChoice]]:
    found: dict[int, list[WorkshopChoice]] = {}
    rows = list(Workshop.objects.filter(session__in=session_ids))
    places = places_of_workshops(session_ids) if rows else {}
    for one in rows:
        choice = WorkshopChoice(one.pk, str(one.title), places[one.pk])
        found.setdefault(one.session_id, []).append(choice)
    return found


def programme_as_a_whole(training: Training) -> Programme | None:
    """The programme of which one takes all sessions or none, if this training is part of it."""
    programme = training.programme
    if programme is None or training.is_discreet or not programme.is_indivisible:
        return None
    return programme
