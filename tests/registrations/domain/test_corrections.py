"""A name written otherwise, a place that gets one, and who leaves in time or late."""

from datetime import UTC, datetime, timedelta

import pytest

from registrations.domain import answers, waiting_list
from registrations.domain.people import unnamed
from registrations.domain.rules import answers_open
from registrations.domain.signup import join
from registrations.enums import Answer, Origin
from registrations.exceptions import AlreadyRegisteredError, NotInThisStateError
from registrations.models import Participant, Participation, Workshop
from tests.factories.registrations import person, registration
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
    morning = session(page, capacity=5)
    rules(morning, may_hold=5, withdraw_days_before=3)
    return morning


@pytest.fixture
def held(morning):
    """A place without a name."""
    return registration(*unnamed(1, session_ids=[morning.pk])).participants.get()


def test_a_place_gets_its_name_and_who_has_it_is_invited(morning, held):
    since = Since()

    answers.correct(held, person=person(number=1), at=AT)

    assert stands(morning) == ["1 CONFIRMED"]
    assert the(morning, 1).address == "personne1@cpas.example"
    assert since.mails() == ["INVITATION 1"]
    assert since.lines() == ["correct"]


def test_a_name_stays_when_names_are_due(morning, held):
    answers.correct(held, person=person(number=1), at=AT)

    waiting_list.settle_now({morning.pk}, at=morning.starts_at)

    assert stands(morning) == ["1 CONFIRMED"]


def test_a_name_written_otherwise_is_told_to_nobody(morning):
    registration(person(morning))
    since = Since()

    answers.correct(
        the(morning, 1).participant,
        person=person(number=2, email="personne1@cpas.example"),
        at=AT,
    )

    assert stands(morning) == ["2 CONFIRMED"]
    assert the(morning, 2).sequence == 0
    assert (since.mails(), since.lines()) == ([], ["correct"])


def test_another_address_is_invited_anew(morning):
    registration(person(morning))
    since = Since()

    answers.correct(the(morning, 1).participant, person=person(email="autre@cpas.example"), at=AT)

    assert (the(morning, 1).address, the(morning, 1).sequence) == ("autre@cpas.example", 1)
    assert since.mails() == ["INVITATION 1"]


def test_an_address_that_is_registered_is_nobody_elses(morning, held):
    registration(person(morning))

    with pytest.raises(AlreadyRegisteredError):
        answers.correct(held, person=person(number=1), at=AT)

    assert stands(morning) == ["? CONFIRMED", "1 CONFIRMED"]


def test_choices_among_workshops_stay_as_they_were(morning):
    one, two = (
        Workshop.objects.create(session=morning, title={"fr": name}) for name in ("Un", "Deux")
    )
    registration(person(morning, workshops=((morning.pk, one.pk, None),)))

    answers.correct(
        the(morning, 1).participant,
        person=person(number=2, workshops=((morning.pk, two.pk, None),)),
        at=AT,
    )

    assert (the(morning, 2).first_choice, the(morning, 2).workshop) == (one, one)


def test_a_name_is_not_taken_away(morning):
    registration(person(morning))

    with pytest.raises(NotInThisStateError):
        answers.correct(the(morning, 1).participant, person=unnamed(1, session_ids=[])[0], at=AT)


def test_who_takes_part_in_nothing_any_more_is_not_corrected(morning):
    registration(person(morning))
    answers.withdraw(the(morning, 1), at=AT)

    with pytest.raises(NotInThisStateError):
        answers.correct(the(morning, 1).participant, person=person(number=2), at=AT)


def test_who_leaves_at_that_very_moment_is_not_corrected(morning, monkeypatch):
    """Another process withdraws after this one has looked and before it has the lock."""
    registration(person(morning))
    really = answers.locked

    def too_late(rows, *, at):
        Participation.objects.update(status="WITHDRAWN")
        return really(rows, at=at)

    monkeypatch.setattr(answers, "locked", too_late)
    with pytest.raises(NotInThisStateError):
        answers.correct(the(morning, 1).participant, person=person(number=2), at=AT)

    # Nothing is written; here, not even what the other process did.
    assert stands(morning) == ["1 CONFIRMED"]


# --- until when names are awaited --------------------------------------------------------------


def due_of(participant: Participant) -> datetime | None:
    participant.registration.refresh_from_db()
    return participant.registration.names_due_at


def test_names_are_awaited_until_the_date_of_the_first_session(page, morning, held):
    assert due_of(held) == datetime(2027, 3, 9, 11, tzinfo=UTC)
    later = session(page, MORNING_2)
    rules(later, may_hold=5)

    join(held.registration, unnamed(1, session_ids=[later.pk]), at=AT)

    assert due_of(held) == datetime(2027, 3, 9, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before_start", "ends"),
    [(timedelta(days=2), "starts_at"), (timedelta(minutes=-30), "ends_at")],
)
def test_a_place_an_organiser_holds_late_is_named_until_the_session(morning, before_start, ends):
    made = registration(
        *unnamed(1, session_ids=[morning.pk]),
        origin=Origin.PHONE,
        at=morning.starts_at - before_start,
    )

    assert made.names_due_at == getattr(morning, ends)


# --- in time or late ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (datetime(2027, 3, 20, 11, tzinfo=UTC), "WITHDRAWN"),
        (datetime(2027, 3, 20, 11, 0, 1, tzinfo=UTC), "WITHDRAWN_LATE"),
    ],
    ids=["at the last instant", "a second later"],
)
def test_who_withdraws_is_late_after_noon_of_the_day_that_rules_say(morning, at, state):
    registration(person(morning))

    answers.withdraw(the(morning, 1), reason="Malade", at=at)

    assert stands(morning) == [f"1 {state}"]
    assert the(morning, 1).withdrawal_reason == "Malade"


def test_who_leaves_a_queue_is_never_late(morning):
    late = datetime(2027, 3, 22, 11, tzinfo=UTC)
    registration(*(person(morning, number=number) for number in range(1, 7)))

    answers.withdraw(the(morning, 6), at=late)

    assert stands(morning)[5] == "6 WITHDRAWN"


def test_who_leaves_what_is_postponed_is_not_late(morning):
    late = datetime(2027, 3, 22, 11, tzinfo=UTC)
    registration(person(morning))
    scheduling.postpone(morning, by=None, at=late)

    answers.withdraw(the(morning, 1), at=late)

    assert stands(morning) == ["1 WITHDRAWN"]


def test_an_offer_that_has_ended_and_is_not_noted_yet_is_not_answered(morning):
    registration(*(person(morning, number=number) for number in range(1, 7)))
    answers.withdraw(the(morning, 1), at=AT)
    offered = the(morning, 6)
    assert answers_open(offered, at=AT) == [Answer.ACCEPT, Answer.DECLINE]

    assert answers_open(offered, at=offered.offer_ends_at) == []


# --- sessions that belong together -------------------------------------------------------------


def test_a_colleague_takes_the_place_in_all_sessions_that_belong_together():
    parent = programme_page(catalogue())
    parent.programme.is_indivisible = True
    parent.programme.save()
    mornings = []
    for title, on in (("Un", MORNING_1), ("Deux", MORNING_2)):
        page = training_page(parent, title)
        page.training.programme = parent.programme
        page.training.save()
        mornings.append(session(page, on))
    registration(person(*mornings))

    answers.replace(the(mornings[1], 1), by_person=person(number=2), at=AT)

    assert [stands(one) for one in mornings] == [["1 REPLACED", "2 CONFIRMED"]] * 2
