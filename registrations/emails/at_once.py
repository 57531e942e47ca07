"""Send what an act has queued right after it, so that people do not wait for the next round."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from django.utils import timezone

from registrations.background import Background

if TYPE_CHECKING:
    from registrations.emails.delivery import Delivered

#: Seconds that a process which ends goes on sending: less than what supervisors wait for before
#: they kill it. What is left by then, of a letter to thousands say, is for `send_emails`.
LAST = 20.0


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

    with contextlib.suppress(_TooLateError):
        drain(now=timezone.now, report=_Ending())


sender = Background("send mails", _drain)
