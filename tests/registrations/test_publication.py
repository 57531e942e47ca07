from datetime import timedelta

import pytest
from django.utils import translation

from registrations.domain.places import Places
from registrations.publication import SignUpDesk, state
from tests.factories.trainings import AT, catalogue, programme_page, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


def told(made, *, taken=0, waiting=0, at=AT):
    with translation.override("en"):
        places = Places(capacity=made.capacity, taken=taken, waiting=waiting)
        answer = state(made, places, at=at)
        return answer.badge, answer.text, answer.is_open


@pytest.mark.parametrize(
    ("fields", "counts", "expected"),
    [
        ({}, {}, ("open", "40 places left", True)),
        ({}, {"taken": 35}, ("last", "5 places left", True)),
        ({}, {"taken": 39}, ("last", "1 place left", True)),
        ({}, {"taken": 40}, ("waiting", "Full – waiting list", True)),
        ({}, {"taken": 39, "waiting": 1}, ("waiting", "Full – waiting list", True)),
        ({"capacity": None}, {"taken": 99}, ("open", "Registration is open", True)),
        (
            {"registration_opens_at": AT + timedelta(days=1)},
            {},
            ("soon", "Registration opens on Tuesday 2 February 2027 at 10:00", False),
        ),
        ({"registration_closes_at": AT}, {}, ("closed", "Registration is closed", False)),
    ],
    ids=[
        "plenty",
        "few",
        "one",
        "full",
        "somebody waits",
        "no limit",
        "not open yet",
        "closed",
    ],
)
def test_what_a_visitor_is_told(page, fields, counts, expected):
    assert told(session(page, **fields), **counts) == expected


def test_what_is_over_says_so(page):
    made = session(page)

    assert told(made, at=made.ends_at) == ("closed", "Over", False)


def test_what_is_cancelled_says_so(page):
    made = scheduling.cancel(session(page), by=None, at=AT)

    assert told(made) == ("closed", "Cancelled", False)


def test_states_cost_one_query_however_many_sessions(page, django_assert_num_queries):
    made = [session(page) for _number in range(5)]

    with django_assert_num_queries(1):
        states = SignUpDesk().states(made, at=AT)

    assert set(states) == {one.pk for one in made}


def test_one_signs_up_for_a_training_or_a_programme(page):
    with translation.override("fr"):
        assert SignUpDesk().url(page.training).endswith(f"/training/{page.training.uid}/")
        programme = page.training.programme
        assert SignUpDesk().url(programme).endswith(f"/programme/{programme.uid}/")
