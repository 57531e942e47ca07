from datetime import time, timedelta

import pytest
from wagtail.models import ModelLogEntry

from tests.factories.trainings import AT, catalogue, session, training_page, venue
from trainings import signals
from trainings.domain import scheduling
from trainings.exceptions import SessionCancelledError, SessionNotCancelledError
from trainings.models import TrainingSession

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


@pytest.mark.parametrize(
    "changes",
    [{"start_time": time(9, 30)}, {"end_time": time(12, 0)}, {"time_zone": "Europe/Lisbon"}],
    ids=lambda changes: next(iter(changes)),
)
def test_moving_a_session_raises_its_sequence_and_keeps_its_uid(morning, heard, changes):
    uid = morning.uid
    for field, value in changes.items():
        setattr(morning, field, value)

    scheduling.change(morning, by=None, at=AT)

    morning.refresh_from_db()
    assert (morning.uid, morning.sequence, morning.changed_at) == (uid, 1, AT)
    assert heard == ["session_rescheduled"]
    assert logged() == ["trainings.schedule", "trainings.reschedule"]


def test_another_room_is_a_move(morning, heard):
    morning.venue = venue()

    scheduling.change(morning, by=None, at=AT)

    assert morning.sequence == 1


def test_a_correction_is_not_a_move(morning, heard):
    morning.training_time = timedelta(hours=2)
    morning.capacity = 30

    scheduling.change(morning, by=None, at=AT)

    morning.refresh_from_db()
    assert (morning.sequence, morning.changed_at) == (0, AT)
    assert heard == ["session_capacity_changed"]


def test_two_editors_each_get_a_sequence(morning):
    one = TrainingSession.objects.get(pk=morning.pk)
    two = TrainingSession.objects.get(pk=morning.pk)
    one.start_time = time(8, 0)
    two.start_time = time(8, 30)

    scheduling.change(one, by=None, at=AT)
    scheduling.change(two, by=None, at=AT)

    assert (one.sequence, two.sequence) == (1, 2)


def test_cancelling_and_restoring_keep_the_uid_and_raise_the_sequence(morning, heard):
    cancelled = scheduling.cancel(morning, reason="Salle inondée", by=None, at=AT)
    assert (cancelled.is_cancelled, cancelled.status_reason) == (True, "Salle inondée")

    restored = scheduling.restore(morning, by=None, at=AT)

    assert (restored.uid, restored.sequence, restored.is_cancelled) == (morning.uid, 2, False)
    assert restored.status_reason == ""
    assert heard == ["session_cancelled", "session_restored"]
    assert logged() == ["trainings.schedule", "trainings.cancel", "trainings.restore"]


def test_a_form_opened_before_the_cancellation_does_not_undo_it(morning):
    stale = TrainingSession.objects.get(pk=morning.pk)
    scheduling.cancel(morning, by=None, at=AT)
    stale.capacity = 12

    scheduling.change(stale, by=None, at=AT)

    assert TrainingSession.objects.get().is_cancelled


def test_a_session_is_cancelled_once(morning):
    scheduling.cancel(morning, by=None, at=AT)

    with pytest.raises(SessionCancelledError):
        scheduling.cancel(morning, by=None, at=AT)


def test_only_a_cancelled_session_is_restored(morning):
    with pytest.raises(SessionNotCancelledError):
        scheduling.restore(morning, by=None, at=AT)
