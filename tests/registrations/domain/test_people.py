import pytest

from registrations.domain.people import add_people, normalised_address, unnamed
from registrations.domain.signup import join
from registrations.exceptions import TooManyHeldError
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.registrations.domain.outcomes import Since, rules, stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    return session(training_page(catalogue()))


def test_an_address_is_the_same_however_it_is_written():
    assert normalised_address(" Amina@CPAS.example ") == "amina@cpas.example"


def test_choices_among_workshops_are_by_session(morning):
    chosen = person(morning, workshops=((morning.pk, 1, 2),))

    assert chosen.choices_for(morning.pk) == (1, 2)
    assert chosen.choices_for(0) == (None, None)


def test_places_without_a_name_are_people_without_one(morning):
    held = unnamed(2, session_ids=[morning.pk])

    assert [(one.is_named, one.session_ids) for one in held] == [(False, (morning.pk,))] * 2


def test_people_who_are_added_come_behind_those_who_are_there(morning):
    made = registration(person(morning))

    added = add_people(made, [person(number=2), person(number=3, access="rampe")], after=1)

    assert [(one.position, one.last_name) for one in made.participants.all()] == [
        (1, "Sociale 1"),
        (2, "Sociale 2"),
        (3, "Sociale 3"),
    ]
    assert added[1].needs.access == "rampe"


def test_who_joins_is_told_and_logged(morning):
    made = registration(person(morning))
    since = Since()

    [joined] = join(made, [person(morning, number=2)], at=AT)

    assert (joined.registration, joined.position) == (made, 2)
    assert stands(morning) == ["1 CONFIRMED", "2 CONFIRMED"]
    assert since.mails() == ["INVITATION 2"]
    assert since.lines() == ["join"]


def test_rules_count_for_who_joins_also_where_they_did_not_before(morning):
    rules(morning, per_service=1)
    made = registration(person(morning), person(morning, number=2), overruled="Formatrices")

    join(made, [person(morning, number=3)], at=AT)

    assert stands(morning) == ["1 CONFIRMED", "2 CONFIRMED", "3 WAITING 1"]


def test_a_service_holds_as_many_places_as_it_may_over_all_its_forms(morning):
    rules(morning, may_hold=2)
    service = partner()
    registration(*unnamed(2, session_ids=[morning.pk]), partner=service)

    with pytest.raises(TooManyHeldError):
        registration(*unnamed(1, session_ids=[morning.pk]), partner=service)
    registration(*unnamed(1, session_ids=[morning.pk]), partner=partner("Autre"))

    assert stands(morning) == ["? CONFIRMED"] * 3
