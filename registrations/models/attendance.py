"""Who came: the sheet of a session, each person's half-days, and all that was ever noted."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.enums import PresenceSource, PresenceState
from registrations.models.participations import Participation
from registrations.models.registrations import REFERENCE_LETTERS
from trainings.models import TrainingSession

#: Of one half-day one is there or not; how long is told by the hours.
OF_A_HALF_DAY = (PresenceState.PRESENT, PresenceState.EXCUSED, PresenceState.ABSENT)


def by_whom() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )


def make_room_code() -> str:
    """Read from a wall and typed on a phone."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _position in range(6))


class AttendanceSheet(models.Model):
    """Of one session: made when somebody is first welcomed, closed when all is known."""

    session = models.OneToOneField(
        TrainingSession, on_delete=models.CASCADE, related_name="attendance_sheet"
    )
    # Shown in the room, for those who say themselves that they are there.
    room_code = models.CharField(max_length=6, default=make_room_code, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = by_whom()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attendance sheet")
        verbose_name_plural = _("attendance sheets")

    def __str__(self) -> str:
        return str(self.session)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Presence(models.Model):
    """Whether one person was there on one half-day: what was noted last.

    Half-days are numbered from 1, as `domain.half_days` finds them in a session's hours. Hours
    are on the clock of the session's place.
    """

    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="presences"
    )
    half_day = models.PositiveSmallIntegerField()
    # Empty when it was noted and taken back.
    state = models.CharField(max_length=8, choices=PresenceState, blank=True)
    # Of who came late or left early.
    arrived_at = models.TimeField(null=True, blank=True)
    left_at = models.TimeField(null=True, blank=True)
    # When it was noted, where it was: what comes in later may be older.
    noted_at = models.DateTimeField()
    # Whether there is a signature on paper; unknown until the sheet has been entered.
    is_signed = models.BooleanField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["participation_id", "half_day"]
        constraints = [
            models.UniqueConstraint(
                name="one_presence_per_half_day", fields=["participation", "half_day"]
            ),
            models.CheckConstraint(
                name="half_day_is_attended_or_not",
                condition=Q(state="") | Q(state__in=OF_A_HALF_DAY),
            ),
            models.CheckConstraint(
                name="who_comes_late_or_leaves_early_was_there",
                condition=Q(state=PresenceState.PRESENT)
                | Q(arrived_at__isnull=True, left_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.half_day}"


class PresenceEntry(models.Model):
    """One tap, one line of paper: nothing here is ever changed.

    `uid` is given where it was noted, so that what is sent twice is noted once.
    """

    uid = models.UUIDField(unique=True, editable=False)
    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="presence_entries"
    )
    half_day = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=PresenceState, blank=True)
    arrived_at = models.TimeField(null=True, blank=True)
    left_at = models.TimeField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=PresenceSource)
    # Where the clock of a device is wrong, its difference has been taken off.
    noted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    # Whether it was the last word when it came in; another device's may have been later.
    counted = models.BooleanField()
    # Which phone it was, as it names itself at random.
    device = models.CharField(max_length=16, blank=True)
    by = by_whom()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("presence entry")
        verbose_name_plural = _("presence entries")
        ordering = ["noted_at", "pk"]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.half_day}"


class SelfCheckIn(models.Model):
    """Somebody in the room says that they are there; the desk confirms it.

    `participation` is the one whose name was typed; None where there is no such person.
    """

    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="self_check_ins"
    )
    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, null=True, related_name="self_check_ins"
    )
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    said_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("self check-in")
        verbose_name_plural = _("self check-ins")
        ordering = ["said_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_self_check_in_per_participation", fields=["participation"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class SheetScan(models.Model):
    """The signed sheet as it was scanned: signatures, hence in no folder of a web server."""

    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="sheet_scans"
    )
    name = models.CharField(_("file"), max_length=120)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    kept_at = models.DateTimeField(_("kept since"))
    kept_by = by_whom()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("scan of a signed sheet")
        verbose_name_plural = _("scans of signed sheets")
        ordering = ["kept_at", "pk"]

    def __str__(self) -> str:
        return f"{self.pk}"
