"""Send the mails that are due. For cron, or with `--loop` as a worker; several may run."""

import contextlib
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone

from registrations.emails.delivery import BATCH, Delivered, drain, waiting


class Stopped(Exception):  # noqa: N818 -- somebody asked for it
    pass


class Command(BaseCommand):
    help = "Sends the mails that are due and says how many left."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Go on until stopped.")
        parser.add_argument("--every", type=float, default=5, help="Seconds between two rounds.")

    def handle(self, *args, loop, every, **options):
        self.stop = threading.Event()
        if not loop:
            self.report(self.drain())
            return
        with self.stopping_in_good_order(), contextlib.suppress(Stopped):
            while not self.stop.is_set():
                self.go_round()
                close_old_connections()
                self.stop.wait(every)

    def go_round(self):
        """Of a worker, which outlives a database that is away."""
        try:
            done = self.drain()
            if done.taken or done.trouble:
                self.report(done)
        except Error as error:
            self.stderr.write(f"The database does not answer: {type(error).__name__}")

    def drain(self):
        self.told = 0
        return drain(now=timezone.now, report=self.report_so_far)

    @contextlib.contextmanager
    def stopping_in_good_order(self):
        """SIGTERM lets the batch end: what is cut off is sent again, or waits for its lease."""
        before = signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def report_so_far(self, done: Delivered):
        """After each batch, which may be a small one: not a line for every mail."""
        if self.stop.is_set():
            self.report(done)
            raise Stopped
        if done.taken >= self.told + BATCH:
            self.told = done.taken
            self.stdout.write(f"… {done.sent} sent, {done.failed} failed so far.")
            self.stdout.flush()

    def report(self, done: Delivered):
        self.stdout.write(f"{done.sent} sent, {done.failed} failed, {waiting()} still to leave.")
        if done.trouble:
            self.stderr.write(f"The mail server takes nothing: {done.trouble}")
