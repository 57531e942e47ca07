"""What the database refuses for a moment is done again, or the visitor is asked to come back."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import SerializationFailure

from registrations.domain import locking
from registrations.domain.locking import lock_sessions, retried
from registrations.exceptions import BusyError
from tests.factories.trainings import MORNING_1, MORNING_2, catalogue, session, training_page
from tests.served import together
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one lock, so no two can cross."
)


@pytest.fixture
def mornings():
    page = training_page(catalogue())
    return [session(page, MORNING_1), session(page, MORNING_2)]


class CrossedLocks:
    """Two who lock the same two sessions one after the other, each from its own end."""

    def __init__(self, mornings: list[TrainingSession]) -> None:
        self.mornings = mornings
        self.both_have_one = threading.Barrier(2)
        self.attempts = 0

    def from_the(self, end: str) -> str:
        order = self.mornings if end == "first" else self.mornings[::-1]
        try:
            self.lock_one_then_the_other(order)
        except BusyError:
            return "asked to come back"
        finally:
            connection.close()
        return "done"

    def lock_one_then_the_other(self, order: list[TrainingSession]) -> None:
        @retried
        @transaction.atomic
        def act() -> None:
            self.attempts += 1
            lock_sessions([order[0].pk])
            if self.attempts <= 2:
                self.both_have_one.wait(10)
            lock_sessions([order[1].pk])

        act()


@on_postgresql
def test_without_a_second_attempt_two_crossed_locks_fail_one(mornings, monkeypatch):
    monkeypatch.setattr(locking, "ATTEMPTS", 1)
    crossed = CrossedLocks(mornings)

    ends = together(lambda: crossed.from_the("first"), lambda: crossed.from_the("last"))

    assert sorted(ends) == ["asked to come back", "done"]


@on_postgresql
def test_who_gave_way_in_a_deadlock_begins_again(mornings):
    crossed = CrossedLocks(mornings)

    ends = together(lambda: crossed.from_the("first"), lambda: crossed.from_the("last"))

    assert ends == ["done", "done"]
    assert crossed.attempts == 3


@on_postgresql
def test_after_three_attempts_the_visitor_is_asked_to_come_back(mornings, monkeypatch):
    monkeypatch.setattr(locking, "PAUSE", 0.001)
    tried = []

    @retried
    @transaction.atomic
    def act() -> None:
        tried.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10ms'")
        lock_sessions([mornings[0].pk])

    def in_between() -> str:
        try:
            act()
        except BusyError as refusal:
            return str(refusal.__cause__.__cause__.sqlstate)
        finally:
            connection.close()
        return "done"

    with transaction.atomic():
        lock_sessions([mornings[0].pk])
        [ended] = together(in_between)

    assert (ended, len(tried)) == ("55P03", 3)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL waits for a row.")
def test_who_has_waited_long_for_sqlite_is_asked_to_come_back_at_once(mornings, monkeypatch):
    tried = []

    @retried
    def act() -> None:
        tried.append(1)
        with transaction.atomic():
            lock_sessions([mornings[0].pk])

    def in_between() -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 10")
            act()
        except BusyError as refusal:
            return str(refusal.__cause__.__cause__.sqlite_errorname)
        finally:
            connection.close()
        return "done"

    with transaction.atomic():
        lock_sessions([mornings[0].pk])
        [ended] = together(in_between)

    assert (ended, len(tried)) == ("SQLITE_BUSY", 1)


def test_what_cannot_be_put_in_order_is_begun_again(monkeypatch):
    monkeypatch.setattr(locking, "PAUSE", 0.001)
    tried = []

    @retried
    def act() -> str:
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError from SerializationFailure()
        return "done"

    assert (act(), len(tried)) == ("done", 3)


def test_another_fault_of_the_database_is_not_hidden():
    tried = []

    @retried
    def act() -> None:
        tried.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nothing_of_that_name")

    with pytest.raises(Exception, match="nothing_of_that_name") as fault:
        act()

    assert not isinstance(fault.value, BusyError)
    assert len(tried) == 1


def test_within_another_transaction_only_that_one_can_begin_again():
    tried = []

    @retried
    def act() -> None:
        tried.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError), transaction.atomic():
        act()

    assert len(tried) == 1
