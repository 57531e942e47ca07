"""From nothing to a registration on this site; says in JSON what was seen on the way."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from datetime import time, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import icalendar
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Site

from trainings.conf import conf
from trainings.domain import scheduling
from trainings.models import TrainingIndexPage, TrainingSession, Venue


class Command(BaseCommand):
    requires_system_checks = []  # they are a step of the walk

    def handle(self, *args: Any, **options: Any) -> None:
        seen: dict[str, Any] = {
            "code": {
                app.label: str(app.module.__file__) if app.module else ""
                for app in apps.get_app_configs()
                if app.label in ("trainings", "registrations")
            },
            "checks": [str(issue) for issue in run_checks() if not issue.is_silenced()],
        }
        make_database()
        pages, session = publish()
        visitor = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
        seen["pages"] = {name: look(visitor, page.get_url()) for name, page in pages.items()}
        seen["feed"] = read_feed(visitor, seen["pages"]["catalogue"]["html"], session)
        if apps.is_installed("registrations"):
            for name in ("training", "programme"):
                found = re.search(r'href="([^"]*/sign-up/[^"]+)"', seen["pages"][name]["html"])
                seen[f"sign_up_{name}"] = sign_up(visitor, found and found[1], name, session)
            # What this process sends behind its answers; then what it may have left.
            for thread in set(threading.enumerate()) - {threading.current_thread()}:
                thread.join(60)
            call_command("send_emails", stdout=sys.stderr)
            seen["mails"] = [message.to for message in mail.outbox]
            seen["registrations"] = apps.get_model("registrations", "Registration").objects.count()
        seen["admin"] = look_behind(pages, session)
        self.stdout.write(json.dumps(seen))


def make_database() -> None:
    """As on the first day of a host; ends the walk when a table is not as the models say."""
    if apps.is_installed("town_pages"):
        folder = Path(os.environ["TOWN_DIR"], str(settings.MIGRATION_MODULES["town_pages"]))
        folder.mkdir()
        (folder / "__init__.py").touch()
        call_command("makemigrations", "town_pages", stdout=sys.stderr)
    call_command("makemigrations", check=True, dry_run=True, stdout=sys.stderr)
    call_command("migrate", verbosity=0)


def publish() -> tuple[dict[str, Page], TrainingSession]:
    """Catalogue, programme, training and a session in a month, as a host's own script would."""

    def put(parent: Page, page: Page) -> Page:
        page.locale = parent.locale
        parent.add_child(instance=page)
        page.full_clean()
        page.save_revision().publish()
        return page.__class__.objects.get(pk=page.pk)

    own: dict[str, Any] = {"department": "Housing"} if apps.is_installed("town_pages") else {}
    catalogue = put(Site.objects.get().root_page, TrainingIndexPage(title="Trainings"))
    programme = put(catalogue, conf.get_programme_page_model()(title="A Year of Homes", **own))
    training = put(programme, conf.get_training_page_model()(title="Finding a Home", **own))
    session = scheduling.schedule(
        TrainingSession(
            training=training.training,
            starts_on=timezone.localdate() + timedelta(days=30),
            start_time=time(9, 0),
            end_time=time(12, 30),
            venue=Venue.objects.create(name="Town Hall", municipality="Charleroi"),
            capacity=12,
        ),
        by=None,
        at=timezone.now(),
    )
    return {"catalogue": catalogue, "programme": programme, "training": training}, session


def look(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    return {"status": response.status_code, "html": response.content.decode()}


def read_feed(visitor: Client, html: str, session: TrainingSession) -> dict[str, Any]:
    """The calendar that the catalogue points to, not one that we happen to know."""
    link = re.search(r'<link rel="alternate" type="text/calendar" href="([^"]+)"', html)
    if not link:
        return {"status": None, "events": []}
    response = visitor.get(unescape(link[1]))
    events = []
    if response.status_code == 200:
        events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return {
        "url": link[1],
        "status": response.status_code,
        "events": [
            {"is_ours": event["UID"] == str(session.uid), "summary": event["SUMMARY"]}
            for event in events
        ],
    }


def sign_up(
    visitor: Client, url: str | None, name: str, session: TrainingSession
) -> dict[str, Any]:
    """Fill in the form behind the link as a browser does, hidden fields and all."""
    if not url:
        return {"link": None}
    form = look(visitor, url)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form["html"])
    response = visitor.post(
        url,
        {
            **{name: unescape(value) for name, value in hidden},
            "booking-service_name": "Homes for All",
            "booking-service": "new",
            "booking-service_municipality": "Charleroi",
            "booking-first_name": "Amina",
            "booking-last_name": "Diallo",
            "booking-email": "amina@homes.example",
            "booking-may_name_partner": "yes",
            "booking-keep_together": "split",
            "people-0-first_name": "Jean",
            "people-0-last_name": f"of the {name}",
            "people-0-function": "social worker",
            "people-0-quality": "PROFESSIONAL",
            "people-0-sessions": str(session.pk),
        },
    )
    sent = {"status": response.status_code, "html": response.content.decode()}
    receipt = None
    if response.status_code == 302:  # to the link, and from there to the page without it
        receipt = look(visitor, visitor.get(response["Location"])["Location"])
    return {"link": url, "form": form, "sent": sent, "receipt": receipt}


def look_behind(pages: dict[str, Page], session: TrainingSession) -> dict[str, Any]:
    """What an editor opens: the home of the admin, each page, and the facts beside them."""
    editor = Client(SERVER_NAME="localhost")
    editor.force_login(get_user_model().objects.create_superuser("editor"))
    names = TrainingSession.snippet_viewset.get_url_name
    return {
        "home": look(editor, reverse("wagtailadmin_home")),
        **{
            name: look(editor, reverse("wagtailadmin_pages:edit", args=[page.pk]))
            for name, page in pages.items()
        },
        "sessions": look(editor, reverse(names("list"))),
        "session": look(editor, reverse(names("edit"), args=[session.pk])),
        "venue": look(editor, reverse(Venue.snippet_viewset.get_url_name("add"))),
    }
