"""Organisers who save rules at the same instant, while people sign up."""

import pytest
from django.db import connection

from registrations.domain.set_rules import Kept, Said, set_apart, set_rules
from registrations.enums import ParticipationStatus, Promotion
from registrations.models import ServiceKind, SignUpRules
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from tests.served import together
from trainings.models import TrainingSession

SEATED = ParticipationStatus.CONFIRMED
LAST = 6


@pytest.fixture
def page(transactional_db):
    return training_page(catalogue())


def rules(number):
    """As different as they can be, and never more than `LAST` places."""
    kind = ServiceKind.objects.order_by("pk").first()
    kept = (Kept((kind,), 1),) if number % 2 else ()
    row = SignUpRules(capacity=number, per_service=None, promotion=Promotion.CONFIRM)
    return Said(row, kept=kept)


def closing(act):
    def do():
        try:
            return act()
        finally:
            connection.close()

    return do


def test_whoever_saves_first_rules_at_once_leaves_one_row_that_is_whole(page):
    ServiceKind.objects.create(name={"fr": "CPAS"})
    morning = session(page, MORNING_1)

    def of_training(number):
        return closing(lambda: set_rules(page.training, rules(number), by=None, at=AT))

    def apart(number):
        told = rules(number)
        columns = told.row.given_to(morning)
        return closing(lambda: set_apart(morning, told, columns=columns, by=None, at=AT))

    together(*[act(number) for number in range(1, LAST + 1) for act in (of_training, apart)])

    for row in (SignUpRules.objects.get(training=page.training), morning_rules(morning)):
        assert [quota.places for quota in row.quotas.all()] == [1] * (row.capacity % 2)


def morning_rules(morning):
    own = SignUpRules.objects.get(session=morning)
    morning.refresh_from_db()
    assert morning.capacity == own.capacity
    return own


def test_nobody_is_seated_beyond_the_rules_while_they_are_loosened(page):
    ServiceKind.objects.create(name={"fr": "CPAS"})
    set_rules(page.training, rules(1), by=None, at=AT)
    first = session(page, MORNING_1, capacity=None)
    second = session(page, MORNING_2, capacity=None)
    partners = [partner(f"Service {number}") for number in range(10)]

    def sign_up(number):
        somebody = person(first, second, number=number)
        return closing(lambda: registration(somebody, partner=partners[number]))

    def loosen(number):
        return closing(lambda: set_rules(page.training, rules(number), by=None, at=AT))

    together(*[sign_up(number) for number in range(10)], *[loosen(n) for n in (2, 4)])
    set_rules(page.training, rules(LAST), by=None, at=AT)

    for one in TrainingSession.objects.all():
        assert one.capacity == LAST
        assert one.participations.filter(status=SEATED).count() == LAST
        assert one.participations.count() == 10
