"""The facts behind the pages: one row whatever the language."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from trainings.enums import SessionKind


class Programme(models.Model):
    """Several trainings with one aim. Made with its first page, shared by its translations."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=255)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name


class Training(models.Model):
    """What is taught. Made with its first page, shared by its translations and aliases.

    `name` and `programme` follow the first page: its title, and the programme it stands under.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=255)
    programme = models.ForeignKey(
        Programme,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
    )
    kind = models.CharField(
        _("kind of session"),
        max_length=30,
        choices=SessionKind,
        default=SessionKind.TRAINING_MORNING,
        help_text=_("Shown first in calendars: “Training morning – …”."),
    )
    is_discreet = models.BooleanField(
        _("discreet"),
        default=False,
        help_text=_("Shown in no calendar, catalogue or search; only people with the link see it."),
    )

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")

    def __str__(self) -> str:
        return self.name
