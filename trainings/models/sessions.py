"""The only dated thing: pages show it, registrations count on it, calendars publish it."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trainings.enums import SessionStatus
from trainings.models.fields import TranslatedTextField, WebAddressField
from trainings.models.querysets import SessionQuerySet
from trainings.models.series import SessionSeries
from trainings.models.time_zones import (
    available_time_zones,
    default_time_zone,
    validate_time_zone,
)
from trainings.models.trainings import Training
from trainings.models.venues import Venue


def wall_clock(on: date, at: time, zone: str) -> datetime:
    """The aware datetime a clock on the wall in `zone` shows; the first of a doubled hour."""
    return datetime.combine(on, at, ZoneInfo(zone))


def exists_on_the_clock(moment: datetime) -> bool:
    """False for an hour that the change to summer time skips."""
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) == moment.replace(tzinfo=None)


class TrainingSession(models.Model):
    """One dated meeting of a training.

    Local days, hours and the IANA zone are the truth, since laws on summer time change;
    `starts_at` and `ends_at` are derived from them in `save()` and serve queries.
    `uid` is for ever. `sequence` and `changed_at` (RFC 5545 SEQUENCE, LAST-MODIFIED) are kept
    by `trainings.domain.scheduling`: write through it, not through `save()`.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    training = models.ForeignKey(
        Training, verbose_name=_("training"), on_delete=models.PROTECT, related_name="sessions"
    )
    starts_on = models.DateField(_("date"))
    start_time = models.TimeField(_("from"))
    ends_on = models.DateField(_("last day"), blank=True, help_text=_("Empty: the same day."))
    end_time = models.TimeField(_("until"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    starts_at = models.DateTimeField(editable=False, db_index=True)
    ends_at = models.DateTimeField(editable=False, db_index=True)
    training_time = models.DurationField(
        _("training hours"),
        null=True,
        blank=True,
        help_text=_("Without breaks, as on the attestation: 9:00–12:30 with a break is 3 hours."),
    )
    venue = models.ForeignKey(
        Venue, verbose_name=_("venue"), on_delete=models.PROTECT, null=True, blank=True
    )
    online_url = WebAddressField(
        _("online link"), blank=True, help_text=_("Only registered people receive it.")
    )
    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("Empty: as many as come.")
    )
    registration_opens_at = models.DateTimeField(
        _("registration opens"), null=True, blank=True, help_text=_("Empty: at once.")
    )
    registration_closes_at = models.DateTimeField(
        _("registration closes"), null=True, blank=True, help_text=_("Empty: when it starts.")
    )
    status = models.CharField(
        _("state"),
        max_length=12,
        choices=SessionStatus,
        default=SessionStatus.SCHEDULED,
        editable=False,
    )
    # Why it was last moved, postponed or cancelled; told to everybody.
    reason = TranslatedTextField(_("reason"), blank=True, editable=False)
    # Where it was first announced, when it has moved since.
    previous_start = models.DateTimeField(null=True, blank=True, editable=False)
    previous_venue = models.ForeignKey(
        Venue, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    series = models.ForeignKey(
        SessionSeries,
        verbose_name=_("series"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="sessions",
    )
    # The day the rule gave, wherever the session has moved since: a rule run again knows it.
    original_on = models.DateField(null=True, blank=True, editable=False)
    is_adjusted = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Somebody decided on this session by hand: its series leaves it alone."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("training session", "session")
        verbose_name_plural = pgettext_lazy("training session", "sessions")
        ordering = ["starts_at", "pk"]
        indexes = [
            # Catalogues ask for the coming or past sessions of the trainings anyone may see.
            models.Index(name="session_training_ends_at", fields=["training", "ends_at"])
        ]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A session ends after it starts."),
            ),
            models.CheckConstraint(
                name="session_capacity_positive",
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0),
                violation_error_message=_("The number of places is at least 1."),
            ),
            models.CheckConstraint(
                name="session_training_time_fits",
                condition=Q(training_time__isnull=True)
                | Q(
                    training_time__gt=timedelta(0),
                    training_time__lte=F("ends_at") - F("starts_at"),
                ),
                violation_error_message=_("Training hours are not longer than clock hours."),
            ),
            models.CheckConstraint(
                name="session_registration_closes_after_it_opens",
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                violation_error_message=_("Registration closes after it opens."),
            ),
            models.CheckConstraint(
                name="session_of_a_series_has_its_day",
                condition=Q(series__isnull=True) | Q(original_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="session_once_per_day_of_a_rule",
                fields=["series", "original_on"],
            ),
            models.UniqueConstraint(
                name="session_of_a_series_alone_on_its_day",
                fields=["series", "starts_on"],
                condition=Q(status=SessionStatus.SCHEDULED),
                violation_error_message=_("Another session of this series is on that day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training}, {date_format(self.starts_on, 'DATE_FORMAT')}"

    def save(self, *args, **kwargs) -> None:
        self._derive_instants()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        needed = (self.starts_on, self.start_time, self.end_time)
        if None in needed or self.time_zone not in available_time_zones():
            return  # told beside the field
        if self.ends_on is None:
            self.ends_on = self.starts_on
        for field, moment in {"start_time": self.local_start, "end_time": self.local_end}.items():
            if not exists_on_the_clock(moment):
                raise ValidationError(
                    {field: _("Clocks go forward that night: this hour does not exist.")}
                )
        self._derive_instants()
        # The constraints below say the same; here it stands beside its field.
        if self.ends_at <= self.starts_at:
            raise ValidationError({"end_time": _("A session ends after it starts.")})
        if self.training_time and self.training_time > self.ends_at - self.starts_at:
            raise ValidationError(
                {"training_time": _("Training hours are not longer than clock hours.")}
            )

    def _derive_instants(self) -> None:
        self.starts_at = self.local_start.astimezone(UTC)
        self.ends_at = self.local_end.astimezone(UTC)

    @property
    def local_start(self) -> datetime:
        """Aware, in the session's own zone."""
        return wall_clock(self.starts_on, self.start_time, self.time_zone)

    @property
    def local_end(self) -> datetime:
        return wall_clock(self.ends_on, self.end_time, self.time_zone)

    @property
    def is_cancelled(self) -> bool:
        return self.status == SessionStatus.CANCELLED

    @property
    def is_postponed(self) -> bool:
        return self.status == SessionStatus.POSTPONED

    @property
    def goes_ahead(self) -> bool:
        """Neither cancelled nor postponed."""
        return self.status == SessionStatus.SCHEDULED

    @property
    def is_moved(self) -> bool:
        """Whether it goes ahead on another day, at another hour or place than announced."""
        moved = self.previous_start is not None or self.previous_venue_id is not None
        return self.goes_ahead and moved

    @property
    def local_previous_start(self) -> datetime | None:
        """Aware, in the session's own zone."""
        start = self.previous_start
        return start.astimezone(ZoneInfo(self.time_zone)) if start else None

    @property
    def closes_at(self) -> datetime:
        """The last instant a registration is taken."""
        return min(self.registration_closes_at or self.starts_at, self.starts_at)

    def is_past(self, at: datetime) -> bool:
        return self.ends_at <= at

    def is_open(self, at: datetime) -> bool:
        """Whether registrations are taken at this instant, whatever the places left."""
        opened = self.registration_opens_at is None or self.registration_opens_at <= at
        return self.goes_ahead and opened and at < self.closes_at
