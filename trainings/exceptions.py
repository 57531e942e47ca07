from django.utils.translation import gettext_lazy as _


class TrainingError(Exception):
    """Root of what the organiser's operations refuse. Do not raise it itself.

    `message` is a sentence for the person at the screen; `field` names the form field it
    belongs to, when there is one.
    """

    message = _("This cannot be done.")
    field: str | None = None

    def __str__(self) -> str:
        return str(self.message)


class SessionCancelledError(TrainingError):
    message = _("This session is cancelled.")


class SessionPostponedError(TrainingError):
    message = _("This session is postponed.")


class SessionGoesAheadError(TrainingError):
    message = _("This session goes ahead.")


class SessionDayTakenError(TrainingError):
    message = _("Another session of this series is on that day.")
    field = "starts_on"


class SeriesTooLongError(TrainingError):
    field = "rule"

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __str__(self) -> str:
        told = _(
            "That makes more than %(most)d sessions: let the series end sooner, and go on from "
            "there later."
        )
        return told % {"most": self.most}


class NothingMovedError(TrainingError):
    message = _("This is where and when the session is already.")
    field = "starts_on"


class CopyPlanChangedError(TrainingError):
    message = _("The dates are not those you saw: please look at them once more.")


class UnknownFeedError(TrainingError):
    message = _("There is no such calendar.")


class RetiredFeedError(TrainingError):
    message = _("This calendar has come to an end.")
