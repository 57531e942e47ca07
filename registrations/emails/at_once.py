"""Send what an act has queued right after it, so that people do not wait for the next round.

It only saves time: what it does not send, whatever the reason, `send_emails` does.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from registrations.conf import conf

if TYPE_CHECKING:
    from registrations.emails.delivery import Delivered

logger = logging.getLogger(__name__)

#: Seconds that a process which ends goes on sending: less than what supervisors wait for before
#: they kill it. What is left by then, of a letter to thousands say, is for `send_emails`.
LAST = 20.0

_asked = threading.Event()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def send() -> None:
    """Wake the sender of this process; returns at once.

    Not a daemon: a process that ends, such as a command, first sends what it has queued.
    """
    global _thread
    if not conf.sends_at_once:
        return
    _asked.set()
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="send mails")
            _thread.start()


def _run() -> None:
    try:
        while _is_asked():
            _drain()
    finally:
        connection.close()


def _is_asked() -> bool:
    """Whether there is more to do; who asks after the last "no" starts another thread."""
    global _thread
    with _lock:
        if not _asked.is_set():
            _thread = None
            return False
        _asked.clear()
        return True


class _TooLateError(Exception):
    pass


class _Ending:
    """Asked after each batch: whether the process has been ending for too long."""

    since: float | None = None

    def __call__(self, _so_far: Delivered) -> None:
        if threading.main_thread().is_alive():
            return
        self.since = self.since or time.monotonic()
        if time.monotonic() - self.since >= LAST:
            raise _TooLateError


def _drain() -> None:
    # Messages ask the models, which import this.
    from registrations.emails.delivery import drain  # noqa: PLC0415

    try:
        drain(now=timezone.now, report=_Ending())
    except _TooLateError:
        return
    except Exception as error:
        # A database that is away, say; the words of an error may hold an address.
        logger.warning("Mails wait for the next round: %s", type(error).__name__)
        connection.close()  # a broken one would fail each time
