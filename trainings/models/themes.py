"""What trainings are about and whom they are for: short lists that editors keep."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from trainings.models.fields import TranslatedTextField


class Label(models.Model):
    """A name in each language, and one in addresses that stays when the others change."""

    name = TranslatedTextField(_("name"), max_length=80)
    slug = models.SlugField(
        _("in addresses"), unique=True, help_text=_("Letters, digits and hyphens; keep it.")
    )

    class Meta:
        abstract = True
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)


class Theme(Label):
    """What trainings are about, for those who look for one (schema.org about)."""

    class Meta(Label.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class Audience(Label):
    """For whom trainings are, as they are looked for (schema.org audience)."""

    class Meta(Label.Meta):
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
