"""When a mail around a session is due, and what the database refuses."""

from datetime import UTC, date, datetime, time
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from registrations.enums import MessageKind, Moment, ParticipationStatus
from registrations.models import Reminder, SignUpRules
from registrations.models.reminders import USUAL, Distance
from tests.factories.trainings import catalogue, training_page
from trainings.models import Training, TrainingSession

BEFORE, AFTER = Moment.BEFORE, Moment.AFTER
CONFIRMED, WAITING = ParticipationStatus.CONFIRMED, ParticipationStatus.WAITING


@pytest.mark.parametrize(
    ("distance", "kind"),
    [
        (Distance(2), MessageKind.REMINDER),
        (Distance(2, BEFORE, WAITING), MessageKind.STILL_WAITING),
        (Distance(2, AFTER), MessageKind.THANKS),
    ],
)
def test_a_distance_tells_its_message_and_a_message_its_distance(distance, kind):
    assert distance.kind == kind
    assert Distance.of_kind(kind, days=2) == distance


@pytest.mark.parametrize(
    ("first", "last", "distance", "due"),
    [
        # Summer time begins on Sunday 28 March 2027 and ends on 31 October.
        (date(2027, 3, 27), date(2027, 3, 27), Distance(1), (2027, 3, 26, 8)),
        (date(2027, 3, 29), date(2027, 3, 29), Distance(1), (2027, 3, 28, 7)),
        (date(2027, 3, 29), date(2027, 3, 29), Distance(2), (2027, 3, 27, 8)),
        (date(2027, 3, 27), date(2027, 3, 27), Distance(1, AFTER), (2027, 3, 28, 7)),
        (date(2027, 10, 30), date(2027, 10, 30), Distance(1, AFTER), (2027, 10, 31, 8)),
        # Of several days: before the first, after the last.
        (date(2027, 6, 1), date(2027, 6, 3), Distance(1), (2027, 5, 31, 7)),
        (date(2027, 6, 1), date(2027, 6, 3), Distance(1, AFTER), (2027, 6, 4, 7)),
    ],
)
def test_it_is_due_at_nine_on_the_wall(first, last, distance, due):
    session = TrainingSession(
        starts_on=first, ends_on=last, start_time=time(9), time_zone="Europe/Brussels"
    )

    assert distance.due_at(session) == datetime(*due, tzinfo=UTC)


@pytest.fixture
def rules(db):
    return SignUpRules.objects.create(training=training_page(catalogue()).training)


@pytest.mark.parametrize(
    ("days", "moment", "status", "is_fine"),
    [
        (1, BEFORE, CONFIRMED, True),
        (60, BEFORE, WAITING, True),
        (1, AFTER, CONFIRMED, True),
        (0, BEFORE, CONFIRMED, False),
        (61, BEFORE, CONFIRMED, False),
        (1, AFTER, WAITING, False),
    ],
)
def test_the_database_takes_what_can_be(rules, days, moment, status, is_fine):
    def make():
        return Reminder.objects.create(rules=rules, days=days, moment=moment, status=status)

    if is_fine:
        assert make().distance == Distance(days, moment, status)
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_rules_of_before_remind_as_usual(rules):
    migration = import_module("registrations.migrations.0006_mail")

    migration.remind_as_usual(apps, schema_editor=None)

    assert tuple(one.distance for one in rules.reminders.all()) == USUAL


def test_each_is_there_once(rules):
    Reminder.objects.create(rules=rules, days=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(rules=rules, days=2)
    Reminder.objects.create(rules=rules, days=2, status=WAITING)


def test_the_copy_of_a_training_has_the_same(rules):
    for days in (9, 2):
        rules.reminders.create(days=days)

    copy = rules.copy_to(Training.objects.create(name="Copie"))

    assert [one.distance for one in copy.reminders.all()] == [Distance(9), Distance(2)]
