"""What the database refuses of rules: both set, none set, one missing."""

import pytest
from django.db import IntegrityError, transaction

from registrations.models import ServiceCap, ServiceKind, SignUpRules
from tests.factories.registrations import partner
from tests.factories.trainings import MORNING_1, catalogue, session, training_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def rules(page):
    return SignUpRules.objects.create(training=page.training)


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_rules_are_of_a_training_or_of_a_session(page):
    morning = session(page, MORNING_1)

    refused(lambda: SignUpRules.objects.create(training=page.training, session=morning))
    refused(lambda: SignUpRules.objects.create())
    SignUpRules.objects.create(training=page.training)
    SignUpRules.objects.create(session=morning)


def test_a_training_and_a_session_have_rules_once(page, rules):
    morning = session(page, MORNING_1)
    SignUpRules.objects.create(session=morning)

    refused(lambda: SignUpRules.objects.create(training=page.training))
    refused(lambda: SignUpRules.objects.create(session=morning))


@pytest.mark.parametrize(
    ("opens", "closes", "is_fine"),
    [
        (30, 7, True),
        (None, None, True),
        (30, None, True),
        (None, 7, True),
        (7, 7, False),
        (6, 7, False),
    ],
)
def test_rules_open_before_they_close(rules, opens, closes, is_fine):
    def change():
        SignUpRules.objects.update(opens_days_before=opens, closes_days_before=closes)

    if is_fine:
        change()
    else:
        refused(change)


@pytest.mark.parametrize(
    ("may_hold", "names", "is_fine"),
    [(5, 14, True), (0, None, True), (0, 14, True), (5, None, False)],
)
def test_places_without_names_are_named_some_day(rules, may_hold, names, is_fine):
    def change():
        SignUpRules.objects.update(may_hold=may_hold, names_days_before=names)

    if is_fine:
        change()
    else:
        refused(change)


def test_an_exception_is_of_a_kind_or_of_a_service(rules):
    kind = ServiceKind.objects.create(name={"fr": "CPAS"})
    one = partner()

    refused(lambda: ServiceCap.objects.create(rules=rules, kind=kind, partner=one, places=1))
    refused(lambda: ServiceCap.objects.create(rules=rules, places=1))
    ServiceCap.objects.create(rules=rules, kind=kind, places=1)
    ServiceCap.objects.create(rules=rules, partner=one, places=None)


def test_a_kind_and_a_service_have_their_number_once(rules, page):
    kind = ServiceKind.objects.create(name={"fr": "CPAS"})
    one = partner()
    ServiceCap.objects.create(rules=rules, kind=kind, places=1)
    ServiceCap.objects.create(rules=rules, partner=one, places=1)

    refused(lambda: ServiceCap.objects.create(rules=rules, kind=kind, places=2))
    refused(lambda: ServiceCap.objects.create(rules=rules, partner=one, places=2))
    elsewhere = SignUpRules.objects.create(session=session(page, MORNING_1))
    ServiceCap.objects.create(rules=elsewhere, kind=kind, places=2)
