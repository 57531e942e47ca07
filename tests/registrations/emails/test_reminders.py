"""What should be scheduled around sessions, compared with what is."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations.domain import answers, set_rules, waiting_list
from registrations.domain.people import unnamed
from registrations.emails.delivery import deliver_due
from registrations.emails.reminders import KINDS, Reconciled, reconcile
from registrations.enums import MessageKind, Moment, ParticipationStatus, Promotion
from registrations.models import OutgoingEmail, Participant, Participation, SignUpRules
from registrations.models.reminders import PROPOSED, USUAL, Distance
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
)
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

WAITING = ParticipationStatus.WAITING
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Two days before the first morning, at 9 in Brussels, and the day after it.
DUE = datetime(2027, 3, 21, 8, 0, tzinfo=UTC)
AFTER = datetime(2027, 3, 24, 8, 0, tzinfo=UTC)
#: Two days before the second: the Sunday on which summer time begins.
DUE_2 = datetime(2027, 3, 28, 7, 0, tzinfo=UTC)
#: The week before.
AHEAD = DUE - timedelta(days=7)
NONE = Reconciled()
PERSON, OTHER = "personne1@cpas.example", "personne2@cpas.example"
BOOKER = "assistante@cpas.example"
TO_MORNING_2 = {"starts_on": MORNING_2, "ends_on": MORNING_2}


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page)


def rules(*distances, **of):
    """Rules that limit nothing, and these reminders."""
    made = SignUpRules.objects.create(
        **{"capacity": None, "per_service": None, "closes_days_before": None, **of}
    )
    for distance in distances:
        made.reminders.create(**distance._asdict())
    return made


def scheduled():
    """What is still to leave: kind, reader, when it is due."""
    rows = OutgoingEmail.objects.filter(kind__in=KINDS, sent_at=None, failed_at=None)
    return list(rows.order_by("due_at", "recipient").values_list("kind", "recipient", "due_at"))


def reminder(to=PERSON, due=DUE):
    return (MessageKind.REMINDER, to, due)


def sent(smtp, *, at):
    """Who is written to then, and under which subject."""
    smtp.messages.clear()
    deliver_due(at=at)
    return [mail["To"] for mail in smtp.messages]


# --- what is expected --------------------------------------------------------------------------


def test_without_rules_who_has_a_place_is_reminded_two_days_before(morning):
    registration(person(morning), person(morning, number=2))

    assert reconcile(at=AHEAD) == Reconciled(added=2)
    assert scheduled() == [reminder(), reminder(OTHER)]


def test_done_again_it_does_nothing(morning):
    registration(person(morning))
    reconcile(at=AHEAD)

    assert reconcile(at=AHEAD + DAY) == NONE
    assert scheduled() == [reminder()]


def test_of_a_session_further_away_nothing_is_scheduled_yet(morning):
    registration(person(morning))

    assert reconcile(at=DUE - timedelta(days=14) - HOUR) == NONE
    assert reconcile(at=DUE - timedelta(days=14)) == Reconciled(added=1)


def test_each_distance_of_the_rules_and_each_state_has_its_mail(page, morning):
    type(morning).objects.update(capacity=1)
    rules(Distance(7), Distance(2), Distance(3, Moment.BEFORE, WAITING), training=page.training)
    registration(person(morning), person(morning, number=2))

    reconcile(at=AHEAD)

    assert scheduled() == [
        reminder(due=datetime(2027, 3, 16, 8, 0, tzinfo=UTC)),
        (MessageKind.STILL_WAITING, OTHER, DUE - DAY),
        reminder(),
    ]


@pytest.mark.parametrize(
    ("distance", "due"),
    [
        (Distance(60), datetime(2027, 1, 22, 8, 0, tzinfo=UTC)),
        (Distance(60, Moment.AFTER), datetime(2027, 5, 22, 7, 0, tzinfo=UTC)),
    ],
)
def test_the_furthest_is_found_in_time(page, morning, distance, due):
    rules(distance, training=page.training)
    registration(person(morning), at=min(AT, due - timedelta(days=30)))

    assert reconcile(at=due - timedelta(days=14)) == Reconciled(added=1)
    assert scheduled() == [(distance.kind, PERSON, due)]


def test_rules_without_reminders_mean_none(page, morning):
    rules(training=page.training)
    registration(person(morning))

    assert reconcile(at=AHEAD) == NONE


def test_rules_of_a_session_apart_count_alone(page, morning):
    rules(Distance(2), training=page.training)
    rules(Distance(1), session=morning)
    registration(person(morning))

    reconcile(at=AHEAD)

    assert scheduled() == [reminder(due=DUE + DAY)]


def test_thanks_are_due_the_day_after_the_last_day(page):
    long = session(page, ends_on=MORNING_1 + DAY)
    rules(Distance(1, Moment.AFTER), training=page.training)
    registration(person(long))

    reconcile(at=AHEAD + DAY)

    assert scheduled() == [(MessageKind.THANKS, PERSON, AFTER + DAY)]


def test_the_hour_is_that_of_the_wall_on_the_day_summer_time_begins(page):
    registration(person(session(page, MORNING_2)))

    reconcile(at=AHEAD + DAY)

    assert scheduled() == [reminder(due=DUE_2)]


def test_one_person_at_two_sessions_is_reminded_of_each(page, morning):
    registration(person(morning, session(page, MORNING_2)))

    reconcile(at=DUE_2 - timedelta(days=10))

    assert scheduled() == [reminder(), reminder(due=DUE_2)]


def test_the_booker_is_reminded_once_of_all_who_have_no_address(morning):
    people = [person(morning, number=number, email="") for number in (1, 2)]
    registration(*people, person(morning, number=3))

    reconcile(at=AHEAD)

    assert scheduled() == [reminder(BOOKER), reminder("personne3@cpas.example")]


def test_the_booker_is_told_apart_of_those_with_a_place_and_of_those_who_wait(page, morning):
    type(morning).objects.update(capacity=1)
    rules(Distance(2), Distance(2, Moment.BEFORE, WAITING), training=page.training)
    registration(*[person(morning, number=number, email="") for number in (1, 2)])

    reconcile(at=AHEAD)

    assert scheduled() == [reminder(BOOKER), (MessageKind.STILL_WAITING, BOOKER, DUE)]


def test_places_without_a_name_are_the_bookers(page, morning):
    rules(*USUAL, training=page.training, may_hold=5, names_days_before=1)
    registration(*unnamed(2, session_ids=[morning.pk]), booker=booker())

    reconcile(at=AHEAD)

    assert scheduled() == [reminder(BOOKER)]


# --- what was done meanwhile -------------------------------------------------------------------


def test_a_session_that_moves_takes_its_reminders_along(page, morning):
    rules(*PROPOSED, training=page.training)
    registration(person(morning))
    reconcile(at=AHEAD)
    assert scheduled() == [reminder(), (MessageKind.THANKS, PERSON, AFTER)]

    scheduling.reschedule(morning, to=TO_MORNING_2, by=None, at=AHEAD)

    thanks = (MessageKind.THANKS, PERSON, datetime(2027, 3, 31, 7, 0, tzinfo=UTC))
    assert scheduled() == [reminder(due=DUE_2), thanks]
    assert reconcile(at=AHEAD) == NONE


def test_however_far_it_moves_they_stay_scheduled(morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    far = date(2027, 9, 14)

    scheduling.reschedule(morning, to={"starts_on": far, "ends_on": far}, by=None, at=AHEAD)

    assert scheduled() == [reminder(due=datetime(2027, 9, 12, 7, 0, tzinfo=UTC))]
    assert reconcile(at=AHEAD) == NONE


@pytest.mark.parametrize("act", [scheduling.postpone, scheduling.cancel])
def test_a_session_that_is_called_off_loses_them_and_a_restored_one_has_them_again(morning, act):
    registration(person(morning))
    reconcile(at=AHEAD)

    act(morning, by=None, at=AHEAD)
    assert scheduled() == []

    scheduling.restore(morning, by=None, at=AHEAD)
    assert scheduled() == [reminder()]


def test_another_hour_of_the_same_day_changes_nothing(morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    row = OutgoingEmail.objects.get(kind=MessageKind.REMINDER)

    later = {"start_time": time(13), "end_time": time(16)}
    scheduling.reschedule(morning, to=later, by=None, at=AHEAD)

    assert OutgoingEmail.objects.get(kind=MessageKind.REMINDER) == row


def test_moved_after_the_reminder_left_one_is_reminded_of_the_new_day(morning, smtp):
    registration(person(morning))
    reconcile(at=AHEAD)
    deliver_due(at=DUE)

    scheduling.reschedule(morning, to=TO_MORNING_2, by=None, at=DUE + HOUR)

    assert scheduled() == [reminder(due=DUE_2)]


def test_moved_there_and_back_one_is_not_reminded_twice(morning, smtp):
    registration(person(morning))
    reconcile(at=AHEAD)
    deliver_due(at=DUE)
    back = {"starts_on": MORNING_1, "ends_on": MORNING_1}

    scheduling.reschedule(morning, to=TO_MORNING_2, by=None, at=DUE + HOUR)
    scheduling.reschedule(morning, to=back, by=None, at=DUE + HOUR)

    assert scheduled() == []
    assert reconcile(at=DUE + HOUR) == NONE


def test_moved_nearer_than_the_reminder_nobody_is_reminded_of_the_news(morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    soon = (AHEAD + DAY).date()

    scheduling.reschedule(morning, to={"starts_on": soon, "ends_on": soon}, by=None, at=AHEAD)

    assert scheduled() == []


def test_who_leaves_is_not_reminded(morning):
    registration(person(morning), person(morning, number=2))
    reconcile(at=AHEAD)
    answers.withdraw(Participation.objects.earliest("pk"), at=AHEAD)

    assert reconcile(at=AHEAD) == Reconciled(removed=1)
    assert scheduled() == [reminder(OTHER)]


def test_who_gets_a_place_is_reminded_of_it_and_waits_no_more(page, morning):
    type(morning).objects.update(capacity=1)
    waits = Distance(2, Moment.BEFORE, WAITING)
    rules(*USUAL, waits, training=page.training, promotion=Promotion.BY_HAND)
    registration(person(morning), person(morning, number=2))
    reconcile(at=AHEAD)
    first, second = Participation.objects.order_by("pk")
    answers.withdraw(first, at=AHEAD)

    waiting_list.promote([second], by=None, at=AHEAD)

    assert reconcile(at=AHEAD) == Reconciled(added=1, removed=2)
    assert scheduled() == [reminder(OTHER)]


def test_another_address_is_written_to(morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    Participant.objects.update(email="nouvelle@cpas.example")
    Participation.objects.update(address="nouvelle@cpas.example")

    assert reconcile(at=AHEAD) == Reconciled(moved=1)
    assert scheduled() == [reminder("nouvelle@cpas.example")]


@pytest.mark.parametrize(("minutes", "expected"), [(-1, [reminder()]), (0, []), (1, [])])
def test_who_signs_up_once_it_is_due_has_just_had_a_mail(morning, minutes, expected):
    registration(person(morning), at=DUE + timedelta(minutes=minutes))

    reconcile(at=DUE + HOUR)

    assert scheduled() == expected


def test_rules_that_change_are_followed_at_once(page, morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    said = set_rules.Said(
        SignUpRules(capacity=None, per_service=None, closes_days_before=None),
        reminders=(Distance(1),),
    )

    set_rules.set_rules(page.training, said, by=None, at=AHEAD)
    assert scheduled() == [reminder(due=DUE + DAY)]

    apart = set_rules.Said(said.row)
    set_rules.set_apart(morning, apart, columns={}, by=None, at=AHEAD)
    assert scheduled() == []

    set_rules.follow_training(morning, by=None, at=AHEAD)
    assert scheduled() == [reminder(due=DUE + DAY)]


# --- when nobody looked ------------------------------------------------------------------------


def test_an_hour_that_passed_meanwhile_is_made_up_for_within_a_day(morning):
    registration(person(morning))

    assert reconcile(at=DUE + DAY) == NONE
    assert reconcile(at=DUE + DAY - HOUR) == Reconciled(added=1)


def test_once_the_session_has_begun_nobody_is_reminded(page, morning):
    rules(Distance(1), training=page.training)
    registration(person(morning))
    reconcile(at=AHEAD)

    assert reconcile(at=morning.starts_at) == Reconciled(removed=1)


def test_what_the_server_did_not_take_keeps_its_next_attempt(morning, smtp):
    registration(person(morning))
    reconcile(at=AHEAD)
    deliver_due(at=DUE - HOUR)
    smtp.refusal = "451 4.3.0 Try again later"
    deliver_due(at=DUE)

    assert reconcile(at=DUE) == NONE
    assert scheduled() == [reminder(due=DUE + timedelta(minutes=1))]


def test_what_is_being_sent_is_left_alone(morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    OutgoingEmail.objects.update(leased_until=DUE + HOUR)

    assert reconcile(at=DUE) == NONE
    assert reconcile(sessions=[morning.pk], at=DUE) == NONE
    assert scheduled() == [reminder()]


def test_what_was_given_up_is_not_scheduled_again(morning):
    registration(person(morning))
    reconcile(at=AHEAD)
    OutgoingEmail.objects.filter(kind=MessageKind.REMINDER).update(failed_at=DUE)

    assert reconcile(at=DUE) == NONE


def test_of_chosen_sessions_the_others_stay_as_they_are(page, morning):
    other = session(page, MORNING_1 + DAY)
    registration(person(morning, other))
    reconcile(at=AHEAD)
    Participation.objects.update(status=ParticipationStatus.WITHDRAWN)

    assert reconcile(sessions=[morning.pk], at=AHEAD) == Reconciled(removed=1)
    assert scheduled() == [reminder(due=DUE + DAY)]


def test_it_asks_the_database_as_often_for_one_as_for_many(page):
    asked = []
    for people, on in ((1, MORNING_1), (30, MORNING_1 + DAY)):
        one = session(page, on)
        registration(*[person(one, number=number) for number in range(people)])
        reconcile(at=AHEAD)
        one.starts_on = one.ends_on = MORNING_2
        one.save()
        with CaptureQueriesContext(connection) as queries:
            assert reconcile(at=AHEAD) == Reconciled(moved=people)
        asked.append(len(queries))

    few, many = asked
    assert many == few
