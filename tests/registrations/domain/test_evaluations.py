"""What people thought: once each, and never whose it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from registrations.domain import attendance, evaluations
from registrations.enums import PresenceState
from registrations.exceptions import AlreadyEvaluatedError, EvaluationClosedError
from registrations.models import Evaluation, Participation, Registration
from tests.factories.registrations import person, registration
from tests.factories.trainings import MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

MARKS = {"useful": 5, "clear": 4, "exchange": 3, "organisation": 2}


@pytest.fixture
def morning():
    return session(training_page(catalogue()), capacity=None)


@pytest.fixture
def one(morning):
    registration(person(morning))
    return Participation.objects.get()


def answers(morning, number, **fields):
    for _number in range(number):
        Evaluation.objects.create(session=morning, **{**MARKS, **fields})


def fields_of(model):
    return {one.name for one in model._meta.get_fields()}


def test_an_answer_is_kept_apart_from_who_gave_it(one, morning):
    logged = ModelLogEntry.objects.count()

    evaluations.evaluate(one, **MARKS, keeps="La visite", at=morning.ends_at)

    row = Evaluation.objects.values(*fields_of(Evaluation)).get()
    assert {**row, "id": None} == {
        "id": None,
        "session": morning.pk,
        **MARKS,
        "keeps": "La visite",
        "misses": "",
    }
    assert row["id"].version == 4
    one.refresh_from_db()
    assert one.has_evaluated
    assert ModelLogEntry.objects.count() == logged


def test_one_answers_once(one, morning):
    evaluations.evaluate(one, **MARKS, at=morning.ends_at)

    with pytest.raises(AlreadyEvaluatedError):
        evaluations.evaluate(one, **MARKS, at=morning.ends_at)
    assert evaluations.answers_to(morning) == 1


@pytest.mark.parametrize(
    ("since_end", "may"),
    [
        (timedelta(hours=-3, minutes=-31), False),
        (timedelta(hours=-3, minutes=-30), True),
        (timedelta(days=59), True),
        (timedelta(days=60), False),
    ],
)
def test_it_is_asked_from_the_beginning_until_two_months_after(one, morning, since_end, may):
    if may:
        evaluations.evaluate(one, **MARKS, at=morning.ends_at + since_end)
    else:
        with pytest.raises(EvaluationClosedError):
            evaluations.evaluate(one, **MARKS, at=morning.ends_at + since_end)
    assert evaluations.answers_to(morning) == may


@pytest.mark.parametrize("state", ["WAITING", "WITHDRAWN", "PENDING"])
def test_who_had_no_place_is_not_asked(one, morning, state):
    Participation.objects.update(status=state)

    with pytest.raises(EvaluationClosedError):
        evaluations.evaluate(one, **MARKS, at=morning.ends_at)


def test_of_a_session_that_was_called_off_nothing_is_asked(one, morning):
    scheduling.cancel(morning, by=None, at=morning.starts_at - timedelta(days=1))

    with pytest.raises(EvaluationClosedError):
        evaluations.evaluate(one, **MARKS, at=morning.ends_at)


def test_once_the_sheet_is_closed_those_who_came_are_asked(morning):
    registration(*[person(morning, number=number) for number in (1, 2, 3)])
    came, absent, excused = Participation.objects.order_by("pk")
    assert evaluations.asked_about(morning) == 3
    note = attendance.Note(
        participation_id=came.pk, half_day=1, state=PresenceState.PRESENT, at=morning.starts_at
    )
    attendance.note(morning, [note], source="DESK", at=morning.starts_at)
    attendance.close_sheet(morning, announced=[excused.pk], by=None, at=morning.ends_at)

    for missing in (absent, excused):
        with pytest.raises(EvaluationClosedError):
            evaluations.evaluate(missing, **MARKS, at=morning.ends_at)
    evaluations.evaluate(came, **MARKS, at=morning.ends_at)
    assert (evaluations.asked_about(morning), evaluations.answers_to(morning)) == (1, 1)


def test_who_has_no_address_receives_no_link(morning):
    registration(person(morning), person(morning, number=2, email=""))

    assert evaluations.asked_about(morning) == 1


def test_erasing_a_registration_leaves_what_was_thought(one, morning):
    evaluations.evaluate(one, **MARKS, at=morning.ends_at)

    Registration.objects.get().delete()

    assert evaluations.answers_to(morning) == 1
    assert not Participation.objects.exists()


# --- what they come to -------------------------------------------------------------------------


def test_four_answers_tell_nothing(morning):
    answers(morning, 4)

    assert evaluations.results_of([morning]) is None
    assert evaluations.rows_of(morning) is None


def test_five_answers_are_counted(morning):
    answers(morning, 3, keeps="La visite")
    answers(morning, 2, useful=1, misses="Du temps")

    found = evaluations.results_of([morning])

    useful, clear, exchange, organisation = found.marks
    assert (found.answers, found.sessions) == (5, 1)
    assert (useful.name, useful.numbers, useful.average) == ("useful", (2, 0, 0, 0, 3), 3.4)
    assert [one.average for one in (clear, exchange, organisation)] == [4, 3, 2]
    assert (found.keeps, found.misses) == (["La visite"] * 3, ["Du temps"] * 2)


def test_rows_come_in_the_order_of_their_random_keys(morning):
    for number in range(8):
        answers(morning, 1, keeps=str(number))

    by_key = list(Evaluation.objects.order_by("id").values_list("keeps", flat=True))

    assert [row["keeps"] for row in evaluations.rows_of(morning)] == by_key
    assert evaluations.results_of([morning]).keeps == by_key
    assert set(evaluations.rows_of(morning)[0]) == {*MARKS, "keeps", "misses"}


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((5, 1), (5, 1)),  # the one more would be told by what is missing
        ((3, 2), (5, 2)),
        ((5, 3, 2), (10, 3)),
        ((4,), None),
        ((5, 4, 0), (5, 1)),
        ((), None),
    ],
)
def test_a_group_tells_no_fewer_than_five_by_its_difference(morning, numbers, shown):
    sessions = []
    for week, number in enumerate(numbers, start=1):
        day = MORNING_2 + timedelta(days=7 * week)
        made = scheduling.schedule(copied(morning, day), by=None, at=morning.starts_at)
        answers(made, number)
        sessions.append(made)

    found = evaluations.results_of(sessions)

    assert (found and (found.answers, found.sessions)) == shown


def copied(morning, day):
    return type(morning)(
        training=morning.training,
        starts_on=day,
        start_time=morning.start_time,
        end_time=morning.end_time,
        time_zone=morning.time_zone,
    )


def test_many_answers_take_as_many_questions_as_five(morning):
    asked = []
    for _step in range(2):
        answers(morning, 5, keeps="x")
        with CaptureQueriesContext(connection) as queries:
            evaluations.results_of([morning])
        asked.append(len(queries))

    assert asked == [3, 3]
