"""Places without names: how many a service may have, and until when."""

from datetime import timedelta

import pytest

from registrations.domain.people import unnamed
from registrations.domain.signup import join
from registrations.enums import Origin
from registrations.exceptions import TooManyHeldError
from registrations.models import Participation, Registration, SignUpRules
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, catalogue, session, training_page

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
