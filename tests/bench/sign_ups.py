"""Sign-ups per second on PostgreSQL, beside a floor: the same lock and INSERTs with nothing asked.

By one process after the other, as the lock of a session makes them. The floor is Django's own:
one `SELECT … FOR UPDATE` and the rows of a sign-up, saved without a rule, a count or a queue.
"""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import django
from django.conf import settings

from tests import postgresql

ROUNDS = 40
CROWDS = (10, 100, 1000)


def measure() -> None:
    """In a process of its own: another engine than that of the other figures."""
    environment = {
        **os.environ,
        "TEST_DATABASE": "postgresql",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    subprocess.run([sys.executable, "-m", "tests.bench.sign_ups"], env=environment, check=True)


def main() -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- Django is ready now

    with postgresql.running() as server:
        server.create_database("bench")
        settings.DATABASES["default"].update(HOST=server.host, USER=server.user, NAME="bench")
        django.setup()
        call_command("migrate", verbosity=0)
        for crowd in CROWDS:
            for name, prepare in (("20 places", no_rules), ("with all rules", all_rules)):
                tell(f"{crowd} registered, {name}", *figures(crowd, prepare))


def tell(what: str, sign_up: float, floor: float, queries: int) -> None:
    sys.stdout.write(
        f"{what:<32} {1000 / sign_up:7.0f}/s   {floor / sign_up:5.2f} × the floor "
        f"({1000 / floor:.0f}/s)   {queries} queries\n"
    )
    sys.stdout.flush()


def no_rules(morning: Any) -> None:
    """Nothing but the places of the session."""


def all_rules(morning: Any) -> None:
    from registrations.models import ServiceKind  # noqa: PLC0415
    from tests.registrations.domain.outcomes import rules  # noqa: PLC0415

    kinds = [ServiceKind.objects.create(name={"fr": name}) for name in ("CPAS", "École")]
    caps = [{"kind": kinds[0], "places": 500}]
    rules(morning, per_service=2, quotas=[(kinds, 5)], caps=caps, priority=kinds)


def figures(crowd: int, prepare: Callable[[Any], None]) -> tuple[float, float, int]:
    """Milliseconds of a sign-up and of the floor, and how many queries the first makes."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from wagtail.models import Page  # noqa: PLC0415

    from registrations.domain.signup import sign_up  # noqa: PLC0415
    from registrations.models import PartnerService  # noqa: PLC0415
    from tests.factories.registrations import booker, partner, person  # noqa: PLC0415
    from tests.factories.trainings import catalogue, session, training_page  # noqa: PLC0415
    from trainings.models import TrainingIndexPage  # noqa: PLC0415

    parent = TrainingIndexPage.objects.first() or catalogue()
    page = training_page(parent, title=f"Séance {Page.objects.count()}")
    morning = session(page, timezone.localdate() + timedelta(days=60), capacity=20)
    prepare(morning)
    services = [
        PartnerService.objects.filter(name=f"Service {number}").first()
        or partner(f"Service {number}")
        for number in range(20)
    ]
    numbers = iter(range(10**6))
    at = timezone.now()

    def one() -> None:
        number = next(numbers)
        sign_up(
            [person(morning, number=number)],
            partner=services[number % len(services)],
            booker=booker(email=f"{number}@bench.example"),
            key=secrets.token_hex(16),
            at=at,
        )

    fill(morning, services, crowd, at)
    one()
    with CaptureQueriesContext(connection) as queries:
        one()
    pairs = [(once(one), once(lambda: bare(morning, services[0], at))) for _n in range(ROUNDS)]
    return (*(statistics.median(times) for times in zip(*pairs, strict=True)), len(queries))


def fill(morning: Any, services: list[Any], crowd: int, at: Any) -> None:
    """So many people, each of a booking of their own: the first twenty seated, the others wait."""
    from registrations.models import Participant, Participation, Registration  # noqa: PLC0415

    made = Registration.objects.bulk_create(
        [
            Registration(
                partner=services[number % len(services)],
                booker_email="assistante@bench.example",
                may_name_partner=True,
                language="fr",
                key=secrets.token_hex(16),
                created_at=at,
            )
            for number in range(crowd)
        ]
    )
    people = Participant.objects.bulk_create(
        [
            Participant(registration=booking, position=1, first_name="A", last_name="B")
            for booking in made
        ]
    )
    Participation.objects.bulk_create(
        [
            Participation(
                participant=who,
                session=morning,
                status="CONFIRMED" if number < 20 else "WAITING",
                arrived_at=at,
                changed_at=at,
            )
            for number, who in enumerate(people)
        ]
    )


def once(work: Callable[[], None]) -> float:
    begun = perf_counter()
    work()
    return (perf_counter() - begun) * 1000


def bare(morning: Any, service: Any, at: Any) -> None:
    """The rows of a sign-up of one person, under the lock; taken back out of the count."""
    from django.db import transaction  # noqa: PLC0415
    from wagtail.log_actions import log  # noqa: PLC0415

    from registrations.emails.outbox import draft, queue  # noqa: PLC0415
    from registrations.models import Participant, Participation, Registration  # noqa: PLC0415
    from trainings.models import TrainingSession  # noqa: PLC0415

    with transaction.atomic():
        TrainingSession.objects.select_for_update().get(pk=morning.pk)
        made = Registration.objects.create(
            partner=service,
            booker_first_name="Assistante",
            booker_last_name="Sociale",
            booker_email="assistante@bench.example",
            may_name_partner=True,
            language="fr",
            key=secrets.token_hex(16),
            content_digest="",
            created_at=at,
        )
        [who] = Participant.objects.bulk_create(
            [Participant(registration=made, position=1, first_name="A", last_name="B")]
        )
        Participation.objects.bulk_create(
            [
                Participation(
                    participant=who,
                    session=morning,
                    # An ended one: the floor must not fill the session that is measured.
                    status="WITHDRAWN",
                    arrived_at=at,
                    changed_at=at,
                )
            ]
        )
        log(made, "registrations.sign_up", user=None, timestamp=at)
        mail = {"recipient": "a@bench.example", "language": "fr", "at": at}
        keys = (secrets.token_hex(16), secrets.token_hex(16))
        queue([draft("RECEIPT", made, key=key, **mail) for key in keys])  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
