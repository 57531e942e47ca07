from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.enums import MessageKind
from registrations.models.letters import Letter
from registrations.models.participations import Participant
from registrations.models.registrations import Registration


class OutgoingEmail(models.Model):
    """One mail to one address: the outbox row, written in the transaction of the act.

    `key` is unique, so an act repeated queues nothing twice; `message_id` is set once, so a
    repeat after a crash can be told from a second mail (RFC 5322 §3.6.4).
    """

    key = models.CharField(max_length=120, unique=True, editable=False)
    kind = models.CharField(_("message"), max_length=16, choices=MessageKind)
    # None of a mail to the organiser.
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="emails", null=True, blank=True
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="emails", null=True, blank=True
    )
    # What somebody of the organiser wrote to many.
    letter = models.ForeignKey(
        Letter, on_delete=models.CASCADE, related_name="emails", null=True, blank=True
    )
    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=12)
    message_id = models.CharField(max_length=255, unique=True, editable=False)
    # Filled in when it is first tried: the same words go out at each attempt.
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # What was done, as it was when it was done: the mail leaves later, and others may follow.
    facts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder, editable=False)
    # One iTIP object a session (RFC 5546 §3.2.2); the first also stands beside the text.
    calendars = models.JSONField(default=list, blank=True)

    queued_at = models.DateTimeField(_("queued"), db_index=True)
    due_at = models.DateTimeField(_("due"))
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("the server's answer"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, db_index=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)

    # What the mails of one batch have read together, while they are composed.
    reading: Any = None

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-queued_at", "-pk"]
        indexes = [
            # What is still to leave is looked for every few seconds, among years of what has left.
            models.Index(
                name="email_to_send",
                fields=["due_at", "id"],
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="email_sent_or_given_up",
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def state(self) -> str:
        if self.sent_at:
            return str(_("sent"))
        return str(_("failed")) if self.failed_at else str(_("waiting"))
