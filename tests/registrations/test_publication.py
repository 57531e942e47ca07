from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from registrations.domain import answers
from registrations.domain.places import Places
from registrations.models import OutgoingEmail, Participation
from registrations.publication import SignUpDesk, state
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    catalogue,
    programme_page,
    session,
    training_page,
)
from tests.factories.users import communications_officer, registrations_manager
from trainings.domain import scheduling
from trainings.models import TrainingSession
from trainings.sign_up import SessionAct, Told

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


def told(made, *, taken=0, waiting=0, at=AT, **ways):
    with translation.override("en"):
        places = Places(capacity=made.capacity, taken=taken, waiting=waiting, **ways)
        answer = state(made, places, at=at)
        return answer.badge, answer.text, answer.is_open


@pytest.mark.parametrize(
    ("fields", "counts", "expected"),
    [
        ({}, {}, ("open", "40 places left", True)),
        ({}, {"taken": 35}, ("last", "5 places left", True)),
        ({}, {"taken": 39}, ("last", "1 place left", True)),
        ({}, {"taken": 40}, ("waiting", "Full – waiting list", True)),
        ({}, {"taken": 39, "waiting": 1}, ("last", "1 place left", True)),
        (
            {},
            {"taken": 39, "waiting": 1, "queue_first": True},
            ("waiting", "Full – waiting list", True),
        ),
        ({}, {"taken": 40, "has_waiting_list": False}, ("closed", "Full", False)),
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
        "somebody waits for another reason",
        "who waits comes first",
        "full, and nobody may wait",
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


def test_what_is_postponed_says_so(page):
    made = scheduling.postpone(session(page), by=None, at=AT)

    assert told(made) == ("closed", "Postponed", False)


def test_states_cost_two_queries_however_many_sessions(page, django_assert_num_queries):
    made = [session(page) for _number in range(5)]

    with django_assert_num_queries(2):
        states = SignUpDesk().states(made, at=AT)

    assert set(states) == {one.pk for one in made}


def test_one_signs_up_for_a_training_or_a_programme(page):
    with translation.override("fr"):
        assert SignUpDesk().url(page.training).endswith(f"/training/{page.training.uid}/")
        programme = page.training.programme
        assert SignUpDesk().url(programme).endswith(f"/programme/{programme.uid}/")


def test_what_has_moved_takes_registrations_as_before(page):
    made = session(page)
    later = scheduling.shifted(made, days=7)

    assert told(scheduling.reschedule(made, to=later, by=None, at=AT)) == (
        "open",
        "40 places left",
        True,
    )


# --- whom an act concerns ----------------------------------------------------------------------

ACTS = {
    SessionAct.MOVE: lambda one: scheduling.reschedule(
        one, to=scheduling.shifted(one, days=7), by=None, at=timezone.now()
    ),
    SessionAct.POSTPONE: lambda one: scheduling.postpone(one, by=None, at=timezone.now()),
    SessionAct.CANCEL: lambda one: scheduling.cancel(one, by=None, at=timezone.now()),
    SessionAct.RESTORE: lambda one: scheduling.restore(one, by=None, at=timezone.now()),
}


@pytest.fixture
def morning(page):
    """One place: Amina has it, Léa, who reads Dutch, and Nadia, without address, wait."""
    made = session(page, timezone.localdate() + timedelta(days=30), capacity=1)
    people = [
        person(made, first_name="Amina", last_name="Diallo"),
        person(made, number=2, first_name="Léa", last_name="Petit", language="nl"),
        person(made, number=3, first_name="Nadia", last_name="Benali", email=""),
    ]
    registration(*people, at=timezone.now(), booker=booker(language="en"))
    return made


def test_who_may_see_registrations_reads_who_is_told_what(morning):
    with translation.override("en"):
        found = SignUpDesk().people_to_tell(
            [morning], SessionAct.MOVE, user=registrations_manager()
        )

    said = {"session_pk": morning.pk, "message": "session moved", "service": "CPAS de Charleroi"}
    assert found == [
        Told(**said, language="en", has_place=True, name="Amina Diallo"),
        Told(**said, language="nl", has_place=False, name="Léa Petit"),
        Told(
            **said,
            language="en",
            has_place=False,
            name="Nadia Benali",
            through="Assistante Sociale",
        ),
    ]


def test_who_may_not_reads_how_many_and_nobody_s_name(morning):
    with translation.override("en"):
        found = SignUpDesk().people_to_tell(
            [morning], SessionAct.CANCEL, user=communications_officer()
        )

    assert [(one.name, one.service, one.message, one.through) for one in found] == [
        ("", "", "session cancelled", ""),
        ("", "", "session cancelled", ""),
        ("", "", "session cancelled", "the person who registered them"),
    ]


@pytest.mark.parametrize("act", SessionAct)
def test_what_is_announced_is_what_is_queued(morning, act):
    if act == SessionAct.RESTORE:
        scheduling.cancel(morning, by=None, at=timezone.now())
    user = registrations_manager()
    announced = SignUpDesk().people_to_tell([morning], act, user=user)
    before = OutgoingEmail.objects.count()

    ACTS[act](morning)

    queued = OutgoingEmail.objects.order_by("pk")[before:]
    assert sorted((str(one.get_kind_display()), one.language) for one in queued) == sorted(
        (one.message, one.language) for one in announced
    )
    directly = sorted(one.participant.name for one in queued if one.participant)
    assert directly == sorted(one.name for one in announced if not one.through)


def test_nobody_is_told_of_what_is_over_unless_it_moves(page):
    over = session(page, timezone.localdate() - timedelta(days=2))
    registration(person(over), at=over.starts_at - timedelta(days=1))
    user = registrations_manager()

    messages = {
        act: [bool(one.message) for one in SignUpDesk().people_to_tell([over], act, user=user)]
        for act in SessionAct
    }

    assert messages == {act: [act == SessionAct.MOVE] for act in SessionAct}


def test_asking_whom_to_tell_costs_as_many_queries_for_many(page, morning):
    user = registrations_manager()

    def count(sessions) -> int:
        SignUpDesk().people_to_tell(sessions, SessionAct.MOVE, user=user)
        with CaptureQueriesContext(connection) as captured:
            SignUpDesk().people_to_tell(sessions, SessionAct.MOVE, user=user)
        return len(captured)

    with_one = count([morning])
    others = [session(page, morning.starts_on + timedelta(days=day)) for day in range(1, 6)]
    for number in range(10, 20):
        who = booker(email=f"chef{number}@cpas.example")
        registration(person(*others, number=number), at=timezone.now(), booker=who)

    assert count([morning, *others]) == with_one


# --- places left -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "people", "act", "expected"),
    [
        ({}, 0, None, True),
        ({"capacity": None}, 3, None, True),
        ({"capacity": 2}, 1, None, True),
        ({"capacity": 2}, 2, None, False),
        ({"capacity": 2}, 3, None, False),
        ({"registration_opens_at": AT}, 0, None, True),
        ({"registration_opens_at": AT + timedelta(seconds=1)}, 0, None, False),
        ({"registration_closes_at": AT + timedelta(seconds=1)}, 0, None, True),
        ({"registration_closes_at": AT}, 0, None, False),
        ({}, 0, scheduling.cancel, False),
        ({}, 0, scheduling.postpone, False),
    ],
)
def test_sessions_with_places_left(page, fields, people, act, expected):
    made = session(page, **fields)
    if people:
        early = AT - timedelta(days=1)
        registration(*[person(made, number=number) for number in range(people)], at=early)
    if act:
        act(made, by=None, at=AT)

    found = SignUpDesk().with_places_left(TrainingSession.objects.all(), at=AT)

    assert list(found) == ([made] if expected else [])
    made.refresh_from_db()
    offered = SignUpDesk().states([made], at=AT)[made.pk].badge in {"open", "last"}
    assert offered == expected


def test_a_place_freed_while_others_wait_is_no_place_left(page):
    full = session(page, capacity=1)
    registration(person(full), person(full, number=2))
    answers.withdraw(Participation.objects.get(status="CONFIRMED"), at=AT)

    assert not SignUpDesk().with_places_left(TrainingSession.objects.all(), at=AT).exists()


def test_a_session_that_has_begun_has_no_places_left(page):
    made = session(page)

    found = SignUpDesk().with_places_left(TrainingSession.objects.all(), at=made.starts_at)

    assert not found.exists()


def test_places_left_are_asked_in_one_query(page, django_assert_num_queries):
    for day in range(5):
        session(page, MORNING_1 + timedelta(days=day))

    with django_assert_num_queries(1):
        assert len(SignUpDesk().with_places_left(TrainingSession.objects.all(), at=AT)) == 5
