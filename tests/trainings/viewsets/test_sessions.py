from datetime import date, time, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from recurrence import WEEKLY, Recurrence, Rule

from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page, working_day
from tests.factories.users import communications_officer, user
from trainings import wording
from trainings.domain import recurrence, scheduling
from trainings.enums import SessionStatus
from trainings.models import SessionSeries, TrainingSession

pytestmark = pytest.mark.django_db

names = TrainingSession.snippet_viewset.get_url_name
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def soon():
    return working_day()


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
        ({"starts_on": "0001-01-01", "start_time": "00:00"}, "starts_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"registration_closes_at": "0001-01-01 00:00"}, "registration_closes_at"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_told(client, officer, page, soon, fields, field):
    response = client.post(reverse(names("add")), typed(page, soon, **fields))

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not TrainingSession.objects.exists()


def test_a_saved_session_changes_what_nobody_has_to_be_told(client, officer, page, soon):
    made = session(page, soon)
    elsewhere = typed(page, soon + timedelta(days=7), capacity="12", start_time="08:00")

    client.post(reverse(names("edit"), args=[made.pk]), elsewhere)

    changed = TrainingSession.objects.get()
    assert (changed.capacity, changed.sequence) == (12, 0)
    assert (changed.starts_on, changed.start_time) == (soon, time(9))


def test_the_training_of_a_saved_session_is_no_field(client, officer, page, soon):
    made = session(page, soon)
    other = training_page(catalogue(slug="autres"), title="Autre")

    form = client.get(reverse(names("edit"), args=[made.pk])).context["form"]
    client.post(reverse(names("edit"), args=[made.pk]), typed(other, soon))

    assert set(form.fields) == {
        "training_time",
        "capacity",
        "registration_opens_at",
        "registration_closes_at",
    }
    assert TrainingSession.objects.get().training == page.training


@pytest.mark.parametrize(
    ("status", "verbs"),
    [
        (SessionStatus.SCHEDULED, ["move", "postpone", "cancel"]),
        (SessionStatus.POSTPONED, ["move", "cancel", "restore"]),
        (SessionStatus.CANCELLED, ["restore"]),
    ],
)
@pytest.mark.parametrize("screen", ["list", "edit"])
def test_a_session_offers_what_its_state_allows(client, officer, page, soon, screen, status, verbs):
    made = session(page, soon)
    TrainingSession.objects.update(status=status)

    args = [made.pk] if screen == "edit" else []
    html = client.get(reverse(names(screen), args=args)).content.decode()

    every = ("move", "postpone", "cancel", "restore")
    urls = {verb: reverse(f"trainings_admin:{verb}", args=[made.pk]) for verb in every}
    assert [verb for verb in every if f'"{urls[verb]}?next=' in html] == verbs


def test_a_verb_leads_back_to_the_list_as_it_was_filtered(client, officer, page, soon):
    made = session(page, soon)

    html = client.get(reverse(names("list")), {"training": page.training.pk}).content.decode()

    back = urlencode({"next": f"{reverse(names('list'))}?training={page.training.pk}"}, safe="/")
    assert f"{reverse('trainings_admin:move', args=[made.pk])}?{back}" in html


def test_a_session_of_a_series_says_so(client, officer, page, soon):
    made = session(page, soon)
    url = reverse(names("edit"), args=[made.pk])
    assert client.get(url, headers=ENGLISH).content.decode().count("One of a series") == 0
    rule = Recurrence(rrules=[Rule(WEEKLY, count=3)])
    series = SessionSeries.objects.create(
        training=page.training, rule=rule, first_day=soon, start_time=time(9), end_time=time(12)
    )
    TrainingSession.objects.update(series=series, original_on=soon)

    assert client.get(url, headers=ENGLISH).content.decode().count("One of a series") == 1


def test_an_unusual_date_is_asked_about_once(client, officer, page):
    sunday = date(2027, 3, 21)
    url = reverse(names("add"))

    asked = client.post(url, typed(page, sunday), headers=ENGLISH)
    assert [str(one) for one in asked.context["warnings"]] == ["Sunday 21 March 2027 is a Sunday."]
    assert asked.context["form"]["capacity"].value() == "40"
    assert not TrainingSession.objects.exists()

    tick = {"passed": asked.context["digest"]}
    assert client.post(url, typed(page, sunday, **tick), headers=ENGLISH).status_code == 302
    assert TrainingSession.objects.get().starts_on == sunday


def test_other_warnings_than_those_passed_ask_again(client, officer, page):
    url = reverse(names("add"))
    asked = client.post(url, typed(page, date(2027, 3, 21)), headers=ENGLISH)

    next_sunday = typed(page, date(2027, 3, 28), passed=asked.context["digest"])
    again = client.post(url, next_sunday, headers=ENGLISH)

    assert again.status_code == 200
    assert not TrainingSession.objects.exists()


def test_fewer_places_than_people_are_saved_once_that_is_passed(client, officer, page, soon):
    made = session(page, soon)
    registration(person(made), person(made, number=2), at=timezone.now())
    url = reverse(names("edit"), args=[made.pk])

    asked = client.post(url, typed(page, soon, capacity="1"), headers=ENGLISH)
    assert [one.kind for one in asked.context["warnings"]] == ["places"]
    assert TrainingSession.objects.get().capacity == 40

    tick = {"passed": asked.context["digest"]}
    client.post(url, typed(page, soon, capacity="1", **tick), headers=ENGLISH)
    assert TrainingSession.objects.get().capacity == 1


def test_what_only_saving_finds_is_told_and_changes_nothing(client, officer, page, soon):
    made = session(page, soon)
    TrainingSession.objects.update(online_url="no address")

    response = client.post(reverse(names("edit"), args=[made.pk]), typed(page, soon, capacity="7"))

    assert response.status_code == 200
    assert len(response.context["form"].non_field_errors()) == 1
    assert TrainingSession.objects.get().capacity == 40


def test_correcting_a_sunday_does_not_ask_about_the_sunday_again(client, officer, page):
    made = session(page, date(2027, 3, 21))

    client.post(
        reverse(names("edit"), args=[made.pk]), typed(page, date(2027, 3, 21), capacity="7")
    )

    assert TrainingSession.objects.get().capacity == 7


def test_the_list_says_from_where_a_session_has_moved(client, officer, page, soon):
    made = session(page, soon, capacity=7)
    to = scheduling.shifted(made, days=7)
    scheduling.reschedule(made, to=to, by=None, at=timezone.now())

    html = client.get(reverse(names("list")), headers=ENGLISH).content.decode()

    assert f"(moved from {wording.moment(made.starts_at, 'Europe/Brussels')})" in html


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


def test_a_date_of_a_series_that_is_deleted_is_never_made_again(client, officer, page, soon):
    rule = Recurrence(rrules=[Rule(WEEKLY, count=3)])
    series = SessionSeries.objects.create(
        training=page.training, rule=rule, first_day=soon, start_time=time(9), end_time=time(12)
    )
    made = session(page, soon, series=series, original_on=soon)

    client.post(reverse(names("delete"), args=[made.pk]))

    series.refresh_from_db()
    assert not TrainingSession.objects.exists()
    assert soon not in recurrence.expand(series.rule, first_day=soon)


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


def test_the_list_begins_with_what_is_to_come(client, officer, page, soon):
    later, sooner = session(page, soon), session(page, soon - timedelta(days=7))
    past = session(page, timezone.localdate() - timedelta(days=700))

    listed = client.get(reverse(names("list"))).context["object_list"]

    assert list(listed) == [sooner, later, past]
