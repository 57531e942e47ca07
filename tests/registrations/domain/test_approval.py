import pytest

from registrations.domain import answers, approval
from registrations.domain.signup import join
from registrations.enums import Promotion
from registrations.exceptions import NotInThisStateError, SessionFullError
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
)
from tests.registrations.domain.outcomes import Since, rules, stands, the
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    """Two places, to be confirmed by the organiser; 1, 2 and 3 have asked."""
    morning = session(page, capacity=2)
    rules(morning, needs_approval=True)
    for number in (1, 2, 3):
        registration(person(morning, number=number))
    return morning


def test_who_is_to_be_confirmed_takes_no_place(morning):
    assert stands(morning) == ["1 PENDING", "2 PENDING", "3 PENDING"]


def test_who_is_accepted_has_a_place_in_the_order_of_arrival_and_the_others_wait(morning):
    since = Since()

    approval.accept([the(morning, 3), the(morning, 2), the(morning, 1)], by=None, at=AT)

    assert stands(morning) == ["1 CONFIRMED", "2 CONFIRMED", "3 WAITING 1"]
    assert since.mails() == [
        *("ACCEPTED 1", "ACCEPTED booker", "ACCEPTED 2", "ACCEPTED booker"),
        *("WAITING 3", "WAITING booker"),
    ]
    assert since.lines() == ["accept 1", "accept 1", "accept 1"]


def test_who_is_accepted_comes_behind_all_who_wait_and_fit(morning):
    approval.accept([the(morning, 1), the(morning, 2), the(morning, 3)], by=None, at=AT)
    rules_now = morning.sign_up_rules
    rules_now.promotion = Promotion.BY_HAND
    rules_now.save()
    registration(person(morning, number=4))
    answers.withdraw(the(morning, 1), at=AT)

    approval.accept([the(morning, 4)], by=None, at=AT)

    assert stands(morning) == ["1 WITHDRAWN", "2 CONFIRMED", "3 WAITING 1", "4 WAITING 2"]


def test_two_organisers_who_accept_the_same_do_it_once(morning):
    chosen = [the(morning, 1)]
    approval.accept(chosen, by=None, at=AT)
    since = Since()

    assert approval.accept(chosen, by=None, at=AT) == []

    assert stands(morning) == ["1 CONFIRMED", "2 PENDING", "3 PENDING"]
    assert (since.mails(), since.lines()) == ([], [])


def test_where_there_is_no_waiting_list_all_are_accepted_or_none(morning):
    rules_now = morning.sign_up_rules
    rules_now.has_waiting_list = False
    rules_now.save()

    with pytest.raises(SessionFullError):
        approval.accept([the(morning, number) for number in (1, 2, 3)], by=None, at=AT)

    assert stands(morning) == ["1 PENDING", "2 PENDING", "3 PENDING"]


def test_a_group_that_stays_together_is_accepted_together_or_waits(page):
    morning = session(page, capacity=2)
    rules(morning, needs_approval=True)
    group = registration(
        *(person(morning, number=number) for number in (1, 2, 3)),
        booker=booker(keep_together=True),
    )
    registration(person(morning, number=4))

    approval.accept([the(morning, number) for number in (1, 2, 3, 4)], by=None, at=AT)
    assert stands(morning) == ["1 WAITING 1", "2 WAITING 2", "3 WAITING 3", "4 CONFIRMED"]

    join(group, [person(morning, number=5)], at=AT)
    approval.accept([the(morning, 5)], by=None, at=AT)
    assert stands(morning)[4] == "5 WAITING 4"


@pytest.mark.parametrize("why", ["cancelled", "over"])
def test_nobody_is_accepted_to_what_does_not_take_place(morning, why):
    if why == "cancelled":
        scheduling.cancel(morning, by=None, at=AT)
    at = AT if why == "cancelled" else morning.ends_at

    assert approval.accept([the(morning, 1)], by=None, at=at) == []

    assert stands(morning) == ["1 PENDING", "2 PENDING", "3 PENDING"]


def test_who_is_refused_is_told_why_and_leaves_the_line(morning):
    approval.accept([the(morning, number) for number in (1, 2, 3)], by=None, at=AT)
    registration(person(morning, number=4))
    since = Since()

    approval.refuse([the(morning, 3), the(morning, 4)], reason="Complet", by=None, at=AT)

    assert stands(morning) == ["1 CONFIRMED", "2 CONFIRMED", "3 REFUSED", "4 REFUSED"]
    assert the(morning, 3).refusal_reason == "Complet"
    assert since.mails() == ["REFUSED 3", "REFUSED booker", "REFUSED 4", "REFUSED booker"]
    assert since.lines() == ["refuse 1", "refuse 1"]


def test_who_has_a_place_is_not_refused(morning):
    approval.accept([the(morning, 1)], by=None, at=AT)

    with pytest.raises(NotInThisStateError):
        approval.refuse([the(morning, 1)], reason="", by=None, at=AT)


def test_a_group_that_shrinks_by_a_refusal_may_fit(page):
    morning = session(page, capacity=2)
    registration(person(morning, number=1))
    registration(
        person(morning, number=2), person(morning, number=3), booker=booker(keep_together=True)
    )

    approval.refuse([the(morning, 3)], reason="", by=None, at=AT)

    assert stands(morning) == ["1 CONFIRMED", "2 OFFERED", "3 REFUSED"]


def test_of_sessions_that_belong_together_all_are_to_be_confirmed_and_then_accepted():
    parent = programme_page(catalogue())
    parent.programme.is_indivisible = True
    parent.programme.save()
    mornings = []
    for title, on in (("Un", MORNING_1), ("Deux", MORNING_2)):
        page = training_page(parent, title)
        page.training.programme = parent.programme
        page.training.save()
        mornings.append(session(page, on, capacity=1))
    rules(mornings[0], needs_approval=True)
    registration(person(*mornings))
    assert [stands(one) for one in mornings] == [["1 PENDING"]] * 2

    approval.accept([the(mornings[1], 1)], by=None, at=AT)

    assert [stands(one) for one in mornings] == [["1 CONFIRMED"]] * 2
