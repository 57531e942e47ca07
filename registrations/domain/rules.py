"""May this happen now? A rule raises the refusal it has to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from registrations.domain.people import Person
from registrations.domain.places import Unit, obstacle
from registrations.domain.sharing import Sharing, bundle_of
from registrations.enums import Answer, Origin, ParticipationStatus
from registrations.exceptions import (
    AnswerClosedError,
    NoLongerRegisteredError,
    NoPlaceToPassOnError,
    NotAllSessionsError,
    NotInThisStateError,
    NoWorkshopLeftError,
    RegistrationClosedError,
    RegistrationError,
    SessionFullError,
    TooManyHeldError,
)
from registrations.models import Participation, PartnerService, Workshop
from trainings.models import TrainingSession


def check_can_sign_up(
    sessions: Iterable[TrainingSession], *, origin: Origin = Origin.FORM, at: datetime
) -> None:
    """Raises RegistrationClosedError for the first session that takes no registration now.

    Full is no reason: who signs up for a full session waits. An organiser enters people before
    it opens, after it closes and, on the spot, until it is over.
    """
    for session in sessions:
        by_hand = session.goes_ahead and not session.is_past(at)
        if not (session.is_open(at) if origin == Origin.FORM else by_hand):
            raise RegistrationClosedError(session)


def check_all_or_none(people: Iterable[Person], sessions: Iterable[TrainingSession]) -> None:
    """Raises NotAllSessionsError for a person who is not in all sessions of an indivisible
    programme. `sessions` has all that are to come, as `with_bundles()` finds them.
    """
    bundles: dict[int, set[int]] = {}
    for session in sessions:
        if (bundle := bundle_of(session)) is not None:
            bundles.setdefault(bundle, set()).add(session.pk)
    for person in people:
        for whole in bundles.values():
            if not whole.isdisjoint(person.session_ids) and not whole <= set(person.session_ids):
                raise NotAllSessionsError


def check_workshops(people: Iterable[Person]) -> None:
    """Raises NoWorkshopLeftError unless each has one or two workshops of a session with some.

    Who is not named yet chooses with the name.
    """
    named = [(number, one) for number, one in enumerate(people) if one.is_named]
    chosen = {pk for _number, person in named for pk in person.session_ids}
    of_session: dict[int, set[int]] = {}
    for pk, session_id in Workshop.objects.filter(session__in=chosen).values_list("pk", "session"):
        of_session.setdefault(session_id, set()).add(pk)
    for position, person in named:
        for session_id in person.session_ids:
            first, second = person.choices_for(session_id)
            offered = of_session.get(session_id, set())
            wanted = {one for one in (first, second) if one is not None}
            is_twice_the_same = first is not None and first == second
            if not wanted <= offered or bool(offered) != bool(first) or is_twice_the_same:
                raise NoWorkshopLeftError(position, session_id)


def check_may_wait(unit: Unit, sharing: Sharing, *, on_the_spot: bool = False) -> None:
    """Raises SessionFullError for those who do not fit into a session without a waiting list;
    who is there already does not wait.
    """
    why = obstacle(sharing.seats, unit)
    for session_id in unit:
        may_wait = sharing.rules[session_id].has_waiting_list and not on_the_spot
        if why is not None and not may_wait:
            raise SessionFullError(sharing.sessions[session_id], why)


def check_held(
    people: Iterable[Person],
    sharing: Sharing,
    *,
    partner: PartnerService,
    at: datetime,
) -> None:
    """Raises TooManyHeldError for more places without a name than a service may hold at once,
    counting those it holds already, and for any when the names are due.
    """
    asked = Counter(pk for person in people if not person.is_named for pk in person.session_ids)
    if not asked:
        return
    held = Counter(_held_by(partner, asked))
    for pk, number in asked.items():
        session = sharing.sessions[pk]
        if held[pk] + number > sharing.rules[pk].may_hold_at(session, at=at):
            raise TooManyHeldError(session)


def _held_by(partner: PartnerService, session_ids: Iterable[int]) -> list[int]:
    """For each place without a name that this service holds, its session."""
    unnamed = Participation.objects.living().filter(
        session__in=session_ids,
        participant__last_name="",
        participant__registration__partner=partner,
    )
    return list(unnamed.order_by().values_list("session", flat=True))


def check_can_answer(
    participation: Participation, answer: Answer, *, on_the_spot: bool = False, at: datetime
) -> None:
    """Raises NoLongerRegisteredError, AnswerClosedError and NoPlaceToPassOnError.

    Registration may be closed or the session full: until it starts people tell what they do, and
    `on_the_spot` a colleague is there instead of somebody still.
    While it is postponed they may leave; whether they come is asked with the new date.
    """
    session = participation.session
    if not participation.is_living:
        raise NoLongerRegisteredError
    has_started = session.goes_ahead and session.starts_at <= at and not on_the_spot
    if session.is_cancelled or has_started or (session.is_postponed and answer == Answer.KEEP):
        raise AnswerClosedError
    if answer == Answer.REPLACE and not participation.has_place:
        raise NoPlaceToPassOnError
    is_offered = participation.status == ParticipationStatus.OFFERED
    if is_offered != (answer in (Answer.ACCEPT, Answer.DECLINE)):
        raise NotInThisStateError
    if participation.offer_ends_at is not None and participation.offer_ends_at <= at:
        raise NotInThisStateError


def answers_open(participation: Participation, *, at: datetime) -> list[Answer]:
    """What this person may answer at this instant; empty when nothing."""
    return [answer for answer in Answer if _may_answer(participation, answer, at=at)]


def _may_answer(participation: Participation, answer: Answer, *, at: datetime) -> bool:
    try:
        check_can_answer(participation, answer, at=at)
    except RegistrationError:
        return False
    return True
