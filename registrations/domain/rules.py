"""May this happen now? A rule raises the refusal it has to tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from registrations.exceptions import RegistrationClosedError
from trainings.models import TrainingSession


def check_can_sign_up(sessions: Iterable[TrainingSession], *, at: datetime) -> None:
    """Raises RegistrationClosedError for the first session that takes no registration now.

    Full is no reason: who signs up for a full session waits.
    """
    for session in sessions:
        if not session.is_open(at):
            raise RegistrationClosedError(session)
