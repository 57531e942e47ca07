"""Mails per second on PostgreSQL, beside a floor: a bare `EmailMessage.send` on one connection.

A session of 800 people is moved, and each of them is told, with a calendar entry and links to
answer by. The floor sends as many messages with the same plain text and nothing else, and asks
no database. The mail server is a process of its own. One that answers at once shows what the work
on a mail costs beside the work of sending it; one that takes ten milliseconds, as near ones do, how
long people wait.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter
from typing import Any

import django
from django.conf import settings

from tests import postgresql

PEOPLE = 800
DELAYS = (0, 0, 10)


def measure() -> None:
    """In a process of its own: another engine than that of the other figures."""
    environment = {
        **os.environ,
        "TEST_DATABASE": "postgresql",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    subprocess.run([sys.executable, "-m", "tests.bench.mails"], env=environment, check=True)


def main() -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- Django is ready now

    with postgresql.running() as server:
        server.create_database("bench")
        settings.DATABASES["default"].update(HOST=server.host, USER=server.user, NAME="bench")
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        django.setup()
        call_command("migrate", verbosity=0)
        morning = a_full_session()
        for delay in DELAYS:
            with mail_server(delay) as port:
                settings.EMAIL_PORT = port
                tell(delay, *figures(morning))


def tell(delay: int, sent: int, ours: float, bare: float, same_parts: float, queries: int) -> None:
    sys.stdout.write(
        f"{sent} mails, answered in {delay:2} ms: {sent / ours:5.0f}/s"
        f"   {bare / ours:.2f} × the floor ({sent / bare:.0f}/s)"
        f"   {same_parts / ours:.2f} × messages of the same parts ({sent / same_parts:.0f}/s)"
        f"   {queries} queries for a batch, and two for each mail\n"
    )
    sys.stdout.flush()


def figures(morning: Any) -> tuple[int, float, float, float, int]:
    """Mails sent; seconds for ours, for the floor and for messages of the same parts; queries."""
    from django.core import mail  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from registrations.emails.delivery import BATCH, deliver_due  # noqa: PLC0415
    from registrations.emails.mime import as_mail  # noqa: PLC0415
    from registrations.models import OutgoingEmail  # noqa: PLC0415
    from trainings.domain import scheduling  # noqa: PLC0415

    OutgoingEmail.objects.all().delete()
    day: dict[str, Any] = {"starts_on": morning.starts_on + timedelta(days=1)}
    day["ends_on"] = day["starts_on"]
    scheduling.reschedule(morning, to=day, by=None, at=timezone.now())
    morning.refresh_from_db()

    sent, begun = 0, perf_counter()
    while done := deliver_due(at=timezone.now()).sent:
        sent += done
    ours = perf_counter() - begun

    emails = list(OutgoingEmail.objects.order_by("pk"))
    with mail.get_connection() as server:
        begun = perf_counter()
        for email in emails:
            mail.EmailMessage(
                email.subject, email.text, to=[email.recipient], connection=server
            ).send()
        bare = perf_counter() - begun
        begun = perf_counter()
        for email in emails:
            as_mail(email, connection=server).send()
        same_parts = perf_counter() - begun

    OutgoingEmail.objects.update(sent_at=None, subject="", attempts=0)
    with CaptureQueriesContext(connection) as queries:
        deliver_due(at=timezone.now())
    return sent, ours, bare, same_parts, len(queries) - 2 * BATCH


def a_full_session() -> Any:
    from django.utils import timezone  # noqa: PLC0415

    from registrations.models import Participant, Participation, Registration  # noqa: PLC0415
    from tests.factories.registrations import partner  # noqa: PLC0415
    from tests.factories.trainings import (  # noqa: PLC0415
        catalogue,
        session,
        training_page,
        venue,
    )

    at = timezone.now()
    morning = session(
        training_page(catalogue()), at.date() + timedelta(days=60), venue=venue(), capacity=PEOPLE
    )
    services = [partner(f"Service {number}") for number in range(20)]
    bookings = Registration.objects.bulk_create(
        Registration(
            partner=services[number % len(services)],
            booker_first_name="Assistante",
            booker_last_name=f"Sociale {number}",
            booker_email=f"personne{number}@bench.example",
            may_name_partner=True,
            language="fr",
            key=secrets.token_hex(16),
            created_at=at,
        )
        for number in range(PEOPLE)
    )
    people = Participant.objects.bulk_create(
        Participant(
            registration=booking,
            position=1,
            first_name="Assistante",
            last_name=f"Sociale {number}",
            email=booking.booker_email,
            language="fr",
        )
        for number, booking in enumerate(bookings)
    )
    Participation.objects.bulk_create(
        Participation(
            participant=who,
            session=morning,
            address=who.email,
            status="CONFIRMED",
            arrived_at=at,
            changed_at=at,
        )
        for who in people
    )
    return morning


@contextmanager
def mail_server(delay: int) -> Iterator[int]:
    """A real one that takes everything; its port."""
    command = [sys.executable, "-m", "tests.bench.mail_server", str(delay)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
