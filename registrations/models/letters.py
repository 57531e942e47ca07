from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from trainings.models import TranslatedTextField


class Letter(models.Model):
    """What the organiser wrote to many, each under a mail of their own.

    `key` is of the form it was written in, so that a form sent twice writes once.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    subject = TranslatedTextField(_("subject"), max_length=150)
    body = TranslatedTextField(_("text"), multiline=True, max_length=10_000)
    # Whom it was for, as it was chosen: `domain.letters` reads it.
    readers = models.JSONField(
        _("readers"), default=dict, encoder=DjangoJSONEncoder, editable=False
    )
    # Something they have to know in order to take part; it cannot be declined.
    is_needed = models.BooleanField(default=False, editable=False)
    written_at = models.DateTimeField(_("written"), editable=False, db_index=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-written_at", "-pk"]

    def __str__(self) -> str:
        return str(self.subject)


class OptOut(models.Model):
    """An address that is written to only about what its people are registered for."""

    # Normalised as `domain.people.normalised_address` does.
    address = models.CharField(_("e-mail address"), max_length=254, unique=True)
    since = models.DateTimeField(_("since"), editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("address that declined")
        verbose_name_plural = _("addresses that declined")
        ordering = ["-since", "-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"
