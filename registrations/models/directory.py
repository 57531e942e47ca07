"""What the directory knows of a partner service, beside the service itself."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from registrations.models.attendance import by_whom
from registrations.models.partners import PartnerService, search_key


class Contact(models.Model):
    """Somebody we know at a partner service (schema.org ContactPoint)."""

    partner = ParentalKey(PartnerService, on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80)
    function = models.CharField(_("function"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_primary = models.BooleanField(
        _("first to contact"), default=False, help_text=_("One of each service.")
    )
    left_on = models.DateField(
        _("left on"), null=True, blank=True, help_text=_("Is written to no more from then on.")
    )

    panels = [
        FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
        FieldPanel("function"),
        FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
        FieldRowPanel([FieldPanel("is_primary"), FieldPanel("left_on")]),
    ]

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-is_primary", "last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_first_contact_per_service",
                fields=["partner"],
                condition=Q(is_primary=True),
                violation_error_message=_("One contact of a service is the first."),
            ),
            models.CheckConstraint(
                name="first_contact_is_there",
                condition=Q(is_primary=False) | Q(left_on__isnull=True),
                violation_error_message=_("Who has left is not the first to contact."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class FormerName(models.Model):
    """A name the service had, or is also known by: typed in a form, it is recognised."""

    partner = ParentalKey(PartnerService, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(_("name"), max_length=160)
    search_key = models.CharField(max_length=200, editable=False, db_index=True)

    panels = [FieldPanel("name")]

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="former_name_once_per_service", fields=["partner", "search_key"]
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.search_key = search_key(self.name)[:200]
        super().save(*args, **kwargs)


class Neighbourhood(models.Model):
    """A part of town where the service works."""

    partner = ParentalKey(PartnerService, on_delete=models.CASCADE, related_name="neighbourhoods")
    name = models.CharField(_("name"), max_length=120)

    panels = [FieldPanel("name")]

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("neighbourhood")
        verbose_name_plural = _("neighbourhoods")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="neighbourhood_once_per_service", fields=["partner", "name"]
            )
        ]

    def __str__(self) -> str:
        return self.name


class PartnerMerge(models.Model):
    """Two rows that were one service; what moved, so that it can be undone for a while."""

    kept = models.ForeignKey(PartnerService, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(PartnerService, on_delete=models.CASCADE, related_name="+")
    # Primary keys by what they are of, and what the merged row was.
    moved = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    merged_at = models.DateTimeField(_("merged"))
    merged_by = by_whom()
    undone_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("merge of services")
        verbose_name_plural = _("merges of services")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="merged_once_at_a_time",
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(
                name="service_is_not_merged_into_itself", condition=~Q(kept=F("merged"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class DifferentServices(models.Model):
    """Two services that look alike and are not the same: they are not proposed again."""

    first = models.ForeignKey(PartnerService, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(PartnerService, on_delete=models.CASCADE, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("different services")
        verbose_name_plural = _("different services")
        constraints = [
            models.UniqueConstraint(name="different_services_once", fields=["first", "second"]),
            models.CheckConstraint(
                name="different_services_in_order", condition=Q(first__lt=F("second"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


class PartnerImport(models.Model):
    """A file of services between its first reading and the decision about it."""

    name = models.CharField(_("file"), max_length=120)
    content = models.BinaryField()
    read_at = models.DateTimeField()
    read_by = by_whom()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("import of services")
        verbose_name_plural = _("imports of services")
        ordering = ["-read_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"
