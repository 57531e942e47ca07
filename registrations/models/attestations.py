"""What a person shows their employer: that they took part, how long, and how to check it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from registrations.models.attendance import by_whom
from registrations.models.attestation_facts import AttestationFacts
from registrations.models.participations import Participant, Participation
from registrations.models.partners import PartnerService
from registrations.models.registrations import REFERENCE_LETTERS
from trainings.models import Programme, Training, TrainingSession


def make_code() -> str:
    """Verification code, in groups of four: 59 random bits, read from paper."""
    letters = [secrets.choice(REFERENCE_LETTERS) for _position in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


class Attestation(models.Model):
    """Of one session, or of all the sessions of a training or programme together.

    `facts` is what it says, as it was when it was issued, in the person's language: what is
    renamed later changes no attestation. It is never edited: it is withdrawn, and another issued.
    """

    # "2027-000123", by year of issue and without gaps within it.
    number = models.CharField(_("number"), max_length=16, unique=True, editable=False)
    code = models.CharField(
        _("verification code"), max_length=14, unique=True, default=make_code, editable=False
    )
    # In the registration of its first session.
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="attestations"
    )
    session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, null=True, related_name="attestations"
    )
    training = models.ForeignKey(Training, on_delete=models.PROTECT, null=True, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=12)
    attended = models.DurationField(_("hours attended"))
    facts = models.JSONField(encoder=DjangoJSONEncoder)
    issued_at = models.DateTimeField(_("issued"), db_index=True)
    issued_by = by_whom()
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="attestation_is_of_a_session_a_training_or_a_programme",
                condition=Q(session__isnull=False, training__isnull=True, programme__isnull=True)
                | Q(session__isnull=True, training__isnull=False, programme__isnull=True)
                | Q(session__isnull=True, training__isnull=True, programme__isnull=False),
            ),
            models.CheckConstraint(
                name="attestation_has_hours", condition=Q(attended__gt=timedelta(0))
            ),
            *(
                models.UniqueConstraint(
                    name=f"one_valid_attestation_per_person_and_{of}",
                    fields=["participant", of],
                    condition=Q(withdrawn_at__isnull=True) & Q(**{f"{of}__isnull": False}),
                )
                for of in ("session", "training", "programme")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None

    @cached_property
    def said(self) -> AttestationFacts:
        return AttestationFacts.read(self.facts)


class AttestedParticipation(models.Model):
    """What an attestation rests on: a presence, and the hours it had then."""

    attestation = models.ForeignKey(Attestation, on_delete=models.CASCADE, related_name="lines")
    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="attested"
    )
    attended = models.DurationField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attested participation")
        verbose_name_plural = _("attested participations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="participation_attested_once_by_each", fields=["attestation", "participation"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attestation_id} {self.participation_id}"


class LastNumber(models.Model):
    """The last number given to an attestation in a year.

    A row of its own, so that two sessions closed at once have something to lock, and that no
    number comes back when an attestation is erased with its person.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    number = models.PositiveIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("last number")
        verbose_name_plural = _("last numbers")

    def __str__(self) -> str:
        return f"{self.year}-{self.number:06}"


class AttestationBundle(models.Model):
    """Attestations as one file, made in the background: of a session, or of a service in a year,
    or of a service in a session.

    `content` is a ZIP, there when it is finished without a fault.
    """

    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, null=True, related_name="attestation_bundles"
    )
    partner = models.ForeignKey(
        PartnerService, on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Of sessions that began in it.
    year = models.PositiveSmallIntegerField(null=True)
    asked_at = models.DateTimeField()
    asked_by = by_whom()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    # Who works at it says so again and again; somebody else goes on when it stays silent.
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=255, blank=True)
    content: Any = models.BinaryField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("file of attestations")
        verbose_name_plural = _("files of attestations")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="bundle_is_of_a_session_or_of_a_service_in_a_year",
                condition=Q(session__isnull=False, year__isnull=True)
                | Q(session__isnull=True, partner__isnull=False, year__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
