import os
import signal
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from registrations.emails import delivery
from registrations.models import OutgoingEmail
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued():
    morning = session(training_page(catalogue()), capacity=50)
    people = [person(morning, number=number) for number in range(1, 25)]
    return registration(*people, at=timezone.now())


def test_it_tells_how_far_it_is_and_what_it_came_to(queued, smtp, capsys):
    smtp.refused["personne1@cpas.example"] = "550 5.1.1 No such user"
    smtp.refused["personne2@cpas.example"] = "451 4.3.0 Try again later"

    call_command("send_emails")

    assert capsys.readouterr() == (
        "… 18 sent, 2 failed so far.\n23 sent, 2 failed, 1 still to leave.\n",
        "",
    )


def test_it_tells_what_ails_the_mail_server(queued, smtp, settings, capsys):
    settings.EMAIL_PORT = 1

    call_command("send_emails")

    assert capsys.readouterr() == (
        "0 sent, 0 failed, 25 still to leave.\n",
        "The mail server takes nothing: Connection refused\n",
    )


def test_what_is_due_later_is_still_to_leave(queued, smtp, capsys):
    OutgoingEmail.objects.update(due_at=timezone.now() + timedelta(days=1))

    call_command("send_emails")

    assert capsys.readouterr().out == "0 sent, 0 failed, 25 still to leave.\n"


def test_a_worker_that_is_stopped_ends_its_batch_first(queued, smtp, capsys, monkeypatch):
    sent = delivery.deliver_due

    def and_stop(**options):
        os.kill(os.getpid(), signal.SIGTERM)
        return sent(**options)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(delivery, "deliver_due", and_stop)

    call_command("send_emails", "--loop", "--every", "60")

    assert len(smtp.messages) == delivery.BATCH
    assert not OutgoingEmail.objects.exclude(leased_until=None).exists()
    assert signal.getsignal(signal.SIGTERM) == before
