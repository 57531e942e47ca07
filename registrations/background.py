"""Work that a process does behind the answer it gives, so that nobody waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import connection

from registrations.conf import conf

logger = logging.getLogger(__name__)


class Background:
    """One thread of this process, started when it is needed, for one kind of work.

    It only saves time: a command does what it leaves, whatever the reason. Not a daemon, so that
    a process that ends finishes or lets go of what it has begun, instead of being cut off.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        """`work` does all there is to do; what it raises is logged without its words."""
        self.name = name
        self._work = work
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the work done, in this thread's own time; returns at once."""
        if not conf.sends_at_once:
            return
        self._asked.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self.name)
                self._thread.start()

    def _run(self) -> None:
        try:
            while self._is_asked():
                self._do()
        finally:
            connection.close()

    def _do(self) -> None:
        try:
            self._work()
        except Exception as error:
            # A database that is away, say; the words of an error may hold an address or a name.
            logger.warning("To %s is left for the next round: %s", self.name, type(error).__name__)
            connection.close()  # a broken one would fail each time

    def _is_asked(self) -> bool:
        """Whether there is more to do; who asks after the last "no" starts another thread."""
        with self._lock:
            if not self._asked.is_set():
                self._thread = None
                return False
            self._asked.clear()
            return True
