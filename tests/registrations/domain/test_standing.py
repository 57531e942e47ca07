from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations.domain import answers
from registrations.domain.places import Obstacle
from registrations.domain.standing import standings_of
from registrations.enums import Answer, Promotion
from registrations.models import Participation, ServiceKind, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import AT, catalogue, programme_page, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


@pytest.fixture
def page():
    return training_page(catalogue())


def rules(page, **fields):
    nothing = {"capacity": None, "per_service": None, "closes_days_before": None}
    return SignUpRules.objects.create(training=page.training, **{**nothing, **fields})


def standing(made, *, at=LATER):
    """Of the last person at the first session."""
    return standings_of(made, at=at)[-1].standings[0]


@pytest.fixture
def police():
    return ServiceKind.objects.create(name={"fr": "Police"})


def test_who_has_a_place_has_no_obstacle(page):
    one = standing(registration(person(session(page))))

    assert (one.obstacle, one.obstacle_ends_at, one.is_late, one.is_over) == (
        None,
        None,
        False,
        False,
    )
    assert one.answers == [Answer.KEEP, Answer.WITHDRAW, Answer.REPLACE]


def test_who_waits_for_a_full_session_is_told_so(page):
    full = session(page, capacity=1)

    one = standing(registration(person(full), person(full, number=2)))

    assert (one.obstacle, one.participation.rank, one.obstacle_ends_at) == (Obstacle.FULL, 1, None)


def test_who_waits_for_their_cap_is_told_so(page):
    rules(page, per_service=1)
    morning = session(page)

    assert standing(registration(person(morning), person(morning, number=2))).obstacle == (
        Obstacle.CAP
    )


def test_until_when_others_come_first_is_told(page, police):
    of_page = rules(page, priority_days_before=14)
    of_page.priority_kinds.add(police)
    morning = session(page)

    one = standing(registration(person(morning)))

    assert (one.obstacle, one.obstacle_ends_at) == (
        Obstacle.PRIORITY,
        of_page.priority_until(morning),
    )


def test_until_when_places_are_kept_is_told(page, police):
    of_page = rules(page, quotas_days_before=7)
    of_page.quotas.create(places=2).kinds.add(police)
    morning = session(page, capacity=2)

    one = standing(registration(person(morning)))

    assert (one.obstacle, one.obstacle_ends_at) == (Obstacle.QUOTA, of_page.quotas_until(morning))


def test_a_group_that_comes_together_waits_for_the_same_reason(page):
    morning = session(page, capacity=2)
    group = [person(morning, number=number) for number in (1, 2, 3)]
    made = registration(*group, booker=booker(keep_together=True))

    found = [one.obstacle for theirs in standings_of(made, at=LATER) for one in theirs.standings]

    assert found == [Obstacle.FULL] * 3


def test_whom_the_organiser_seats_has_no_obstacle(page):
    rules(page, promotion=Promotion.BY_HAND)
    morning = session(page, capacity=1)
    registration(person(morning, number=8))
    made = registration(person(morning, number=1), partner=partner("AIS"))
    answers.withdraw(Participation.objects.get(address="personne8@cpas.example"), at=LATER)

    one = standing(made)

    assert (one.participation.rank, one.obstacle) == (1, None)


def test_a_withdrawal_is_late_once_its_date_is_over(page):
    of_page = rules(page, withdraw_days_before=3)
    morning = session(page)
    made = registration(person(morning))
    until = of_page.withdraw_until(morning)

    assert standing(made, at=until).withdraw_until == until
    assert not standing(made, at=until).is_late
    assert standing(made, at=until + timedelta(seconds=1)).is_late
    scheduling.postpone(morning, by=None, at=until)
    assert not standing(made, at=until + timedelta(seconds=1)).is_late


def test_what_has_started_is_over(page):
    morning = session(page)
    one = standing(registration(person(morning)), at=morning.starts_at)

    assert (one.is_over, one.answers) == (True, [])


def test_what_is_taken_as_a_whole_names_its_programme():
    whole = programme_page(catalogue())
    whole.programme.is_indivisible = True
    whole.programme.save()
    inside = session(training_page(whole))
    made = registration(person(inside))

    assert standing(made).together == whole.programme
    inside.training.is_discreet = True
    inside.training.save()
    assert standing(made).together is None


def test_somebody_without_anything_left_is_there_still(page):
    made = registration(person(session(page)))
    answers.withdraw(Participation.objects.get(), at=LATER)

    (theirs,) = standings_of(made, at=LATER)

    assert (theirs.is_living, theirs.offered, len(theirs.standings)) == (False, [], 1)


def test_many_people_cost_as_many_queries_as_one(page):
    full = session(page, capacity=1)

    def cost(first: int, last: int) -> int:
        made = registration(*(person(full, number=number) for number in range(first, last)))
        with CaptureQueriesContext(connection) as caught:
            standings_of(made, at=LATER)
        return len(caught)

    registration(person(full, number=99))
    assert cost(1, 2) == cost(2, 9)
