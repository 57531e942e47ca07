"""What a new session has of the rules of its training."""

from datetime import UTC, datetime

import pytest

from registrations.models import SignUpRules
from tests.factories.trainings import MORNING_1, catalogue, session, training_page
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

NOON_A_WEEK_BEFORE = datetime(2027, 3, 16, 11, 0, tzinfo=UTC)


@pytest.fixture
def page():
    page = training_page(catalogue())
    SignUpRules.objects.create(training=page.training, capacity=12)
    return page


def test_a_session_that_says_nothing_has_what_the_rules_say(page):
    session(page, MORNING_1, capacity=None)

    made = TrainingSession.objects.get()
    assert (made.capacity, made.registration_opens_at) == (12, None)
    assert made.registration_closes_at == NOON_A_WEEK_BEFORE


def test_what_a_session_says_itself_stays(page):
    session(page, MORNING_1, capacity=40)

    assert TrainingSession.objects.get().capacity == 40


def test_a_deadline_of_the_rules_gives_way_to_a_later_opening(page):
    opens = datetime(2027, 3, 20, 8, 0, tzinfo=UTC)
    session(page, MORNING_1, capacity=None, registration_opens_at=opens)

    made = TrainingSession.objects.get()
    assert (made.registration_opens_at, made.registration_closes_at) == (opens, None)
    assert made.capacity == 12
