"""What the served site's own process does and tells, whose database is not the one of the tests."""

import time
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from registrations.models import OutgoingEmail, Participation, Registration
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, session, training_page
from trainings.domain import scheduling
from trainings.models import CalendarState, TrainingSession


def make_tables() -> None:
    call_command("migrate", verbosity=0)


def prepare(*titles: str) -> dict[str, dict[str, Any]]:
    """Make a listed service, and for each title a training of one session with one place."""
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


def outcome(session_pk: int) -> dict[str, Any]:
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


def give_places(session_pk: int, places: int) -> None:
    TrainingSession.objects.filter(pk=session_pk).update(capacity=places)


PAUSE = 0.03  # seconds


def move_often(session_pk: int, changes: int) -> list[tuple[int, float]]:
    """As the admin does, in a transaction: each sequence with the instant at which all may see it.

    Instants are of the machine's monotonic clock, which processes share.
    """
    seen = []
    for _change in range(changes):
        morning = TrainingSession.objects.get(pk=session_pk)
        to = {"start_time": morning.start_time.replace(minute=(morning.sequence + 1) % 30)}
        morning = scheduling.reschedule(morning, to=to, by=None, at=timezone.now())
        seen.append((morning.sequence, time.monotonic()))
        time.sleep(PAUSE)
    return seen


def write_often(session_pk: int, changes: int) -> list[tuple[int, float]]:
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
    for _change in range(changes):
        morning = TrainingSession.objects.get(pk=session_pk)
        morning.sequence += 1
        morning.save()
    return seen
