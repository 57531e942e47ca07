from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.enums import Origin
from registrations.models.partners import PartnerService

# No 0/O, 1/I/L: a reference is read over the phone.
REFERENCE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def make_reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _position in range(8))


class Registration(models.Model):
    """One booking: what one booker sent for one partner service (schema.org EventReservation)."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(
        _("reference"), max_length=8, unique=True, default=make_reference, editable=False
    )
    partner = models.ForeignKey(
        PartnerService,
        verbose_name=_("partner service"),
        on_delete=models.PROTECT,
        related_name="registrations",
    )
    booker_first_name = models.CharField(_("first name"), max_length=80)
    booker_last_name = models.CharField(_("last name"), max_length=80)
    # None of who came to the welcome desk without registration.
    booker_email = models.EmailField(_("e-mail address"), blank=True)
    booker_phone = models.CharField(_("phone"), max_length=40, blank=True)
    manager_email = models.EmailField(_("copy to"), blank=True)
    order_reference = models.CharField(_("order form or reference"), max_length=80, blank=True)
    may_name_partner = models.BooleanField(
        _("may be named"),
        null=True,  # not asked at the welcome desk
        help_text=_("Whether the service agrees to be named in the published list."),
    )
    wants_news = models.BooleanField(_("wants the next dates"), default=False)
    wants_contact = models.BooleanField(_("would like to be contacted"), default=False)
    keep_together = models.BooleanField(
        _("keep together"),
        default=False,
        help_text=_("All wait rather than be split when places run short."),
    )
    language = models.CharField(_("language"), max_length=12)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.FORM)
    # Both digests: the form's key bound to the browser that got it, and what it then sent.
    key = models.CharField(max_length=64, unique=True, editable=False)
    content_digest = models.CharField(max_length=64, editable=False)
    # Why the organiser went beyond the rules for it; they are told to nobody else.
    overruled = models.CharField(_("beyond the rules, because"), max_length=255, blank=True)
    # When held places without a name are given away.
    names_due_at = models.DateTimeField(_("names by"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("received"), editable=False, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        # The reference and nothing else: logs and histories keep this after erasure.
        return self.reference

    @property
    def booker_name(self) -> str:
        return f"{self.booker_first_name} {self.booker_last_name}"
