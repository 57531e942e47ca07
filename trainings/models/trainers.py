from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from trainings.models.fields import TranslatedTextField


class Trainer(index.Indexed, models.Model):
    """Who teaches, with the public role and the body the trainer comes from."""

    name = models.CharField(_("name"), max_length=120)
    role = TranslatedTextField(_("role"), blank=True, help_text=_("As shown to the public."))
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)

    panels = [FieldPanel("name"), FieldPanel("role"), FieldPanel("organisation")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation})" if self.organisation else self.name
