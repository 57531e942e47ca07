"""Attestations of participation: issued for presence alone, withdrawn when it is corrected.

Whoever issues locks the sessions first, then the row of the last number; nobody the other way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.log_actions import log

from registrations.domain import issuing
from registrations.domain.attestations_of import COMPLETE, came_to, valid_of
from registrations.domain.attested import Facts
from registrations.domain.locking import lock_sessions, retried
from registrations.exceptions import NobodyCameError, OneSessionOnlyError, SheetNotClosedError
from registrations.models import (
    Attestation,
    AttestationFacts,
    AttestedParticipation,
    Participant,
    Participation,
)
from registrations.models.partners import search_key
from trainings.models import Programme, Training, TrainingSession


@retried
@transaction.atomic
def issue(session: TrainingSession, *, by: Any, at: datetime) -> list[Attestation]:
    """Issue those that are missing, and say so by mail; returns the new ones.

    Raises SheetNotClosedError, and NobodyCameError when nobody was present.
    """
    (session,) = lock_sessions([session.pk])
    _check_is_closed([session.pk])
    people = list(came_to(session))
    if not people:
        raise NobodyCameError
    has_one = set(valid_of(session).values_list("participant_id", flat=True))
    missing = [one for one in people if one.participant_id not in has_one]
    return issuing.write(session, missing, by=by, at=at)


@retried
@transaction.atomic
def issue_again(
    session: TrainingSession, participations: Collection[int], *, by: Any, at: datetime
) -> list[Attestation]:
    """Withdraw what these have and issue it as things are now, such as under a corrected name.

    Raises SheetNotClosedError; NobodyCameError when one of them was not present at this session.
    """
    (session,) = lock_sessions([session.pk])
    _check_is_closed([session.pk])
    people = list(came_to(session).filter(pk__in=participations))
    if len(people) != len(set(participations)):
        raise NobodyCameError
    theirs = Q(participant__in={one.participant_id for one in people})
    issuing.withdraw(list(valid_of(session).filter(theirs)), by=by, at=at)
    return issuing.write(session, people, by=by, at=at)


def follow(
    session: TrainingSession, people: Sequence[Participation], *, by: Any = None, at: datetime
) -> None:
    """Let attestations say what these presences are now: issue, withdraw, issue again.

    Under the lock of the session, once its sheet is closed. `people` may be ahead of the database.
    """
    known = {one.participant_id: one for one in valid_of(session, people)}
    rows = _complete(people)
    outdated = [
        known[one.participant_id]
        for one in rows
        if one.participant_id in known and not _says(known[one.participant_id], one)
    ]
    issuing.withdraw([*outdated, *_sums_that_changed(rows)], by=by, at=at)
    kept = known.keys() - {one.participant_id for one in outdated}
    due = [one for one in rows if _is_due(one) and one.participant_id not in kept]
    issuing.write(session, due, by=by, at=at)


@retried
@transaction.atomic
def withdraw(attestations: Collection[Attestation], *, by: Any, at: datetime) -> int:
    """Say on their check pages that these are valid no more; returns how many were until now.

    What was withdrawn already stays as it is.
    """
    rows = Attestation.objects.select_for_update(of=("self",), no_key=True)
    living = rows.filter(pk__in=[one.pk for one in attestations], withdrawn_at=None)
    found = list(living.select_related("session", "training", "programme").order_by("pk"))
    issuing.withdraw(found, by=by, at=at)
    return len(found)


@retried
@transaction.atomic
def issue_whole(
    whole: Training | Programme, participant: Participant, *, by: Any, at: datetime
) -> Attestation:
    """One attestation of all the hours a person attended in a training or a programme.

    They are the same person within a registration, and across registrations under the same address
    and name: a team may share a mailbox. Sessions whose sheet is closed count. There is one at a
    time: the one before is withdrawn, or returned when nothing has changed. Raises
    NobodyCameError and OneSessionOnlyError.
    """
    lock_sessions(list(_attended(whole, participant).values_list("session_id", flat=True)))
    rows = _by_this_person(_attended(whole, participant), participant)
    if len(rows) < 2:
        raise OneSessionOnlyError if rows else NobodyCameError
    facts = Facts(rows, at=at).of(*rows, whole=whole)
    before = Attestation.objects.filter(lines__participation__in=rows, withdrawn_at=None)
    known = list(before.filter(**_about(whole)).distinct())
    if len(known) == 1 and _says_all(known[0], facts):
        return known[0]
    issuing.withdraw(known, by=by, at=at)
    made = issuing.save([(rows, facts)], about=_about(whole), by=by, at=at)
    log(whole, "registrations.issue_attestation", user=by, timestamp=at, data={"number": 1})
    return made[0]


# --- whom it is about ----------------------------------------------------------------------------


def _complete(people: Sequence[Participation]) -> list[Participation]:
    """From the database, but for what is not saved yet."""
    rows = Participation.objects.select_related(*COMPLETE).in_bulk([one.pk for one in people])
    for one in people:
        rows[one.pk].presence, rows[one.pk].attended = one.presence, one.attended
    return [rows[one.pk] for one in people]


def _is_due(one: Participation) -> bool:
    return one.came and bool(one.attended) and one.participant.is_named


def _says(attestation: Attestation, one: Participation) -> bool:
    person = one.participant
    names = (attestation.said.first_name, attestation.said.last_name)
    is_theirs = names == (person.first_name, person.last_name)
    return is_theirs and one.came and attestation.attended == one.attended


def _sums_that_changed(rows: Sequence[Participation]) -> list[Attestation]:
    """Those of several sessions that rest on a presence which is another now."""
    now = {one.pk: one for one in rows}
    lines = AttestedParticipation.objects.filter(
        participation__in=now, attestation__withdrawn_at=None, attestation__session=None
    )
    return list(
        {
            line.attestation_id: line.attestation
            for line in lines.select_related("attestation__training", "attestation__programme")
            if line.attended != now[line.participation_id].attended
        }.values()
    )


def _attended(whole: Training | Programme, person: Participant) -> QuerySet[Participation]:
    """What somebody with this address attended of it, by date."""
    theirs = Q(participant=person)
    if person.email:
        theirs |= Q(participant__email__iexact=person.email)
    of_whole = {"session__training": whole}
    if isinstance(whole, Programme):
        of_whole = {"session__training__programme": whole}
    there = Participation.objects.came().filter(
        theirs,
        **of_whole,
        attended__gt=timedelta(0),
        session__attendance_sheet__closed_at__isnull=False,
    )
    found: QuerySet[Participation] = there.order_by("session__starts_at", "pk")
    return found


def _by_this_person(rows: QuerySet[Participation], person: Participant) -> list[Participation]:
    name = search_key(person.name)
    return [
        one
        for one in rows.select_related(*COMPLETE)
        if one.participant_id == person.pk or search_key(one.participant.name) == name
    ]


def _about(whole: Training | Programme) -> dict[str, Any]:
    return {"programme" if isinstance(whole, Programme) else "training": whole}


def _says_all(attestation: Attestation, facts: AttestationFacts) -> bool:
    """Whether it says this already, but for the day and place of issue."""
    ours, known = facts.written(), dict(attestation.facts)
    for name in ("issued_on", "place_of_issue"):
        ours.pop(name)
        known.pop(name)
    return ours == known


def _check_is_closed(session_ids: Iterable[int]) -> None:
    sessions = TrainingSession.objects.filter(pk__in=session_ids)
    if sessions.exclude(attendance_sheet__closed_at__isnull=False).exists():
        raise SheetNotClosedError
