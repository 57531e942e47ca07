from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from trainings.models.fields import TranslatedTextField


class Theme(models.Model):
    """What trainings are about, for those who look for one (schema.org about)."""

    name = TranslatedTextField(_("name"), max_length=80)
    slug = models.SlugField(
        _("in addresses"), unique=True, help_text=_("Letters, digits and hyphens; keep it.")
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)
