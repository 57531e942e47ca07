"""The same person's answers, sent eight times at once, count once."""

import pytest
from django.db import connection

from registrations.domain import evaluations
from registrations.exceptions import AlreadyEvaluatedError
from registrations.models import Evaluation, Participation
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.served import together


@pytest.mark.django_db(transaction=True)
def test_eight_answers_of_one_person_at_once_count_once():
    morning = session(training_page(catalogue()))
    registration(person(morning))
    one = Participation.objects.get()

    def answer():
        try:
            evaluations.evaluate(
                one, useful=5, clear=5, exchange=5, organisation=5, at=morning.ends_at
            )
        except AlreadyEvaluatedError:
            return False
        finally:
            connection.close()
        return True

    assert sorted(together(*[answer] * 8)) == [False] * 7 + [True]
    assert Evaluation.objects.count() == 1
