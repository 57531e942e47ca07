"""What the served site's own process does and tells: `python -m tests.concurrency.steps prepare …`.

One process a question: the database of the site is not the one of the tests.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 -- Django has to be ready
from django.utils import timezone  # noqa: E402

from registrations.models import OutgoingEmail, Participation, Registration  # noqa: E402
from tests.factories.registrations import partner  # noqa: E402
from tests.factories.trainings import catalogue, session, training_page  # noqa: E402
from trainings.domain import scheduling  # noqa: E402
from trainings.models import CalendarState, TrainingSession  # noqa: E402


def prepare(*titles: str) -> dict[str, dict[str, Any]]:
    """Make the tables, a listed service, and for each title a training of one session, 1 place."""
    call_command("migrate", verbosity=0)
    partner()
    parent = catalogue()
    on = timezone.localdate() + timedelta(days=60)
    made = {}
    for title in titles:
        page = training_page(parent, title)
        morning = session(page, on, capacity=1)
        made[title] = {
            "uid": str(page.training.uid),
            "session": morning.pk,
            "entry": str(morning.uid),
        }
    return made


def outcome(session_pk: str) -> dict[str, Any]:
    """Who came into a session, in order, and what was queued for them."""
    morning = TrainingSession.objects.get(pk=session_pk)
    rows = Participation.objects.filter(session=morning).with_rank().order_by("pk")
    registrations = Registration.objects.filter(
        participants__participations__session=morning
    ).distinct()
    emails = OutgoingEmail.objects.filter(registration__in=registrations).order_by("pk")
    return {
        "registrations": registrations.count(),
        "participations": [[row.status, row.rank] for row in rows],
        "emails": [[email.kind, email.recipient] for email in emails],
    }


def give_places(session_pk: str, places: str) -> None:
    TrainingSession.objects.filter(pk=session_pk).update(capacity=int(places))


PAUSE = 0.03  # seconds


def move_often(session_pk: str, changes: str) -> list[tuple[int, float]]:
    """As the admin does, in a transaction: each sequence with the instant at which all may see it.

    Instants are of the machine's monotonic clock, which processes share.
    """
    seen = []
    for _change in range(int(changes)):
        morning = TrainingSession.objects.get(pk=session_pk)
        to = {"start_time": morning.start_time.replace(minute=(morning.sequence + 1) % 30)}
        morning = scheduling.reschedule(morning, to=to, by=None, at=timezone.now())
        seen.append((morning.sequence, time.monotonic()))
        time.sleep(PAUSE)
    return seen


def write_often(session_pk: str, changes: str) -> list[tuple[int, float]]:
    """The same with bare saves, and time to read between their commit and the note of it."""
    seen = []
    announce, touch = CalendarState.announce, CalendarState.touch

    def announce_and_wait() -> None:
        announce()
        time.sleep(PAUSE)

    def wait_and_touch() -> None:
        seen.append((morning.sequence, time.monotonic()))
        time.sleep(PAUSE)
        touch()

    CalendarState.announce, CalendarState.touch = announce_and_wait, wait_and_touch  # type: ignore[method-assign]
    for _change in range(int(changes)):
        morning = TrainingSession.objects.get(pk=session_pk)
        morning.sequence += 1
        morning.save()
    return seen


STEPS: dict[str, Callable[..., Any]] = {
    "prepare": prepare,
    "outcome": outcome,
    "give_places": give_places,
    "move_often": move_often,
    "write_often": write_often,
}

if __name__ == "__main__":
    step, *arguments = sys.argv[1:]
    json.dump(STEPS[step](*arguments), sys.stdout)
