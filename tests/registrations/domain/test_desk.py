"""What an organiser does to those chosen, whatever has happened since they were shown."""

import pytest

from registrations.domain import desk, waiting_list
from registrations.enums import ParticipationStatus, Promotion, Verb
from registrations.exceptions import AnswerClosedError, ReasonNeededError
from registrations.models import OutgoingEmail, Participation, Registration, SignUpRules
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
)
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


@pytest.fixture
def morning(page):
    """Two places, given by hand; three people came together."""
    one = session(page, capacity=2)
    SignUpRules.objects.create(session=one, per_service=None, promotion=Promotion.BY_HAND)
    registration(*[person(one, number=number) for number in (1, 2, 3)])
    return one


def rows():
    return list(Participation.objects.order_by("pk"))


def statuses():
    return [one.status for one in rows()]


def act(verb, session, people, *, at=AT, **said):
    seen = {one.pk: one.sequence for one in people}
    return desk.carry_out(verb, session, seen, by=None, at=at, **said)


def test_a_place_taken_meanwhile_makes_it_beyond_the_rules_and_nothing_is_done(morning):
    morning.capacity = 3
    morning.save()
    assert desk.goes_beyond(Verb.PROMOTE, rows()[2:], morning, at=AT) == []
    morning.capacity = 2
    morning.save()

    with pytest.raises(ReasonNeededError):
        act(Verb.PROMOTE, morning, rows()[2:])

    assert statuses() == ["CONFIRMED", "CONFIRMED", "WAITING"]


def test_the_reason_is_kept_with_those_alone_who_go_beyond_the_rules(morning):
    registration(person(morning, number=4), booker=booker(email="x@x.example"))
    morning.capacity = 3
    morning.save()

    act(Verb.PROMOTE, morning, rows()[2:], reason="Convention")

    assert statuses() == ["CONFIRMED"] * 4
    kept = Registration.objects.order_by("pk").values_list("overruled", flat=True)
    assert list(kept) == ["", "Convention"]


def test_done_twice_the_second_time_skips_all_and_tells_nobody(morning):
    seen = rows()[:1]
    act(Verb.WITHDRAW, morning, seen)
    mails = OutgoingEmail.objects.count()

    outcome = act(Verb.WITHDRAW, morning, seen)

    assert (outcome.done, [one.pk for one in outcome.skipped]) == ([], [seen[0].pk])
    assert OutgoingEmail.objects.count() == mails


def test_one_of_another_session_is_none_of_these(morning, page):
    other = session(page, MORNING_2)
    registration(person(other, number=9))

    with pytest.raises(Participation.DoesNotExist):
        act(Verb.WITHDRAW, morning, rows())
    assert statuses() == ["CONFIRMED", "CONFIRMED", "WAITING", "CONFIRMED"]


def test_whoever_holds_an_offer_is_taken_off_the_list_with_the_reason(morning):
    waiting_list.offer(rows()[2:], overruled="Convention", by=None, at=AT)

    act(Verb.WITHDRAW, morning, rows()[2:], reason="A téléphoné")

    last = rows()[2]
    assert (last.status, last.withdrawal_reason) == ("WITHDRAWN", "A téléphoné")


def test_in_sessions_that_belong_together_what_is_done_in_one_is_done_in_all(page):
    programme = page.training.programme
    programme.is_indivisible = True
    programme.save()
    one, two = session(page), session(page, MORNING_2)
    registration(person(one, two), person(one, two, number=2))

    act(Verb.WITHDRAW, one, [row for row in rows() if row.session == one][:1])

    assert sorted(statuses()) == ["CONFIRMED", "CONFIRMED", "WITHDRAWN", "WITHDRAWN"]


@pytest.mark.parametrize(
    ("when", "open_verbs"),
    [
        ("before", desk.VERBS),
        ("begun", desk.ON_THE_SPOT),
        ("over", ()),
        ("postponed", desk.WHILE_POSTPONED),
        ("called off", ()),
    ],
)
def test_which_verbs_are_open_goes_by_the_session(morning, when, open_verbs):
    at = {"begun": morning.starts_at, "over": morning.ends_at}.get(when, AT)
    if when == "postponed":
        scheduling.postpone(morning, by=None, at=AT)
    if when == "called off":
        scheduling.cancel(morning, by=None, at=AT)
    morning.refresh_from_db()

    assert desk.verbs_open(morning, at=at) == open_verbs
    for verb in set(desk.VERBS) - set(open_verbs):
        with pytest.raises(AnswerClosedError):
            act(verb, morning, rows()[:1], at=at, reason="x")


def test_every_state_offers_what_the_table_of_states_has():
    found = {
        status: [verb.value for verb in desk.VERBS if desk.may(verb, Participation(status=status))]
        for status in ParticipationStatus
    }

    assert {status.value: verbs for status, verbs in found.items() if verbs} == {
        "PENDING": ["accept", "refuse", "withdraw"],
        "CONFIRMED": ["withdraw", "replace"],
        "WAITING": ["promote", "offer", "refuse", "withdraw"],
        "OFFERED": ["promote", "withdraw"],
    }
