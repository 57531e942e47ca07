"""What an organiser does to people of one session, chosen on a screen: one or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from registrations.domain import answers, approval, states, waiting_list
from registrations.domain.locking import retried
from registrations.domain.people import Person
from registrations.domain.sharing import rules_of, sharing_of, with_bundles
from registrations.enums import ParticipationStatus, Verb
from registrations.exceptions import AnswerClosedError, ReasonNeededError
from registrations.models import Participation
from trainings.models import TrainingSession

#: In the order of a screen's buttons.
VERBS = (Verb.ACCEPT, Verb.PROMOTE, Verb.OFFER, Verb.REFUSE, Verb.WITHDRAW, Verb.REPLACE)
#: What may be done while a session has no day.
WHILE_POSTPONED = (Verb.REFUSE, Verb.WITHDRAW, Verb.REPLACE)
#: What may be done once it has begun: who is there has a place, or has none.
ON_THE_SPOT = (Verb.ACCEPT, Verb.PROMOTE, Verb.REFUSE)


@dataclass(frozen=True)
class Outcome:
    """What became of those chosen: `skipped` had changed since they were shown."""

    done: list[Participation]
    skipped: list[Participation]


def verbs_open(session: TrainingSession, *, at: datetime) -> tuple[Verb, ...]:
    """What may be done to people of this session now, whatever their state."""
    if session.is_cancelled or (session.goes_ahead and session.is_past(at)):
        return ()
    if session.is_postponed:
        return WHILE_POSTPONED
    return ON_THE_SPOT if session.starts_at <= at else VERBS


def may(verb: Verb, participation: Participation) -> bool:
    """Whether the table of states has it; who is taken off a list may hold an offer, too."""
    status = ParticipationStatus(participation.status)
    is_offered = verb == Verb.WITHDRAW and status == ParticipationStatus.OFFERED
    return is_offered or bool(states.targets(verb, status))


def goes_beyond(
    verb: Verb, rows: Iterable[Participation], session: TrainingSession, *, at: datetime
) -> list[Participation]:
    """Whom this would give a place that the rules would not; exact only under the lock."""
    if verb not in (Verb.OFFER, Verb.PROMOTE):
        return []
    pks = with_bundles({session.pk}, at=at)
    sessions = TrainingSession.objects.filter(pk__in=pks).select_related("training__programme")
    return waiting_list.beyond_rules(rows, sharing_of(sessions, at=at))


def are_late(
    rows: Iterable[Participation], session: TrainingSession, *, at: datetime
) -> list[Participation]:
    """Those whose withdrawal now is marked as late."""
    rules = rules_of([session])[session.pk]
    is_late = session.goes_ahead and at > rules.withdraw_until(session)
    return [one for one in rows if is_late and one.has_place]


@retried
@transaction.atomic
def carry_out(
    verb: Verb,
    session: TrainingSession,
    seen: Mapping[int, int],
    *,
    reason: str = "",
    person: Person | None = None,
    by: Any,
    at: datetime,
) -> Outcome:
    """Do this to the participations of `seen`, each under the sequence it was shown with.

    Who has changed meanwhile is left as they are, and so is told twice by nobody. `reason` is
    why somebody is refused, withdrawn, or given a place beyond the rules; `person` comes in
    somebody's stead. Raises Participation.DoesNotExist for one of another session, AnswerClosed-
    Error, ReasonNeededError, and what the verb itself raises.
    """
    chosen = list(Participation.objects.filter(session=session, pk__in=seen))
    if len(chosen) != len(seen):
        raise Participation.DoesNotExist
    rows, sessions = waiting_list.locked(chosen, at=at)
    session = next((one for one in sessions if one.pk == session.pk), session)
    if verb not in verbs_open(session, at=at):
        raise AnswerClosedError
    rows = [one for one in rows if one.pk in seen]
    kept = [one for one in rows if one.sequence == seen[one.pk] and may(verb, one)]
    skipped = [one for one in rows if one not in kept]
    if kept:
        if not reason and goes_beyond(verb, kept, session, at=at):
            raise ReasonNeededError
        _do(verb, kept, reason=reason, person=person, by=by, at=at)
    return Outcome(waiting_list.again(kept), skipped)


def _do(
    verb: Verb,
    rows: list[Participation],
    *,
    reason: str,
    person: Person | None,
    by: Any,
    at: datetime,
) -> None:
    if verb == Verb.ACCEPT:
        approval.accept(rows, by=by, at=at)
    elif verb == Verb.REFUSE:
        approval.refuse(rows, reason=reason, by=by, at=at)
    elif verb == Verb.OFFER:
        waiting_list.offer(rows, overruled=reason, by=by, at=at)
    elif verb == Verb.PROMOTE:
        waiting_list.promote(rows, overruled=reason, by=by, at=at)
    elif verb == Verb.REPLACE and person is not None:
        for one in rows:
            answers.replace(one, by_person=person, by=by, at=at)
    elif verb == Verb.WITHDRAW:
        _withdraw(rows, reason=reason, by=by, at=at)


def _withdraw(rows: list[Participation], *, reason: str, by: Any, at: datetime) -> None:
    # A place offered to one of these is not passed on to another of them in between.
    order = {ParticipationStatus.WAITING: 0, ParticipationStatus.PENDING: 0}
    for one in sorted(
        rows, key=lambda one: (order.get(ParticipationStatus(one.status), 1), one.pk)
    ):
        if one.status == ParticipationStatus.OFFERED:
            waiting_list.decline_offer([one], reason=reason, by=by, at=at)
        else:
            answers.withdraw(one, reason=reason, by=by, at=at)
