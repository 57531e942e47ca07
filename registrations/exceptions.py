from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # a leaf imports nothing of ours when it runs
    from registrations.domain.places import Obstacle
    from registrations.models import Registration, Workshop
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


class SessionFullError(RegistrationError):
    """No place is free in `session`, which has no waiting list; `obstacle` says why."""

    REASONS = {
        "CAP": _("Your service has as many people in this session as it may have."),
        "FULL": _("There are not enough places left."),
        "PRIORITY": _("Other kinds of service come first for now."),
        "QUOTA": _("The places left are kept for other kinds of service."),
    }

    def __init__(self, session: TrainingSession, obstacle: Obstacle) -> None:
        super().__init__()
        self.session, self.obstacle = session, obstacle
        self.message = self.REASONS[obstacle.value]


class NotAllSessionsError(RegistrationError):
    message = _("These sessions belong together: each person takes part in all of them.")


class NotInThisStateError(RegistrationError):
    message = _("This cannot be done any more: look at how it stands now.")


class NoWorkshopLeftError(RegistrationError):
    """`position` is the person's in the form, `session_id` the session with the workshops."""

    message = _("Please choose two different workshops of this session.")

    def __init__(self, position: int, session_id: int) -> None:
        super().__init__()
        self.position, self.session_id = position, session_id


class WorkshopChosenError(RegistrationError):
    """Of `workshop`, which somebody is or was in, or wanted to be in."""

    message = _("Somebody has chosen this workshop: it stays.")

    def __init__(self, workshop: Workshop) -> None:
        super().__init__()
        self.workshop = workshop


class TooManyHeldError(RegistrationError):
    """A service would have more places without a name in `session` than it may have."""

    message = _("So many places cannot be held without names.")

    def __init__(self, session: TrainingSession) -> None:
        super().__init__()
        self.session = session


class ReasonNeededError(RegistrationError):
    message = _("This goes beyond the rules: please say why.")


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


class BusyError(RegistrationError):
    """The database gave way to others too often; nothing has happened, and later it will do."""

    message = _("Too many people do this at the same moment. Please send it once more.")


class TooManyAttemptsError(RegistrationError):
    message = _("Too many forms were sent from here. Please try again in an hour, or call us.")


class ReadersChangedError(RegistrationError):
    """A letter would not reach exactly whom its writer was shown."""

    message = _("Nothing was sent: the readers are no longer those you were shown.")
