"""A session at whose welcome desk one may stand now, whatever the hour of the test."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from registrations.domain import day_links
from registrations.domain.attendance import sheet_of
from registrations.enums import TokenPurpose
from registrations.models import Participation, PartnerService
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, session, training_page
from trainings.models import TrainingPage, TrainingSession


def page() -> TrainingPage:
    return training_page(catalogue(), title="En recherche de logement")


def today(of: TrainingPage | None = None, **fields: Any) -> TrainingSession:
    """Two half-days that people are welcomed for now; its link opens for six hours at least."""
    on = timezone.localtime(timezone.now() + timedelta(hours=6)).date()
    hours = {"start_time": time(5, 0), "end_time": time(17, 0), "training_time": None}
    return session(of or page(), on, **{**hours, **fields})


def going_on(of: TrainingPage | None = None, **fields: Any) -> TrainingSession:
    """From yesterday to tomorrow."""
    on = timezone.localdate()
    days = {"ends_on": on + timedelta(days=1), "training_time": None}
    return session(of or page(), on - timedelta(days=1), **{**days, **fields})


def people(of: TrainingSession, number: int, *, service: str = "CPAS", at: datetime | None = None):
    """So many people with a place, by name, all of one service; some have a diet and a need."""
    found = PartnerService.objects.filter(name=service).first() or partner(service)
    # A booker's address may not book too often.
    registration(
        *(
            person(
                of,
                number=each,
                first_name=f"Agent {each}",
                last_name=f"De {service} {each:02}",
                email=f"agent{each}@{service.lower()}.example",
                diet="sans gluten",
                access="boucle magnétique",
                wish="Qui paie la caution ?",
            )
            for each in range(1, number + 1)
        ),
        partner=found,
        at=at or timezone.now() - timedelta(days=20),
    )
    return list(
        Participation.objects.filter(session=of, participant__registration__partner=found)
        .select_related("participant")
        .order_by("pk")
    )


def link(of: TrainingSession, *, language: str = "fr") -> str:
    now = timezone.now()
    secret = day_links.renew(of, purpose=TokenPurpose.DESK, by=None, at=now)
    return f"/{language}/inscriptions/desk/{secret}/"


def desk(of: TrainingSession, what: str = "") -> str:
    return f"/fr/inscriptions/desk/{of.pk}/{what}"


def opened(of: TrainingSession) -> Client:
    """A browser that has followed the link of this desk."""
    browser = Client()
    browser.get(link(of))
    return browser


def code_of(of: TrainingSession) -> str:
    return sheet_of(of).room_code
