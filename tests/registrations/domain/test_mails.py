from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain.mails import can_try_again, late, try_again
from registrations.emails.delivery import LEASE, deliver_due
from registrations.models import OutgoingEmail
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.factories.users import user

pytestmark = pytest.mark.django_db

ADDRESS = "personne1@cpas.example"
HOUR = timedelta(hours=1)
#: Before the second attempt of what was refused for a while.
LATER = AT + timedelta(seconds=30)
#: What a mail holds of its way out.
WAY = ("failed_at", "attempts", "due_at", "leased_until", "sent_at")
AS_NEW = (None, 0, LATER, None, None)


@pytest.fixture
def email():
    registration(person(session(training_page(catalogue()))))
    return OutgoingEmail.objects.get(recipient=ADDRESS)


def way(email):
    return OutgoingEmail.objects.values_list(*WAY).get(pk=email.pk)


def put(email, **fields):
    OutgoingEmail.objects.filter(pk=email.pk).update(**fields)
    email.refresh_from_db()


def logged():
    entries = ModelLogEntry.objects.filter(action="registrations.try_mail_again")
    return list(entries.values_list("object_id", "user"))


def test_what_was_given_up_leaves_at_the_next_turn_and_says_by_whom(email, smtp):
    smtp.refused[ADDRESS] = "550 5.1.1 No such user"
    deliver_due(at=AT)
    assert way(email)[0] == AT
    smtp.refused.clear()
    editor = user()

    assert try_again([email], by=editor, at=LATER) == 1

    assert way(email) == AS_NEW
    assert logged() == [(str(email.pk), editor.pk)]
    deliver_due(at=LATER)
    assert [mail["To"] for mail in smtp.messages].count(ADDRESS) == 1


def test_what_waits_for_its_next_attempt_does_not_wait_any_more(email, smtp):
    smtp.refused[ADDRESS] = "451 4.3.0 Try again later"
    deliver_due(at=AT)
    failed_at, attempts, due_at, *_rest = way(email)
    assert (failed_at, attempts, due_at > LATER) == (None, 1, True)

    assert try_again([email], by=None, at=LATER) == 1

    assert way(email) == AS_NEW


@pytest.mark.parametrize(
    "fields",
    [
        {"sent_at": AT, "attempts": 1},
        {"leased_until": LATER, "attempts": 1},
        {"leased_until": AT + LEASE},
        {},
    ],
    ids=["sent", "being sent", "taken", "never tried"],
)
def test_what_left_is_leaving_or_was_never_tried_is_left_alone(email, fields):
    put(email, **fields)
    before = way(email)

    assert not can_try_again(email, at=LATER)
    assert try_again([email], by=None, at=LATER) == 0

    assert (way(email), logged()) == (before, [])


def test_what_a_worker_died_with_may_be_tried_again(email):
    put(email, leased_until=AT, attempts=1)

    assert try_again([email], by=None, at=LATER) == 1
    assert way(email) == AS_NEW


def test_asked_twice_it_is_done_once(email):
    put(email, failed_at=AT, attempts=3)

    assert [try_again([email], by=None, at=LATER) for _again in range(2)] == [1, 0]
    assert len(logged()) == 1


def test_only_those_named_and_only_those_that_can_are_tried(email):
    other = OutgoingEmail.objects.exclude(pk=email.pk).get()
    OutgoingEmail.objects.update(failed_at=AT, attempts=1)
    assert try_again([other], by=None, at=LATER) == 1
    assert way(email) == (AT, 1, email.due_at, None, None)

    assert try_again([email, other], by=None, at=LATER) == 1
    assert (way(email), way(other)) == (AS_NEW, AS_NEW)


@pytest.mark.parametrize(
    ("fields", "is_late"),
    [
        ({"due_at": AT - HOUR - timedelta(seconds=1)}, True),
        ({"due_at": AT - HOUR}, False),
        ({"due_at": AT + HOUR}, False),
        ({"due_at": AT - 2 * HOUR, "sent_at": AT}, False),
        ({"due_at": AT - 2 * HOUR, "failed_at": AT}, False),
    ],
    ids=["more than an hour", "an hour", "due later", "sent", "given up"],
)
def test_late_is_what_still_waits_more_than_an_hour_past_its_own(email, fields, is_late):
    put(email, **fields)
    assert list(late(at=AT).filter(pk=email.pk)) == [email] * is_late


def test_the_latest_comes_first(email):
    other = OutgoingEmail.objects.exclude(pk=email.pk).get()
    put(email, due_at=AT - 2 * HOUR)
    put(other, due_at=AT - 3 * HOUR)
    assert list(late(at=AT)) == [other, email]
