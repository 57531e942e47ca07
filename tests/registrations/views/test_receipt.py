from datetime import timedelta

import pytest
from django.utils import timezone

from registrations.domain import answers
from registrations.enums import TokenPurpose
from registrations.models import AccessToken, Participation
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.registrations.views.reading import Page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    return session(training_page(catalogue()), timezone.localdate() + timedelta(days=30))


@pytest.fixture
def receipt(client, morning):
    """Read the receipt of one person's registration, in English."""
    made = registration(person(morning, last_name="Benali"), at=timezone.now())

    def read() -> str:
        token = AccessToken.issue(made, purpose=TokenPurpose.MANAGE, at=timezone.now())
        html = client.get(f"/en/inscriptions/receipt/{token}/").content.decode()
        return " ".join(Page(html, "no mark").text.split())

    return read


def test_a_postponed_session_is_told(morning, receipt):
    scheduling.postpone(morning, by=None, at=timezone.now())

    words = receipt()

    assert "This session is postponed: the new date is not known yet." in words
    assert "Add once to my calendar" not in words


def test_a_moved_session_tells_from_when(morning, receipt):
    later = scheduling.shifted(morning, days=7)
    scheduling.reschedule(morning, to=later, by=None, at=timezone.now())

    words = receipt()

    assert "Moved from" in words
    assert "Place confirmed" in words


def test_a_session_held_elsewhere_tells_from_where(morning, receipt):
    hall, other = venue(), venue(name="Maple hall")
    for one in (hall, other):
        scheduling.reschedule(morning, to={"venue_id": one.pk}, by=None, at=timezone.now())

    words = receipt()

    assert "The place has changed; it was: Salle des Tilleuls" in words
    assert "Maple hall" in words


def test_who_signed_up_after_the_move_is_not_told(client, morning):
    later = scheduling.shifted(morning, days=7)
    scheduling.reschedule(morning, to=later, by=None, at=timezone.now())
    made = registration(person(morning), at=timezone.now())
    token = AccessToken.issue(made, purpose=TokenPurpose.MANAGE, at=timezone.now())

    html = client.get(f"/en/inscriptions/receipt/{token}/").content.decode()

    assert "Moved from" not in html


def test_a_replacement_is_listed_and_the_one_replaced_no_longer_registered(morning, receipt):
    receipt()
    one = Participation.objects.get()
    answers.replace(one, by_person=person(number=2, last_name="Neuve"), at=timezone.now())

    words = receipt()

    assert "Assistante Benali No longer registered." in words
    assert "Assistante Neuve" in words
    assert "1 person is registered." in words
