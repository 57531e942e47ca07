from datetime import UTC, date, datetime, time, timedelta

import pytest
import recurrence
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from wagtail.models import ModelLogEntry

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
    venue,
)
from trainings import signals
from trainings.domain import scheduling
from trainings.enums import SessionStatus
from trainings.exceptions import (
    NothingMovedError,
    SessionCancelledError,
    SessionDayTakenError,
    SessionGoesAheadError,
    SessionPostponedError,
)
from trainings.models import SessionSeries, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    return session(training_page(catalogue()))


@pytest.fixture
def heard():
    """Names of the signals sent."""
    names = []
    promised = {
        name: signal for name, signal in vars(signals).items() if name.startswith("session_")
    }
    receivers = []
    for name, signal in promised.items():

        def hear(sender, name=name, **kwargs):
            names.append(name)

        receivers.append(hear)
        signal.connect(hear)
    yield names
    for signal, hear in zip(promised.values(), receivers, strict=True):
        signal.disconnect(hear)


def logged():
    entries = ModelLogEntry.objects.order_by("timestamp", "pk")
    return list(entries.values_list("action", flat=True))


NINE_THIRTY = time(9, 30)
A_WEEK = timedelta(days=7)


def reload(morning):
    return TrainingSession.objects.get(pk=morning.pk)


def move(morning, *, at=AT, reason=None, **to):
    return scheduling.reschedule(morning, to=to, reason=reason, by=None, at=at)


@pytest.mark.parametrize(
    "to",
    [
        {"start_time": NINE_THIRTY},
        {"end_time": time(12, 0)},
        {"time_zone": "Europe/Lisbon"},
        {"online_url": "https://meet.example/room"},
        scheduling.shifted(TrainingSession(starts_on=MORNING_1, ends_on=MORNING_1), days=7),
    ],
    ids=lambda to: next(iter(to)),
)
def test_moving_a_session_raises_its_sequence_and_keeps_its_uid(morning, heard, to):
    uid = morning.uid

    move(morning, **to)

    moved = reload(morning)
    assert (moved.uid, moved.sequence, moved.changed_at) == (uid, 1, AT)
    assert {field: getattr(moved, field) for field in to} == to
    assert heard == ["session_rescheduled"]
    assert logged() == ["trainings.schedule", "trainings.reschedule"]


def test_a_move_tells_what_it_was_before():
    morning = session(training_page(catalogue()))
    heard = []

    def hear(sender, before, **kwargs):
        heard.append(before)

    signals.session_rescheduled.connect(hear)
    move(morning, start_time=NINE_THIRTY, end_time=time(12, 30))
    signals.session_rescheduled.disconnect(hear)

    assert heard == [{"start_time": time(9, 0)}]


def test_what_was_announced_is_remembered(morning):
    announced = morning.local_start
    first = venue(name="Salle A")
    move(morning, venue_id=first.pk)
    move(morning, starts_on=MORNING_2, ends_on=MORNING_2, venue_id=venue(name="Salle B").pk)
    move(morning, start_time=NINE_THIRTY)

    moved = reload(morning)

    assert moved.is_moved
    assert (moved.previous_start, moved.previous_venue) == (announced, first)
    assert moved.local_previous_start.time() == time(9, 0)  # on the other side of the clock change


def test_moved_back_is_not_moved(morning):
    move(morning, starts_on=MORNING_2, ends_on=MORNING_2)
    move(morning, starts_on=MORNING_1, ends_on=MORNING_1)

    assert (reload(morning).is_moved, reload(morning).sequence) == (False, 2)


def test_a_draft_announced_nothing():
    page = training_page(catalogue())
    page.unpublish()
    morning = session(page)

    move(morning, starts_on=MORNING_2, ends_on=MORNING_2)

    assert reload(morning).previous_start is None


def test_moving_to_where_it_is_is_refused(morning, heard):
    with pytest.raises(NothingMovedError):
        move(morning, start_time=time(9, 0))

    assert (heard, reload(morning).sequence) == ([], 0)


def test_hours_that_contradict_each_other_are_refused(morning):
    with pytest.raises(ValidationError) as refused:
        move(morning, end_time=time(8, 0))

    assert "end_time" in refused.value.message_dict
    assert reload(morning).sequence == 0


def test_registration_closes_as_long_before_the_new_day(morning):
    # Both on the wall of Brussels at noon; summer time begins in between.
    morning.registration_opens_at = datetime(2027, 2, 10, 11, 0, tzinfo=UTC)
    morning.registration_closes_at = datetime(2027, 3, 16, 11, 0, tzinfo=UTC)
    scheduling.change(morning, by=None, at=AT)

    move(morning, starts_on=date(2027, 4, 6), ends_on=date(2027, 4, 6))

    moved = reload(morning)
    assert moved.registration_opens_at == datetime(2027, 2, 24, 11, 0, tzinfo=UTC)
    assert moved.registration_closes_at == datetime(2027, 3, 30, 10, 0, tzinfo=UTC)


def test_registration_that_has_opened_stays_open(morning):
    opened = AT - timedelta(days=1)
    morning.registration_opens_at = opened
    scheduling.change(morning, by=None, at=AT)

    move(morning, starts_on=MORNING_2, ends_on=MORNING_2)

    assert reload(morning).registration_opens_at == opened


def test_a_correction_is_not_a_move(morning, heard):
    morning.training_time = timedelta(hours=2)
    morning.capacity = 30

    scheduling.change(morning, by=None, at=AT)

    morning = reload(morning)
    assert (morning.sequence, morning.changed_at, morning.capacity) == (0, AT, 30)
    assert heard == ["session_capacity_changed"]


def test_a_correction_never_moves(morning):
    stale = reload(morning)
    move(morning, start_time=NINE_THIRTY)
    stale.capacity = 12

    scheduling.change(stale, by=None, at=AT)

    assert (reload(morning).start_time, reload(morning).capacity) == (NINE_THIRTY, 12)


def test_two_editors_each_get_a_sequence(morning):
    one, two = reload(morning), reload(morning)

    assert move(one, start_time=time(8, 0)).sequence == 1
    assert move(two, start_time=time(8, 30)).sequence == 2


@pytest.mark.parametrize(
    ("verb", "status", "signal"),
    [
        (scheduling.cancel, SessionStatus.CANCELLED, "session_cancelled"),
        (scheduling.postpone, SessionStatus.POSTPONED, "session_postponed"),
    ],
    ids=["cancel", "postpone"],
)
def test_what_does_not_take_place_can_be_restored(morning, heard, verb, status, signal):
    off = verb(morning, reason={"fr": "Salle inondée"}, by=None, at=AT)
    assert (off.status, str(off.reason), off.goes_ahead) == (status, "Salle inondée", False)
    assert not off.is_open(AT)

    restored = scheduling.restore(morning, by=None, at=AT)

    assert (restored.uid, restored.sequence, restored.goes_ahead) == (morning.uid, 2, True)
    assert str(restored.reason) == ""
    assert heard == [signal, "session_restored"]
    verb_action = f"trainings.{verb.__name__}"
    assert logged() == ["trainings.schedule", verb_action, "trainings.restore"]


def test_a_postponed_session_gets_its_new_day(morning):
    announced = morning.local_start
    scheduling.postpone(morning, by=None, at=AT)

    moved = move(morning, starts_on=MORNING_2, ends_on=MORNING_2)

    assert (moved.status, moved.sequence) == (SessionStatus.SCHEDULED, 2)
    assert moved.previous_start == announced


def test_a_postponed_session_can_be_cancelled(morning):
    scheduling.postpone(morning, by=None, at=AT)

    assert scheduling.cancel(morning, by=None, at=AT).is_cancelled


def test_a_form_opened_before_the_cancellation_does_not_undo_it(morning):
    stale = reload(morning)
    scheduling.cancel(morning, by=None, at=AT)
    stale.capacity = 12

    scheduling.change(stale, by=None, at=AT)

    assert reload(morning).is_cancelled


@pytest.mark.parametrize(
    ("first", "then", "refusal"),
    [
        (scheduling.cancel, scheduling.cancel, SessionCancelledError),
        (scheduling.cancel, scheduling.postpone, SessionCancelledError),
        (scheduling.postpone, scheduling.postpone, SessionPostponedError),
        (None, scheduling.restore, SessionGoesAheadError),
    ],
    ids=["cancelled twice", "cancelled, postponed", "postponed twice", "restored"],
)
def test_a_verb_that_makes_no_sense_is_refused(morning, first, then, refusal):
    if first:
        first(morning, by=None, at=AT)

    with pytest.raises(refusal):
        then(morning, by=None, at=AT)


def test_a_cancelled_session_is_restored_before_it_moves(morning):
    scheduling.cancel(morning, by=None, at=AT)

    with pytest.raises(SessionCancelledError):
        move(morning, start_time=NINE_THIRTY)


def test_dropping_removes_the_row_and_keeps_the_log(morning):
    scheduling.drop(morning, by=None, at=AT)

    assert not TrainingSession.objects.exists()
    assert logged() == ["trainings.schedule", "wagtail.delete"]


def test_a_session_with_people_is_not_dropped(morning):
    registration(person(morning))

    with pytest.raises(ProtectedError):
        scheduling.drop(morning, by=None, at=AT)

    assert "wagtail.delete" not in logged()


# --- in a series -------------------------------------------------------------------------------


@pytest.fixture
def two_of_a_series(morning):
    series = SessionSeries.objects.create(
        training=morning.training,
        rule=recurrence.Recurrence(rrules=[recurrence.Rule(recurrence.WEEKLY)]),
        first_day=MORNING_1,
        start_time=time(9, 0),
        end_time=time(12, 30),
    )
    made = []
    for number in range(2):
        on = MORNING_1 + number * A_WEEK
        one = TrainingSession(
            training=morning.training,
            series=series,
            original_on=on,
            starts_on=on,
            start_time=time(9, 0),
            end_time=time(12, 30),
        )
        made.append(scheduling.schedule(one, by=None, at=AT))
    return made


def test_two_sessions_of_a_series_never_share_a_day(two_of_a_series):
    one, two = two_of_a_series

    with pytest.raises(SessionDayTakenError):
        move(one, starts_on=two.starts_on, ends_on=two.starts_on)

    assert reload(one).sequence == 0


def test_a_day_taken_meanwhile_keeps_a_session_from_being_restored(two_of_a_series):
    one, two = two_of_a_series
    scheduling.cancel(one, by=None, at=AT)
    move(two, starts_on=one.starts_on, ends_on=one.starts_on)

    with pytest.raises(SessionDayTakenError):
        scheduling.restore(one, by=None, at=AT)


@pytest.mark.parametrize(
    "act",
    [
        lambda one: move(one, start_time=NINE_THIRTY),
        lambda one: scheduling.cancel(one, by=None, at=AT),
        lambda one: scheduling.postpone(one, by=None, at=AT),
        lambda one: scheduling.change(one, by=None, at=AT),
    ],
    ids=["moved", "cancelled", "postponed", "corrected"],
)
def test_what_somebody_decided_is_out_of_the_hands_of_the_series(two_of_a_series, act):
    one, two = two_of_a_series

    act(one)

    assert (reload(one).is_adjusted, reload(two).is_adjusted) == (True, False)


def test_a_series_that_moves_its_sessions_keeps_them(two_of_a_series):
    one, _two = two_of_a_series

    scheduling.reschedule(one, to={"start_time": NINE_THIRTY}, by_hand=False, by=None, at=AT)

    assert not reload(one).is_adjusted


def test_registration_closes_at_noon_on_the_wall():
    assert scheduling.usual_closing(MORNING_2, 7, "Europe/Brussels") == datetime(
        2027, 3, 23, 11, 0, tzinfo=UTC
    )
    assert scheduling.usual_closing(MORNING_2, None, "Europe/Brussels") is None
