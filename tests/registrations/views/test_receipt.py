import re
from datetime import timedelta

import pytest
from django.utils import timezone

from registrations.domain import answers
from registrations.models import Participation
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.registrations.views import own_page
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
        return " ".join(Page(own_page.read(client, made), "no mark").text.split())

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

    html = own_page.read(client, made)

    assert "Moved from" not in html


def test_a_replacement_is_listed_and_the_one_replaced_no_longer_registered(morning, receipt):
    receipt()
    one = Participation.objects.get()
    answers.replace(one, by_person=person(number=2, last_name="Neuve"), at=timezone.now())

    words = receipt()

    assert "Replaced Assistante Neuve comes instead." in words
    assert "1 person is registered." in words


# --- how one subscribes ------------------------------------------------------------------------


def calendars(client, *sessions):
    """Titles and addresses of the boxes on the receipt of who has signed up for these."""
    made = registration(person(*sessions, email=""), at=timezone.now())
    html = own_page.read(client, made)
    titles = re.findall(r"<h2[^>]*>All dates of “(.*?)” in your own calendar</h2>", html)
    paths = re.findall(r"<textarea[^>]*>http://localhost/agenda/en/(.*?)trainings\.ics<", html)
    return list(zip(titles, paths, strict=True))


@pytest.fixture
def programme():
    return programme_page(catalogue(), "Vers le logement")


def a_session(parent, title):
    return session(training_page(parent, title), timezone.localdate() + timedelta(days=30))


def test_a_receipt_offers_the_calendar_of_its_training(client, programme):
    one = a_session(programme, "Un")

    assert calendars(client, one) == [("Un", f"training/{one.training_id}-un/")]
    response = client.get(f"/agenda/en/training/{one.training_id}-un/trainings.ics")
    assert str(one.uid) in response.content.decode()


def test_a_receipt_offers_the_calendar_of_its_programme(client, programme):
    mornings = [a_session(programme, title) for title in ("Un", "Deux")]

    key = programme.programme_id
    assert calendars(client, *mornings) == [
        ("Vers le logement", f"programme/{key}-vers-le-logement/")
    ]


def test_trainings_without_a_public_programme_have_a_calendar_each(client, programme):
    mornings = [a_session(programme, title) for title in ("Un", "Deux")]
    # Under a draft, since nobody unpublishes what stands below.
    type(programme).objects.filter(pk=programme.pk).update(live=False)

    one, other = (morning.training_id for morning in mornings)
    assert sorted(calendars(client, *mornings)) == [
        ("Deux", f"training/{other}-deux/"),
        ("Un", f"training/{one}-un/"),
    ]


def test_a_receipt_offers_no_calendar_of_what_is_not_for_the_public(client, programme):
    open_to_all, discreet = (a_session(programme, title) for title in ("Un", "Deux"))
    discreet.training.is_discreet = True
    discreet.training.save()

    assert calendars(client, discreet) == []
    assert calendars(client, open_to_all, discreet) == [
        ("Un", f"training/{open_to_all.training_id}-un/")
    ]
