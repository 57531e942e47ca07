"""On a copy of the site people try things, and nobody else hears of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from registrations.conf import conf
from registrations.models import OutgoingEmail

BODY = re.compile(r"<body[^>]*>")
BANNER = (
    '<p style="margin: 0; padding: 12px 16px; background: #fff4ce; color: #1a1a1a; '
    "border-bottom: 4px solid #8a5a00; font-family: Arial, Helvetica, sans-serif; "
    'font-size: 16px; line-height: 1.5;"><strong>{}</strong></p>'
)


@dataclass(frozen=True)
class Redirected:
    """To whom a mail goes, and what is said to them."""

    recipient: str
    subject: str
    text: str
    html: str


def redirected(email: OutgoingEmail) -> Redirected:
    """As it is; where the host sends all mails to one address, to that, under a banner that says
    for whom it was. What the outbox holds stays as it would have been.
    """
    if not conf.send_all_to:
        return Redirected(email.recipient, email.subject, email.text, email.html)
    with translation.override(email.language):
        banner = _(
            "This is a copy of the site, on which people try things. "
            "The message was for %(address)s, who has not received it."
        ) % {"address": email.recipient}
        subject = _("[Copy of the site] %(subject)s") % {"subject": email.subject}
    html = BODY.sub(lambda found: found[0] + BANNER.format(escape(banner)), email.html, count=1)
    return Redirected(conf.send_all_to, subject[:255], f"{banner}\n\n{email.text}", html)
