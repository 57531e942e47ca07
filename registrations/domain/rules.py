"""May this happen now? A rule raises the refusal it has to tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from registrations.enums import Answer
from registrations.exceptions import (
    AnswerClosedError,
    NoLongerRegisteredError,
    NoPlaceToPassOnError,
    RegistrationClosedError,
    RegistrationError,
)
from registrations.models import Participation
from trainings.models import TrainingSession


def check_can_sign_up(sessions: Iterable[TrainingSession], *, at: datetime) -> None:
    """Raises RegistrationClosedError for the first session that takes no registration now.

    Full is no reason: who signs up for a full session waits.
    """
    for session in sessions:
        if not session.is_open(at):
            raise RegistrationClosedError(session)


def check_can_answer(participation: Participation, answer: Answer, *, at: datetime) -> None:
    """Raises NoLongerRegisteredError, AnswerClosedError and NoPlaceToPassOnError.

    Registration may be closed or the session full: until it starts people tell what they do.
    While it is postponed they may leave; whether they come is asked with the new date.
    """
    session = participation.session
    if not participation.is_living:
        raise NoLongerRegisteredError
    has_started = session.goes_ahead and session.starts_at <= at
    if session.is_cancelled or has_started or (session.is_postponed and answer == Answer.KEEP):
        raise AnswerClosedError
    if answer == Answer.REPLACE and not participation.has_place:
        raise NoPlaceToPassOnError


def answers_open(participation: Participation, *, at: datetime) -> list[Answer]:
    """What this person may answer at this instant; empty when nothing."""
    return [answer for answer in Answer if _may_answer(participation, answer, at=at)]


def _may_answer(participation: Participation, answer: Answer, *, at: datetime) -> bool:
    try:
        check_can_answer(participation, answer, at=at)
    except RegistrationError:
        return False
    return True
