"""Send the mails that are due. For cron, or with `--loop` as a worker; several may run."""

import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from registrations.emails.delivery import BATCH, deliver_due


class Command(BaseCommand):
    help = "Sends the mails that are due and says how many left."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Go on until stopped.")
        parser.add_argument("--every", type=float, default=5, help="Seconds between two rounds.")

    def handle(self, *args, loop, every, **options):
        while True:
            sent, failed = self.drain()
            if sent or failed or not loop:
                self.stdout.write(f"{sent} sent, {failed} failed.")
            if not loop:
                return
            close_old_connections()
            time.sleep(every)

    def drain(self):
        """Batches until nothing is due; a mail that failed is due again later, so this ends."""
        totals = [0, 0]
        while True:
            sent, failed = deliver_due(at=timezone.now(), limit=BATCH)
            totals = [totals[0] + sent, totals[1] + failed]
            if sent + failed < BATCH:
                return totals
