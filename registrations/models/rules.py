"""How places are shared: rules an organiser sets for a training, or for one session apart."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.enums import Promotion
from registrations.models.partners import PartnerService, ServiceKind
from trainings.models import Training, TrainingSession, TranslatedTextField, wall_clock

NOON = time(12, 0)
POSITIVE = MinValueValidator(1)
AT_MOST_A_YEAR = MaxValueValidator(365)


def days_before(label: Any, **options: Any) -> models.PositiveSmallIntegerField:
    """So many days before the session, at the hour of `deadline_time`."""
    return models.PositiveSmallIntegerField(
        label, null=True, blank=True, validators=[AT_MOST_A_YEAR], **options
    )


def filled(session: TrainingSession, values: Mapping[str, Any]) -> TrainingSession:
    """A copy with these columns; without the deadlines where they would contradict each other."""
    after = copy(session)
    for name, value in values.items():
        setattr(after, name, value)
    opens, closes = after.registration_opens_at, after.registration_closes_at
    if opens is not None and closes is not None and closes <= opens:
        after.registration_opens_at = session.registration_opens_at
        after.registration_closes_at = session.registration_closes_at
    return after


class SignUpRulesQuerySet(models.QuerySet):
    def complete(self):
        """With all that hangs from them, in a constant number of queries."""
        caps = models.Prefetch("caps", ServiceCap.objects.select_related("kind"))
        return self.prefetch_related("priority_kinds", "quotas__kinds", caps)


class SignUpRules(models.Model):
    """Of one training, or of one session that has its own: these then count alone.

    Without a row nothing is limited but the places of the session; the defaults here are what
    an organiser finds filled in.
    """

    training = models.OneToOneField(
        Training, on_delete=models.CASCADE, null=True, editable=False, related_name="sign_up_rules"
    )
    session = models.OneToOneField(
        TrainingSession,
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        related_name="sign_up_rules",
    )
    # Given to a new session that says nothing else: the session's own columns are what counts.
    capacity = models.PositiveIntegerField(
        _("places"),
        null=True,
        blank=True,
        default=20,
        validators=[POSITIVE],
        help_text=_("Of a new session. Empty: as many as come."),
    )
    opens_days_before = days_before(
        _("registration opens"),
        help_text=_("Days before the session. Empty: at once."),
    )
    closes_days_before = days_before(
        _("registration closes"),
        default=7,
        help_text=_("Days before the session. Empty: when it starts."),
    )
    deadline_time = models.TimeField(
        _("at what time"), default=NOON, help_text=_("Of all these days.")
    )
    withdraw_days_before = days_before(
        _("withdrawal until"),
        help_text=_(
            "Days before the session. Later it is possible still, and marked as late. "
            "Empty: until it starts."
        ),
    )

    per_service = models.PositiveSmallIntegerField(
        _("people per service"),
        null=True,
        blank=True,
        default=2,
        validators=[POSITIVE],
        help_text=_("In one session; more may wait. Empty: no limit."),
    )
    quotas_days_before = days_before(
        _("kept until"),
        default=14,
        help_text=_("Days before the session; then they are for everybody. Empty: to the end."),
    )
    priority_kinds = models.ManyToManyField(
        ServiceKind,
        verbose_name=_("first come"),
        blank=True,
        related_name="+",
        help_text=_("Until the date below, services of other kinds wait."),
    )
    priority_days_before = days_before(
        _("priority until"),
        default=14,
        help_text=_("Days before the session. Empty: to the end."),
    )

    has_waiting_list = models.BooleanField(
        _("waiting list"), default=True, help_text=_("Else nobody signs up for a full session.")
    )
    promotion = models.CharField(
        _("when a place is free"), max_length=8, choices=Promotion, default=Promotion.OFFER
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("time to answer an offer"),
        default=16,
        validators=[POSITIVE, MaxValueValidator(80)],
        help_text=_("Working hours, Monday to Friday from 9 to 17; less when the session is near."),
    )
    lets_in_walk_ins = models.BooleanField(
        _("who comes without registration is let in"),
        default=True,
        help_text=_("At the welcome desk. Of a full session, the desk decides."),
    )
    needs_approval = models.BooleanField(
        _("we confirm each registration"),
        default=False,
        help_text=_("Until then it is to be confirmed, and takes no place."),
    )
    min_participants = models.PositiveIntegerField(
        _("minimum number of participants"),
        null=True,
        blank=True,
        validators=[POSITIVE],
        help_text=_("Empty: the session takes place whoever comes."),
    )
    decides_days_before = days_before(
        _("decided"),
        default=5,
        help_text=_("Days before the session, whether it takes place."),
    )
    may_hold = models.PositiveSmallIntegerField(
        _("places without names"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("That a service may hold at once, such as a school for a class. 0: none."),
    )
    names_days_before = days_before(
        _("names by"),
        default=14,
        help_text=_("Days before the session; places without a name are then given away."),
    )

    objects = SignUpRulesQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("registration rules")
        verbose_name_plural = _("registration rules")
        constraints = [
            models.CheckConstraint(
                name="rules_are_of_a_training_or_of_a_session",
                condition=Q(training__isnull=False, session__isnull=True)
                | Q(training__isnull=True, session__isnull=False),
            ),
            models.CheckConstraint(
                name="rules_open_before_they_close",
                condition=Q(opens_days_before__isnull=True)
                | Q(closes_days_before__isnull=True)
                | Q(opens_days_before__gt=models.F("closes_days_before")),
                violation_error_message=_("Registration closes after it opens."),
            ),
            models.CheckConstraint(
                name="rules_held_places_are_named_some_day",
                condition=Q(may_hold=0) | Q(names_days_before__isnull=False),
                violation_error_message=_("Say by when the names are needed."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.training or self.session)

    @classmethod
    def none(cls) -> SignUpRules:
        """What holds where nobody has set anything; never saved."""
        return cls(capacity=None, per_service=None, closes_days_before=None)

    @transaction.atomic
    def copy_to(self, training: Training) -> SignUpRules:
        """The same rules for another training, which has none yet."""
        own = {"id", "training_id", "session_id"}
        fields = [field.attname for field in self._meta.concrete_fields]
        said = {name: getattr(self, name) for name in fields if name not in own}
        made = SignUpRules.objects.create(training=training, **said)
        made.priority_kinds.set(self.priority_kinds.all())
        for quota in self.quotas.all():
            made.quotas.create(places=quota.places).kinds.set(quota.kinds.all())
        for cap in self.caps.all():
            made.caps.create(kind_id=cap.kind_id, partner_id=cap.partner_id, places=cap.places)
        for one in self.reminders.all():
            made.reminders.create(days=one.days, moment=one.moment, status=one.status)
        return made

    def given_to(self, session: TrainingSession) -> dict[str, Any]:
        """What a session that says nothing else has in columns of its own."""
        return {
            "capacity": self.capacity,
            "registration_opens_at": self.moment(session, self.opens_days_before),
            "registration_closes_at": self.moment(session, self.closes_days_before),
        }

    def moment(self, session: TrainingSession, days: int | None) -> datetime | None:
        """That many days before a session, at the hour of these rules on the clock there."""
        if days is None:
            return None
        on = session.starts_on - timedelta(days=days)
        return wall_clock(on, self.deadline_time, session.time_zone)

    def withdraw_until(self, session: TrainingSession) -> datetime:
        """Until when one withdraws in time."""
        return self.before_start(session, self.withdraw_days_before)

    def quotas_until(self, session: TrainingSession) -> datetime:
        return self.before_start(session, self.quotas_days_before)

    def priority_until(self, session: TrainingSession) -> datetime:
        return self.before_start(session, self.priority_days_before)

    def names_until(self, session: TrainingSession) -> datetime:
        return self.before_start(session, self.names_days_before)

    def may_hold_at(self, session: TrainingSession, *, at: datetime) -> int:
        """Places without names a service may have then: none when the names are due already."""
        return self.may_hold if at < self.names_until(session) else 0

    def decided_at(self, session: TrainingSession) -> datetime:
        return self.before_start(session, self.decides_days_before)

    def before_start(self, session: TrainingSession, days: int | None) -> datetime:
        """Of day 0, an hour after the start is the start."""
        moment = self.moment(session, days)
        return min(moment, session.starts_at) if moment else session.starts_at


class KindQuota(models.Model):
    """Places of a session kept for some kinds of service."""

    rules = models.ForeignKey(SignUpRules, on_delete=models.CASCADE, related_name="quotas")
    kinds = models.ManyToManyField(ServiceKind, verbose_name=_("kinds of service"))
    places = models.PositiveIntegerField(_("places"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("kept places")
        verbose_name_plural = _("kept places")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.places}"


class ServiceCap(models.Model):
    """How many people a kind of service, or one service, may have instead of the usual number."""

    rules = models.ForeignKey(SignUpRules, on_delete=models.CASCADE, related_name="caps")
    kind = models.ForeignKey(
        ServiceKind,
        verbose_name=_("kind of service"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
    )
    partner = models.ForeignKey(
        PartnerService,
        verbose_name=_("partner service"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
    )
    places = models.PositiveSmallIntegerField(
        _("people"), null=True, blank=True, help_text=_("Empty: no limit. 0: nobody.")
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="cap_is_of_a_kind_or_of_a_service",
                condition=Q(kind__isnull=False, partner__isnull=True)
                | Q(kind__isnull=True, partner__isnull=False),
                violation_error_message=_("Choose a kind of service or one service, not both."),
            ),
            models.UniqueConstraint(
                name="one_cap_per_kind",
                fields=["rules", "kind"],
                violation_error_message=_("This kind of service has its number already."),
            ),
            models.UniqueConstraint(
                name="one_cap_per_service",
                fields=["rules", "partner"],
                violation_error_message=_("This service has its number already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id or self.kind_id}"


class SessionConfirmation(models.Model):
    """The organiser's word that a session takes place, though fewer than the minimum come."""

    session = models.OneToOneField(
        TrainingSession, on_delete=models.CASCADE, related_name="confirmation"
    )
    confirmed_at = models.DateTimeField(editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("confirmation of a session")
        verbose_name_plural = _("confirmations of sessions")

    def __str__(self) -> str:
        return str(self.session)


class Workshop(models.Model):
    """One of the workshops held at the same time during a session; one chooses among them."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="workshops")
    title = TranslatedTextField(_("title"))
    room = models.CharField(_("room"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(
        _("places"),
        null=True,
        blank=True,
        validators=[POSITIVE],
        help_text=_("Empty: as many as come."),
    )
    sort_order = models.PositiveIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.title)
