import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registrations.domain.locking import lock_sessions, lock_shared
from registrations.models import PartnerService
from tests.factories.registrations import partner
from tests.factories.trainings import MORNING_1, MORNING_2, catalogue, session, training_page
from trainings.models import TrainingSession

# A test inside a transaction could not leave it.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mornings():
    page = training_page(catalogue())
    # The one made first comes last, so that no other order is the order of primary keys.
    return [session(page, MORNING_2), session(page, MORNING_1)]


def test_outside_a_transaction_nothing_is_locked(mornings):
    with pytest.raises(transaction.TransactionManagementError):
        lock_sessions(one.pk for one in mornings)


def test_sessions_come_once_each_in_the_order_of_their_keys(mornings):
    one, two = mornings
    with transaction.atomic():
        assert lock_sessions([two.pk, one.pk, two.pk]) == [one, two]


def test_an_unknown_session_is_left_out(mornings):
    with transaction.atomic():
        assert lock_sessions([0, mornings[0].pk]) == mornings[:1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks.")
def test_rows_of_sessions_alone_are_locked_in_the_order_of_their_keys(mornings):
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        lock_sessions(one.pk for one in mornings)

    [query] = [query["sql"] for query in queries]
    assert query.endswith(
        'ORDER BY "trainings_trainingsession"."id" ASC FOR UPDATE OF "trainings_trainingsession"'
    )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows.")
def test_on_sqlite_the_transaction_takes_the_write_lock_when_it_begins(mornings):
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        lock_sessions(one.pk for one in mornings)

    assert queries.captured_queries[0]["sql"] == "BEGIN IMMEDIATE"


def test_who_comes_second_waits_and_reads_what_the_first_wrote(mornings):
    morning = mornings[0]
    asked, entered, read = threading.Event(), threading.Event(), []

    def second():
        try:
            asked.set()
            with transaction.atomic():
                [locked] = lock_sessions([morning.pk])
                entered.set()
                read.append(locked.capacity)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        lock_sessions([morning.pk])
        thread.start()
        asked.wait(10)
        entered_early = entered.wait(0.3)
        TrainingSession.objects.filter(pk=morning.pk).update(capacity=7)
    thread.join(30)

    assert entered_early is False
    assert read == [7]


def locked_meanwhile(first, second):
    """Lock with `first`; another transaction locks with `second`: whether it could at once."""
    entered = threading.Event()

    def other():
        try:
            with transaction.atomic():
                second()
                entered.set()
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        first()
        thread.start()
        at_once = entered.wait(0.3)
    thread.join(30)
    assert entered.is_set()
    return at_once


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks.")
def test_a_row_is_shared_by_many_or_locked_by_one():
    one = PartnerService.objects.filter(pk=partner().pk)

    def share():
        assert lock_shared(one) == list(one)

    def lock():
        assert len(one.select_for_update(of=("self",))) == 1

    def change():
        one.update(employees=40)

    assert {
        (share, share): locked_meanwhile(share, share),
        (share, lock): locked_meanwhile(share, lock),
        (lock, share): locked_meanwhile(lock, share),
        (share, change): locked_meanwhile(share, change),
    } == {
        (share, share): True,
        (share, lock): False,
        (lock, share): False,
        (share, change): True,
    }


def test_outside_a_transaction_nothing_is_shared():
    with pytest.raises(transaction.TransactionManagementError):
        lock_shared(PartnerService.objects.all())
