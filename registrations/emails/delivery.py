"""Send what is due: claim, render, send, note; at least once, with the same Message-ID.

SMTP cannot promise "exactly once" (RFC 5321 §6.1): a crash between the server's answer and our
note sends again. Everything else is prevented here: a lease keeps a row from two workers, and
a row that was sent is never taken again.
"""

from __future__ import annotations

import logging
from binascii import b2a_qp
from datetime import datetime, timedelta
from email.utils import formataddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q

from registrations.conf import conf
from registrations.emails.catalogue import MESSAGES
from registrations.emails.messages import Message
from registrations.models import OutgoingEmail

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=10)  # half a minute for each mail of a batch
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 14  # with the pauses above, more than a day


def deliver_due(*, at: datetime, limit: int = BATCH) -> tuple[int, int]:
    """Send at most `limit` mails that are due; returns how many were sent and how many failed.

    A mail that has nothing left to say is taken out and counts as neither. Several processes
    may do this at once. A failure never stops the others.
    """
    emails = claim(at=at, limit=limit)
    sent = failed = 0
    if not emails:
        return sent, failed
    connection = get_connection()
    try:
        for email in emails:
            outcome = _deliver(email, connection=connection, at=at)
            sent += outcome is True
            failed += outcome is False
    finally:
        connection.close()
    return sent, failed


@transaction.atomic
def claim(*, at: datetime, limit: int) -> list[OutgoingEmail]:
    """Lease rows that are due, the oldest first; another worker skips them until it runs out."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    due = (
        OutgoingEmail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(free, due_at__lte=at, sent_at__isnull=True, failed_at__isnull=True)
        .order_by("due_at", "pk")
    )
    keys = list(due.values_list("pk", flat=True)[:limit])
    OutgoingEmail.objects.filter(pk__in=keys).update(
        leased_until=at + LEASE, attempts=F("attempts") + 1
    )
    claimed = OutgoingEmail.objects.filter(pk__in=keys).select_related("registration__partner")
    return list(claimed.order_by("due_at", "pk"))


def _deliver(email: OutgoingEmail, *, connection: Any, at: datetime) -> bool | None:
    """Whether it was sent; None when there was nothing left to say."""
    try:
        message = MESSAGES[email.kind](email)
        # Asked again at each attempt: an offer may have ended since the first.
        if message.is_moot(at=at):
            email.delete()
            return None
        if not email.subject:
            _render(email, message, at=at)
        connection.open()  # once for a batch; does nothing when it is open
        connection.send_messages([as_mail(email, connection=connection)])
    except Exception as error:
        # A message that cannot be built or sent is kept, told and tried again, whatever it is.
        connection.close()
        _note_failure(email, error, at=at)
        return False
    email.sent_at = at
    email.leased_until = None
    email.last_error = ""
    email.save(update_fields=["sent_at", "leased_until", "last_error"])
    return True


def _render(email: OutgoingEmail, message: Message, *, at: datetime) -> None:
    with transaction.atomic():
        content = message.render(at=at)
        email.subject = content.subject
        email.text = content.text
        email.html = content.html
        email.calendars = content.calendars
        email.save(update_fields=["subject", "text", "html", "calendars"])


def _note_failure(email: OutgoingEmail, error: Exception, *, at: datetime) -> None:
    # Only the class is logged: the server's words may hold the address.
    logger.warning("Mail %s was not sent: %s", email.pk, type(error).__name__)
    email.last_error = _words_of(error)[:2000]
    email.leased_until = None
    if _is_final(error) or email.attempts >= MOST_ATTEMPTS:
        email.failed_at = at
    else:
        email.due_at = at + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (email.attempts - 1))
    email.save(update_fields=["last_error", "leased_until", "failed_at", "due_at"])


def _words_of(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(f"{code} {told!r}" for code, told in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return f"{type(error).__name__}: {error}"


def _is_final(error: Exception) -> bool:
    """Whether the server said no for good (RFC 5321 §4.2.1: 5yz) to this very message."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _told in error.recipients.values())
    # A refused login or sender is our own set-up, which somebody will repair.
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


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
    mail = Mail(
        subject=email.subject,
        body=email.text,
        from_email=formataddr((conf.organiser_name, conf.organiser_email)),
        to=[email.recipient],
        headers={"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    mail.attach_alternative(email.html, "text/html")
    if email.calendars:
        method = _method(email.calendars[0])
        mail.attach_alternative(email.calendars[0], f"text/calendar; method={method}")
    for number, text in enumerate(email.calendars, start=1):
        name = "cancel" if _method(text) == "CANCEL" else "invite"
        name = name if len(email.calendars) == 1 else f"{name}-{number}"
        mail.attach(f"{name}.ics", text.encode(), "application/ics")
    return mail


def _method(text: str) -> str:
    """METHOD of a calendar object; before its first component, so no title can pretend one."""
    header = text.partition("BEGIN:VEVENT")[0]
    return next(line for line in header.splitlines() if line.startswith("METHOD:"))[7:]
