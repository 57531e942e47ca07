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


class SessionNotCancelledError(TrainingError):
    message = _("This session is not cancelled.")
