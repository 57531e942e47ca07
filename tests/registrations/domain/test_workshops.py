import pytest

from registrations.domain import workshops
from registrations.domain.places import Places
from registrations.exceptions import NoWorkshopLeftError
from registrations.models import Workshop
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from tests.registrations.domain.outcomes import stands, the

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, capacity=4)


@pytest.fixture
def small(morning):
    return workshop(morning, "Petit", capacity=1)


@pytest.fixture
def large(morning):
    return workshop(morning, "Grand", capacity=None)


def workshop(morning, name, **fields):
    return Workshop.objects.create(session=morning, title={"fr": name}, **fields)


def choosing(morning, number, first, second=None):
    chosen = (morning.pk, first.pk, second.pk if second else None)
    return person(morning, number=number, workshops=(chosen,))


def test_the_first_choice_is_given_then_the_second_first_come_first(morning, small, large):
    for number in (1, 2):
        registration(choosing(morning, number, small, large))
    registration(choosing(morning, 3, small))

    assert [the(morning, number).workshop for number in (1, 2, 3)] == [small, large, None]
    assert workshops.places_of_workshops({morning.pk}) == {
        small.pk: Places(capacity=1, taken=1, waiting=0),
        large.pk: Places(capacity=None, taken=1, waiting=0),
    }


def test_who_waits_is_in_no_workshop(morning, small, large):
    for number in range(1, 6):
        registration(choosing(morning, number, large))

    assert stands(morning)[4] == "5 WAITING 1"
    assert the(morning, 5).workshop is None


def test_who_has_a_workshop_keeps_it_when_another_is_assigned(morning, small, large):
    registration(choosing(morning, 1, small, large))
    registration(choosing(morning, 2, small, large))
    small.capacity = 5
    small.save()

    workshops.assign([morning], at=AT)

    assert the(morning, 2).workshop == large


def test_one_of_two_workshops_of_another_session_is_none_of_this(page, morning, small):
    elsewhere = workshop(session(page, MORNING_2), "Ailleurs")

    with pytest.raises(NoWorkshopLeftError):
        registration(choosing(morning, 1, elsewhere))


@pytest.mark.parametrize("chosen", ["none", "twice the same"])
def test_each_chooses_one_or_two_different_workshops(morning, small, large, chosen):
    whose = person(morning) if chosen == "none" else choosing(morning, 1, small, small)

    with pytest.raises(NoWorkshopLeftError) as refusal:
        registration(whose)

    assert (refusal.value.position, refusal.value.session_id) == (0, morning.pk)


def test_where_there_are_no_workshops_none_is_chosen(page, morning, small):
    plain = session(page, MORNING_2)
    chosen = person(plain, workshops=((plain.pk, small.pk, None),))

    with pytest.raises(NoWorkshopLeftError):
        registration(chosen)
