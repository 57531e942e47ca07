"""Rules as rows: how the places of a session are shared, and from when they are no more."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations.domain import answers
from registrations.domain.places import Limits, Quota
from registrations.domain.sharing import bundle_of, limits_of, rules_of, sharing_of, with_bundles
from registrations.domain.waiting_list import settle_now
from registrations.enums import Origin
from registrations.exceptions import SessionFullError
from registrations.models import ServiceKind
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
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

#: 14 days before the morning, at noon in Brussels.
RELEASED_AT = datetime(2027, 3, 9, 11, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, capacity=2)


@pytest.fixture
def kinds():
    return [ServiceKind.objects.create(name={"fr": name}) for name in ("CPAS", "École", "Régie")]


# --- which rules hold --------------------------------------------------------------------------


def test_rules_of_a_session_stand_alone_else_those_of_its_training_else_none(page):
    own, usual = session(page, MORNING_1), session(page, MORNING_2)
    other = session(training_page(page.get_parent(), "Autre"), MORNING_1)
    of_training, of_session = rules(page.training), rules(own)

    found = rules_of([own, usual, other])

    assert (found[own.pk], found[usual.pk], found[other.pk].pk) == (of_session, of_training, None)


def test_without_rules_only_the_places_of_the_session_count(morning):
    assert limits_of(morning, rules_of([morning])[morning.pk], at=AT) == Limits(capacity=2)


def test_limits_are_those_of_the_instant(morning, kinds):
    service = partner()
    rules(
        morning,
        per_service=3,
        quotas=[(kinds[:2], 1)],
        quotas_days_before=14,
        priority=kinds[2:],
        priority_days_before=14,
        caps=[{"kind": kinds[0], "places": None}, {"partner": service, "places": 0}],
    )
    always = {
        "capacity": 2,
        "cap": 3,
        "cap_by_kind": {kinds[0].pk: None},
        "cap_by_partner": {service.pk: 0},
    }
    found = rules_of([morning])[morning.pk]

    assert limits_of(morning, found, at=RELEASED_AT - A_SECOND) == Limits(
        **always,
        quotas=(Quota(frozenset({kinds[0].pk, kinds[1].pk}), 1),),
        priority=frozenset({kinds[2].pk}),
    )
    assert limits_of(morning, found, at=RELEASED_AT) == Limits(**always)


def test_places_are_read_in_as_many_queries_for_two_sessions_as_for_twenty(page):
    mornings = [session(page, MORNING_1 + timedelta(days=n), capacity=1) for n in range(20)]
    for number in (1, 2):
        registration(person(*mornings, number=number))
    rules(page.training)
    numbers = []
    for some in (mornings[:2], mornings):
        rows = TrainingSession.objects.filter(pk__in=[one.pk for one in some])
        read = list(rows.select_related("training__programme"))
        with CaptureQueriesContext(connection) as queries:
            sharing_of(read, at=AT)
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]


# --- numbers for each service ------------------------------------------------------------------


def test_a_service_has_as_many_places_as_it_may_and_its_others_wait(page):
    morning = session(page, capacity=10)
    rules(morning, per_service=2)

    registration(*(person(morning, number=number) for number in (1, 2, 3)))
    registration(person(morning, number=4))
    registration(person(morning, number=5), partner=partner("Autre"))

    assert stands(morning) == [
        *("1 CONFIRMED", "2 CONFIRMED", "3 WAITING 1", "4 WAITING 2", "5 CONFIRMED")
    ]


def test_a_service_named_outranks_its_kind_which_outranks_the_usual_number(page, kinds):
    morning = session(page, capacity=10)
    named = partner("Nommé", kind=kinds[0])
    alike = partner("Du même type", kind=kinds[0])
    rules(
        morning,
        per_service=1,
        caps=[{"kind": kinds[0], "places": 2}, {"partner": named, "places": None}],
    )

    registration(*(person(morning, number=number) for number in (1, 2, 3)), partner=named)
    registration(*(person(morning, number=number) for number in (4, 5, 6)), partner=alike)
    registration(*(person(morning, number=number) for number in (7, 8)), partner=partner("Seul"))

    assert stands(morning) == [
        *("1 CONFIRMED", "2 CONFIRMED", "3 CONFIRMED"),
        *("4 CONFIRMED", "5 CONFIRMED", "6 WAITING 1"),
        *("7 CONFIRMED", "8 WAITING 2"),
    ]


# --- places kept -------------------------------------------------------------------------------


@pytest.fixture
def kept(morning, kinds):
    """Of two places one is kept for the first kind until two weeks before."""
    rules(morning, quotas=[(kinds[:1], 1)], quotas_days_before=14)
    school = partner("École", kind=kinds[1])
    registration(person(morning, number=1), person(morning, number=2), partner=school)
    return morning


def test_a_place_kept_for_others_is_left_free(kept, kinds):
    assert stands(kept) == ["1 CONFIRMED", "2 WAITING 1"]

    registration(person(kept, number=3), partner=partner("CPAS", kind=kinds[0]))

    assert stands(kept) == ["1 CONFIRMED", "2 WAITING 1", "3 CONFIRMED"]


def test_a_place_kept_is_offered_to_all_when_it_is_kept_no_longer(kept):
    settle_now({kept.pk}, at=RELEASED_AT - A_SECOND)
    assert stands(kept) == ["1 CONFIRMED", "2 WAITING 1"]
    since = Since()

    settle_now({kept.pk}, at=RELEASED_AT)

    assert stands(kept) == ["1 CONFIRMED", "2 OFFERED"]
    assert since.mails() == ["OFFER 2", "OFFER booker"]


# --- who comes first ---------------------------------------------------------------------------


def test_others_wait_while_some_kinds_come_first_and_then_are_seated(morning, kinds):
    rules(morning, priority=kinds[:1], priority_days_before=14)
    registration(person(morning, number=1), partner=partner("Sans type"))
    registration(person(morning, number=2), partner=partner("CPAS", kind=kinds[0]))
    assert stands(morning) == ["1 WAITING 1", "2 CONFIRMED"]
    settle_now({morning.pk}, at=RELEASED_AT - A_SECOND)
    assert stands(morning) == ["1 WAITING 1", "2 CONFIRMED"]

    settle_now({morning.pk}, at=RELEASED_AT)

    assert stands(morning) == ["1 OFFERED", "2 CONFIRMED"]


# --- groups ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("together", "came_to"),
    [
        (False, ["1 CONFIRMED", "2 CONFIRMED", "3 WAITING 1"]),
        (True, ["1 WAITING 1", "2 WAITING 2", "3 WAITING 3"]),
    ],
    ids=["as many as fit", "together"],
)
def test_a_group_says_whether_it_may_be_split(morning, together, came_to):
    registration(
        *(person(morning, number=number) for number in (1, 2, 3)),
        booker=booker(keep_together=together),
    )

    assert stands(morning) == came_to


# --- beyond the rules, by hand -----------------------------------------------------------------


def test_an_organiser_goes_beyond_the_rules_and_says_why(morning):
    rules(morning, per_service=1, needs_approval=True)

    made = registration(
        *(person(morning, number=number) for number in (1, 2, 3)),
        origin=Origin.PHONE,
        overruled="Formatrice",
    )

    assert stands(morning) == ["1 CONFIRMED", "2 CONFIRMED", "3 CONFIRMED"]
    assert made.overruled == "Formatrice"


def test_who_is_entered_later_takes_the_place_in_line_of_their_arrival(morning):
    for number in (1, 2, 3):
        registration(person(morning, number=number))

    registration(person(morning, number=4), origin=Origin.MAIL, arrived_at=AT - timedelta(days=1))

    assert stands(morning) == ["1 CONFIRMED", "2 CONFIRMED", "3 WAITING 2", "4 WAITING 1"]

    answers.withdraw(the(morning, 1), at=AT)

    assert stands(morning) == ["1 WITHDRAWN", "2 CONFIRMED", "3 WAITING 1", "4 OFFERED"]


def test_where_there_is_no_waiting_list_who_does_not_fit_is_told_why(morning):
    rules(morning, per_service=1, has_waiting_list=False)

    with pytest.raises(SessionFullError) as refusal:
        registration(person(morning, number=1), person(morning, number=2))

    assert (refusal.value.session, refusal.value.obstacle.value) == (morning, "CAP")
    assert stands(morning) == []


# --- programmes one takes all or none of -------------------------------------------------------


def test_sessions_of_an_indivisible_programme_come_along_when_they_are_to_come():
    parent = programme_page(catalogue())
    days = (MORNING_1, MORNING_2, date(2027, 4, 6), date(2027, 1, 5))
    mornings = []
    for number, on in enumerate(days):
        page = training_page(parent, f"Matin {number}")
        page.training.programme = parent.programme
        page.training.save()
        mornings.append(session(page, on))
    one, two, cancelled, _past = mornings
    scheduling.cancel(cancelled, by=None, at=AT)
    assert with_bundles({one.pk}, at=AT) == {one.pk}

    parent.programme.is_indivisible = True
    parent.programme.save()
    assert with_bundles({one.pk}, at=AT) == {one.pk, two.pk}
    assert bundle_of(TrainingSession.objects.get(pk=one.pk)) == parent.programme.pk

    one.training.is_discreet = True
    one.training.save()
    assert with_bundles({one.pk}, at=AT) == {one.pk}
    assert with_bundles({two.pk}, at=AT) == {two.pk}
    assert bundle_of(TrainingSession.objects.get(pk=one.pk)) is None
