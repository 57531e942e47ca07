from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from trainings.models.fields import TranslatedTextField


class Funder(models.Model):
    """Who supports trainings, and how it asks to be mentioned (schema.org funder)."""

    name = models.CharField(_("name"), max_length=120)
    mention = TranslatedTextField(
        _("mention"),
        max_length=255,
        blank=True,
        help_text=_("As it is to be written: “With the support of …”."),
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    panels = [FieldPanel("name"), FieldPanel("mention"), FieldPanel("logo")]

    class Meta:
        verbose_name = _("funder")
        verbose_name_plural = _("funders")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
