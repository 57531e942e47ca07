"""Two desks note people at the same instant."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection

from registrations.domain import attendance
from registrations.domain.attendance import Note, note
from registrations.enums import PresenceSource, PresenceState
from registrations.models import Participation, Presence, PresenceEntry
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.served import together
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one lock, which is there without ours."
)
PEOPLE = 12


@pytest.fixture
def morning():
    made = session(training_page(catalogue()))
    registration(*[person(made, number=number) for number in range(PEOPLE)], at=AT)
    attendance.sheet_of(made)
    return made


@pytest.fixture
def people(morning):
    return list(Participation.objects.order_by("pk"))


@pytest.fixture
def both_look_first(monkeypatch):
    """Each desk reads what stands, and then lets the other do so, too, if it can."""
    both = threading.Barrier(2)
    look = attendance._standing

    def look_and_wait(people):
        found = look(people)
        # The lock keeps the other out.
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(attendance, "_standing", look_and_wait)


def noting(morning, *notes):
    """What became of it, from a connection of its own."""
    try:
        note(morning, notes, source=PresenceSource.DESK, at=morning.ends_at)
    except IntegrityError:
        return "failed"
    finally:
        connection.close()
    return "noted"


def tap(morning, one, state, minutes):
    at = morning.starts_at + timedelta(minutes=minutes)
    return Note(participation_id=one.pk, half_day=1, state=state, at=at)


def of_the_same_person(morning, one):
    return together(
        partial(noting, morning, tap(morning, one, PresenceState.PRESENT, 10)),
        partial(noting, morning, tap(morning, one, PresenceState.ABSENT, 5)),
    )


def test_of_the_same_person_the_last_counts(morning, people, both_look_first):
    assert of_the_same_person(morning, people[0]) == ["noted", "noted"]

    assert Participation.objects.get(pk=people[0].pk).presence == PresenceState.PRESENT
    assert (Presence.objects.count(), PresenceEntry.objects.count()) == (1, 2)


@on_postgresql
def test_without_the_lock_one_of_the_two_fails(morning, people, both_look_first, monkeypatch):
    unlocked = TrainingSession.objects.select_related("training__programme")
    monkeypatch.setattr(attendance, "lock_sessions", lambda pks: unlocked.filter(pk__in=pks))

    assert sorted(of_the_same_person(morning, people[0])) == ["failed", "noted"]


def test_of_different_people_all_are_noted(morning, people):
    desks = [
        partial(noting, morning, *[tap(morning, one, PresenceState.PRESENT, 1) for one in some])
        for some in (people[:4], people[2:6], people[4:8], people[6:10], people[8:], people[::-1])
    ]

    assert together(*desks) == ["noted"] * len(desks)

    assert Participation.objects.came().count() == PEOPLE
    assert Presence.objects.count() == PEOPLE
    assert PresenceEntry.objects.count() == 4 * 5 + PEOPLE
