from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # a leaf imports nothing of ours when it runs
    from registrations.domain.places import Obstacle
    from registrations.models import PartnerService, Registration, Workshop
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


class SheetNotOpenError(RegistrationError):
    message = _(
        "Nobody can be welcomed at this session now: it is too early, or does not take place."
    )


class WalkInsNotLetInError(RegistrationError):
    message = _("Who is not registered is not let in at this session.")


class NobodyCameError(RegistrationError):
    """An attestation is asked for somebody without a presence."""

    message = _("There is an attestation for those who were present only.")


class ListedAlreadyError(RegistrationError):
    """`other` is the listed service of the same name in the same municipality."""

    message = _("A service of this name is listed already in this municipality.")

    def __init__(self, other: PartnerService) -> None:
        super().__init__()
        self.other = other


class CannotMergeError(RegistrationError):
    message = _("These two cannot be merged any more: look at how they stand now.")


class CannotUndoMergeError(RegistrationError):
    """`message` says what stands in the way."""

    TOO_LATE = _("It is too late to undo this merge.")
    UNDONE = _("This merge was undone already.")
    MERGED_SINCE = _("The service that stayed has been merged into another since: undo that first.")
    NAME_TAKEN = _("Another service is listed under this name or this number meanwhile.")

    def __init__(self, message: Any) -> None:
        super().__init__()
        self.message = message


class ImportChangedError(RegistrationError):
    """The list, or the directory, is no longer what its reader was shown."""

    message = _("Nothing was imported: the directory has changed meanwhile. Please look once more.")


class SheetNotClosedError(RegistrationError):
    message = _("The sheet is not closed yet: attestations are issued when it is.")


class OneSessionOnlyError(RegistrationError):
    """Hours of somebody are to be added up who was present at one session."""

    message = _("Hours are added up for those who were present at two sessions or more.")


class NotTheTimeError(RegistrationError):
    """Somebody says that they are there when nobody can be."""

    message = _("One can say that one is here from an hour before the session until its end.")


class WrongRoomCodeError(RegistrationError):
    message = _("This is not the code shown in the room: please look at it once more.")


class EvaluationClosedError(RegistrationError):
    message = _(
        "What you thought is asked of those who took part, from the beginning of the session until "
        "two months after."
    )


class AlreadyEvaluatedError(RegistrationError):
    message = _("You have answered already: each person answers once.")


class LineRefusedError(RegistrationError):
    """A line of a list cannot be imported; `message` says why."""

    AMBIGUOUS = _("Several services have this name: please give the municipality or the number.")
    NAME_TAKEN = _("Another service is listed under this name in this municipality.")
    OTHER_NUMBER = _("This service has another number in the directory: %(number)s.")
    REFUSED = _("This was said not to be a partner service. Please list it first, if it is one.")
    SAME_AS_LINE = _("This is the same service as on line %(line)s.")

    def __init__(self, message: Any, **said: object) -> None:
        super().__init__()
        self.message = message % said if said else message
