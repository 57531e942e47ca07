"""What may be written where the form asks for a number of places, or for a workshop."""

from datetime import timedelta

import pytest
from django.utils import timezone

from registrations.models import Participation, Registration, SignUpRules, Workshop
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, session, training_page
from tests.registrations.views.forms import filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_people(settings):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)


@pytest.fixture
def page():
    partner("CPAS de Charleroi")
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=30))


@pytest.fixture
def url(page, morning):
    SignUpRules.objects.create(training=page.training, per_service=None, may_hold=25)
    return f"/fr/inscriptions/training/{page.training.uid}/"


@pytest.mark.parametrize(
    "typed", ["-1", "26", "1e9", "3.5", "trois", "0x10", "9" * 400, "\x00", "1 000", "²"]
)
def test_a_number_of_places_that_cannot_be_is_refused_beside_it(client, url, morning, typed):
    sent = filled_in(client, url) | {f"held-places_{morning.pk}": typed}

    response = client.post(url, sent)

    assert response.status_code == 422
    assert list(response.context["held"].errors) == [f"places_{morning.pk}"]
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("typed", "held"), [("", 0), ("0", 0), (" 3 ", 3), ("25", 25)])
def test_places_are_held_beside_who_is_named(client, url, morning, typed, held):
    sent = filled_in(client, url) | {f"held-places_{morning.pk}": typed}

    assert client.post(url, sent).status_code == 302
    assert Participation.objects.count() == 1 + held


def test_places_of_a_session_that_allows_none_are_not_asked(client, url, morning):
    SignUpRules.objects.update(may_hold=0)
    sent = filled_in(client, url) | {f"held-places_{morning.pk}": "3"}

    assert client.post(url, sent).status_code == 302
    assert Participation.objects.count() == 1


def test_the_same_places_in_two_sessions_are_for_the_same_people(client, page, url, morning):
    later = session(page, timezone.localdate() + timedelta(days=40))
    numbers = {f"held-places_{morning.pk}": "2", f"held-places_{later.pk}": "3"}

    client.post(url, filled_in(client, url) | numbers)

    unnamed = Registration.objects.get().participants.filter(last_name="")
    assert [one.participations.count() for one in unnamed] == [2, 2, 1]


def test_the_number_is_kept_when_a_person_is_added(client, url, morning):
    sent = filled_in(client, url) | {f"held-places_{morning.pk}": "12", "add": "1"}

    response = client.post(url, sent)

    assert response.status_code == 200
    assert 'value="12"' in response.content.decode()


@pytest.mark.parametrize("typed", ["", "abc", "-1", "9" * 30, "\x00", "1.0"])
def test_a_workshop_that_is_none_of_the_session_is_refused_beside_it(client, url, morning, typed):
    Workshop.objects.create(session=morning, title={"fr": "Jeunes"})
    first = f"workshop_{morning.pk}"

    response = client.post(url, filled_in(client, url, {first: typed}))

    assert response.status_code == 422
    assert list(response.context["people"].errors[0]) == [first]
    assert not Registration.objects.exists()


def test_a_workshop_taken_away_meanwhile_is_told_beside_it(client, url, morning):
    gone = Workshop.objects.create(session=morning, title={"fr": "Jeunes"})
    Workshop.objects.create(session=morning, title={"fr": "Énergie"})
    sent = filled_in(client, url, {f"workshop_{morning.pk}": str(gone.pk)})
    gone.delete()

    response = client.post(url, sent)

    assert response.status_code == 422
    assert list(response.context["people"].errors[0]) == [f"workshop_{morning.pk}"]
