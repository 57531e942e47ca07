from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registrations.enums import CAME, LIVING, SEATED, ParticipationStatus, PresenceState, Quality
from registrations.models.registrations import Registration
from registrations.models.rules import Workshop
from trainings.models import TrainingSession


class ParticipantQuerySet(models.QuerySet):
    def with_participations(self):
        """Fill `living`: each person's living participations, ranked, by date; one more query."""
        participations = (
            Participation.objects.living()
            .with_rank()
            .select_related(
                "session__training", "session__venue", "session__previous_venue", "workshop"
            )
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
    """A person of one registration; within it, the participant is the person.

    Without a name it is a place held for somebody still to be named.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="participants"
    )
    position = models.PositiveSmallIntegerField()
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    function = models.CharField(_("function"), max_length=120, blank=True)
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
            ),
            # The other half of a name, and an address, are somebody's.
            models.CheckConstraint(
                name="participant_has_a_whole_name_or_none",
                condition=(~Q(first_name="") & ~Q(last_name=""))
                | Q(first_name="", last_name="", email=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}/{self.position}"

    @property
    def is_named(self) -> bool:
        return bool(self.last_name)

    @property
    def name(self) -> str:
        if not self.is_named:
            return gettext("Place %(number)d, without a name yet") % {"number": self.position}
        return f"{self.first_name} {self.last_name}"

    @property
    def confirmed(self) -> list[Participation]:
        """Of `with_participations()`, those with a place."""
        return self._in_state(ParticipationStatus.CONFIRMED)

    @property
    def offered(self) -> list[Participation]:
        """Of `with_participations()`, those whose place waits for an answer."""
        return self._in_state(ParticipationStatus.OFFERED)

    @property
    def pending(self) -> list[Participation]:
        """Of `with_participations()`, those the organiser has still to confirm."""
        return self._in_state(ParticipationStatus.PENDING)

    @property
    def waiting(self) -> list[Participation]:
        """Of `with_participations()`, those in a queue, each with its `rank`."""
        return self._in_state(ParticipationStatus.WAITING)

    def _in_state(self, state: ParticipationStatus) -> list[Participation]:
        return [one for one in self.living if one.status == state]


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

    def seated(self):
        """Those who take a place: it is theirs or offered to them."""
        return self.filter(status__in=SEATED)

    def came(self):
        """Those who were there, be it for a part."""
        return self.filter(presence__in=CAME)

    def waiting(self):
        """The queue, first come first."""
        return self.filter(status=ParticipationStatus.WAITING).order_by("arrived_at", "pk")

    def with_rank(self):
        """Annotate `rank`: 1 for the first who waits for that session; 0 with a place."""
        came_before = Q(arrived_at__lt=OuterRef("arrived_at")) | Q(
            arrived_at=OuterRef("arrived_at"), pk__lte=OuterRef("pk")
        )
        ahead = (
            Participation.objects.filter(
                came_before, session=OuterRef("session"), status=ParticipationStatus.WAITING
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

    The queue of a session is its waiting participations by time of arrival, then by primary
    key. What comes in by the form arrives after all others, whatever the clock of its process:
    it is made under the session's lock.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="participations"
    )
    session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, related_name="participations"
    )
    status = models.CharField(_("state"), max_length=16, choices=ParticipationStatus)
    # The participant's address, normalised, so that a constraint can tell the same person.
    address = models.CharField(max_length=254, blank=True, editable=False)
    changed_at = models.DateTimeField(editable=False)
    arrived_at = models.DateTimeField(_("arrived"), editable=False)
    # Until when a place that is offered waits for an answer.
    offer_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    workshop = models.ForeignKey(
        Workshop, on_delete=models.PROTECT, null=True, blank=True, related_name="participations"
    )
    first_choice = models.ForeignKey(
        Workshop, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_choice = models.ForeignKey(
        Workshop, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # "I come", said since the session was last moved or restored.
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Why they cannot come, which may tell of health: erased with the needs.
    withdrawal_reason = models.TextField(blank=True, editable=False)
    # Why the organiser refused, as it was written to them.
    refusal_reason = models.TextField(blank=True, editable=False)
    # Who has the place now; a registration is erased as a whole.
    replaced_by = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaces",
    )

    # What the half-days of the sheet come to: `domain.attendance` writes both.
    presence = models.CharField(
        _("presence"), max_length=8, choices=PresenceState, blank=True, editable=False
    )
    # Training time that was really attended.
    attended = models.DurationField(_("hours attended"), null=True, blank=True, editable=False)
    # That they answered, not what: the answers know nobody.
    has_evaluated = models.BooleanField(default=False, editable=False)

    objects = ParticipationQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["session_id", "pk"]
        permissions = [("record_presence", "Can record who is present")]
        indexes = [
            models.Index(
                name="participation_queue", fields=["session", "status", "arrived_at", "id"]
            ),
            # Figures of a programme or a year ask who came.
            models.Index(name="participation_presence", fields=["session", "presence"]),
            # What ends by itself is looked for every few minutes.
            models.Index(
                name="participation_offer_ends",
                fields=["offer_ends_at"],
                condition=Q(status=ParticipationStatus.OFFERED),
            ),
        ]
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
            models.CheckConstraint(
                name="offer_has_an_end",
                condition=Q(status=ParticipationStatus.OFFERED, offer_ends_at__isnull=False)
                | (~Q(status=ParticipationStatus.OFFERED) & Q(offer_ends_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="presence_is_of_a_place",
                condition=Q(presence="") | Q(status=ParticipationStatus.CONFIRMED),
            ),
            models.CheckConstraint(
                name="hours_are_of_who_came",
                condition=Q(presence__in=CAME, attended__isnull=False)
                | (~Q(presence__in=CAME) & Q(attended__isnull=True)),
            ),
            models.CheckConstraint(
                name="workshop_is_of_a_place",
                condition=Q(workshop__isnull=True) | Q(status__in=SEATED),
            ),
            models.CheckConstraint(
                name="second_choice_is_another",
                condition=Q(second_choice__isnull=True)
                | (Q(first_choice__isnull=False) & ~Q(second_choice=models.F("first_choice"))),
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
    def came(self) -> bool:
        return self.presence in CAME

    @property
    def saw_it_move(self) -> bool:
        """Whether the session has moved since this person signed up."""
        return self.sequence > 0 and self.session.is_moved
