"""Erase meal and access needs a while after the session, as the privacy notice says. For cron."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from registrations.domain.privacy import erase_needs


class Command(BaseCommand):
    help = "Erases meal and access needs of sessions that are over."

    def handle(self, *args, **options):
        self.stdout.write(f"{erase_needs(at=timezone.now())} erased.")
