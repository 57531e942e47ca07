from datetime import UTC, datetime, timedelta

import pytest

from registrations.domain import answers, waiting_list
from registrations.domain.signup import join
from registrations.enums import Promotion
from registrations.exceptions import (
    AnswerClosedError,
    NotInThisStateError,
)
from registrations.models import Participation, Workshop
from tests.factories.registrations import booker, partner, person, registration
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

HOUR = timedelta(hours=1)
#: AT is a Monday at 10 in Brussels, so 16 working hours end on Wednesday at 10.
OFFER_ENDS = datetime(2027, 2, 3, 9, tzinfo=UTC)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def full(page):
    """One place, which 1 has; 2 and 3 wait, each of a booking of their own."""
    morning = session(page, capacity=1)
    for number in (1, 2, 3):
        registration(person(morning, number=number))
    return morning


@pytest.fixture
def offered(full):
    """The place is offered to 2."""
    answers.withdraw(the(full, 1), at=AT)
    return full


def test_a_place_given_up_is_offered_to_the_next_in_line(full):
    since = Since()

    answers.withdraw(the(full, 1), at=AT)

    assert stands(full) == ["1 WITHDRAWN", "2 OFFERED", "3 WAITING 1"]
    assert the(full, 2).offer_ends_at == OFFER_ENDS
    assert since.mails() == ["WITHDRAWN 1", "WITHDRAWN booker", "OFFER 2", "OFFER booker"]
    assert since.lines() == ["withdraw", "offer 1"]


def test_where_places_are_given_at_once_the_next_in_line_has_it(page):
    morning = session(page, capacity=1)
    rules(morning, promotion=Promotion.CONFIRM)
    for number in (1, 2):
        registration(person(morning, number=number))
    since = Since()

    answers.withdraw(the(morning, 1), at=AT)

    assert stands(morning) == ["1 WITHDRAWN", "2 CONFIRMED"]
    assert since.mails() == ["WITHDRAWN 1", "WITHDRAWN booker", "PROMOTED 2", "PROMOTED booker"]
    assert since.lines() == ["withdraw", "promote 1"]


def test_where_places_are_given_by_hand_nobody_has_it_by_itself_nor_who_comes_later(page):
    morning = session(page, capacity=1)
    rules(morning, promotion=Promotion.BY_HAND)
    for number in (1, 2):
        registration(person(morning, number=number))

    answers.withdraw(the(morning, 1), at=AT)
    registration(person(morning, number=3))

    assert stands(morning) == ["1 WITHDRAWN", "2 WAITING 1", "3 WAITING 2"]


def test_more_places_are_offered_in_the_order_of_arrival(full):
    since = Since()
    full.capacity = 2

    scheduling.change(full, by=None, at=AT)

    assert stands(full) == ["1 CONFIRMED", "2 OFFERED", "3 WAITING 1"]
    assert since.mails() == ["OFFER 2", "OFFER booker"]


def test_fewer_places_take_nobodys_place_and_give_none(offered):
    row = scheduling.change(_with_capacity(offered, 2), by=None, at=AT)
    assert stands(offered) == ["1 WITHDRAWN", "2 OFFERED", "3 OFFERED"]

    scheduling.change(_with_capacity(row, 1), by=None, at=AT)
    registration(person(offered, number=4))

    assert stands(offered) == ["1 WITHDRAWN", "2 OFFERED", "3 OFFERED", "4 WAITING 1"]


def _with_capacity(morning, number):
    morning.refresh_from_db()
    morning.capacity = number
    return morning


def test_who_takes_an_offer_has_the_place(offered):
    since = Since()

    waiting_list.accept_offer([the(offered, 2)], at=AT + HOUR)

    assert stands(offered) == ["1 WITHDRAWN", "2 CONFIRMED", "3 WAITING 1"]
    assert the(offered, 2).offer_ends_at is None
    assert since.mails() == ["PROMOTED 2", "PROMOTED booker"]
    assert since.lines() == ["accept_offer 1"]


def test_who_declines_an_offer_leaves_it_to_the_next(offered):
    since = Since()

    waiting_list.decline_offer([the(offered, 2)], at=AT + HOUR)

    assert stands(offered) == ["1 WITHDRAWN", "2 WITHDRAWN", "3 OFFERED"]
    assert since.mails() == ["WITHDRAWN 2", "WITHDRAWN booker", "OFFER 3", "OFFER booker"]
    assert since.lines() == ["decline_offer 1", "offer 1"]


def test_an_offer_ends_at_its_instant_and_goes_to_the_next(offered):
    waiting_list.settle_now({offered.pk}, at=OFFER_ENDS - timedelta(seconds=1))
    assert stands(offered) == ["1 WITHDRAWN", "2 OFFERED", "3 WAITING 1"]
    since = Since()

    waiting_list.settle_now({offered.pk}, at=OFFER_ENDS)

    assert stands(offered) == ["1 WITHDRAWN", "2 EXPIRED", "3 OFFERED"]
    assert since.mails() == [
        *("OFFER_EXPIRED 2", "OFFER_EXPIRED booker"),
        *("OFFER 3", "OFFER booker"),
    ]
    assert since.lines() == ["expire 1", "offer 1"]


def test_an_offer_that_has_ended_is_not_taken_any_more(offered):
    with pytest.raises(NotInThisStateError):
        waiting_list.accept_offer([the(offered, 2)], at=OFFER_ENDS)

    assert stands(offered) == ["1 WITHDRAWN", "2 OFFERED", "3 WAITING 1"]


def test_an_offer_for_what_does_not_take_place_is_not_taken(offered):
    scheduling.cancel(offered, by=None, at=AT)

    with pytest.raises(AnswerClosedError):
        waiting_list.accept_offer([the(offered, 2)], at=AT + HOUR)

    assert stands(offered) == ["1 WITHDRAWN", "2 OFFERED", "3 WAITING 1"]


def test_a_place_in_what_has_begun_is_not_taken(offered):
    """It was offered, then the session was moved to an hour before the offer ends."""
    day = OFFER_ENDS.date()
    scheduling.reschedule(offered, to={"starts_on": day, "ends_on": day}, by=None, at=AT)
    offered.refresh_from_db()

    with pytest.raises(AnswerClosedError):
        waiting_list.accept_offer([the(offered, 2)], at=offered.starts_at)


def test_a_cancelled_session_gives_no_place_until_it_is_restored(full):
    scheduling.cancel(full, by=None, at=AT)
    answers_at = AT + HOUR
    Participation.objects.filter(pk=the(full, 1).pk).update(status="WITHDRAWN")
    waiting_list.settle_now({full.pk}, at=answers_at)
    assert stands(full) == ["1 WITHDRAWN", "2 WAITING 1", "3 WAITING 2"]

    scheduling.restore(full, by=None, at=answers_at)

    assert stands(full) == ["1 WITHDRAWN", "2 OFFERED", "3 WAITING 1"]


def test_a_session_that_has_begun_gives_no_place_by_itself(full):
    answers.withdraw(the(full, 1), at=AT)
    waiting_list.settle_now({full.pk}, at=full.starts_at)

    assert stands(full) == ["1 WITHDRAWN", "2 EXPIRED", "3 WAITING 1"]


def test_what_is_due_is_where_something_has_ended_or_somebody_waits(page):
    held, offered, waited_for, quiet = (
        session(page, MORNING_1 + timedelta(days=number), capacity=1) for number in range(4)
    )
    rules(held, may_hold=5, names_days_before=20)
    registration(person(held, first_name="", last_name="", email="", function=""))
    registration(person(offered))
    registration(person(offered, number=2))
    answers.withdraw(the(offered, 1), at=AT)
    registration(person(waited_for))
    registration(person(waited_for, number=2))
    registration(person(quiet))

    assert waiting_list.due(at=AT) == {waited_for.pk}
    assert waiting_list.due(at=OFFER_ENDS) == {offered.pk, waited_for.pk}
    assert waiting_list.due(at=AT + timedelta(days=40)) == {held.pk, offered.pk, waited_for.pk}
    assert waiting_list.due(at=waited_for.starts_at) == {held.pk, offered.pk}


def test_places_without_a_name_are_given_away_when_the_names_are_due(page):
    morning = session(page, capacity=2)
    rules(morning, may_hold=5, names_days_before=20)
    nobody = {"first_name": "", "last_name": "", "email": "", "function": ""}
    registration(person(morning, **nobody), person(morning, number=1))
    registration(person(morning, number=2))
    due_at = datetime(2027, 3, 3, 11, tzinfo=UTC)  # noon in Brussels, 20 days before
    waiting_list.settle_now({morning.pk}, at=due_at - timedelta(seconds=1))
    assert stands(morning) == ["? CONFIRMED", "1 CONFIRMED", "2 WAITING 1"]
    since = Since()

    waiting_list.settle_now({morning.pk}, at=due_at)

    assert stands(morning) == ["? EXPIRED", "1 CONFIRMED", "2 OFFERED"]
    assert since.mails() == ["RELEASED booker", "OFFER 2", "OFFER booker"]
    assert since.lines() == ["release 1", "offer 1"]


def test_a_group_that_stays_together_is_passed_over_until_it_fits(page):
    morning = session(page, capacity=2)
    registration(person(morning, number=1), person(morning, number=2))
    registration(
        person(morning, number=3), person(morning, number=4), booker=booker(keep_together=True)
    )
    registration(person(morning, number=5))

    answers.withdraw(the(morning, 1), at=AT)
    assert stands(morning)[2:] == ["3 WAITING 1", "4 WAITING 2", "5 OFFERED"]

    answers.withdraw(the(morning, 2), at=AT)
    waiting_list.decline_offer([the(morning, 5)], at=AT)
    assert stands(morning)[2:] == ["3 OFFERED", "4 OFFERED", "5 WITHDRAWN"]


def test_a_group_that_shrinks_may_fit(page):
    morning = session(page, capacity=2)
    registration(person(morning, number=1))
    registration(
        person(morning, number=2), person(morning, number=3), booker=booker(keep_together=True)
    )

    answers.withdraw(the(morning, 3), at=AT)

    assert stands(morning) == ["1 CONFIRMED", "2 OFFERED", "3 WITHDRAWN"]


def test_who_joins_a_group_that_waits_together_waits_with_it(page):
    morning = session(page, capacity=2)
    registration(person(morning, number=1))
    group = registration(
        person(morning, number=2), person(morning, number=3), booker=booker(keep_together=True)
    )

    join(group, [person(morning, number=4)], at=AT)

    assert stands(morning) == ["1 CONFIRMED", "2 WAITING 1", "3 WAITING 2", "4 WAITING 3"]


# --- the organiser's hand ----------------------------------------------------------------------


def test_an_organiser_gives_a_place_whatever_the_order_and_says_why(full):
    since = Since()

    waiting_list.promote([the(full, 3)], overruled="Formatrice", by=None, at=AT)

    assert stands(full) == ["1 CONFIRMED", "2 WAITING 1", "3 CONFIRMED"]
    assert the(full, 3).participant.registration.overruled == "Formatrice"
    assert since.mails() == ["PROMOTED 3", "PROMOTED booker"]
    assert since.lines() == ["promote 1"]


def test_what_the_rules_would_give_is_not_overruled(page):
    morning = session(page, capacity=1)
    rules(morning, promotion=Promotion.BY_HAND)
    for number in (1, 2):
        registration(person(morning, number=number))
    answers.withdraw(the(morning, 1), at=AT)

    waiting_list.promote([the(morning, 2)], overruled="Oui", by=None, at=AT)

    assert stands(morning) == ["1 WITHDRAWN", "2 CONFIRMED"]
    assert the(morning, 2).participant.registration.overruled == ""


def test_an_organiser_offers_a_place(full):
    waiting_list.offer([the(full, 3)], by=None, at=AT)

    assert stands(full) == ["1 CONFIRMED", "2 WAITING 1", "3 OFFERED"]
    assert the(full, 3).offer_ends_at == OFFER_ENDS


def test_an_organiser_gives_who_thinks_it_over_the_place_at_once(offered):
    waiting_list.promote([the(offered, 2)], by=None, at=AT)

    assert stands(offered) == ["1 WITHDRAWN", "2 CONFIRMED", "3 WAITING 1"]


def test_who_has_a_place_is_offered_none(full):
    with pytest.raises(NotInThisStateError):
        waiting_list.offer([the(full, 1)], by=None, at=AT)


def test_nobody_is_offered_a_place_in_what_has_begun_but_may_be_given_one(full):
    with pytest.raises(NotInThisStateError):
        waiting_list.offer([the(full, 2)], by=None, at=full.starts_at)

    waiting_list.promote([the(full, 2)], by=None, at=full.starts_at)

    assert stands(full) == ["1 CONFIRMED", "2 CONFIRMED", "3 WAITING 1"]


@pytest.mark.parametrize("why", ["cancelled", "over"])
def test_nobody_is_given_a_place_in_what_does_not_take_place(full, why):
    if why == "cancelled":
        scheduling.cancel(full, by=None, at=AT)

    with pytest.raises(NotInThisStateError):
        waiting_list.promote([the(full, 2)], by=None, at=AT if why == "cancelled" else full.ends_at)

    assert stands(full) == ["1 CONFIRMED", "2 WAITING 1", "3 WAITING 2"]


# --- sessions that belong together -------------------------------------------------------------


@pytest.fixture
def whole():
    """Two mornings of which one takes both or none, on the two days; one place in the second."""
    parent = programme_page(catalogue())
    parent.programme.is_indivisible = True
    parent.programme.save()
    mornings = []
    for title, on, capacity in (("Un", MORNING_1, 5), ("Deux", MORNING_2, 1)):
        page = training_page(parent, title)
        page.training.programme = parent.programme
        page.training.save()
        mornings.append(session(page, on, capacity=capacity))
    for number in (1, 2):
        registration(person(*mornings, number=number))
    return mornings


def test_who_does_not_fit_into_one_waits_for_all(whole):
    assert [stands(one) for one in whole] == [["1 CONFIRMED", "2 WAITING 1"]] * 2


def test_who_leaves_one_leaves_all_and_the_next_is_offered_all_until_the_same_instant(whole):
    one, two = whole
    # An hour from its start, its own offer would end sooner.
    rules(two, offer_hours=1)

    answers.withdraw(the(one, 1), at=AT)

    assert [stands(each) for each in whole] == [["1 WITHDRAWN", "2 OFFERED"]] * 2
    assert {the(each, 2).offer_ends_at for each in whole} == {AT + HOUR}


def test_where_one_is_offered_the_other_is_not_given(whole):
    one, two = whole
    rules(one, promotion=Promotion.CONFIRM)

    answers.withdraw(the(two, 1), at=AT)

    assert [stands(each) for each in whole] == [["1 WITHDRAWN", "2 OFFERED"]] * 2


def test_who_takes_one_takes_all(whole):
    one, two = whole
    answers.withdraw(the(one, 1), at=AT)

    waiting_list.accept_offer([the(two, 2)], at=AT)

    assert [stands(each) for each in whole] == [["1 WITHDRAWN", "2 CONFIRMED"]] * 2


def test_an_organiser_offers_all_or_none_until_the_same_instant(whole):
    one, two = whole
    rules(two, offer_hours=1)

    waiting_list.offer([the(one, 2)], by=None, at=AT)

    assert {the(each, 2).offer_ends_at for each in whole} == {AT + HOUR}


def test_where_one_is_given_by_hand_nobody_has_any_by_itself(whole):
    one, two = whole
    rules(two, promotion=Promotion.BY_HAND)

    answers.withdraw(the(one, 1), at=AT)

    assert [stands(each) for each in whole] == [["1 WITHDRAWN", "2 WAITING 1"]] * 2


def test_more_places_in_one_are_noticed_for_all(whole, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        scheduling.change(_with_capacity(whole[1], 2), by=None, at=AT)

    assert [stands(each) for each in whole] == [["1 CONFIRMED", "2 OFFERED"]] * 2


# --- workshops ---------------------------------------------------------------------------------


def test_a_place_free_in_a_workshop_goes_to_who_has_none_yet(page):
    morning = session(page, capacity=5)
    small, other = (
        Workshop.objects.create(session=morning, title={"fr": name}, capacity=1)
        for name in ("Un", "Deux")
    )
    for number in (1, 2, 3):
        chosen = ((morning.pk, small.pk, other.pk),)
        registration(person(morning, number=number, workshops=chosen))
    assert [the(morning, number).workshop for number in (1, 2, 3)] == [small, other, None]

    answers.withdraw(the(morning, 1), at=AT)

    assert [the(morning, number).workshop for number in (1, 2, 3)] == [None, other, small]


def test_a_service_waits_behind_its_own_number_and_others_pass(page):
    morning = session(page, capacity=2)
    rules(morning, per_service=1)
    registration(person(morning, number=1), person(morning, number=2))

    registration(person(morning, number=3), partner=partner("Autre service"))

    assert stands(morning) == ["1 CONFIRMED", "2 WAITING 1", "3 CONFIRMED"]
