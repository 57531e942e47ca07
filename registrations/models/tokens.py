from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.conf import conf
from registrations.enums import TokenPurpose
from registrations.models.participations import Participation
from registrations.models.partners import PartnerService
from registrations.models.registrations import Registration
from trainings.models import TrainingSession, wall_clock

#: These are for one person.
PERSONAL = (TokenPurpose.ANSWER, TokenPurpose.CALENDAR, TokenPurpose.PARTICIPANT)
#: These are for a day: who welcomes and who trains at one session.
OF_A_SESSION = (TokenPurpose.DESK, TokenPurpose.TRAINER)
#: The others are the booker's.

# What a page behind a link of each purpose needs to begin with. All of it at once would be a query
# that takes longer to write than to run.
RELATED = {
    TokenPurpose.MANAGE: ("registration__partner",),
    TokenPurpose.SERVICE: ("partner",),
    **dict.fromkeys(OF_A_SESSION, ("session__training__programme", "session__venue")),
    **dict.fromkeys(
        PERSONAL,
        (
            "participation__participant__registration__partner",
            "participation__session__training",
            "participation__session__venue",
        ),
    ),
}


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class AccessToken(models.Model):
    """A secret link, known by its SHA-256 only: 192 random bits leave nothing to guess."""

    purpose = models.CharField(max_length=12, choices=TokenPurpose)
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="tokens", null=True, blank=True
    )
    partner = models.ForeignKey(
        PartnerService, on_delete=models.CASCADE, related_name="tokens", null=True, blank=True
    )
    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    # The one that an answer is about; the one whose person may have a calendar address.
    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="tokens", null=True, blank=True
    )
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    # Of a link that has just been made, and nowhere else.
    secret = ""

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("secret link")
        verbose_name_plural = _("secret links")
        constraints = [
            models.CheckConstraint(
                name="personal_token_is_for_one_participation",
                condition=Q(purpose__in=PERSONAL, participation__isnull=False)
                | (~Q(purpose__in=PERSONAL) & Q(participation__isnull=True)),
            ),
            models.CheckConstraint(
                name="token_is_of_a_registration_a_service_or_a_session",
                condition=Q(
                    purpose=TokenPurpose.SERVICE,
                    partner__isnull=False,
                    registration__isnull=True,
                    session__isnull=True,
                )
                | Q(
                    purpose__in=OF_A_SESSION,
                    session__isnull=False,
                    partner__isnull=True,
                    registration__isnull=True,
                )
                | (
                    ~Q(purpose__in=[TokenPurpose.SERVICE, *OF_A_SESSION])
                    & Q(partner__isnull=True, registration__isnull=False, session__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.registration_id or self.partner_id or self.session_id}"

    @classmethod
    def to_manage(cls, registration: Registration, *, at: datetime) -> AccessToken:
        """A link by which the booker sees and changes a registration. Not saved."""
        return cls._make(
            registration, purpose=TokenPurpose.MANAGE, expires_at=at + conf.link_lifetime
        )

    @classmethod
    def for_answer(cls, participation: Participation, *, at: datetime) -> AccessToken:
        """A link by which whoever has it answers for one person about one session. Not saved.

        It opens until the day after the session, so that who comes late is told so.
        """
        over = participation.session.ends_at + timedelta(days=1)
        return cls._make(
            participation.participant.registration,
            purpose=TokenPurpose.ANSWER,
            participation=participation,
            expires_at=min(over, at + conf.link_lifetime),
        )

    @classmethod
    def for_calendar(cls, participation: Participation, *, at: datetime) -> AccessToken:
        """A link by which whoever has it makes, renews and revokes the person's calendar address.
        Not saved.

        It is for whoever reads the mailbox, so let nothing but a mail to that address carry it.
        """
        return cls._make(
            participation.participant.registration,
            purpose=TokenPurpose.CALENDAR,
            participation=participation,
            expires_at=at + conf.link_lifetime,
        )

    @classmethod
    def for_service(cls, partner: PartnerService, *, at: datetime) -> AccessToken:
        """A link by which whoever has it sees a service's people and answers for them. Not saved.

        Renew it by `domain.service_links`, so that a service has one at a time.
        """
        return cls._make(
            purpose=TokenPurpose.SERVICE, partner=partner, expires_at=at + conf.link_lifetime
        )

    @classmethod
    def for_participant(cls, participation: Participation, *, at: datetime) -> AccessToken:
        """A link to what one person keeps of a session: documents, evaluation, attestation. Not
        saved. It opens for years, since an employer may ask for the attestation late.
        """
        return cls._make(
            participation.participant.registration,
            purpose=TokenPurpose.PARTICIPANT,
            participation=participation,
            expires_at=at + conf.attestations_kept,
        )

    @classmethod
    def for_session(
        cls, session: TrainingSession, *, purpose: TokenPurpose, at: datetime
    ) -> AccessToken:
        """A link for who welcomes (DESK) or trains (TRAINER) at a session, until its last day is
        over on the clock there. Not saved; renew it by `domain.day_links`.
        """
        over = wall_clock(session.ends_on + timedelta(days=1), time.min, session.time_zone)
        return cls._make(purpose=purpose, session=session, expires_at=over)

    def saved(self) -> str:
        """Save it and return its secret, which is not stored and cannot be read again."""
        self.save()
        return self.secret

    def change_secret(self) -> str:
        """Another secret for the same link; the one before opens nothing any more."""
        self._take_secret()
        self.save(update_fields=["digest"])
        return self.secret

    def _take_secret(self) -> None:
        self.secret = secrets.token_urlsafe(24)
        self.digest = digest(self.secret)

    @classmethod
    def _make(cls, registration: Registration | None = None, **fields: Any) -> AccessToken:
        link = cls(registration=registration, **fields)
        link._take_secret()
        return link

    @classmethod
    def find(cls, token: str, *, purpose: TokenPurpose, at: datetime) -> AccessToken | None:
        """The living row of a secret; None for an unknown, expired, revoked or foreign one."""
        return (
            cls.objects.select_related(*RELATED[purpose])
            .filter(
                digest=digest(token),
                purpose=purpose,
                expires_at__gt=at,
                revoked_at__isnull=True,
            )
            .first()
        )
