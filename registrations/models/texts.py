from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin

from registrations.enums import MessageKind


class MessageText(RevisionMixin, models.Model):
    """What an editor says in a message instead of the words that ship with it.

    What is empty is as it ships. The sentence that tells what was done is never edited: a text
    holds for every case of a message, and must not contradict one of them.
    """

    kind = models.CharField(_("message"), max_length=16, choices=MessageKind, editable=False)
    language = models.CharField(_("language"), max_length=12, editable=False)
    # Placeholders under their code name, such as {title}, whatever the language shows.
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    opening = models.TextField(_("before the details"), max_length=5_000, blank=True)
    closing = models.TextField(_("after the details"), max_length=5_000, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(
                name="one_text_per_message_and_language", fields=["kind", "language"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"
