"""Two rounds of `tend_places` at once, and an organiser who moves a session meanwhile."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from registrations.emails.reminders import KINDS, reconcile
from registrations.models import OutgoingEmail
from tests.factories.registrations import person, registration
from tests.factories.trainings import MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db(transaction=True)

AHEAD = datetime(2027, 3, 18, 8, 0, tzinfo=UTC)
ROUNDS = 5


def together(*acts):
    """Begin them at the same instant; what they raise."""
    gate, raised = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait(10)
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.fixture
def morning():
    one = session(training_page(catalogue()))
    registration(*[person(one, number=number) for number in range(10)])
    return one


def days():
    """Of what is scheduled, by person."""
    rows = OutgoingEmail.objects.filter(kind__in=KINDS).order_by("recipient")
    return [one["starts_on"] for one in rows.values_list("facts", flat=True)]


def test_whoever_compares_at_once_schedules_everything_once(morning):
    def compare():
        reconcile(at=AHEAD)

    assert together(compare, compare, compare) == []
    assert days() == ["2027-03-23"] * 10


def test_a_session_that_moves_meanwhile_has_its_new_day(morning):
    for _round in range(ROUNDS):
        reconcile(at=AHEAD)

        def compare():
            reconcile(at=AHEAD)

        def move():
            to = {"starts_on": MORNING_2, "ends_on": MORNING_2}
            scheduling.reschedule(morning, to=to, by=None, at=AHEAD)

        def back():
            to = {"starts_on": morning.starts_on, "ends_on": morning.ends_on}
            scheduling.reschedule(morning, to=to, by=None, at=AHEAD)

        assert together(compare, move, compare) == []
        reconcile(at=AHEAD)
        assert days() == ["2027-03-30"] * 10
        back()
        assert days() == ["2027-03-23"] * 10
