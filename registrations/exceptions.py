from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # a leaf imports nothing of ours when it runs
    from registrations.models import Registration
    from trainings.models import TrainingSession


class RegistrationError(Exception):
    """Root of what a registration may be refused for. Do not raise it itself.

    `message` is a sentence for the person at the screen, in the active language when shown.
    """

    message = _("This registration cannot be made.")

    def __str__(self) -> str:
        return str(self.message)


class RegistrationClosedError(RegistrationError):
    """A chosen session takes no registrations now; `session` says which."""

    message = _("Registration for this session is closed.")

    def __init__(self, session: TrainingSession) -> None:
        super().__init__()
        self.session = session


class SessionGoneError(RegistrationError):
    message = _("One of these sessions no longer exists. Please look at your choice once more.")


class AlreadyRegisteredError(RegistrationError):
    """Someone is on the list of a session already; `position` is the person's in the form."""

    message = _("This address is already registered for this session.")

    def __init__(self, position: int, session: TrainingSession) -> None:
        super().__init__()
        self.position = position
        self.session = session


class NoLongerRegisteredError(RegistrationError):
    message = _("This person is no longer registered for this session.")


class AnswerClosedError(RegistrationError):
    """The session has started or does not take place: nobody need say whether they come."""

    message = _("Nothing can be answered for this session any more.")


class NoPlaceToPassOnError(RegistrationError):
    message = _("Only somebody who has a place can be replaced.")


class FormAlreadySentError(RegistrationError):
    """The same form came back with other details; `registration` is what it made before."""

    message = _("This form was already sent, with other details. Nothing was changed.")

    def __init__(self, registration: Registration) -> None:
        super().__init__()
        self.registration = registration


class TooManyAttemptsError(RegistrationError):
    message = _("Too many forms were sent from here. Please try again in an hour, or call us.")
