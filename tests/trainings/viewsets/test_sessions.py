from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import communications_officer, user
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

names = TrainingSession.snippet_viewset.get_url_name


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def officer(client):
    officer = communications_officer()
    client.force_login(officer)
    return officer


def typed(page, on, **fields):
    values = {
        "training": page.training.pk,
        "starts_on": on.isoformat(),
        "ends_on": "",
        "start_time": "09:00",
        "end_time": "12:30",
        "time_zone": "Europe/Brussels",
        "training_time": "3",
        "venue": "",
        "online_url": "",
        "capacity": "40",
        "registration_opens_at": "",
        "registration_closes_at": "",
    }
    return {**values, **fields}


def test_an_officer_adds_a_date(client, officer, page, soon):
    response = client.post(reverse(names("add")), typed(page, soon))

    assert response.status_code == 302
    made = TrainingSession.objects.get()
    assert (made.starts_on, made.ends_on, made.training_time) == (soon, soon, timedelta(hours=3))
    assert made.starts_at == made.local_start


def test_a_date_added_from_the_page_leads_back_to_it(client, officer, page, soon):
    back = reverse("wagtailadmin_pages:edit", args=[page.pk])

    form = client.get(reverse(names("add")), {"training": page.training.pk, "next": back})
    assert form.context["form"].initial["training"] == page.training
    response = client.post(reverse(names("add")), {**typed(page, soon), "next": back})

    assert response["Location"] == back


def test_the_next_date_proposes_the_hours_of_the_last(client, officer, page, soon):
    session(page, soon, capacity=12)

    form = client.get(reverse(names("add")), {"training": page.training.pk}).context["form"]

    assert form.initial["capacity"] == 12
    assert "starts_on" not in form.initial


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end_time": "08:00"}, "end_time"),
        ({"capacity": "0"}, "__all__"),
        ({"capacity": "-1"}, "capacity"),
        ({"training_time": "5"}, "training_time"),
        ({"training_time": "x"}, "training_time"),
        ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"starts_on": "2027-03-28", "start_time": "02:30"}, "start_time"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_told(client, officer, page, soon, fields, field):
    response = client.post(reverse(names("add")), typed(page, soon, **fields))

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not TrainingSession.objects.exists()


def test_moving_a_date_keeps_its_uid(client, officer, page, soon):
    made = session(page, soon)

    client.post(reverse(names("edit"), args=[made.pk]), typed(page, soon + timedelta(days=7)))

    moved = TrainingSession.objects.get()
    assert (moved.uid, moved.sequence) == (made.uid, 1)
    assert moved.starts_on == soon + timedelta(days=7)


def test_saving_without_a_change_moves_nothing(client, officer, page, soon):
    made = session(page, soon)

    client.post(reverse(names("edit"), args=[made.pk]), typed(page, soon))

    assert TrainingSession.objects.get().sequence == 0


def test_calling_off_asks_first(client, officer, page, soon):
    made = session(page, soon)
    url = reverse("trainings_admin:cancel", args=[made.pk])

    client.get(url)
    assert not TrainingSession.objects.get().is_cancelled

    client.post(url, {"reason": "  Salle \r\n inondée "})
    cancelled = TrainingSession.objects.get()
    assert (cancelled.is_cancelled, cancelled.status_reason) == (True, "Salle inondée")

    client.post(reverse("trainings_admin:restore", args=[made.pk]))
    assert not TrainingSession.objects.get().is_cancelled


@pytest.mark.parametrize("screen", ["cancel", "edit"])
def test_a_change_says_how_many_people_have_to_be_told(client, officer, page, soon, screen):
    made = session(page, soon, capacity=1)
    url = {
        "cancel": reverse("trainings_admin:cancel", args=[made.pk]),
        "edit": reverse(names("edit"), args=[made.pk]),
    }[screen]
    assert "liste d’attente" not in client.get(url).content.decode()
    registration(person(made), person(made, number=2), at=timezone.now())

    text = client.get(url).content.decode().replace("\xa0", " ")

    assert "Personnes qui ont une place : 1." in text
    assert "Personnes sur la liste d’attente : 1." in text


def test_calling_off_twice_is_told_and_changes_nothing(client, officer, page, soon):
    made = session(page, soon)
    url = reverse("trainings_admin:cancel", args=[made.pk])
    client.post(url)

    response = client.post(url, follow=True)

    assert response.status_code == 200
    assert TrainingSession.objects.get().sequence == 1


def test_a_date_with_registrations_is_not_deleted(client, officer, page, soon):
    made = session(page, soon)
    registration(person(made), at=timezone.now())

    response = client.post(reverse(names("delete"), args=[made.pk]))

    assert response["Location"] == reverse("trainings_admin:cancel", args=[made.pk])
    assert TrainingSession.objects.exists()


def test_a_date_nobody_registered_for_is_deleted(client, officer, page, soon):
    made = session(page, soon)

    client.post(reverse(names("delete"), args=[made.pk]))

    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize("verb", ["cancel", "restore"])
def test_who_may_not_change_dates_cannot_call_them_off(client, page, soon, verb):
    made = session(page, soon)
    client.force_login(user("trainings.view_trainingsession"))

    response = client.post(reverse(f"trainings_admin:{verb}", args=[made.pk]))

    assert response.status_code in (302, 403)
    assert TrainingSession.objects.get().sequence == 0


def test_the_list_shows_places_taken_and_left(client, officer, page, soon):
    made = session(page, soon, capacity=1)
    registration(person(made), person(made, number=2), at=timezone.now())

    html = client.get(reverse(names("list"))).content.decode()

    assert "1 / 1 (+ 1 en attente)" in html


def queries_for(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("url", ["list", "home", "page"])
def test_admin_screens_take_as_many_queries_for_many_dates(client, officer, page, soon, url):
    urls = {
        "list": reverse(names("list")),
        "home": reverse("wagtailadmin_home"),
        "page": reverse("wagtailadmin_pages:edit", args=[page.pk]),
    }
    session(page, soon)
    with_one = queries_for(client, urls[url])

    for days in range(1, 20):
        session(page, soon + timedelta(days=days))

    assert queries_for(client, urls[url]) == with_one


def test_the_page_editor_shows_the_dates_and_says_they_hold_at_once(client, officer, page, soon):
    session(page, soon, capacity=7)

    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()

    assert "0 / 7" in html
    assert reverse("trainings_admin:cancel", args=[TrainingSession.objects.get().pk]) in html


def test_the_home_shows_the_next_sessions(client, officer, page, soon):
    session(page, soon, capacity=7)

    assert "0 / 7" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_home_of_who_may_not_see_sessions_has_no_panel(client, page, soon):
    session(page, soon, capacity=7)
    client.force_login(user())

    assert "0 / 7" not in client.get(reverse("wagtailadmin_home")).content.decode()
