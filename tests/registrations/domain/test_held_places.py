"""Places without names: how many a service may have, and until when."""

from datetime import datetime, timedelta

import pytest

from registrations.domain import waiting_list
from registrations.domain.people import unnamed
from registrations.domain.signup import join
from registrations.enums import Origin
from registrations.exceptions import TooManyHeldError
from registrations.models import Participation, Registration, SignUpRules
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling
from trainings.models import TrainingPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    return session(training_page(catalogue()))


@pytest.fixture
def rules(morning):
    """Names fourteen days before, at noon."""
    return SignUpRules.objects.create(training=morning.training, per_service=None, may_hold=3)


def test_a_service_holds_no_more_by_sending_twice(morning, rules):
    school = partner("Haute école")
    made = registration(*unnamed(2, session_ids=[morning.pk]), partner=school)

    for again in (
        lambda: registration(*unnamed(2, session_ids=[morning.pk]), partner=school),
        lambda: join(made, unnamed(2, session_ids=[morning.pk]), at=AT),
    ):
        with pytest.raises(TooManyHeldError) as refused:
            again()
        assert refused.value.session == morning
    assert Participation.objects.count() == 2
    registration(*unnamed(3, session_ids=[morning.pk]), partner=partner("Autre école"))
    registration(*unnamed(1, session_ids=[morning.pk]), partner=school)


def test_no_place_is_held_once_names_are_due(morning, rules):
    due = rules.names_until(morning)
    held = unnamed(1, session_ids=[morning.pk])

    registration(*held, at=due - timedelta(seconds=1))
    with pytest.raises(TooManyHeldError):
        registration(*held, at=due)

    assert Registration.objects.get().names_due_at == due


def test_an_organiser_holds_places_until_the_session_starts(morning, rules):
    due = rules.names_until(morning)

    made = registration(
        *unnamed(4, session_ids=[morning.pk]), person(morning), origin=Origin.PHONE, at=due
    )

    assert made.names_due_at == morning.starts_at


# --- the session changes -------------------------------------------------------------------------


def due() -> datetime | None:
    return Registration.objects.get().names_due_at


def to(day):
    return {"starts_on": day, "ends_on": day}


def test_when_a_session_moves_so_does_the_day_names_are_due(morning, rules):
    registration(*unnamed(2, session_ids=[morning.pk]), person(morning))

    moved = scheduling.reschedule(morning, to=to(MORNING_2), by=None, at=AT)

    assert due() == rules.names_until(moved) != rules.names_until(morning)


def test_a_session_that_comes_closer_gives_until_it_starts(morning, rules):
    registration(*unnamed(2, session_ids=[morning.pk]))
    late = rules.names_until(morning) - timedelta(hours=1)

    soon = scheduling.reschedule(
        morning, to=to(morning.starts_on - timedelta(days=3)), by=None, at=late
    )

    assert due() == soon.starts_at
    assert set(Participation.objects.values_list("status", flat=True)) == {"CONFIRMED"}


def test_places_of_a_session_without_a_date_wait_for_one(morning, rules):
    registration(*unnamed(2, session_ids=[morning.pk]))
    until = due()

    postponed = scheduling.postpone(morning, by=None, at=AT)
    assert due() is None
    assert waiting_list.due(at=until) == set()

    scheduling.restore(postponed, by=None, at=AT)
    assert due() == until


def test_a_session_that_is_called_off_leaves_the_day_of_the_others(morning, rules):
    later = session(TrainingPage.objects.get(), MORNING_2)
    registration(*unnamed(2, session_ids=[morning.pk, later.pk]))
    assert due() == rules.names_until(morning)

    scheduling.postpone(morning, by=None, at=AT)
    assert due() == rules.names_until(later)
    waiting_list.settle_now({morning.pk, later.pk}, at=due())

    held = dict(Participation.objects.values_list("session", "status").distinct())
    assert held == {morning.pk: "CONFIRMED", later.pk: "EXPIRED"}


def test_who_is_named_has_no_day_that_follows(morning, rules):
    registration(person(morning))

    scheduling.reschedule(morning, to=to(MORNING_2), by=None, at=AT)

    assert due() is None
