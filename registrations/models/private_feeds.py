from __future__ import annotations

from uuid import UUID, uuid5

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.models.partners import PartnerService

NAMESPACE = UUID("6292978a-a5bd-4148-8852-25b62aef8576")
Holder = str | PartnerService  # the address of a person, normalised, or a service


class PrivateFeedQuerySet(models.QuerySet):
    def of(self, holder: Holder):
        """Every one this holder ever had."""
        if isinstance(holder, PartnerService):
            return self.filter(partner=holder)
        return self.filter(partner=None, address=holder)

    def living(self):
        return self.filter(revoked_at=None)


class PrivateFeed(models.Model):
    """A secret calendar address, known by its SHA-256 only, of one person or one service.

    Revoked rows stay, so that calendars which still ask are told that it will not come back.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    # As `Participation.address`: across registrations the address is the person.
    address = models.CharField(max_length=254, blank=True, editable=False)
    partner = models.ForeignKey(
        PartnerService,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="private_feeds",
    )
    made_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PrivateFeedQuerySet.as_manager()

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("private calendar address")
        verbose_name_plural = _("private calendar addresses")
        constraints = [
            models.CheckConstraint(
                name="private_feed_is_of_a_person_or_a_service",
                condition=(~Q(address="") & Q(partner__isnull=True))
                | Q(address="", partner__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_living_private_feed_per_address",
                fields=["address"],
                condition=Q(revoked_at__isnull=True) & ~Q(address=""),
            ),
            models.UniqueConstraint(
                name="one_living_private_feed_per_service",
                fields=["partner"],
                condition=Q(revoked_at__isnull=True, partner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def uid(self) -> UUID:
        """By which a calendar knows this one again; tells nothing of its secret."""
        return uuid5(NAMESPACE, self.digest)

    @property
    def holder(self) -> Holder:
        return self.partner or self.address
