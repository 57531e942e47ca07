"""Send somebody of the organiser what they are about to write to others."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from registrations.emails import outbox
from registrations.emails.delivery import words_of
from registrations.emails.messages import Content
from registrations.emails.mime import as_mail
from registrations.enums import MessageKind

logger = logging.getLogger(__name__)


def send(
    content: Content, *, kind: MessageKind, language: str, recipient: str, at: datetime
) -> str:
    """At once, and marked in the subject; returns what the mail server refused it for, or nothing.

    Without calendar entries, which would put a session that nobody is registered for in a diary.
    """
    email = outbox.draft(
        kind, None, recipient=recipient, language=language, key=f"trial:{recipient}"[:120], at=at
    )
    with translation.override(language):
        email.subject = _("[Test] %(subject)s") % {"subject": content.subject}
    email.text, email.html = content.text, content.html
    try:
        as_mail(email).send()
    except Exception as error:  # whatever it is, who asked is told
        logger.warning("A test was not sent: %s", type(error).__name__)
        return words_of(error)
    return ""
