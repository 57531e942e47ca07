from datetime import timedelta

import pytest
from django.core.management import call_command

from registrations.domain import answers, approval
from registrations.domain.privacy import erase_needs
from registrations.models import (
    Participant,
    ParticipantNeeds,
    Participation,
    SelfCheckIn,
    SignUpRules,
)
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


def test_needs_are_erased_a_week_after_the_last_session(page):
    one, two = session(page, MORNING_1), session(page, MORNING_2)
    registration(person(one, two, access="boucle auditive"), person(one, number=2, access="rampe"))
    week = timedelta(days=7)

    assert erase_needs(at=one.ends_at + week) == 0
    assert erase_needs(at=one.ends_at + week + timedelta(seconds=1)) == 1
    assert ParticipantNeeds.objects.get().access == "boucle auditive"
    assert erase_needs(at=two.ends_at + week + timedelta(seconds=1)) == 1
    assert Participant.objects.count() == 2


def test_the_command_says_how_many(page, capsys):
    registration(person(session(page), access="rampe"))

    call_command("erase_needs")

    assert capsys.readouterr().out == "0 erased.\n"


def test_why_somebody_could_not_come_is_erased_as_well(page):
    morning = session(page)
    registration(person(morning))
    answers.withdraw(Participation.objects.get(), reason="malade", at=AT)
    week = timedelta(days=7)

    erase_needs(at=morning.ends_at + week)
    assert Participation.objects.get().withdrawal_reason == "malade"
    erase_needs(at=morning.ends_at + week + timedelta(seconds=1))
    assert Participation.objects.get().withdrawal_reason == ""


def test_why_a_registration_was_refused_stays_with_it(page):
    """The organiser's own words, which the person received: they account for a decision."""
    morning = session(page)
    SignUpRules.objects.create(session=morning, per_service=None, needs_approval=True)
    registration(person(morning))
    approval.refuse(Participation.objects.all(), reason="Réservé au logement", by=None, at=AT)

    erase_needs(at=morning.ends_at + timedelta(days=8))

    assert Participation.objects.get().refusal_reason == "Réservé au logement"


def test_names_typed_in_the_room_are_erased_as_well(page):
    morning = session(page)
    SelfCheckIn.objects.create(
        session=morning, first_name="Assistante", last_name="Sociale", said_at=morning.starts_at
    )
    week = timedelta(days=7)

    erase_needs(at=morning.ends_at + week)
    assert SelfCheckIn.objects.count() == 1
    erase_needs(at=morning.ends_at + week + timedelta(seconds=1))
    assert SelfCheckIn.objects.count() == 0
