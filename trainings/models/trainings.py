"""The facts behind the pages: one row whatever the language."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from trainings import signals
from trainings.enums import SessionKind
from trainings.models.fields import LanguagesField
from trainings.models.funders import Funder
from trainings.models.themes import Audience, Theme


class Programme(models.Model):
    """Several trainings with one aim. Made with its first page, shared by its translations."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=255)
    is_indivisible = models.BooleanField(
        _("all sessions or none"),
        default=False,
        help_text=_("Who signs up takes part in every session to come."),
    )
    funders = models.ManyToManyField(
        Funder,
        verbose_name=_("funders"),
        blank=True,
        related_name="+",
        help_text=_("Mentioned on pages, mails, attendance sheets and attestations."),
    )

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name

    def copy(self, *, name: str) -> Programme:
        made = Programme.objects.create(name=name, is_indivisible=self.is_indivisible)
        made.funders.set(self.funders.all())
        return made


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
    themes = models.ManyToManyField(
        Theme, verbose_name=_("themes"), blank=True, related_name="trainings"
    )
    audiences = models.ManyToManyField(
        Audience, verbose_name=_("audiences"), blank=True, related_name="trainings"
    )
    languages = LanguagesField(
        _("spoken languages"), blank=True, help_text=_("In which one takes part.")
    )
    funders = models.ManyToManyField(
        Funder,
        verbose_name=_("funders"),
        blank=True,
        related_name="+",
        help_text=_("None: those of its programme."),
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

    def copy(self, *, name: str) -> Training:
        """A new training with the same settings; no session comes along."""
        own = {"id", "uid", "name"}
        fields = [field.attname for field in self._meta.concrete_fields]
        settings = {field: getattr(self, field) for field in fields if field not in own}
        made = Training.objects.create(name=name, **settings)
        made.themes.set(self.themes.all())
        made.audiences.set(self.audiences.all())
        made.funders.set(self.funders.all())
        signals.training_copied.send(Training, original=self, copy=made)
        return made
