from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registrations.domain import answers
from registrations.emails.delivery import Delivered, deliver_due
from registrations.enums import MessageKind
from registrations.models import OutgoingEmail, Participation
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)
TO = {"starts_on": MORNING_2, "ends_on": MORNING_2}


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page)


def told(*, since: int = 0) -> list[tuple[str, str, str]]:
    """What was queued after the first `since` mails: message, recipient, language."""
    rows = OutgoingEmail.objects.exclude(kind__in=["RECEIPT", "INVITATION", "WAITING"])
    return sorted(rows.order_by("pk").values_list("kind", "recipient", "language")[since:])


ACTS = {
    MessageKind.MOVED: lambda one: scheduling.reschedule(one, to=TO, by=None, at=LATER),
    MessageKind.POSTPONED: lambda one: scheduling.postpone(one, by=None, at=LATER),
    MessageKind.CANCELLED: lambda one: scheduling.cancel(one, by=None, at=LATER),
}


@pytest.mark.parametrize("kind", ACTS)
def test_each_act_tells_each_person_in_their_language_and_the_booker(kind, morning):
    registration(person(morning, language="nl"), person(morning, number=2))

    ACTS[kind](morning)

    assert told() == [
        (kind, "assistante@cpas.example", "fr"),
        (kind, "personne1@cpas.example", "nl"),
        (kind, "personne2@cpas.example", "fr"),
    ]


def test_a_restored_session_is_told(morning):
    registration(person(morning, email=""))
    scheduling.cancel(morning, by=None, at=AT)

    scheduling.restore(morning, by=None, at=LATER)

    assert told(since=1) == [(MessageKind.RESTORED, "assistante@cpas.example", "fr")]


def test_a_postponed_session_that_gets_its_old_day_back_takes_place_after_all(morning):
    registration(person(morning, email=""))
    scheduling.postpone(morning, by=None, at=AT)

    scheduling.reschedule(morning, to={"starts_on": morning.starts_on}, by=None, at=LATER)

    assert told(since=1) == [(MessageKind.RESTORED, "assistante@cpas.example", "fr")]


def test_who_waits_is_told_too(morning):
    morning.capacity = 1
    morning = scheduling.change(morning, by=None, at=AT)
    registration(person(morning), person(morning, number=2))

    scheduling.cancel(morning, by=None, at=LATER)

    assert len(told()) == 3


def test_a_booker_who_comes_alone_is_written_to_once(morning):
    registration(person(morning, email="Assistante@CPAS.example"))

    scheduling.cancel(morning, by=None, at=LATER)

    assert told() == [(MessageKind.CANCELLED, "Assistante@CPAS.example", "fr")]


def test_a_booker_who_comes_with_others_gets_both_mails(morning):
    registration(person(morning, email="assistante@cpas.example"), person(morning, number=2))

    scheduling.cancel(morning, by=None, at=LATER)

    assert [recipient for _kind, recipient, _language in told()] == [
        "assistante@cpas.example",
        "assistante@cpas.example",
        "personne2@cpas.example",
    ]


def test_only_people_of_that_session_are_concerned(page, morning):
    other = session(page, MORNING_2)
    registration(person(morning), person(other, number=2))

    scheduling.cancel(other, by=None, at=LATER)

    assert told() == [
        (MessageKind.CANCELLED, "assistante@cpas.example", "fr"),
        (MessageKind.CANCELLED, "personne2@cpas.example", "fr"),
    ]
    (to_booker,) = OutgoingEmail.objects.filter(kind="CANCELLED", participant=None)
    concerned = [pk for pk, *_rest in to_booker.facts["concerned"]]
    assert concerned == [other.participations.get().pk]


def test_who_no_longer_comes_is_not_told(morning):
    registration(person(morning, email="assistante@cpas.example"))
    answers.withdraw(Participation.objects.get(), at=AT)
    before = len(told())

    scheduling.cancel(morning, by=None, at=LATER)

    assert len(told()) == before
    assert Participation.objects.get().sequence == 1


def test_nobody_is_told_of_a_session_that_is_over(morning):
    registration(person(morning))

    scheduling.cancel(morning, by=None, at=morning.ends_at)

    assert told() == []
    assert Participation.objects.get().sequence == 1


def test_a_session_that_has_begun_is_still_told(morning):
    registration(person(morning))

    scheduling.cancel(morning, by=None, at=morning.ends_at - timedelta(minutes=1))

    assert len(told()) == 2


def test_each_act_raises_the_sequence_and_forgets_earlier_answers(morning):
    registration(person(morning))
    answers.keep(Participation.objects.get(), at=AT)

    scheduling.reschedule(morning, to=TO, by=None, at=LATER)

    one = Participation.objects.get()
    assert (one.sequence, one.changed_at, one.answered_at) == (1, LATER, None)


def test_each_later_act_is_told_anew(morning):
    registration(person(morning))
    back = {"starts_on": MORNING_1, "ends_on": MORNING_1}
    for to in (TO, back, TO):
        scheduling.reschedule(morning, to=to, by=None, at=LATER)

    assert [kind for kind, _recipient, _language in told()] == [MessageKind.MOVED] * 6


def test_an_act_that_is_undone_tells_nobody(morning):
    registration(person(morning))

    with pytest.raises(RuntimeError):
        cancel_and_fail(morning)

    assert told() == []
    assert Participation.objects.get().sequence == 0


def cancel_and_fail(morning):
    with transaction.atomic():
        scheduling.cancel(morning, by=None, at=LATER)
        raise RuntimeError


def test_queries_do_not_grow_with_the_people(morning):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            scheduling.reschedule(morning, to=TO, by=None, at=LATER)
        morning.refresh_from_db()
        scheduling.reschedule(
            morning, to={"starts_on": MORNING_1, "ends_on": MORNING_1}, by=None, at=LATER
        )
        return len(captured)

    registration(person(morning))
    with_one = count()
    for number in range(2, 12):
        people = [person(morning, number=10 * number + one) for one in range(2)]
        registration(*people, booker=booker(email=f"chef{number}@cpas.example"))

    assert count() == with_one


def test_a_mail_of_somebody_erased_since_does_not_leave(morning):
    made = registration(person(morning), person(morning, number=2))
    deliver_due(at=AT)
    scheduling.cancel(morning, by=None, at=LATER)
    made.participants.all().delete()

    assert deliver_due(at=LATER) == Delivered(taken=1)
    assert not OutgoingEmail.objects.filter(sent_at=None).exists()
