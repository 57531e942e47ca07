"""Fill the demo site with a year of trainings, partner services and registrations."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone, translation

from demo import loading
from demo.models import HomePage


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("write the day as 2027-03-01") from None


class Command(BaseCommand):
    help = "Fills the demo site; a second time it changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--from",
            dest="first",
            type=day,
            metavar="YYYY-MM-DD",
            help="The day from which dates are counted; today unless told otherwise.",
        )

    def handle(self, *args: Any, first: date | None, **options: Any) -> None:
        if HomePage.objects.exists():
            self.stdout.write("  The demo is loaded already.")
            loading.follow_address()
        else:
            with translation.override("fr"), transaction.atomic():
                self.load(first or timezone.localdate())
        self.tell()

    def load(self, first: date) -> None:
        self.stdout.write("  Pictures and documents…")
        images, documents = loading.make_pictures(), loading.make_documents()
        users = loading.make_accounts()
        self.stdout.write("  Pages in French and Dutch…")
        pages = loading.PageMaker(images, documents, loading.make_trainers())
        pages.make()
        loading.make_groups(users)
        self.stdout.write(f"  Sessions, counted from {first:%Y-%m-%d}…")
        venues = loading.make_venues()
        by = users["communication"]
        loading.make_closed_periods(first)
        sessions = {
            **loading.make_sessions(first, pages.trainings, venues, by=by),
            **loading.make_series(first, pages.trainings, venues, by=by),
        }
        self.stdout.write("  Partner services, registrations and their mails…")
        loading.ask_questions(pages.trainings)
        partners = loading.make_partners()
        loading.make_funders()
        loading.share_places(pages.trainings, sessions)
        sign_ups = loading.SignUps(first, partners, sessions, staff=users["inscriptions"])
        sign_ups.make()
        sign_ups.welcome()
        pages.make_story()
        loading.decide(first, sessions, by=by)
        sign_ups.schedule()
        sign_ups.deliver(loading.midnight(first))
        if sign_ups.failed:
            self.stderr.write(f"  {sign_ups.failed} mails could not be written; see the admin.")

    def tell(self) -> None:
        address = settings.WAGTAILADMIN_BASE_URL
        self.stdout.write(
            f"\n  Site   {address}/fr/   {address}/nl/\n"
            f"  Admin  {address}/admin/   password: demo\n"
            "         admin, communication, inscriptions, accueil or partenariats\n"
            f"  Feed   {address}/agenda/fr/trainings.ics\n"
        )
