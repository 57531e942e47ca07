from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionStatus(models.TextChoices):
    """What an organiser decided. Open, full, closed, moved and past are computed, never stored.

    A postponed session keeps its old day until it has a new one; it does not take place then.
    """

    SCHEDULED = "SCHEDULED", _("scheduled")
    POSTPONED = "POSTPONED", _("postponed")
    CANCELLED = "CANCELLED", _("cancelled")


class SessionKind(models.TextChoices):
    TRAINING_MORNING = "TRAINING_MORNING", _("Training morning")
    WORKSHOP = "WORKSHOP", _("Workshop")
    COLLOQUIUM = "COLLOQUIUM", _("Colloquium")
    VISIT = "VISIT", _("Visit")
    WORKING_GROUP_MEETING = "WORKING_GROUP_MEETING", _("Working group meeting")
    NETWORK_MEETING = "NETWORK_MEETING", _("Network meeting")
    INFO_SESSION = "INFO_SESSION", _("Information session")
    SIGNING_EVENT = "SIGNING_EVENT", _("Signing event")


class DocumentMoment(models.TextChoices):
    """When a document of a training is given out."""

    BEFORE = "BEFORE", _("before the session")
    DURING = "DURING", _("during the session")
    AFTER = "AFTER", _("after the session")
