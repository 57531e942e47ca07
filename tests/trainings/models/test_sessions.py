from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


def test_instants_follow_the_wall_clock_on_both_sides_of_a_clock_change(page):
    winter, summer = session(page, MORNING_1), session(page, MORNING_2)

    assert winter.starts_at == datetime(2027, 3, 23, 8, 0, tzinfo=UTC)
    assert summer.starts_at == datetime(2027, 3, 30, 7, 0, tzinfo=UTC)
    assert summer.local_start.time() == winter.local_start.time() == time(9, 0)


def test_an_hour_that_the_clock_skips_is_refused(page):
    with pytest.raises(ValidationError) as refusal:
        session(page, date(2027, 3, 28), start_time=time(2, 30))

    assert list(refusal.value.message_dict) == ["start_time"]


def test_a_session_may_cross_midnight(page):
    night = session(
        page, start_time=time(22, 0), end_time=time(1, 0), ends_on=MORNING_1 + timedelta(days=1)
    )

    assert night.ends_at - night.starts_at == timedelta(hours=3)


@pytest.mark.parametrize(
    "fields",
    [
        {"end_time": time(9, 0)},
        {"capacity": 0},
        {"training_time": timedelta(hours=4)},
        {"training_time": timedelta(0), "capacity": 12},
        {"registration_opens_at": AT, "registration_closes_at": AT},
        {"time_zone": "Europe/Nowhere"},
    ],
    ids="-".join,
)
def test_what_contradicts_itself_is_refused_with_a_sentence(page, fields):
    with pytest.raises(ValidationError):
        session(page, **fields)

    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"ends_at": datetime(2027, 3, 23, 8, 0, tzinfo=UTC)},
        {"capacity": 0},
        {"training_time": timedelta(hours=3, minutes=31)},
        {"registration_opens_at": AT, "registration_closes_at": AT},
        {"sequence": -1},
    ],
    ids=lambda values: next(iter(values)),
)
def test_the_database_holds_what_must_never_be_false(page, values):
    made = session(page)

    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingSession.objects.filter(pk=made.pk).update(**values)


def test_the_database_accepts_what_is_open(page):
    made = session(page, capacity=None, training_time=None)

    assert (made.capacity, made.training_time) == (None, None)


def test_a_session_with_registrations_cannot_be_deleted(page):
    made = session(page)
    registration(person(made))

    with pytest.raises(ProtectedError):
        made.delete()


def test_a_session_is_open_within_its_dates(page):
    opens, closes = AT, AT + timedelta(days=7)
    made = session(page, registration_opens_at=opens, registration_closes_at=closes)
    instants = [opens - timedelta(seconds=1), opens, closes - timedelta(seconds=1), closes]

    assert [made.is_open(at) for at in instants] == [False, True, True, False]


def test_without_a_closing_date_registration_ends_at_the_start(page):
    made = session(page)

    assert made.closes_at == made.starts_at
    assert not made.is_open(made.starts_at)
