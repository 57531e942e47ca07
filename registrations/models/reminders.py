from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.enums import MessageKind, Moment, ParticipationStatus
from registrations.models.rules import SignUpRules
from trainings.models import TrainingSession, wall_clock

#: No mail is due further from its session than this, in days.
FURTHEST = 60
#: On the clock of the session's own place.
HOUR = time(9, 0)


class Distance(NamedTuple):
    """How far from a session a mail is due, and to its people of which state."""

    days: int
    moment: str = Moment.BEFORE
    status: str = ParticipationStatus.CONFIRMED

    @property
    def kind(self) -> MessageKind:
        """Which message it is."""
        if self.moment == Moment.AFTER:
            return MessageKind.THANKS
        if self.status == ParticipationStatus.WAITING:
            return MessageKind.STILL_WAITING
        return MessageKind.REMINDER

    @classmethod
    def of_kind(cls, kind: str, *, days: int) -> Distance:
        """The distance whose `kind` that is."""
        return cls(
            days,
            Moment.AFTER if kind == MessageKind.THANKS else Moment.BEFORE,
            ParticipationStatus.WAITING
            if kind == MessageKind.STILL_WAITING
            else ParticipationStatus.CONFIRMED,
        )

    def due_at(self, session: TrainingSession) -> datetime:
        """At the same hour on the wall, whatever summer time does in between."""
        if self.moment == Moment.AFTER:
            on = session.ends_on + timedelta(days=self.days)
        else:
            on = session.starts_on - timedelta(days=self.days)
        return wall_clock(on, HOUR, session.time_zone)


#: To whom a mail may go.
READERS = [
    (ParticipationStatus.CONFIRMED, _("who has a place")),
    (ParticipationStatus.WAITING, _("who waits")),
]

#: What holds where an organiser has set no rules.
USUAL = (Distance(2),)
#: What an organiser who sets rules finds filled in.
PROPOSED = (*USUAL, Distance(1, Moment.AFTER))


class Reminder(models.Model):
    """A mail due so many days before or after a session, to its people of one state."""

    rules = models.ForeignKey(SignUpRules, on_delete=models.CASCADE, related_name="reminders")
    days = models.PositiveSmallIntegerField(
        _("days"), validators=[MinValueValidator(1), MaxValueValidator(FURTHEST)]
    )
    moment = models.CharField(_("when"), max_length=8, choices=Moment, default=Moment.BEFORE)
    status = models.CharField(
        _("to whom"),
        max_length=16,
        choices=READERS,
        default=ParticipationStatus.CONFIRMED,
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["moment", "-days", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_reminder_per_day_and_state", fields=["rules", "moment", "days", "status"]
            ),
            models.CheckConstraint(
                name="nobody_waits_for_what_is_over",
                condition=~Q(moment=Moment.AFTER, status=ParticipationStatus.WAITING),
            ),
            models.CheckConstraint(
                name="reminder_is_due_on_a_day", condition=Q(days__gte=1, days__lte=FURTHEST)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days} {self.moment} {self.status}"

    @property
    def distance(self) -> Distance:
        return Distance(self.days, self.moment, self.status)
