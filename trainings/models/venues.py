from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index

from trainings.models.fields import TranslatedTextField, WebAddressField


class Venue(index.Indexed, models.Model):
    """A place where sessions are held (schema.org Place)."""

    name = models.CharField(
        _("name"), max_length=120, help_text=_("For example the building and the room.")
    )
    street_address = models.CharField(_("street and number"), max_length=255, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    municipality = models.CharField(_("municipality"), max_length=120)
    map_url = WebAddressField(_("link to a map"), blank=True)
    public_transport = TranslatedTextField(
        _("by bus and train"), blank=True, multiline=True, max_length=600
    )
    parking = TranslatedTextField(_("parking"), blank=True, multiline=True, max_length=600)
    accessibility = TranslatedTextField(
        _("access for people with reduced mobility"), blank=True, multiline=True, max_length=600
    )
    changed_at = models.DateTimeField(editable=False, default=timezone.now)

    panels = [
        FieldPanel("name"),
        FieldPanel("street_address"),
        FieldRowPanel([FieldPanel("postal_code"), FieldPanel("municipality")]),
        FieldPanel("map_url"),
        MultiFieldPanel(
            [
                FieldPanel("public_transport"),
                FieldPanel("parking"),
                FieldPanel("accessibility"),
            ],
            heading=_("Getting there"),
        ),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("municipality"),
        index.AutocompleteField("municipality"),
    ]

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["municipality", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.municipality}"

    def save(self, *args, **kwargs) -> None:
        # Calendars show the address: a corrected one is news for every session held here.
        self.changed_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def address(self) -> str:
        """One line, as on an envelope; used in calendars and mails."""
        town = f"{self.postal_code} {self.municipality}".strip()
        return ", ".join(part for part in (self.name, self.street_address, town) if part)
