from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from recurrence import Recurrence

from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
    venue,
)
from trainings.domain import acts, scheduling
from trainings.enums import SessionStatus
from trainings.exceptions import SessionDayTakenError
from trainings.models import SessionSeries, TrainingSession
from trainings.sign_up import SessionAct

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
SPRING = date(2027, 3, 28)  # summer time begins


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def weekly(page):
    """Three Tuesdays of one series."""
    series = SessionSeries.objects.create(
        training=page.training,
        rule=Recurrence(),
        first_day=MORNING_1,
        start_time=time(9),
        end_time=time(12, 30),
    )
    days = [MORNING_1 + number * WEEK for number in range(3)]
    return [session(page, on=day, series=series, original_on=day) for day in days]


def later(sessions, days):
    return {one.pk: scheduling.shifted(one, days=days) for one in sessions}


def foresee(sessions, act, **options):
    with translation.override("en"):
        return acts.foresee(sessions, act, at=AT, language="en", **options)


def refusals(found):
    with translation.override("en"):
        return {one.session.pk: one.refusal_text for one in found if one.refusal}


def days():
    return list(TrainingSession.objects.order_by("pk").values_list("starts_on", flat=True))


def test_foreseeing_writes_nothing_and_shows_what_the_verb_then_does(page):
    made = session(
        page,
        registration_opens_at=datetime(2027, 2, 15, 9, tzinfo=UTC),
        registration_closes_at=datetime(2027, 3, 16, 11, tzinfo=UTC),
    )
    hall = venue()
    to = {made.pk: {**scheduling.shifted(made, days=7), "venue_id": hall.pk}}

    (found,) = foresee([made], SessionAct.MOVE, to=to)
    assert TrainingSession.objects.get().starts_on == MORNING_1

    (done,) = acts.carry_out([made], SessionAct.MOVE, to=to, by=None, at=AT)
    shown = (*scheduling.MOVES, "status", "registration_opens_at", "registration_closes_at")
    assert [getattr(found.after, name) for name in shown] == [getattr(done, name) for name in shown]
    # Noon on the wall, on both sides of the clock change.
    assert done.registration_closes_at == datetime(2027, 3, 23, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("act", "of_status", "text"),
    [
        (SessionAct.MOVE, SessionStatus.CANCELLED, "This session is cancelled."),
        (SessionAct.POSTPONE, SessionStatus.CANCELLED, "This session is cancelled."),
        (SessionAct.POSTPONE, SessionStatus.POSTPONED, "This session is postponed."),
        (SessionAct.CANCEL, SessionStatus.CANCELLED, "This session is cancelled."),
        (SessionAct.RESTORE, SessionStatus.SCHEDULED, "This session goes ahead."),
    ],
)
def test_what_a_session_is_already_is_refused(page, act, of_status, text):
    made = session(page)
    TrainingSession.objects.update(status=of_status)
    made.refresh_from_db()

    found = foresee([made], act, to=later([made], 7))

    assert refusals(found) == {made.pk: text}
    assert not acts.is_possible(made, act)


def test_a_move_to_where_it_is_is_refused(page):
    made = session(page)

    assert refusals(foresee([made], SessionAct.MOVE, to=later([made], 0))) == {
        made.pk: "This is where and when the session is already."
    }


def test_a_postponed_session_may_move_to_its_old_day(page):
    made = scheduling.postpone(session(page), by=None, at=AT)

    assert refusals(foresee([made], SessionAct.MOVE, to=later([made], 0))) == {}


@pytest.mark.parametrize(
    ("to", "text"),
    [
        ({"end_time": time(8)}, "A session ends after it starts."),
        ({"end_time": time(10)}, "Training hours are not longer than clock hours."),
        (
            {
                "starts_on": date(2027, 3, 28),
                "ends_on": date(2027, 3, 28),
                "start_time": time(2, 30),
            },
            "Clocks go forward that night: this hour does not exist.",
        ),
    ],
)
def test_what_cannot_be_right_is_refused(page, to, text):
    made = session(page)

    assert refusals(foresee([made], SessionAct.MOVE, to={made.pk: to})) == {made.pk: text}


def test_a_move_that_closes_registration_before_it_opened_is_refused(page):
    made = session(
        page,
        registration_opens_at=AT - timedelta(days=1),
        registration_closes_at=AT + timedelta(days=1),
    )

    assert refusals(foresee([made], SessionAct.MOVE, to=later([made], -7))) == {
        made.pk: "Registration closes after it opens."
    }


@pytest.mark.parametrize("days_later", [7, -7, 14, 1])
def test_a_whole_series_moves_without_its_dates_meeting(weekly, days_later):
    before = days()
    to = later(weekly, days_later)
    assert refusals(foresee(weekly, SessionAct.MOVE, to=to)) == {}

    acts.carry_out(weekly, SessionAct.MOVE, to=to, by=None, at=AT)

    assert days() == [day + timedelta(days=days_later) for day in before]


def test_a_day_of_the_series_that_stays_taken_is_refused(weekly):
    first, second, _third = weekly

    assert refusals(foresee([first], SessionAct.MOVE, to=later([first], 7))) == {
        first.pk: "Another session of this series is on that day."
    }
    # The second one has to stay since the third does, so the first one has to stay too.
    assert refusals(foresee([first, second], SessionAct.MOVE, to=later([first, second], 7))) == {
        first.pk: "Another session of this series is on that day.",
        second.pk: "Another session of this series is on that day.",
    }


def test_of_two_that_want_one_day_neither_moves(weekly):
    first, second, _third = weekly
    free = {"starts_on": date(2027, 5, 4), "ends_on": date(2027, 5, 4)}

    found = foresee([first, second], SessionAct.MOVE, to={first.pk: free, second.pk: free})

    assert set(refusals(found)) == {first.pk, second.pk}


def test_a_cancelled_session_is_not_restored_on_a_day_taken_meanwhile(weekly):
    first, second, _third = weekly
    first = scheduling.cancel(first, by=None, at=AT)
    scheduling.reschedule(second, to=scheduling.shifted(second, days=-7), by=None, at=AT)

    assert refusals(foresee([first], SessionAct.RESTORE)) == {
        first.pk: "Another session of this series is on that day."
    }


def test_all_move_or_none(weekly):
    first, _second, third = weekly
    to = {**later([third], 7), **later([first], 7)}

    with pytest.raises(SessionDayTakenError):
        acts.carry_out([first, third], SessionAct.MOVE, to=to, by=None, at=AT)

    assert days() == [one.starts_on for one in weekly]


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (SessionAct.POSTPONE, SessionStatus.POSTPONED),
        (SessionAct.CANCEL, SessionStatus.CANCELLED),
    ],
)
def test_many_change_their_state_for_one_reason_and_back(weekly, act, status):
    acts.carry_out(weekly, act, reason={"fr": "Grève"}, by=None, at=AT)

    assert [(one.status, one.reason) for one in TrainingSession.objects.all()] == [
        (status, {"fr": "Grève"})
    ] * 3

    acts.carry_out(weekly, SessionAct.RESTORE, by=None, at=AT)
    assert [one.status for one in TrainingSession.objects.all()] == [SessionStatus.SCHEDULED] * 3


def test_a_move_warns_of_the_place_it_goes_to_and_calling_off_of_nothing(page):
    hall = venue()
    session(page, on=MORNING_2, venue=hall)
    made = session(page, venue=hall)

    (moved,) = foresee([made], SessionAct.MOVE, to=later([made], 7))
    (cancelled,) = foresee([made], SessionAct.CANCEL)

    assert [one.kind for one in moved.warnings] == ["venue"]
    assert cancelled.warnings == []


def test_many_are_foreseen_in_as_many_queries_as_two(weekly, page, django_assert_num_queries):
    hall = venue()
    many = [*weekly, *(session(page, on=MORNING_2 + number * WEEK) for number in range(50))]
    loaded = list(
        TrainingSession.objects.filter(pk__in=[one.pk for one in many]).select_related(
            "training", "venue"
        )
    )
    to = {one.pk: {**scheduling.shifted(one, days=1), "venue_id": hall.pk} for one in loaded}

    for sessions in (loaded[:2], loaded):
        with django_assert_num_queries(4):  # venue, series' days, venues taken, closed periods
            foresee(sessions, SessionAct.MOVE, to=to)
