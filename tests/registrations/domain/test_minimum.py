"""Sessions that too few people come to."""

from datetime import timedelta

import pytest

from registrations.domain import minimum
from registrations.enums import MessageKind, ParticipationStatus
from registrations.exceptions import AnswerClosedError
from registrations.models import OutgoingEmail, Participation, SessionConfirmation, SignUpRules
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    """Three are needed, two have a place; it is decided five days before, at noon."""
    one = session(page)
    SignUpRules.objects.create(
        training=page.training, per_service=None, min_participants=3, decides_days_before=5
    )
    registration(person(one), person(one, number=2))
    return one


def decided_at(session):
    return SignUpRules.objects.get().decided_at(session)


def found(at):
    return [(one.session.pk, one.confirmed, one.minimum) for one in minimum.undecided(at=at)]


def test_it_is_to_be_decided_from_its_day_on(morning):
    due = decided_at(morning)

    assert found(due - timedelta(microseconds=1)) == []
    assert found(due) == [(morning.pk, 2, 3)]
    assert found(morning.starts_at) == []


def test_who_waits_or_is_offered_a_place_does_not_count_and_the_minimum_reached_is_enough(morning):
    third = registration(person(morning, number=3))
    row = Participation.objects.get(participant__registration=third)
    due = decided_at(morning)

    assert found(due) == []
    row.status = ParticipationStatus.PENDING
    row.save()
    assert found(due) == [(morning.pk, 2, 3)]


def test_a_session_with_rules_of_its_own_counts_by_these(page, morning):
    other = session(page, MORNING_2)
    SignUpRules.objects.create(session=other, min_participants=None)
    due = SignUpRules.objects.get(training=page.training).decided_at(other)

    assert found(due) == []  # the first one has begun by then
    SignUpRules.objects.filter(session=other).update(min_participants=1)
    assert found(due) == [(other.pk, 0, 1)]


@pytest.mark.parametrize("verb", [scheduling.cancel, scheduling.postpone])
def test_what_does_not_go_ahead_need_not_be_decided(morning, verb):
    verb(morning, by=None, at=AT)

    assert found(decided_at(morning)) == []


def test_confirmed_everybody_is_told_once(morning):
    due = decided_at(morning)

    assert minimum.confirm(morning, by=None, at=due) is True
    assert minimum.confirm(morning, by=None, at=due) is False

    assert SessionConfirmation.objects.get().confirmed_at == due
    told = OutgoingEmail.objects.filter(kind=MessageKind.GOES_AHEAD)
    assert sorted(told.values_list("recipient", flat=True)) == [
        "assistante@cpas.example",
        "personne1@cpas.example",
        "personne2@cpas.example",
    ]
    assert found(due) == []


def test_what_has_begun_or_is_called_off_is_not_confirmed(morning):
    with pytest.raises(AnswerClosedError):
        minimum.confirm(morning, by=None, at=morning.starts_at)
    scheduling.cancel(morning, by=None, at=AT)
    with pytest.raises(AnswerClosedError):
        minimum.confirm(morning, by=None, at=AT)
    assert SessionConfirmation.objects.exists() is False


def test_the_organiser_is_warned_once_a_day_of_session(morning):
    due = decided_at(morning)

    assert [minimum.warn(at=due), minimum.warn(at=due + timedelta(hours=1))] == [1, 0]

    email = OutgoingEmail.objects.get(kind=MessageKind.MINIMUM)
    assert email.key == f"minimum:{morning.uid}:{morning.starts_on}"
    assert (email.recipient, email.registration, email.language) == (
        "trainings@host.example",
        None,
        "fr",
    )
    assert email.facts["session"] == morning.pk


def test_moved_to_another_day_it_is_warned_of_anew(morning):
    minimum.warn(at=decided_at(morning))
    scheduling.reschedule(morning, to=scheduling.shifted(morning, days=14), by=None, at=AT)
    morning.refresh_from_db()

    assert minimum.warn(at=decided_at(morning)) == 1


def test_it_takes_the_same_number_of_queries(page, morning, django_assert_num_queries):
    for number in range(1, 8):
        session(page, MORNING_2 + timedelta(days=number))
    due = decided_at(morning)

    with django_assert_num_queries(5):  # sessions, rules, and what hangs from rules
        assert len(minimum.undecided(at=due)) == 1
