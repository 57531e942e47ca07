"""What is done because time passes."""

import logging
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from registrations.domain import tending, waiting_list
from registrations.domain.people import unnamed
from registrations.domain.tending import Tended, tend
from registrations.domain.working_hours import working_days_before
from registrations.emails.reminders import Reconciled
from registrations.enums import MessageKind, Promotion
from registrations.models import OutgoingEmail, Participation, Registration, SignUpRules
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from trainings.models import ClosedPeriod

pytestmark = pytest.mark.django_db

NOTHING = Tended(sessions=0, failed=0, names_asked=0, minimum_warnings=0)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, capacity=1)


def rules(session, **said):
    values = {"capacity": None, "per_service": None, **said}
    return SignUpRules.objects.create(session=session, **values)


def statuses():
    return list(Participation.objects.order_by("pk").values_list("status", flat=True))


def test_without_anything_due_nothing_happens(morning):
    registration(person(morning))

    assert tend(at=AT) == NOTHING
    assert statuses() == ["CONFIRMED"]


def test_an_offer_that_has_ended_goes_to_the_next_and_a_second_round_does_nothing(morning):
    rules(morning)
    registration(*[person(morning, number=number) for number in (1, 2, 3)])
    first, second, _third = Participation.objects.order_by("pk")
    waiting_list.offer([second], by=None, at=AT)
    first.delete()
    ends = Participation.objects.get(pk=second.pk).offer_ends_at

    done = tend(at=ends)
    mails = OutgoingEmail.objects.count()

    assert (done.sessions, done.failed) == (1, 0)
    assert statuses() == ["EXPIRED", "OFFERED"]
    tend(at=ends)
    assert statuses() == ["EXPIRED", "OFFERED"]
    assert OutgoingEmail.objects.count() == mails


def test_a_session_that_fails_does_not_stop_the_others(page, morning, monkeypatch, caplog):
    other = session(page, MORNING_2, capacity=1)
    for one in (morning, other):
        rules(one, promotion=Promotion.CONFIRM)
        registration(person(one), person(one, number=2))
        Participation.objects.filter(session=one).earliest("pk").delete()
    settle_now = waiting_list.settle_now

    def broken(session_ids, *, at):
        if morning.pk in session_ids:
            raise ValueError("a fault in a rule")
        settle_now(session_ids, at=at)

    monkeypatch.setattr(waiting_list, "settle_now", broken)
    with caplog.at_level(logging.CRITICAL + 1):
        done = tend(at=AT)

    assert (done.sessions, done.failed) == (1, 1)
    assert statuses() == ["WAITING", "CONFIRMED"]


# --- names ---


@pytest.fixture
def held(morning):
    """A school has two places without names, due on Monday 15 March 2027 at noon."""
    rules(morning, capacity=None, may_hold=5, names_days_before=8)
    type(morning).objects.filter(pk=morning.pk).update(capacity=5)
    made = registration(*unnamed(2, session_ids=[morning.pk]), booker=booker(email="e@x.example"))
    assert made.names_due_at == datetime(2027, 3, 15, 11, 0, tzinfo=UTC)
    return made


def asked():
    found = OutgoingEmail.objects.filter(kind=MessageKind.NAMES_NEEDED)
    return list(found.values_list("recipient", flat=True))


def test_names_are_asked_for_three_working_days_before_and_once(held):
    reminder = datetime(2027, 3, 10, 11, 0, tzinfo=UTC)  # Wednesday

    assert tend(at=reminder - timedelta(seconds=1)).names_asked == 0
    assert tend(at=reminder).names_asked == 1
    assert tend(at=reminder + timedelta(days=1)).names_asked == 0
    assert asked() == ["e@x.example"]


def test_a_closed_day_makes_it_earlier(held):
    ClosedPeriod.objects.create(
        name={"fr": "Pont"}, first_day=date(2027, 3, 11), last_day=date(2027, 3, 11)
    )

    assert tend(at=datetime(2027, 3, 9, 11, 0, tzinfo=UTC)).names_asked == 1


def test_once_all_are_named_or_given_back_nobody_is_asked(held):
    for number, place in enumerate(held.participants.all()):
        place.first_name, place.last_name = "Élève", f"{number}"
        place.save()

    assert tend(at=held.names_due_at - timedelta(hours=1)).names_asked == 0


def test_when_they_are_due_nobody_is_asked_and_places_are_released(held):
    done = tend(at=held.names_due_at)

    assert (done.sessions, done.names_asked) == (1, 0)
    assert statuses() == ["EXPIRED", "EXPIRED"]
    assert asked() == []


def test_the_mail_concerns_the_places_without_a_name(held):
    tending.ask_for_names(at=held.names_due_at - timedelta(days=1))

    email = OutgoingEmail.objects.get(kind=MessageKind.NAMES_NEEDED)
    assert email.registration == Registration.objects.get()
    assert [pk for pk, *_rest in email.facts["concerned"]] == list(
        Participation.objects.order_by("pk").values_list("pk", flat=True)
    )


def test_working_days_are_counted_back_over_a_weekend_and_the_clock_change():
    brussels = ZoneInfo("Europe/Brussels")
    monday = datetime(2027, 3, 29, 12, 0, tzinfo=brussels)  # summer time began the day before

    assert working_days_before(monday, 0, days_off=()) == monday
    assert working_days_before(monday, 3, days_off=()) == datetime(
        2027, 3, 24, 12, 0, tzinfo=brussels
    )
    assert working_days_before(monday, 1, days_off={date(2027, 3, 26)}) == datetime(
        2027, 3, 25, 12, 0, tzinfo=brussels
    )


# --- around sessions ---


def test_reminders_are_scheduled_and_a_digest_is_written(morning):
    registration(person(morning))
    monday = datetime(2027, 3, 15, 6, 30, tzinfo=UTC)

    done = tend(at=monday)

    assert (done.reminders, done.digests) == (Reconciled(added=1), 1)
    again = tend(at=monday + timedelta(minutes=5))
    assert (again.reminders, again.digests) == (Reconciled(), 0)
