"""Send what is due: claim, compose, send, note; at least once, with the same Message-ID.

SMTP cannot promise "exactly once" (RFC 5321 §6.1): a crash between the server's answer and our
note sends again. Everything else is prevented here: a lease keeps a row from two workers, a row
that was sent is never taken again, and what is written to one person about one registration
leaves in the order of the acts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from typing import Any

from django.core.mail import get_connection
from django.db import DatabaseError, DataError, Error, connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from registrations.emails.composing import compose
from registrations.emails.mime import as_mail
from registrations.models import OutgoingEmail

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=10)  # from when a mail is begun: far longer than a server may take
TIMEOUT = 30.0  # seconds for each answer of the server; Django waits for ever unless told
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 14  # with the pauses above, more than a day
CLOSING = 421  # RFC 5321 §4.2.3: the server ends this connection, and says nothing of the mail
#: So many mails in a row at which the connection broke: it is the server, not they.
MOST_BREAKS = 3

UNSENT = Q(sent_at__isnull=True, failed_at__isnull=True)


@dataclass(frozen=True)
class Delivered:
    """What a round came to. `taken` counts every mail it looked at."""

    sent: int = 0
    failed: int = 0
    taken: int = 0
    #: In the words of the mail server, or of the network, why mails cannot be handed over now.
    trouble: str = ""

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.failed + other.failed,
            self.taken + other.taken,
            other.trouble,
        )


def deliver_due(*, at: datetime, limit: int = BATCH) -> Delivered:
    """Send at most `limit` mails that are due.

    A mail that has nothing left to say is taken out and counts as neither sent nor failed.
    Several processes may do this at once. A mail that fails never stops the others; a server
    that lets nobody in is no mail's fault, and none is any nearer to being given up for it.
    """
    server = get_connection()  # first: what is wrong with the settings is no mail's fault either
    claimed = claim(at=at, limit=limit)
    if not claimed:
        return Delivered()
    done = _Round(server, at=at)
    done.run(claimed)
    return Delivered(done.sent, done.failed, len(claimed), done.trouble)


def drain(
    *, now: Callable[[], datetime], report: Callable[[Delivered], None] | None = None
) -> Delivered:
    """Batches until nothing is due or the server takes nothing; totals, and so far after each.

    What failed is due again later, and what waits for it with it, so this ends.
    """
    total = Delivered()
    while True:
        done = deliver_due(at=now())
        total += done
        if not done.taken or done.trouble:
            return total
        if report:
            report(total)


def waiting() -> int:
    """How many mails are still to leave, those that are due later included."""
    return OutgoingEmail.objects.filter(UNSENT).count()


# --- taking ------------------------------------------------------------------------------------


@transaction.atomic
def claim(*, at: datetime, limit: int) -> list[OutgoingEmail]:
    """Lease rows that are due, the oldest first; another worker skips them until it runs out.

    A row waits while an earlier one to the same address about the same registration is being
    sent, or is to be tried again, or is due later because the clock was set back since.
    """
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    set_back = Q(due_at__gt=OuterRef("due_at"), due_at=F("queued_at"))
    not_yet = Q(attempts__gt=0) | Q(leased_until__gte=at) | set_back
    due = (
        OutgoingEmail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(free, UNSENT, ~Exists(_earlier().filter(not_yet)), due_at__lte=at)
        .order_by("due_at", "pk")
    )
    keys = _in_turn(list(due.values_list("pk", flat=True)[:limit]))
    OutgoingEmail.objects.filter(pk__in=keys).update(leased_until=at + LEASE)
    claimed = OutgoingEmail.objects.filter(pk__in=keys).select_related("registration__partner")
    # Last those that were tried: one that ends its process must not do so before others left.
    return list(claimed.order_by("attempts", "due_at", "pk"))


def _in_turn(keys: list[int]) -> list[int]:
    """Without those whose turn has not come: another worker is taking the one before, and had not
    committed when we looked.
    """
    before = _earlier().filter(due_at__lte=OuterRef("due_at")).exclude(pk__in=keys)
    in_turn = OutgoingEmail.objects.filter(~Exists(before), pk__in=keys)
    return list(in_turn.values_list("pk", flat=True))


def _earlier() -> Any:
    """What is still to leave before a row, to the same address about the same registration."""
    return OutgoingEmail.objects.filter(
        UNSENT,
        registration=OuterRef("registration"),
        recipient=OuterRef("recipient"),
        pk__lt=OuterRef("pk"),
    )


def _give_back(emails: list[OutgoingEmail], *, why: str = "") -> None:
    """As if they had never been taken; the words are kept for whoever looks."""
    said = {"last_error": why} if why else {}
    for email in emails:
        _still_ours(email).update(leased_until=None, attempts=email.attempts, **said)


def _still_ours(email: OutgoingEmail) -> Any:
    """The row, unless its lease ran out and another worker took it, or somebody erased it."""
    return OutgoingEmail.objects.filter(UNSENT, pk=email.pk, leased_until=email.leased_until)


# --- sending -----------------------------------------------------------------------------------


class _Round:
    """One batch over one connection."""

    def __init__(self, server: Any, *, at: datetime) -> None:
        self.server = server
        if getattr(server, "timeout", TIMEOUT) is None:
            server.timeout = TIMEOUT
        self.at = at
        self.began = time.monotonic()
        self.sent = self.failed = 0
        self.trouble = ""
        self.breaks = 0
        #: Of whom, about what, one did not leave, so that the next ones must not.
        self.held_back: set[tuple[int | None, str]] = set()

    def run(self, emails: list[OutgoingEmail]) -> None:
        left = list(emails)
        try:
            left = self._composed(left)
            while left and not self.trouble:
                self._take(left.pop(0))
        finally:  # also when somebody interrupts us
            self._close()
            _give_back(left, why=self.trouble)

    def _composed(self, emails: list[OutgoingEmail]) -> list[OutgoingEmail]:
        """Those that are ready to leave. What cannot be composed is given up at once, for
        somebody to see: trying again would not change it. A database in trouble may pass.
        """
        ready, wrong = compose(emails, at=self.at)
        for email, error in wrong.items():
            email.attempts += 1
            may_pass = isinstance(error, Error) and not isinstance(error, DataError)
            self._note_failure(email, error, is_final=not may_pass)
        return ready

    def _take(self, email: OutgoingEmail) -> None:
        if (email.registration_id, email.recipient) in self.held_back or not self._open():
            _give_back([email], why=self.trouble)
        elif self._begin(email):
            self._send(email)
        else:
            self._hold_back_after(email)

    def _begin(self, email: OutgoingEmail) -> bool:
        """Renew the lease, for the mails before may have taken long; whether it is still ours.

        The attempt counts from here, so that a mail that ends its process is given up one day.
        """
        until = self.at + timedelta(seconds=time.monotonic() - self.began) + LEASE
        row = _still_ours(email)
        if not row.update(leased_until=until, attempts=email.attempts + 1):
            return False
        email.leased_until = until
        email.attempts += 1
        return True

    def _send(self, email: OutgoingEmail) -> None:
        if email.attempts > MOST_ATTEMPTS:
            error: Exception | None = RuntimeError("Whatever sent this mail ended each time.")
        else:
            error = self._hand_over(email)
        if error and _code(error) == CLOSING:
            # So many mails to a connection, or a restart: the next one may take it.
            if not self._open():
                email.attempts -= 1
                _give_back([email], why=self.trouble)
                return
            error = self._hand_over(email)
        if error:
            self._note_failure(email, error, is_final=_is_final(error))
            self._note_break(error)
        else:
            self._note_sent(email)
            self.breaks = 0

    def _hand_over(self, email: OutgoingEmail) -> Exception | None:
        """What went wrong. Whatever it is, the mail is kept and told, and the others go on."""
        try:
            self.server.send_messages([as_mail(email, connection=self.server)])
        except Exception as error:
            self._close()
            return error
        return None

    # --- the connection ------------------------------------------------------------------------

    def _open(self) -> bool:
        """Once for a batch: does nothing when it is open."""
        try:
            self.server.open()
        except Exception as error:
            self.trouble = words_of(error)
            logger.warning("No mail can be sent: %s", type(error).__name__)
            return False
        return True

    def _close(self) -> None:
        with suppress(Exception):  # a server that cannot even say goodbye
            self.server.close()

    def _note_break(self, error: Exception) -> None:
        is_break = _code(error) == CLOSING or isinstance(error, SMTPServerDisconnected)
        if is_break or (isinstance(error, OSError) and not isinstance(error, SMTPException)):
            self.breaks += 1
        else:
            self.breaks = 0
        if self.breaks == MOST_BREAKS:
            self.trouble = words_of(error)
            logger.warning("No more mails for now: %s", type(error).__name__)

    # --- what came of it -----------------------------------------------------------------------

    def _note_sent(self, email: OutgoingEmail) -> None:
        self.sent += 1
        row = OutgoingEmail.objects.filter(pk=email.pk)
        noted = {"sent_at": self.at, "failed_at": None, "leased_until": None, "last_error": ""}
        try:
            row.update(**noted)
        except DatabaseError:
            # It has left and would leave again: worth a second try, over a new connection.
            if not connection.in_atomic_block:
                connection.close()
            row.update(**noted)

    def _note_failure(self, email: OutgoingEmail, error: Exception, *, is_final: bool) -> None:
        # Only the class is logged: the server's words may hold the address.
        logger.warning("Mail %s was not sent: %s", email.pk, type(error).__name__)
        self.failed += 1
        noted: dict[str, Any] = {"last_error": words_of(error), "attempts": email.attempts}
        if is_final or email.attempts >= MOST_ATTEMPTS:
            noted["failed_at"] = self.at
        else:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (email.attempts - 1))
            noted["due_at"] = self.at + pause
            self._hold_back_after(email)
        _still_ours(email).update(leased_until=None, **noted)

    def _hold_back_after(self, email: OutgoingEmail) -> None:
        if email.registration_id:
            self.held_back.add((email.registration_id, email.recipient))


# --- what the server says ----------------------------------------------------------------------


def words_of(error: Exception) -> str:
    """What a server or the network said, as the admin shows it."""
    if isinstance(error, SMTPRecipientsRefused):
        words = "; ".join(f"{code} {_plain(told)}" for code, told in error.recipients.values())
    elif isinstance(error, SMTPResponseException):
        words = f"{error.smtp_code} {_plain(error.smtp_error)}"
    elif isinstance(error, OSError):
        words = error.strerror or str(error) or type(error).__name__
    else:
        words = f"{type(error).__name__}: {error}"
    return words.replace("\0", "")[:2000]  # PostgreSQL stores no NUL


def _plain(told: bytes | str) -> str:
    return told if isinstance(told, str) else told.decode(errors="replace")


def _code(error: Exception) -> int | None:
    if isinstance(error, SMTPRecipientsRefused):  # one mail has one recipient
        return next((code for code, _told in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, SMTPResponseException) else None


def _is_final(error: Exception) -> bool:
    """Whether the server said no for good (RFC 5321 §4.2.1: 5yz) to this very message, or it
    cannot be written as a mail at all.
    """
    if isinstance(error, SMTPRecipientsRefused | SMTPDataError):
        return (_code(error) or 0) >= 500
    # A refused login or sender is our own set-up, which somebody will repair.
    return isinstance(error, ValueError)
