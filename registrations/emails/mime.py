"""A composed mail as it travels."""

from __future__ import annotations

from binascii import b2a_qp
from email.utils import formataddr
from typing import Any

from django.core.mail import EmailMultiAlternatives

from registrations.conf import conf
from registrations.emails import spoken, staging
from registrations.emails.letter import opt_out_url
from registrations.models import OutgoingEmail


class Mail(EmailMultiAlternatives):
    """Of seven bits throughout: Django writes eight without asking whether the server takes them.

    RFC 6047 §2.5 wants it of calendar objects, and a relay that strips the blanks at the end of
    lines would take some out of folded titles.
    """

    def message(self, *args: Any, **kwargs: Any) -> Any:
        message = super().message(*args, **kwargs)
        for part in message.walk():
            if part["Content-Transfer-Encoding"] in {"7bit", "8bit"}:
                octets: Any = part.get_payload(decode=True)
                part.set_payload(b2a_qp(octets.replace(b"\r\n", b"\n")).decode("ascii"))
                part.replace_header("Content-Transfer-Encoding", "quoted-printable")
        return message


def as_mail(email: OutgoingEmail, *, connection: Any = None) -> Mail:
    """The MIME message: text, HTML, and the first calendar object as third alternative.

    RFC 6047 §2.4: the `method` parameter equals METHOD. Outlook looks at the first calendar
    part only, so each object is also attached as a file one can open.
    """
    sent = staging.redirected(email)
    mail = Mail(
        subject=spoken.header(sent.subject),
        body=sent.text,
        # One encoded word, however long: a line holds 998 octets (RFC 5322 §2.1.1).
        from_email=formataddr((spoken.header(conf.organiser_name)[:120], conf.organiser_email)),
        to=[sent.recipient],
        headers={
            "Message-ID": email.message_id,
            "Auto-Submitted": "auto-generated",
            **_declining(email),
        },
        connection=connection,
    )
    mail.attach_alternative(sent.html, "text/html")
    if email.calendars:
        method = _method(email.calendars[0])
        mail.attach_alternative(email.calendars[0], f"text/calendar; method={method}")
    for number, text in enumerate(email.calendars, start=1):
        name = "cancel" if _method(text) == "CANCEL" else "invite"
        name = name if len(email.calendars) == 1 else f"{name}-{number}"
        mail.attach(f"{name}.ics", text.encode(), "application/ics")
    return mail


def _declining(email: OutgoingEmail) -> dict[str, str]:
    """RFC 2369 and 8058: a mail program's own button to receive no more, for letters that may be
    declined. One click is for https alone (RFC 8058 §3.1).
    """
    if not email.facts.get("may_decline"):
        return {}
    url = opt_out_url(email)
    headers = {"List-Unsubscribe": f"<{url}>"}
    if url.startswith("https:"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _method(text: str) -> str:
    """METHOD of a calendar object; before its first component, so no title can pretend one."""
    header = text.partition("BEGIN:VEVENT")[0]
    return next(line for line in header.splitlines() if line.startswith("METHOD:"))[7:]
