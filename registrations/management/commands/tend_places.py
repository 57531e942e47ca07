"""Do what is due by the clock. For cron, or with `--loop` as a worker; several may run."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from registrations.domain.tending import tend


class Command(BaseCommand):
    help = (
        "Ends offers and places without a name that are due, gives what is free to those who "
        "wait, asks for names, warns of sessions that too few people come to, and schedules "
        "reminders, thanks and the organiser's digest."
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Go on until stopped.")
        parser.add_argument("--every", type=float, default=60, help="Seconds between two rounds.")

    def handle(self, *args, loop, every, **options):
        while True:
            done = tend(at=timezone.now(), now=timezone.now)
            self.stdout.write(
                f"{done.sessions} sessions tended, {done.failed} failed, "
                f"{done.names_asked} asked for names, {done.minimum_warnings} minimum warnings, "
                f"{done.reminders.added} reminders added, {done.reminders.moved} moved, "
                f"{done.reminders.removed} removed, {done.digests} digests."
            )
            if not loop:
                if done.failed:
                    raise CommandError(f"{done.failed} sessions failed: see the log.")
                return
            close_old_connections()
            time.sleep(every)
