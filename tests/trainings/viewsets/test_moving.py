"""Move, postpone, call off and restore, from the screen that says what will happen."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertRedirects
from recurrence import Recurrence
from wagtail import hooks

from registrations.models import OutgoingEmail
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
from tests.factories.users import communications_officer, user
from trainings.domain import scheduling
from trainings.enums import SessionStatus
from trainings.models import SessionSeries, TrainingSession

pytestmark = pytest.mark.django_db

VERBS = ["move", "postpone", "cancel", "restore"]
WEEK = timedelta(days=7)
LIST = TrainingSession.snippet_viewset.get_url_name("list")


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def officer(client):
    officer = communications_officer()
    client.force_login(officer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return officer


@pytest.fixture
def morning(page, officer):
    return session(page)


@pytest.fixture
def weekly(page, officer):
    """Three Tuesdays of one series."""
    series = SessionSeries.objects.create(
        training=page.training,
        rule=Recurrence(),
        first_day=MORNING_1,
        start_time=time(9),
        end_time=time(12, 30),
    )
    days = [MORNING_1 + number * WEEK for number in range(3)]
    return [session(page, on=day, series=series, original_on=day) for day in days]


def url(verb, *sessions):
    if len(sessions) == 1:
        return reverse(f"trainings_admin:{verb}", args=[sessions[0].pk])
    query = "&".join(f"session={one.pk}" for one in sessions)
    return f"{reverse(f'trainings_admin:{verb}')}?{query}"


def typed(on=MORNING_2, **fields):
    values = {
        "starts_on": on.isoformat(),
        "ends_on": "",
        "start_time": "09:00",
        "end_time": "12:30",
        "venue": "",
        "online_url": "",
        "time_zone": "Europe/Brussels",
    }
    return {**values, **fields}


def days():
    return list(TrainingSession.objects.order_by("pk").values_list("starts_on", flat=True))


def confirmed(client, address, data):
    """What happens is shown first; the digest of what was shown does it."""
    shown = client.post(address, data)
    return client.post(address, {**data, "shown": shown.context["found"].digest})


def news():
    """Mails about what an organiser did; those of the registrations are older."""
    return OutgoingEmail.objects.filter(kind__in=["MOVED", "POSTPONED", "CANCELLED", "RESTORED"])


# --- one session ------------------------------------------------------------------------------


def test_a_move_shows_before_and_after_first(client, morning):
    hall = venue()
    data = typed(venue=hall.pk, end_time="13:00", reason_fr="Salle inondée")

    shown = client.post(url("move", morning), data)

    assert days() == [MORNING_1]
    (row,) = shown.context["found"].rows
    assert [(one.label, one.before, one.after) for one in row.changes] == [
        ("When", "Tuesday 23 March 2027, 9:00 – 12:30", "Tuesday 30 March 2027, 9:00 – 13:00"),
        ("Venue", "No venue", "Salle des Tilleuls, Charleroi"),
    ]
    assert 'value="Salle inondée"' in shown.content.decode()


def test_a_move_happens_once_it_is_confirmed(client, morning):
    hall = venue()
    data = typed(venue=hall.pk, reason_fr="Salle inondée")

    response = confirmed(client, url("move", morning), data)

    assert response["Location"] == reverse(LIST)
    moved = TrainingSession.objects.get()
    assert (moved.starts_on, moved.venue, moved.sequence) == (MORNING_2, hall, 1)
    assert (moved.reason, moved.uid) == ({"fr": "Salle inondée"}, morning.uid)


def test_registration_moves_along_and_that_is_shown(client, page, officer):
    closing = AT + timedelta(days=40)
    made = session(page, registration_closes_at=closing)

    (row,) = client.post(url("move", made), typed()).context["found"].rows

    assert [(one.before, one.after) for one in row.changes if "Registration" in one.label] == [
        ("Saturday 13 March 2027 at 10:00", "Saturday 20 March 2027 at 10:00")
    ]


def test_what_is_typed_after_it_was_shown_is_shown_again(client, morning):
    shown = client.post(url("move", morning), typed()).context["found"].digest
    other_day = typed(MORNING_2 + WEEK, shown=shown)

    again = client.post(url("move", morning), other_day)

    assert days() == [MORNING_1]
    assert "this is no longer what you were shown" in again.content.decode()
    assert client.post(
        url("move", morning), {**other_day, "shown": again.context["found"].digest}
    ).has_header("Location")
    assert days() == [MORNING_2 + WEEK]


def test_people_who_came_meanwhile_are_shown_first(client, morning):
    shown = client.post(url("move", morning), typed()).context["found"]
    registration(person(morning))

    again = client.post(url("move", morning), typed(shown=shown.digest))

    assert days() == [MORNING_1]
    assert (shown.button, again.context["found"].button) == ("Move", "Move and tell 1 person")


def test_a_better_reason_needs_no_second_look(client, morning):
    shown = client.post(url("move", morning), typed()).context["found"].digest

    client.post(url("move", morning), typed(reason_fr="Grève", shown=shown))

    assert TrainingSession.objects.get().reason == {"fr": "Grève"}


def test_a_move_sent_twice_moves_once_and_says_so(client, morning):
    data = typed(shown=client.post(url("move", morning), typed()).context["found"].digest)
    client.post(url("move", morning), data)

    second = client.post(url("move", morning), data)

    assert TrainingSession.objects.get().sequence == 1
    assert second.context["form"].errors == {
        "starts_on": ["This is where and when the session is already."]
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "9999-99-99"}, "starts_on"),
        ({"end_time": "08:00"}, "end_time"),
        ({"end_time": "11:00"}, "end_time"),  # shorter than the hours of training
        ({"starts_on": "2027-03-28", "start_time": "02:30"}, "start_time"),
        ({"venue": "999"}, "venue"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_told_and_kept(client, morning, fields, field):
    response = client.post(url("move", morning), typed(**fields))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"][field].value() == fields[field]
    assert f'href="#id_{field}"' in response.content.decode()


def test_a_day_that_another_of_the_series_has_is_refused_beside_the_day(client, weekly):
    response = client.post(url("move", weekly[0]), typed(MORNING_2))

    assert response.context["form"].errors == {
        "starts_on": ["Another session of this series is on that day."]
    }
    assert response.context["found"].possible == []


def test_a_move_warns_and_confirming_passes_it(client, page, officer):
    hall = venue()
    made = session(page)
    session(page, on=date(2027, 3, 28), venue=hall)

    shown = client.post(url("move", made), typed(date(2027, 3, 28), venue=hall.pk))
    (foreseen,) = shown.context["found"].foreseen
    assert [one.kind for one in foreseen.warnings][:2] == ["venue", "sunday"]

    confirmed(client, url("move", made), typed(date(2027, 3, 28), venue=hall.pk))
    assert days() == [date(2027, 3, 28)] * 2


def test_a_cancelled_session_is_not_moved(client, morning):
    scheduling.cancel(morning, by=None, at=AT)

    shown = client.get(url("move", morning))
    posted = client.post(url("move", morning), typed(shown=shown.context["found"].digest))

    assert shown.context["found"].possible == []
    assert posted.context["form"].non_field_errors() == ["This session is cancelled."]
    assert days() == [MORNING_1]


@pytest.mark.parametrize(
    ("verb", "before", "status", "said"),
    [
        (
            "postpone",
            SessionStatus.SCHEDULED,
            SessionStatus.POSTPONED,
            "En recherche de logement (Tuesday 23 March 2027, 9:00 – 12:30) is postponed.",
        ),
        (
            "cancel",
            SessionStatus.SCHEDULED,
            SessionStatus.CANCELLED,
            "En recherche de logement (Tuesday 23 March 2027, 9:00 – 12:30) is called off.",
        ),
        (
            "restore",
            SessionStatus.CANCELLED,
            SessionStatus.SCHEDULED,
            "En recherche de logement (Tuesday 23 March 2027, 9:00 – 12:30) goes ahead.",
        ),
    ],
)
def test_the_other_verbs_ask_once(client, morning, verb, before, status, said):
    TrainingSession.objects.update(status=before)

    client.get(url(verb, morning))
    assert TrainingSession.objects.get().status == before

    done = client.post(url(verb, morning), {"reason_fr": "Grève"}, follow=True)
    assert TrainingSession.objects.get().status == status
    assert TrainingSession.objects.get().reason == {"fr": "Grève"}
    assert said in done.content.decode()


@pytest.mark.parametrize(
    ("verb", "already"),
    [
        ("postpone", "This session is postponed."),
        ("cancel", "This session is cancelled."),
        ("restore", "This session goes ahead."),
    ],
)
def test_the_second_time_says_that_it_is_so_already(client, morning, verb, already):
    if verb == "restore":
        scheduling.cancel(morning, by=None, at=AT)
    client.post(url(verb, morning))
    sequence = TrainingSession.objects.get().sequence

    second = client.post(url(verb, morning), {"reason_fr": "Grève"})

    assert second.context["form"].non_field_errors() == [already]
    assert second.context["found"].possible == []
    assert TrainingSession.objects.get().sequence == sequence


def test_a_reason_that_is_too_long_is_told_and_the_act_is_still_offered(client, morning):
    response = client.post(url("cancel", morning), {"reason_fr": "x" * 256})

    assert list(response.context["form"].errors) == ["reason"]
    assert response.context["found"].button == "Call off"
    assert TrainingSession.objects.get().goes_ahead


def test_what_only_saving_finds_is_told_and_changes_nothing(client, morning):
    TrainingSession.objects.update(online_url="no address")

    response = client.post(url("cancel", morning), {"reason_fr": "Grève"})

    assert response.status_code == 200
    assert len(response.context["form"].non_field_errors()) == 1
    assert response.context["form"]["reason"].value()[0] == "Grève"
    assert TrainingSession.objects.get().goes_ahead


# --- who is told ------------------------------------------------------------------------------


def test_nobody_registered_nobody_told(client, morning):
    html = client.get(url("cancel", morning)).content.decode()

    assert "Nobody has to be told." in html
    assert "by mail" not in html


def test_where_nobody_signs_up_only_calendars_are_spoken_of(client, morning):
    with hooks.register_temporarily("register_training_sign_up", lambda: None, order=-1):
        html = client.get(url("cancel", morning)).content.decode()

    assert "Calendars keep the same entry" in html
    assert "Who is told" not in html


def test_who_is_told_is_grouped_by_what_they_hear(client, page, officer):
    made = session(page, capacity=2)
    registration(
        person(made),
        person(made, number=2, email=""),
        person(made, number=3),
    )

    found = client.get(url("cancel", made)).context["found"]

    assert [(one.title, one.through) for one in found.audiences] == [
        ("2 people with a place · Session cancelled · French", 1),
        ("1 person on the waiting list · Session cancelled · French", 0),
    ]
    assert found.button == "Call off and tell 3 people"


@pytest.mark.parametrize("may_know", [False, True])
def test_names_are_for_those_who_may_see_registrations(client, page, may_know):
    also = ["registrations.view_registration"] if may_know else []
    client.force_login(user("trainings.change_trainingsession", *also))
    made = session(page)
    registration(person(made))

    html = client.get(url("cancel", made)).content.decode()

    assert ("Sociale 1" in html) is may_know


def test_the_mails_of_an_act_wait_in_the_outbox(client, morning):
    registration(person(morning), person(morning, number=2))
    assert not news().exists()

    done = client.post(url("cancel", morning), follow=True)

    assert "2 people are told by mail." in done.content.decode()
    told = set(news().values_list("recipient", flat=True))
    assert {"personne1@cpas.example", "personne2@cpas.example"} <= told


# --- several sessions -------------------------------------------------------------------------


@pytest.mark.parametrize("days_later", ["7", "-7"])
def test_a_series_moves_as_a_whole(client, weekly, days_later):
    before = days()

    done = confirmed(client, url("move", *weekly), {"days": days_later})

    assert done.has_header("Location")
    assert days() == [day + timedelta(days=int(days_later)) for day in before]


def test_several_sessions_get_other_hours_and_a_venue(client, weekly):
    hall = venue()
    data = {"start_time": "10:00", "end_time": "13:00", "venue": hall.pk}

    confirmed(client, url("move", *weekly), data)

    found = {(one.start_time, one.end_time, one.venue) for one in TrainingSession.objects.all()}
    assert found == {(time(10), time(13), hall)}


def test_one_that_cannot_be_moved_is_told_and_the_others_go_on(client, weekly):
    scheduling.cancel(weekly[1], by=None, at=AT)

    shown = client.post(url("move", *weekly), {"days": "1"})
    refused = [(one.session, one.refusal_text) for one in shown.context["found"].refused]
    assert refused == [(weekly[1], "This session is cancelled.")]
    assert shown.context["found"].button == "Move 2 sessions"

    confirmed(client, url("move", *weekly), {"days": "1"})
    one_day = timedelta(days=1)
    assert days() == [MORNING_1 + one_day, MORNING_2, MORNING_2 + WEEK + one_day]


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
def test_several_sessions_at_once(client, weekly, verb):
    registration(person(*weekly))

    shown = client.get(url(verb, *weekly))
    deed = {"postpone": "Postpone", "cancel": "Call off"}[verb]
    assert shown.context["found"].button == f"{deed} 3 sessions and tell 3 people"

    client.post(url(verb, *weekly))
    assert not any(one.goes_ahead for one in TrainingSession.objects.all())

    client.post(url("restore", *weekly))
    assert all(one.goes_ahead for one in TrainingSession.objects.all())


@pytest.mark.parametrize(
    "query", ["", "session=x", "session=999", "session=99999999999999999999", "session=-1"]
)
@pytest.mark.parametrize("verb", VERBS)
def test_no_session_is_no_screen(client, officer, verb, query):
    address = f"{reverse(f'trainings_admin:{verb}')}?{query}"

    # What is not found is looked for in the visitor's language first.
    assert client.get(address, follow=True).status_code == 404


def test_too_many_at_once_are_refused(client, morning):
    query = "&".join(f"session={number}" for number in range(1, 202))

    response = client.get(f"{reverse('trainings_admin:cancel')}?{query}", follow=True)

    assert "at most 200 sessions at a time; you chose 201" in response.content.decode()


@pytest.mark.parametrize("verb", VERBS)
def test_many_sessions_take_as_many_queries_as_two(client, page, officer, verb):
    made = [session(page, on=MORNING_1 + number * WEEK) for number in range(50)]
    for number, one in enumerate(made[:5]):
        registration(person(one, number=number))
    if verb == "restore":
        TrainingSession.objects.update(status=SessionStatus.CANCELLED)

    def queries(*sessions):
        client.get(url(verb, *sessions))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(verb, *sessions)).status_code == 200
        return len(captured)

    assert queries(*made) == queries(*made[:2])


def test_showing_what_a_move_of_many_does_takes_as_many_queries_as_of_two(client, page, officer):
    hall = venue()
    made = [session(page, on=MORNING_1 + number * WEEK) for number in range(50)]

    def queries(*sessions):
        with CaptureQueriesContext(connection) as captured:
            client.post(url("move", *sessions), {"days": "1", "venue": hall.pk})
        return len(captured)

    queries(*made[:2])
    assert queries(*made) == queries(*made[:2])


# --- from the list ----------------------------------------------------------------------------


def bulk(action, *ids, **query):
    address = reverse("wagtail_bulk_action", args=["trainings", "trainingsession", action])
    query = "&".join([*(f"id={pk}" for pk in ids), *(f"{k}={v}" for k, v in query.items())])
    return f"{address}?{query}"


@pytest.mark.parametrize("verb", VERBS)
def test_ticked_sessions_lead_to_the_screen_of_the_act(client, weekly, verb):
    back = reverse(LIST)

    response = client.get(bulk(verb, *(one.pk for one in weekly), next=back))

    assert response["Location"] == f"{url(verb, *weekly)}&next={back}"


def test_all_are_those_of_the_list_as_it_is_filtered(client, page, weekly):
    other = session(training_page(catalogue(slug="autres"), title="Autre"))
    back = f"{reverse(LIST)}%3Ftraining%3D{other.training_id}"

    response = client.get(bulk("cancel", "all", next=back))

    assert response["Location"].startswith(f"{url('cancel', other)}?next=")


def test_more_than_fit_on_the_screen_are_refused(client, morning):
    response = client.get(bulk("cancel", *range(1, 202), next=reverse(LIST)), follow=True)

    assert "at most 200 sessions at a time; you chose 201" in response.content.decode()


def test_the_list_offers_the_acts_for_what_is_ticked(client, morning):
    html = client.get(reverse(LIST)).content.decode()

    offered = [verb for verb in [*VERBS, "delete"] if bulk(verb).removesuffix("?") in html]
    assert offered == [*VERBS, "delete"]


def test_ticked_dates_with_registrations_are_not_deleted(client, weekly):
    registration(person(weekly[1]))

    client.post(bulk("delete", *(one.pk for one in weekly)))

    assert TrainingSession.objects.count() == 3


def test_ticked_dates_of_a_series_are_deleted_for_good(client, weekly):
    client.post(bulk("delete", *(one.pk for one in weekly[:2])))

    series = SessionSeries.objects.get()
    assert days() == [MORNING_2 + WEEK]
    assert [moment.date() for moment in series.rule.exdates] == [MORNING_1, MORNING_2]


# --- who may, and where it leads --------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_an_editor_who_may_change_sessions_may_do_all(client, page, verb):
    client.force_login(user("trainings.change_trainingsession"))
    made = session(page)

    assert client.get(url(verb, made)).status_code == 200
    assert client.get(bulk(verb, made.pk)).status_code == 302


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_change_sessions_may_do_nothing(client, page, verb, method):
    client.force_login(user("trainings.view_trainingsession"))
    made = session(page)
    refused = {"fetch_redirect_response": False, "expected_url": reverse("wagtailadmin_home")}

    assertRedirects(getattr(client, method)(url(verb, made)), **refused)
    assertRedirects(getattr(client, method)(bulk(verb, made.pk)), **refused)
    ajax = {"x-requested-with": "XMLHttpRequest"}
    assert getattr(client, method)(url(verb, made), headers=ajax).status_code == 403
    assert TrainingSession.objects.get().sequence == 0


def test_an_act_leads_back_to_where_one_came_from(client, page, morning):
    back = reverse("wagtailadmin_pages:edit", args=[page.pk])

    response = client.post(f"{url('cancel', morning)}?next={back}", {"next": back})

    assert response["Location"] == back


def test_an_act_leads_to_no_other_site(client, morning):
    response = client.post(f"{url('cancel', morning)}?next=https://evil.example/")

    assert response["Location"] == reverse(LIST)
