"""What must stay fast, as ratios to a floor measured in the same run: `make bench`.

Figures in milliseconds tell of the machine; ratios tell of the code.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings

ROUNDS = 30
SESSIONS = 200


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median over the rounds, after one to warm up."""
    work()
    times = []
    for _round in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def show(what: str, measured: float, floor: float, floor_name: str) -> None:
    sys.stdout.write(
        f"{what:<42} {measured:8.2f} ms   {measured / floor:6.1f} × {floor_name} ({floor:.2f} ms)\n"
    )


def prepare(folder: str) -> None:
    settings.DATABASES["default"]["NAME"] = str(Path(folder, "bench.sqlite3"))
    settings.ALLOWED_HOSTS = ["*"]
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 -- after setup

    call_command("migrate", verbosity=0)


def measure() -> None:
    # Models exist only after the set-up above.
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from registrations.domain.signup import sign_up  # noqa: PLC0415
    from registrations.models import Participation  # noqa: PLC0415
    from tests.factories.registrations import booker, partner, person  # noqa: PLC0415
    from tests.factories.trainings import catalogue, session, training_page, venue  # noqa: PLC0415

    page = training_page(catalogue(), title="Accompagner un ménage")
    place = venue()
    first_day = timezone.localdate() + timedelta(days=30)
    sessions = [
        session(page, first_day + timedelta(days=number), venue=place, capacity=None)
        for number in range(SESSIONS)
    ]
    client = Client()
    feed = client.get("/agenda/fr/trainings.ics")
    floor = milliseconds(lambda: client.get("/agenda/xx/trainings.ics"))
    sys.stdout.write(f"{SESSIONS} sessions, {len(feed.content)} bytes of calendar\n")
    show("feed", milliseconds(lambda: client.get("/agenda/fr/trainings.ics")), floor, "a 404")
    show(
        "feed, not modified",
        milliseconds(
            lambda: client.get("/agenda/fr/trainings.ics", headers={"If-None-Match": feed["ETag"]})
        ),
        floor,
        "a 404",
    )
    show("catalogue", milliseconds(lambda: client.get(page.get_parent().url)), floor, "a 404")

    service, at = partner(), timezone.now()
    numbers = iter(range(10**6))

    def sign_up_one() -> None:
        number = next(numbers)
        sign_up(
            [person(sessions[0], number=number)],
            partner=service,
            booker=booker(email=f"{number}@bench.example"),
            key=str(number),
            at=at,
        )

    sign_up_one()
    bare = milliseconds(
        lambda: Participation.objects.bulk_create(
            [
                Participation(
                    participant=sessions[0].participations.first().participant,
                    session=sessions[0],
                    status="WITHDRAWN",
                    changed_at=at,
                )
            ]
        )
    )
    show("sign-up of one person", milliseconds(sign_up_one), bare, "one bare INSERT")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        measure()
