"""Mails leave right after the act, from a thread of the process that did it."""

import os
import subprocess
import sys
import threading
import time
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.utils import timezone

from registrations.emails import at_once, delivery
from registrations.models import OutgoingEmail
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.forking import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

LONG = 30  # seconds; nothing waits for it unless something is wrong


def wait_for_the_sender() -> None:
    for thread in threading.enumerate():
        if thread.name == at_once.sender.name:
            thread.join(LONG)
            assert not thread.is_alive()


@pytest.fixture(autouse=True)
def at_once_here(settings):
    settings.REGISTRATIONS_SENDS_AT_ONCE = True
    yield
    wait_for_the_sender()


@pytest.fixture
def morning():
    return session(training_page(catalogue()))


def test_mails_leave_after_the_commit_without_the_command(morning, smtp):
    registration(person(morning), at=timezone.now())
    wait_for_the_sender()

    assert sorted(mail["To"] for mail in smtp.messages) == [
        "assistante@cpas.example",
        "personne1@cpas.example",
    ]
    assert not OutgoingEmail.objects.filter(sent_at=None).exists()


def test_what_is_rolled_back_sends_nothing(morning, smtp):
    with transaction.atomic():
        registration(person(morning), at=timezone.now())
        transaction.set_rollback(True)
    wait_for_the_sender()

    assert (smtp.messages, OutgoingEmail.objects.count()) == ([], 0)


def test_a_host_may_leave_it_to_the_command(morning, smtp, settings):
    settings.REGISTRATIONS_SENDS_AT_ONCE = False
    registration(person(morning), at=timezone.now())
    wait_for_the_sender()

    assert smtp.messages == []
    assert OutgoingEmail.objects.filter(sent_at=None).count() == 2


def test_who_acts_does_not_wait_for_a_slow_server(morning, smtp):
    smtp.pause = 1.5
    registration(person(morning), at=timezone.now())

    assert smtp.messages == []  # neither has been answered
    wait_for_the_sender()
    assert len(smtp.messages) == 2


def test_what_is_queued_while_it_sends_leaves_too(morning, smtp):
    smtp.pause = 0.3
    registration(person(morning), at=timezone.now())
    registration(person(morning, number=2), at=timezone.now())
    wait_for_the_sender()

    assert len(smtp.messages) == 4


def test_a_sender_that_fails_is_harmless_and_the_next_act_starts_another(
    morning, smtp, monkeypatch, caplog
):
    def fail(**_options):
        raise RuntimeError("personne1@cpas.example")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "drain", fail)
        registration(person(morning), at=timezone.now())
        wait_for_the_sender()
    assert caplog.messages == ["To send mails is left for the next round: RuntimeError"]
    assert smtp.messages == []

    at_once.sender.wake()
    wait_for_the_sender()
    assert len(smtp.messages) == 2


def test_a_server_that_is_down_is_tried_once(morning, smtp, settings):
    settings.EMAIL_PORT = 1
    registration(person(morning), at=timezone.now())
    wait_for_the_sender()

    rows = OutgoingEmail.objects.values_list("attempts", "leased_until", "last_error")
    assert sorted(rows, key=lambda row: row[2]) == [(0, None, "Connection refused")] * 2


def cut_off_while_one_is_sent() -> None:
    """End all connections to the database but this one, once a mail has been begun."""
    begun = OutgoingEmail.objects.filter(attempts=1, sent_at=None)
    for _moment in range(LONG * 100):
        if begun.exists():
            break
        time.sleep(0.01)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file is never cut off")
def test_a_database_that_is_away_when_a_mail_has_left_is_told_over_a_new_connection(morning, smtp):
    smtp.pause = 1
    registration(person(morning), at=timezone.now())
    cut_off_while_one_is_sent()
    wait_for_the_sender()

    assert len(smtp.messages) == 2
    assert not OutgoingEmail.objects.filter(sent_at=None).exists()


COMMAND = """
import sys
import django
django.setup()
from django.db import transaction
from registrations.emails import at_once
at_once.LAST = float(sys.argv[1])
with transaction.atomic():
    transaction.on_commit(at_once.sender.wake, robust=True)
"""


def send_from_a_process_that_ends(smtp, *, last: float) -> None:
    database = connection.settings_dict
    if connection.vendor == "postgresql":
        host = quote(database["HOST"], safe="")
        address = f"postgresql://{database['USER']}@{host}/{database['NAME']}"
    else:
        address = str(database["NAME"])
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(last)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.outbox_settings",
            "SERVED_DATABASE": address,
            "OUTBOX_PORT": str(smtp.port),
            "TEST_DATABASE": "sqlite",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_that_ends_first_sends_what_it_queued(morning, smtp, settings):
    settings.REGISTRATIONS_SENDS_AT_ONCE = False
    registration(person(morning), at=timezone.now())

    send_from_a_process_that_ends(smtp, last=at_once.LAST)

    assert len(smtp.messages) == 2
    assert not OutgoingEmail.objects.filter(sent_at=None).exists()


def test_a_process_that_ends_does_not_go_on_for_ever(morning, smtp, settings):
    settings.REGISTRATIONS_SENDS_AT_ONCE = False
    people = [person(morning, number=number) for number in range(1, delivery.BATCH + 5)]
    registration(*people, at=timezone.now())
    smtp.pause = 0.05

    send_from_a_process_that_ends(smtp, last=0)

    assert len(smtp.messages) == delivery.BATCH
    assert not OutgoingEmail.objects.exclude(leased_until=None).exists()
