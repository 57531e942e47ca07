from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _

from registrations.enums import LIVING, ParticipationStatus, Quality
from registrations.models.registrations import Registration
from trainings.models import TrainingSession


class ParticipantQuerySet(models.QuerySet):
    def with_participations(self):
        """Fill `living`: each person's living participations, ranked, by date; one more query."""
        participations = (
            Participation.objects.living()
            .with_rank()
            .select_related("session__training", "session__venue", "session__previous_venue")
            .order_by("session__starts_at", "pk")
        )
        return self.prefetch_related(
            models.Prefetch("participations", queryset=participations, to_attr="living")
        )

    def with_history(self):
        """Fill `history`: each person's participations, ended ones included; one more query."""
        participations = (
            Participation.objects.with_rank()
            .select_related("session__training", "replaced_by__participant")
            .order_by("session__starts_at", "pk")
        )
        return self.prefetch_related(
            models.Prefetch("participations", queryset=participations, to_attr="history")
        )


class Participant(models.Model):
    """A named person of one registration; within it, the participant is the person."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="participants"
    )
    position = models.PositiveSmallIntegerField()
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    email = models.EmailField(_("e-mail address"), blank=True)
    function = models.CharField(_("function"), max_length=120)
    quality = models.CharField(
        _("comes as"), max_length=16, choices=Quality, default=Quality.PROFESSIONAL
    )
    language = models.CharField(_("language"), max_length=12)
    wish = models.TextField(_("question for the morning"), blank=True)
    on_participant_list = models.BooleanField(_("on the list of participants"), default=False)

    objects = ParticipantQuerySet.as_manager()

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["registration_id", "position"]
        constraints = [
            models.UniqueConstraint(
                name="participant_position_once", fields=["registration", "position"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}/{self.position}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def confirmed(self) -> list[Participation]:
        """Of `with_participations()`, those with a place."""
        return [one for one in self.living if one.status == ParticipationStatus.CONFIRMED]

    @property
    def waiting(self) -> list[Participation]:
        """Of `with_participations()`, those in a queue, each with its `rank`."""
        return [one for one in self.living if one.status == ParticipationStatus.WAITING]


class ParticipantNeeds(models.Model):
    """Meal and access needs, which may tell of health or belief: apart, and erased soon."""

    participant = models.OneToOneField(
        Participant, on_delete=models.CASCADE, primary_key=True, related_name="needs"
    )
    access = models.TextField(_("accessibility needs"), blank=True)
    wants_meal = models.BooleanField(_("stays for lunch"), null=True, blank=True)
    diet = models.CharField(_("dietary needs"), max_length=255, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("needs")
        verbose_name_plural = _("needs")

    def __str__(self) -> str:
        return str(self.participant_id)


class ParticipationQuerySet(models.QuerySet):
    def living(self):
        return self.filter(status__in=LIVING)

    def with_rank(self):
        """Annotate `rank`: 1 for the first who waits for that session; 0 with a place."""
        ahead = (
            Participation.objects.filter(
                session=OuterRef("session"),
                status=ParticipationStatus.WAITING,
                pk__lte=OuterRef("pk"),
            )
            .order_by()
            .values("session")
            .annotate(number=Count("pk"))
            .values("number")
        )
        waits = When(status=ParticipationStatus.WAITING, then=Subquery(ahead))
        return self.annotate(rank=Case(waits, default=0, output_field=models.IntegerField()))


class Participation(models.Model):
    """One person at one session: what is counted, queued, and later present and attested.

    The queue of a session is its waiting participations in primary-key order: they are made
    under the session's lock, so no clock is asked who came first.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="participations"
    )
    session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, related_name="participations"
    )
    status = models.CharField(_("state"), max_length=12, choices=ParticipationStatus)
    # The participant's address, normalised, so that a constraint can tell the same person.
    address = models.CharField(max_length=254, blank=True, editable=False)
    changed_at = models.DateTimeField(editable=False)
    # "I come", said since the session was last moved or restored.
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Why they cannot come, which may tell of health: erased with the needs.
    withdrawal_reason = models.TextField(blank=True, editable=False)
    # Who has the place now; a registration is erased as a whole.
    replaced_by = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaces",
    )

    objects = ParticipationQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["session_id", "pk"]
        indexes = [models.Index(name="participation_queue", fields=["session", "status", "id"])]
        constraints = [
            models.UniqueConstraint(
                name="one_living_participation_per_participant_and_session",
                fields=["participant", "session"],
                condition=Q(status__in=LIVING),
            ),
            models.UniqueConstraint(
                name="one_living_participation_per_address_and_session",
                fields=["session", "address"],
                condition=Q(status__in=LIVING) & ~Q(address=""),
            ),
            models.CheckConstraint(
                name="replaced_participation_names_its_replacement",
                condition=Q(status=ParticipationStatus.REPLACED, replaced_by__isnull=False)
                | (~Q(status=ParticipationStatus.REPLACED) & Q(replaced_by__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}@{self.session_id}"

    @property
    def is_living(self) -> bool:
        return self.status in LIVING

    @property
    def has_place(self) -> bool:
        return self.status == ParticipationStatus.CONFIRMED

    @property
    def saw_it_move(self) -> bool:
        """Whether the session has moved since this person signed up."""
        return self.sequence > 0 and self.session.is_moved
