"""Add the starter list of kinds of partner service; what an organiser edited stays."""

from django.core.management.base import BaseCommand

from registrations.domain.service_kinds import add_starter_kinds


class Command(BaseCommand):
    help = "Adds the usual kinds of partner service that are missing; changes none."

    def handle(self, *args, **options):
        self.stdout.write(f"Kinds of service added: {add_starter_kinds()}.")
