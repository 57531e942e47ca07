"""Who waits gets what is free: at once, by an offer, or by the organiser's hand.

`settle()` is called after everything that may have freed a place or ended a wait, in the same
transaction and under the lock of the sessions, so that nobody comes in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from wagtail.log_actions import log

from registrations.domain import attestations, states, telling, workshops
from registrations.domain.locking import lock_sessions, retried
from registrations.domain.places import Unit, allocate
from registrations.domain.sharing import Sharing, bundle_of, sharing_of, with_bundles
from registrations.domain.working_hours import offer_ends
from registrations.enums import MessageKind, ParticipationStatus, Promotion, Verb
from registrations.exceptions import AnswerClosedError, NotInThisStateError
from registrations.models import Participation, Registration
from trainings.domain.days_off import days_off
from trainings.enums import SessionStatus
from trainings.models import TrainingSession

#: What takes a place from somebody who has it.
OF_A_PLACE = (Verb.WITHDRAW, Verb.REPLACE, Verb.RELEASE)
COMPLETE = (
    "participant__registration__partner",
    "session__training__programme",
    "session__venue",
)


def settle(sessions: Iterable[TrainingSession], *, at: datetime) -> Sharing:
    """End what has ended by the clock, then give what is free to those in line who fit.

    `sessions` as `lock_sessions()` returned them. Returns how places are shared after it; who
    waits is in its queue only where a place is free.
    """
    sessions = list(sessions)
    ended = _end_by_the_clock(sessions, at=at)
    # This is asked at each sign-up, mostly for sessions where a thousand may wait for nothing.
    sharing = sharing_of(sessions, whole_queue=False, at=at)
    given = allocate(
        {pk: seats for pk, seats in sharing.seats.items() if sharing.gives(pk)},
        [unit for unit in sharing.queue if all(map(sharing.gives, unit))],
    )
    if given:
        _give(sharing, given, at=at)
        # By identity: two groups may ask for the same.
        served = {id(unit) for unit in given}
        sharing.queue[:] = [unit for unit in sharing.queue if id(unit) not in served]
    if ended or given:
        workshops.assign(sessions, at=at)
    return sharing


@retried
@transaction.atomic
def settle_now(session_ids: Iterable[int], *, at: datetime) -> None:
    """The same for sessions that nobody has locked yet; takes the locks."""
    settle(lock_sessions(with_bundles(session_ids, at=at)), at=at)


def due(*, at: datetime) -> set[int]:
    """Sessions to come where something has ended by the clock, or somebody waits."""
    waiting = Q(status=ParticipationStatus.WAITING, session__starts_at__gt=at)
    found = Participation.objects.filter(_ended(at) | waiting).order_by()
    return set(found.values_list("session", flat=True).distinct())


def _ended(at: datetime) -> Q:
    """Offers nobody took in time, and places still without a name when the names were due.

    Those of a session without a date wait until it has one.
    """
    offers = Q(status=ParticipationStatus.OFFERED, offer_ends_at__lte=at)
    unnamed = Q(
        participant__last_name="",
        participant__registration__names_due_at__lte=at,
        session__status=SessionStatus.SCHEDULED,
        status__in=states.RELEASABLE,
    )
    return offers | unnamed


# --- the organiser's hand ----------------------------------------------------------------------


def offer(
    participations: Iterable[Participation], *, overruled: str = "", by: Any, at: datetime
) -> None:
    """Offer a place to these, whatever the order and the rules; capacity may be exceeded.

    `overruled`, the reason, is kept with the registrations of those to whom the rules would not
    give it. Raises NotInThisStateError, also for a session that does not take place or is over.
    """
    _by_hand(participations, Verb.OFFER, overruled=overruled, by=by, at=at)


def promote(
    participations: Iterable[Participation], *, overruled: str = "", by: Any, at: datetime
) -> None:
    """Give these a place at once, whatever the order and the rules; else like `offer()`."""
    _by_hand(participations, Verb.PROMOTE, overruled=overruled, by=by, at=at)


def beyond_rules(rows: Iterable[Participation], sharing: Sharing) -> list[Participation]:
    """Those of these who wait and whose turn it is not: no place is free for them, or it is
    that of somebody before them.
    """
    turn = sharing.next_in_line()
    waiting = (one for one in rows if one.status == ParticipationStatus.WAITING)
    return [one for one in waiting if one.pk not in turn]


@retried
@transaction.atomic
def _by_hand(
    participations: Iterable[Participation], verb: Verb, *, overruled: str, by: Any, at: datetime
) -> None:
    rows, sessions = locked(participations, at=at)
    if not all(one.session.goes_ahead and not one.session.is_past(at) for one in rows):
        raise NotInThisStateError
    sharing = sharing_of(sessions, at=at)
    if overruled:
        beyond = {one.participant.registration_id for one in beyond_rules(rows, sharing)}
        Registration.objects.filter(pk__in=beyond).update(overruled=overruled)
    _seat(rows, verb, sharing, at=at)
    workshops.assign(sessions, at=at)
    log_each(rows, verb, by=by, at=at)
    kind = MessageKind.OFFER if verb == Verb.OFFER else MessageKind.PROMOTED
    telling.tell_people(kind, rows, at=at)


# --- the person's answer -----------------------------------------------------------------------


@retried
@transaction.atomic
def accept_offer(
    participations: Iterable[Participation], *, by: Any = None, at: datetime
) -> list[Participation]:
    """Take the places offered. Raises NotInThisStateError, also for an offer that has ended,
    and AnswerClosedError where the session does not take place or has begun.
    """
    rows, sessions = locked(participations, at=at)
    if not all(one.session.goes_ahead and at < one.session.starts_at for one in rows):
        raise AnswerClosedError
    settle(sessions, at=at)
    rows = again(rows)
    for one in rows:
        end_or_change(one, Verb.ACCEPT_OFFER, ParticipationStatus.CONFIRMED, at=at)
    log_each(rows, Verb.ACCEPT_OFFER, by=by, at=at)
    telling.tell_people(MessageKind.PROMOTED, rows, at=at)
    return rows


@retried
@transaction.atomic
def decline_offer(
    participations: Iterable[Participation], *, reason: str = "", by: Any = None, at: datetime
) -> list[Participation]:
    """Leave the places to the next in line. Raises NotInThisStateError."""
    rows, sessions = locked(participations, at=at)
    for one in rows:
        one.withdrawal_reason = reason
        end_or_change(one, Verb.DECLINE_OFFER, ParticipationStatus.WITHDRAWN, at=at)
    log_each(rows, Verb.DECLINE_OFFER, by=by, at=at)
    telling.tell_people(
        MessageKind.WITHDRAWN, rows, had_place=False, was=ParticipationStatus.OFFERED, at=at
    )
    settle(sessions, at=at)
    workshops.assign(sessions, at=at)
    return rows


# --- what all verbs share ----------------------------------------------------------------------


def locked(
    participations: Iterable[Participation], *, at: datetime
) -> tuple[list[Participation], list[TrainingSession]]:
    """These as they are now, under the locks of their sessions and all that belong to them.

    With each come the same person's others in sessions one takes all or none of, in the same
    state: what is done to one is done to all.
    """
    rows = list(participations)
    sessions = lock_sessions(with_bundles({one.session_id for one in rows}, at=at))
    by_pk = {session.pk: session for session in sessions}
    now = again(rows)
    found = {one.pk: one for one in now}
    for one in now:
        programme = one.session.training.programme
        if programme is None or not programme.is_indivisible:
            continue
        same = _complete(
            Participation.objects.filter(
                participant=one.participant_id,
                status=one.status,
                session__training__programme=programme,
                session__in=by_pk,
            )
        )
        found.update((other.pk, other) for other in same)
    return [found[pk] for pk in sorted(found)], sessions


def again(rows: Iterable[Participation]) -> list[Participation]:
    """These rows as the database has them now."""
    return _complete(Participation.objects.filter(pk__in=[one.pk for one in rows]))


def _complete(rows: Any) -> list[Participation]:
    return list(rows.select_related(*COMPLETE).order_by("pk"))


def end_or_change(
    participation: Participation, verb: Verb, target: ParticipationStatus, *, at: datetime
) -> None:
    """Save the state a verb leads to. Raises NotInThisStateError when it may not be done."""
    states.check(verb, ParticipationStatus(participation.status), target)
    participation.status = target
    participation.sequence += 1
    participation.changed_at = at
    # Who takes an offered place has said that they come.
    participation.answered_at = at if verb == Verb.ACCEPT_OFFER else None
    if target != ParticipationStatus.OFFERED:
        participation.offer_ends_at = None
    if target not in (ParticipationStatus.OFFERED, ParticipationStatus.CONFIRMED):
        participation.workshop = None
    # Whoever has the place now was not noted yet; the entries stay.
    was_noted = bool(participation.presence)
    participation.presence, participation.attended = "", None
    participation.save()
    if verb in OF_A_PLACE:
        participation.presences.all().delete()
    if was_noted:
        attestations.follow(participation.session, [participation], at=at)


def _seat(rows: Iterable[Participation], verb: Verb, sharing: Sharing, *, at: datetime) -> None:
    """Sessions that one takes all or none of are offered until the same instant, the first."""
    if verb == Verb.PROMOTE:
        for one in rows:
            end_or_change(one, verb, ParticipationStatus.CONFIRMED, at=at)
        return
    offers: dict[tuple[int, str], list[Participation]] = {}
    for one in rows:
        bundle = bundle_of(one.session)
        what = f"programme {bundle}" if bundle else f"session {one.session_id}"
        offers.setdefault((one.participant_id, what), []).append(one)
    for belonging in offers.values():
        ends_at = min(_offer_ends(one, sharing, at=at) for one in belonging)
        if ends_at <= at:
            raise NotInThisStateError
        for one in belonging:
            one.offer_ends_at = ends_at
            end_or_change(one, verb, ParticipationStatus.OFFERED, at=at)


def _offer_ends(participation: Participation, sharing: Sharing, *, at: datetime) -> datetime:
    session = sharing.sessions[participation.session_id]
    there = at.astimezone(ZoneInfo(session.time_zone))
    off = days_off(there.date(), session.starts_on, language="en")
    hours = sharing.rules[session.pk].offer_hours
    return offer_ends(there, starts_at=session.starts_at, hours=hours, days_off=off)


def _give(sharing: Sharing, units: Iterable[Unit], *, at: datetime) -> None:
    by_offer = {
        # Of sessions that belong together one is not given while another is offered.
        claim.key: any(sharing.rules[pk].promotion == Promotion.OFFER for pk in unit)
        for unit in units
        for claims in unit.values()
        for claim in claims
    }
    rows = _complete(Participation.objects.filter(pk__in=by_offer))
    offered = [one for one in rows if by_offer[one.pk]]
    given = [one for one in rows if not by_offer[one.pk]]
    _seat(offered, Verb.OFFER, sharing, at=at)
    _seat(given, Verb.PROMOTE, sharing, at=at)
    log_each(offered, Verb.OFFER, by=None, at=at)
    log_each(given, Verb.PROMOTE, by=None, at=at)
    telling.tell_people(MessageKind.OFFER, offered, at=at)
    telling.tell_people(MessageKind.PROMOTED, given, at=at)


def _end_by_the_clock(sessions: list[TrainingSession], *, at: datetime) -> list[Participation]:
    found = Participation.objects.filter(_ended(at), session__in=sessions).order_by()
    # Mostly there is none, and this is asked at each sign-up.
    if not (pks := list(found.values_list("pk", flat=True))):
        return []
    ended = _complete(Participation.objects.filter(pk__in=pks))
    offers = [one for one in ended if one.status == ParticipationStatus.OFFERED]
    unnamed = [one for one in ended if one.status != ParticipationStatus.OFFERED]
    for verb, kind, rows in (
        (Verb.EXPIRE, MessageKind.OFFER_EXPIRED, offers),
        (Verb.RELEASE, MessageKind.RELEASED, unnamed),
    ):
        for one in rows:
            end_or_change(one, verb, ParticipationStatus.EXPIRED, at=at)
        log_each(rows, verb, by=None, at=at)
        telling.tell_people(kind, rows, had_place=False, at=at)
    return ended


def log_each(rows: Iterable[Participation], verb: Verb, *, by: Any, at: datetime) -> None:
    """One line for each registration and session, with how many people it is about."""
    numbers: dict[tuple[int, int], tuple[Participation, int]] = {}
    for one in rows:
        key = (one.participant.registration_id, one.session_id)
        first, number = numbers.get(key, (one, 0))
        numbers[key] = (first, number + 1)
    for first, number in numbers.values():
        log(
            first.participant.registration,
            f"registrations.{verb}",
            user=by,
            timestamp=at,
            data={"session": first.session_id, "people": number},
        )
