"""Whatever was done before or between deliveries, people's diaries end up telling the truth."""

from datetime import timedelta

import pytest

from registrations.domain import answers
from registrations.emails.delivery import deliver_due, drain
from registrations.models import OutgoingEmail, Participation
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
from tests.registrations.emails.itip import diary_of, truth
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

ADDRESS = "personne1@cpas.example"


@pytest.fixture
def morning():
    return session(training_page(catalogue()), MORNING_1, venue=venue())


def move(on):
    def act(morning, at):
        scheduling.reschedule(morning, to={"starts_on": on, "ends_on": on}, by=None, at=at)

    return act


def move_elsewhere(morning, at):
    hall = venue(name="Salle des Érables")
    scheduling.reschedule(morning, to={"venue_id": hall.pk}, by=None, at=at)


def postpone(morning, at):
    scheduling.postpone(morning, by=None, at=at)


def cancel(morning, at):
    scheduling.cancel(morning, by=None, at=at)


def restore(morning, at):
    scheduling.restore(morning, by=None, at=at)


def withdraw(morning, at):
    answers.withdraw(Participation.objects.get(session=morning, address=ADDRESS), at=at)


LATER = MORNING_1 + timedelta(days=30)
STORIES = {
    "nothing": [],
    "moved": [move(MORNING_2)],
    "moved elsewhere": [move_elsewhere],
    "moved twice": [move(MORNING_2), move(LATER)],
    "moved and back": [move(MORNING_2), move(MORNING_1)],
    "cancelled": [cancel],
    "cancelled and restored": [cancel, restore],
    "cancelled, restored, cancelled": [cancel, restore, cancel],
    "postponed": [postpone],
    "postponed, then moved": [postpone, move(MORNING_2)],
    "postponed, then on its old day": [postpone, move(MORNING_1)],
    "moved, postponed, cancelled, restored": [move(MORNING_2), postpone, cancel, restore],
    "moved and withdrawn": [move(MORNING_2), withdraw],
    "withdrawn, then moved": [withdraw, move(MORNING_2)],
    "withdrawn, then cancelled and restored": [withdraw, cancel, restore],
}


@pytest.mark.parametrize("leaves", ["at the end", "at once", "the invitation at once"])
@pytest.mark.parametrize("story", STORIES)
def test_a_diary_tells_the_truth_whenever_mails_leave(story, leaves, morning):
    registration(person(morning))
    at = AT
    if leaves != "at the end":
        deliver_due(at=at)
    for act in STORIES[story]:
        at += timedelta(hours=1)
        act(morning, at)
        if leaves == "at once":
            deliver_due(at=at)
    deliver_due(at=at)

    assert not OutgoingEmail.objects.filter(sent_at=None).exists()
    assert diary_of(ADDRESS).entries == truth(ADDRESS)
    assert diary_of(ADDRESS, newest_first=True).entries == truth(ADDRESS)


def test_two_acts_at_the_same_instant_are_told_apart(morning):
    registration(person(morning))
    deliver_due(at=AT)
    scheduling.cancel(morning, by=None, at=AT)
    scheduling.restore(morning, by=None, at=AT)
    deliver_due(at=AT)

    assert (
        diary_of(ADDRESS).entries == diary_of(ADDRESS, newest_first=True).entries == truth(ADDRESS)
    )


def test_what_follows_a_mail_that_is_to_be_tried_again_leaves_after_it(morning, smtp):
    registration(person(morning))
    smtp.refusal = "451 4.3.0 Try again later"
    deliver_due(at=AT)
    smtp.refusal = ""
    scheduling.reschedule(
        morning,
        to={"starts_on": MORNING_2, "ends_on": MORNING_2},
        by=None,
        at=AT + timedelta(seconds=10),
    )
    deliver_due(at=AT + timedelta(seconds=20))
    drain(now=lambda: AT + timedelta(hours=1))

    to_person = [mail["Subject"] for mail in smtp.messages if mail["To"] == ADDRESS]
    assert len(to_person) == 2
    assert "23 mars" in to_person[0]
    assert "30 mars" in to_person[1]
    assert (
        diary_of(ADDRESS, newest_first=True).entries == diary_of(ADDRESS).entries == truth(ADDRESS)
    )


def test_each_mail_tells_the_act_as_it_was(morning):
    """Chronology holds when several acts follow each other before any mail has left."""
    registration(person(morning, language="en"))
    move(MORNING_2)(morning, AT)
    move(LATER)(morning, AT)
    cancel(morning, AT)
    restore(morning, AT)
    deliver_due(at=AT)

    told = OutgoingEmail.objects.filter(recipient=ADDRESS).order_by("pk")
    assert [one.subject for one in told] == [
        "You are registered: Thursday 22 April 2027, 9:00 – 12:30",
        "Change: moved to Tuesday 30 March 2027, 9:00 – 12:30",
        "Change: moved to Thursday 22 April 2027, 9:00 – 12:30",
        "Cancelled: the session of Thursday 22 April 2027, 9:00 – 12:30",
        "Takes place after all: Thursday 22 April 2027, 9:00 – 12:30",
    ]
    moves = [one.text.splitlines()[2] for one in told[1:3]]
    assert moves == [
        "Change: the session of Tuesday 23 March 2027, 9:00 – 12:30 is moved to Tuesday 30 March"
        " 2027, 9:00 – 12:30. Does that suit you?",
        "Change: the session of Tuesday 30 March 2027, 9:00 – 12:30 is moved to Thursday 22 April"
        " 2027, 9:00 – 12:30. Does that suit you?",
    ]
