"""What the organiser reads on a Monday morning."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from registrations.domain import digest
from registrations.enums import MessageKind, PartnerStatus
from registrations.models import OutgoingEmail, Participation, SignUpRules
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import (
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
#: At 7 in Brussels.
MONDAY = datetime(2027, 3, 15, 6, 0, tzinfo=UTC)


@pytest.fixture
def morning():
    """Two places; one more waits."""
    one = session(training_page(catalogue()), MORNING_1, capacity=2)
    registration(*[person(one, number=number) for number in range(3)], at=MONDAY - HOUR)
    return one


def digests():
    return OutgoingEmail.objects.filter(kind=MessageKind.DIGEST)


def test_all_that_is_told_is_counted(morning):
    rules = SignUpRules.objects.create(session=morning, min_participants=5, decides_days_before=9)
    partner("Maison des Tilleuls", status=PartnerStatus.TO_CHECK)
    given_up = OutgoingEmail.objects.earliest("pk")
    given_up.failed_at = MONDAY
    given_up.save()
    assert rules.decided_at(morning) <= MONDAY

    assert digest.queue(at=MONDAY) == 1

    email = digests().get()
    assert (email.key, email.recipient) == ("digest:2027-03-15", "trainings@host.example")
    assert (email.language, email.due_at) == ("fr", MONDAY)
    assert email.facts == {
        "since": "2027-03-08T06:00:00+00:00",
        "sessions": [
            {"session": morning.pk, "capacity": 2, "taken": 2, "waiting": 1, "pending": 0}
        ],
        "undecided": [morning.pk],
        "registrations": 1,
        "people": 3,
        "to_check": 1,
        "failed": 1,
    }


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (-timedelta(minutes=1), 0),
        (timedelta(0), 1),
        (timedelta(hours=3) - timedelta(minutes=1), 1),
        (timedelta(hours=3), 0),
        (timedelta(days=1), 0),
        (timedelta(days=7), 1),
    ],
)
def test_it_is_written_on_its_days_in_the_morning(morning, later, expected):
    assert digest.queue(at=MONDAY + later) == expected


def test_the_host_says_on_which_days(morning, settings):
    settings.REGISTRATIONS_DIGEST_WEEKDAYS = [1, 4]

    assert [digest.queue(at=MONDAY + timedelta(days=day)) for day in range(7)] == [
        0, 1, 0, 0, 1, 0, 0,
    ]  # fmt: skip


def test_it_is_written_once_a_day(morning):
    digest.queue(at=MONDAY)

    assert digest.queue(at=MONDAY + HOUR) == 0
    assert digests().count() == 1


def test_without_anything_to_say_there_is_none():
    session(training_page(catalogue()), MORNING_2)

    assert digest.queue(at=MONDAY) == 0


def test_what_was_told_last_time_is_not_told_again(morning):
    digest.queue(at=MONDAY)

    digest.queue(at=MONDAY + timedelta(days=7))

    assert [one.facts["registrations"] for one in digests().order_by("pk")] == [1, 0]


def test_it_asks_the_database_as_often_for_many(morning):
    page = training_page(Page.objects.get(slug="formations"), "Autre")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            digest.count(at=MONDAY)
        return len(queries)

    few = asked()
    for day in (1, 2, 3):
        one = session(page, MORNING_1 + timedelta(days=day))
        registration(person(one), at=MONDAY)

    assert asked() == few
    assert Participation.objects.count() == 6
