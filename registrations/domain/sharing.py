"""How the places of some sessions are shared now: the database's side of `places`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q

from registrations.domain.places import Claim, Limits, Quota, Seats, Unit, allocate
from registrations.enums import SEATED, ParticipationStatus, Promotion
from registrations.models import Participation, SignUpRules
from trainings.enums import SessionStatus
from trainings.models import TrainingSession

OF_CLAIM = (
    "session_id",
    "participant__registration__partner",
    "participant__registration__partner__kind",
)


OF_UNIT = (
    "participant__registration",
    "participant",
    "participant__registration__keep_together",
)


@dataclass(frozen=True)
class Sharing:
    """Sessions with their rules, the seats taken in each, and who waits; as it was read.

    Exact only when it was read under `lock_sessions()`.
    """

    sessions: Mapping[int, TrainingSession]
    rules: Mapping[int, SignUpRules]
    seats: Mapping[int, Seats]
    queue: list[Unit]
    #: By session, when the last of those who wait there arrived.
    last_arrivals: dict[int, datetime]
    at: datetime

    def unit_key(
        self, session_id: int, *, registration: Any, participant: Any, together: bool
    ) -> tuple[Any, ...]:
        """What is seated together has the same: a person's sessions, where they belong together,
        and the people of a registration who want to come together or not at all.
        """
        bundle = bundle_of(self.sessions[session_id])
        who = ("registration", registration) if together else ("participant", participant)
        return (*who, ("programme", bundle) if bundle else ("session", session_id))

    def gives(self, session_id: int) -> bool:
        """Whether a free place of this session goes to the next in line by itself now."""
        by_hand = self.rules[session_id].promotion == Promotion.BY_HAND
        return not by_hand and self.takes_place(session_id)

    def next_in_line(self) -> set[int]:
        """Participations that wait and whom the rules would give what is free now."""
        units = allocate(deepcopy(self.seats), self.queue)
        return {claim.key for unit in units for claims in unit.values() for claim in claims}

    def takes_place(self, session_id: int) -> bool:
        session = self.sessions[session_id]
        return session.goes_ahead and self.at < session.starts_at


def sharing_of(
    sessions: Iterable[TrainingSession], *, whole_queue: bool = True, at: datetime
) -> Sharing:
    """In a constant number of queries; sessions come with their training and its programme.

    Without `whole_queue` nobody is in it where no place is free for anybody.
    """
    by_pk = {session.pk: session for session in sessions}
    rules = rules_of(by_pk.values())
    sharing = Sharing(
        sessions=by_pk,
        rules=rules,
        seats={pk: Seats(limits_of(session, rules[pk], at=at)) for pk, session in by_pk.items()},
        queue=[],
        last_arrivals={},
        at=at,
    )
    _count(sharing)
    if whole_queue or any(sharing.seats[pk].has_room for pk in by_pk if sharing.takes_place(pk)):
        sharing.queue.extend(_queue(sharing))
    return sharing


def _count(sharing: Sharing) -> None:
    """How many of each service have a place: the database counts, however many there are."""
    counted = (*SEATED, ParticipationStatus.WAITING)
    rows = Participation.objects.filter(session__in=sharing.sessions, status__in=counted)
    by_service = (
        rows.order_by()
        .values_list("status", *OF_CLAIM)
        .annotate(number=Count("pk"), last=Max("arrived_at"))
    )
    for status, session_id, partner, kind, number, last in by_service:
        if status != ParticipationStatus.WAITING:
            sharing.seats[session_id].seat([Claim(0, partner, kind)], times=number)
        else:
            known = sharing.last_arrivals.get(session_id, last)
            sharing.last_arrivals[session_id] = max(known, last)


def _queue(sharing: Sharing) -> Iterable[Unit]:
    """Who waits where somebody may still be seated, first come first."""
    going = [pk for pk in sharing.sessions if sharing.takes_place(pk)]
    units: dict[tuple[Any, ...], dict[int, list[Claim]]] = {}
    rows = Participation.objects.waiting().filter(session__in=going)
    for pk, registration, participant, together, session_id, partner, kind in rows.values_list(
        "pk", *OF_UNIT, *OF_CLAIM
    ):
        key = sharing.unit_key(
            session_id, registration=registration, participant=participant, together=together
        )
        claim = Claim(pk, partner, kind)
        units.setdefault(key, {}).setdefault(session_id, []).append(claim)
    return units.values()


def rules_of(sessions: Iterable[TrainingSession]) -> dict[int, SignUpRules]:
    """By session: its own rules, else those of its training, else none."""
    sessions = list(sessions)
    found = SignUpRules.objects.complete().filter(
        Q(session__in=[one.pk for one in sessions])
        | Q(training__in={one.training_id for one in sessions})
    )
    own: dict[int, SignUpRules] = {}
    usual: dict[int, SignUpRules] = {}
    for rules in found:
        if rules.session_id is not None:
            own[rules.session_id] = rules
        else:
            usual[rules.training_id] = rules
    nothing = SignUpRules.none()
    return {one.pk: own.get(one.pk) or usual.get(one.training_id) or nothing for one in sessions}


def groups_in_line(
    registrations: Iterable[int], session_ids: Iterable[int]
) -> set[tuple[int, int]]:
    """By registration and session: groups that come together or not at all, and wait there."""
    rows = Participation.objects.waiting().filter(
        participant__registration__in=registrations,
        participant__registration__keep_together=True,
        session__in=session_ids,
    )
    return set(rows.order_by().values_list("participant__registration", "session"))


def limits_of(session: TrainingSession, rules: SignUpRules, *, at: datetime) -> Limits:
    """What holds at this instant: quotas and priority end by themselves."""
    if rules.pk is None:
        return Limits(capacity=session.capacity)
    caps = list(rules.caps.all())
    quotas = rules.quotas.all() if at < rules.quotas_until(session) else ()
    first = rules.priority_kinds.all() if at < rules.priority_until(session) else ()
    return Limits(
        capacity=session.capacity,
        cap=rules.per_service,
        cap_by_kind={one.kind_id: one.places for one in caps if one.kind_id is not None},
        cap_by_partner={one.partner_id: one.places for one in caps if one.partner_id is not None},
        quotas=tuple(
            Quota(frozenset(kind.pk for kind in one.kinds.all()), one.places) for one in quotas
        ),
        priority=frozenset(kind.pk for kind in first),
    )


def bundle_of(session: TrainingSession) -> int | None:
    """The programme whose sessions one takes all or none of, if the session is of such a one."""
    training = session.training
    programme = training.programme
    if programme is None or training.is_discreet or not programme.is_indivisible:
        return None
    return programme.pk


def with_bundles(session_ids: Iterable[int], *, at: datetime) -> set[int]:
    """These and, of programmes one takes all or none of, all other sessions to come."""
    session_ids = set(session_ids)
    of_these = TrainingSession.objects.filter(
        pk__in=session_ids, training__programme__is_indivisible=True, training__is_discreet=False
    )
    programmes = of_these.order_by().values("training__programme")
    others = TrainingSession.objects.filter(
        training__programme__in=programmes,
        training__is_discreet=False,
        status=SessionStatus.SCHEDULED,
        starts_at__gt=at,
    )
    return session_ids | set(others.order_by().values_list("pk", flat=True))
