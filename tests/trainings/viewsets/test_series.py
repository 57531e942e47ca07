from datetime import date, time, timedelta

import pytest
import recurrence
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.forms import ModelForm
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, training_page, venue
from tests.factories.users import communications_officer, user
from trainings.models import ClosedPeriod, SessionSeries, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def officer(client):
    officer = communications_officer()
    client.force_login(officer)
    return officer


@pytest.fixture
def tuesday():
    today = timezone.localdate()
    return today + timedelta(days=(1 - today.weekday()) % 7 + 28)


@pytest.fixture
def url(page):
    return reverse("trainings_admin:plan", args=[page.training.pk])


def typed(tuesday, times=10, **fields):
    values = {
        "first_day": tuesday.isoformat(),
        "start_time": "09:00",
        "end_time": "12:30",
        "time_zone": "Europe/Brussels",
        "training_time": "3",
        "venue": "",
        "online_url": "",
        "capacity": "40",
        "closes_days_before": "7",
        **every_tuesday(times),
    }
    return {**values, **fields}


def every_tuesday(times):
    """What the controls of the rule send."""
    rule = recurrence.Recurrence(
        rrules=[recurrence.Rule(recurrence.WEEKLY, byday=[recurrence.TU], count=times)]
    )

    class Form(ModelForm):
        class Meta:
            model = SessionSeries
            fields = ["rule"]

    return sent(Form(initial={"rule": rule})["rule"])


def sent(bound):
    """The values a browser would send for a field as it is shown."""
    values = {}
    soup = BeautifulSoup(str(bound), "html.parser")
    for tag in soup.find_all(["input", "select", "textarea"]):
        name = tag.get("name")
        if tag.name == "select":
            chosen = tag.find("option", selected=True) or tag.find("option")
            values[name] = chosen["value"]
        elif tag.name == "textarea":
            values[name] = tag.text.strip()
        elif tag.get("type") in ("checkbox", "radio"):
            if tag.has_attr("checked"):
                values.setdefault(name, []).append(tag["value"])
        else:
            values[name] = tag.get("value", "")
    return values


def shown(response):
    """The table as it would be sent back: what is ticked, and which plan was seen."""
    plan = response.context["plan"]
    values = {"seen": plan.digest}
    for row in response.context["rows"]:
        if row.is_ticked:
            values[row.take.html_name] = "on"
        if row.choice:
            values[row.choice.html_name] = row.choice.value()
        for field in row.fields:
            values[field.html_name] = field.value() or ""
    values["adjusted"] = [row.key for row in response.context["rows"] if row.is_being_adjusted]
    return values


def made():
    return list(TrainingSession.objects.values_list("starts_on", flat=True))


def test_a_plan_shows_its_dates_and_makes_nothing(client, officer, url, tuesday):
    response = client.post(url, {**typed(tuesday), "show": "1"})

    assert response.status_code == 200
    assert [row.line.day for row in response.context["rows"]] == [
        tuesday + timedelta(days=7 * number) for number in range(10)
    ]
    assert not SessionSeries.objects.exists()


def test_ticked_dates_are_made(client, officer, url, page, tuesday):
    first = client.post(url, {**typed(tuesday), "show": "1"})
    ticked = shown(first)
    left_out = tuesday + timedelta(days=14)
    del ticked[f"take_{left_out.isoformat()}"]
    back = reverse("wagtailadmin_pages:edit", args=[page.pk])

    response = client.post(url, {**typed(tuesday), **ticked, "do": "1", "next": back})

    assert response["Location"] == back
    assert len(made()) == 9
    assert left_out not in made()
    series = SessionSeries.objects.get()
    assert {session.series for session in TrainingSession.objects.all()} == {series}
    assert [moment.date() for moment in series.rule.exdates] == [left_out]


def test_days_off_are_not_ticked(client, officer, url, tuesday):
    ClosedPeriod.objects.create(
        name={"fr": "Congés"}, first_day=tuesday, last_day=tuesday + timedelta(days=7)
    )

    rows = client.post(url, {**typed(tuesday, times=3), "show": "1"}).context["rows"]

    assert [row.is_ticked for row in rows] == [False, False, True]
    assert "Congés" in str(rows[0].warnings[0])


def test_a_taken_venue_is_told(client, officer, url, page, tuesday):
    place = venue()
    taker = TrainingSession(
        training=page.training,
        starts_on=tuesday,
        ends_on=tuesday,
        start_time=time(10, 0),
        end_time=time(11, 0),
        venue=place,
    )
    taker.save()

    rows = client.post(url, {**typed(tuesday, venue=place.pk), "show": "1"}).context["rows"]

    assert [bool(row.warnings) for row in rows] == [True] + [False] * 9


def test_a_line_is_adjusted(client, officer, url, tuesday):
    answers = shown(client.post(url, {**typed(tuesday, times=2), "show": "1"}))
    key = tuesday.isoformat()
    opened = client.post(url, {**typed(tuesday, times=2), **answers, "adjust": key})
    assert [row.is_being_adjusted for row in opened.context["rows"]] == [True, False]
    assert opened.context["rows"][0].is_ticked

    wednesday = tuesday + timedelta(days=1)
    answers = {**shown(opened), f"on_{key}": wednesday.isoformat(), f"from_{key}": "13:30"}
    answers[f"until_{key}"] = "17:00"
    client.post(url, {**typed(tuesday, times=2), **answers, "do": "1"})

    first, second = TrainingSession.objects.all()
    assert (first.starts_on, first.original_on, first.start_time) == (
        wednesday,
        tuesday,
        time(13, 30),
    )
    assert (first.is_adjusted, second.is_adjusted) == (True, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [("on", "2027-02-30"), ("on", ""), ("until", "08:00"), ("from", "9 h"), ("venue", "999")],
)
def test_a_bad_adjustment_is_told_beside_its_field(client, officer, url, tuesday, name, value):
    key = tuesday.isoformat()
    answers = shown(client.post(url, {**typed(tuesday, times=2), "show": "1"}))
    opened = client.post(url, {**typed(tuesday, times=2), **answers, "adjust": key})

    answers = {**shown(opened), f"{name}_{key}": value, "do": "1"}
    response = client.post(url, {**typed(tuesday, times=2), **answers})

    assert response.status_code == 200
    assert f"{name}_{key}" in response.context["plan"].errors
    assert response.context["plan"][f"{name}_{key}"].value() == value
    assert not made()


def test_two_lines_on_one_day_are_told(client, officer, url, tuesday):
    key = tuesday.isoformat()
    answers = shown(client.post(url, {**typed(tuesday, times=2), "show": "1"}))
    opened = client.post(url, {**typed(tuesday, times=2), **answers, "adjust": key})
    next_week = (tuesday + timedelta(days=7)).isoformat()

    answers = {**shown(opened), f"on_{key}": next_week, "do": "1"}
    response = client.post(url, {**typed(tuesday, times=2), **answers})

    assert list(response.context["plan"].errors) == [f"take_{next_week}"]
    assert not made()


def test_a_rule_changed_since_it_was_shown_is_shown_again(client, officer, url, tuesday):
    answers = shown(client.post(url, {**typed(tuesday, times=2), "show": "1"}))

    response = client.post(url, {**typed(tuesday, times=3), **answers, "do": "1"})

    assert response.status_code == 200
    assert len(response.context["rows"]) == 3
    assert not made()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first_day": ""}, "first_day"),
        ({"first_day": "2027-02-30"}, "first_day"),
        ({"first_day": "9999-12-31"}, "first_day"),
        ({"first_day": "0001-01-01"}, "first_day"),
        ({"end_time": "08:00"}, "end_time"),
        ({"start_time": "x"}, "start_time"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"closes_days_before": "-1"}, "closes_days_before"),
        ({"capacity": "0"}, "__all__"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_told(client, officer, url, tuesday, fields, field):
    response = client.post(url, {**typed(tuesday, **fields), "show": "1"})

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not SessionSeries.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"rule_repeats": "SECONDLY"},
        {"rule_interval": "0"},
        {"rule_count": "1000000000"},
        {"rule_count": "-1"},
        {"rule_weekdays": []},
        {"rule_weekdays": ["9"]},
        {"rule_ends": "DAY", "rule_until": "2027-13-01"},
        {"rule_exceptions": "30/02/2027"},
        {"rule_exceptions": "\n".join(["2027-03-02"] * 5000)},
        {"rule_exceptions": "x" * 1_000_000},
        {"rule": "RRULE:FREQ=SECONDLY", "rule_repeats": ""},
    ],
    ids=lambda fields: next(iter(fields.items()))[0] + str(next(iter(fields.values())))[:12],
)
def test_a_malformed_rule_is_told(client, officer, url, tuesday, fields):
    response = client.post(url, {**typed(tuesday), **fields, "do": "1"})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["rule"]
    assert not SessionSeries.objects.exists()


@pytest.mark.parametrize("bad", ["adjusted", "adjust", "leave", "seen"])
def test_nobodys_form_says_this(client, officer, url, tuesday, bad):
    response = client.post(url, {**typed(tuesday), "show": "1", bad: "2027-99-99\x00"})

    assert response.status_code == 200


@pytest.fixture
def series(client, officer, url, tuesday):
    answers = shown(client.post(url, {**typed(tuesday, times=3), "show": "1"}))
    client.post(url, {**typed(tuesday, times=3), **answers, "do": "1"})
    return SessionSeries.objects.get()


def test_a_series_shows_what_stands(client, officer, series):
    rows = client.get(reverse("trainings_admin:series", args=[series.pk])).context["rows"]

    assert [row.line.fate for row in rows] == ["keep"] * 3


def test_a_shorter_series_asks_about_people(client, officer, series, tuesday):
    url = reverse("trainings_admin:series", args=[series.pk])
    first, second, third = TrainingSession.objects.all()
    registration(person(second), at=timezone.now())
    response = client.post(url, {**typed(tuesday, times=1), "show": "1"})
    rows = response.context["rows"]
    assert [row.people for row in rows] == [0, 1, 0]
    assert [[value for value, _label in row.choice.field.choices] for row in rows[1:]] == [
        ["keep", "cancel"],
        ["remove", "keep"],
    ]

    client.post(url, {**typed(tuesday, times=1), **shown(response), "do": "1"})

    left = list(TrainingSession.objects.values_list("pk", "is_adjusted"))
    assert left == [(first.pk, False), (second.pk, True)]
    assert third.pk not in dict(left)


def test_other_hours_say_who_is_told(client, officer, series, tuesday):
    url = reverse("trainings_admin:series", args=[series.pk])
    second = TrainingSession.objects.all()[1]
    registration(person(second), at=timezone.now())

    response = client.post(url, {**typed(tuesday, times=3, start_time="09:30"), "show": "1"})

    assert [told.session_pk for told in response.context["found"].told] == [second.pk]
    client.post(
        url,
        {**typed(tuesday, times=3, start_time="09:30"), **shown(response), "do": "1"},
    )
    assert [one.start_time for one in TrainingSession.objects.all()] == [time(9, 30)] * 3


def test_a_series_is_removed_and_its_dates_stay(client, officer, series):
    url = reverse("trainings_admin:end_series", args=[series.pk])

    client.get(url)
    assert SessionSeries.objects.exists()

    client.post(url)
    assert not SessionSeries.objects.exists()
    assert len(made()) == 3


@pytest.mark.parametrize("screen", ["plan", "series", "end_series"])
def test_only_who_makes_dates_plans_them(client, page, screen):
    series = SessionSeries.objects.create(
        training=page.training,
        rule=recurrence.Recurrence(rrules=[recurrence.Rule(recurrence.WEEKLY)]),
        first_day=date(2027, 3, 2),
        start_time=time(9, 0),
        end_time=time(12, 0),
    )
    client.force_login(user("trainings.view_trainingsession"))
    key = page.training.pk if screen == "plan" else series.pk

    response = client.post(reverse(f"trainings_admin:{screen}", args=[key]))

    assert response.status_code == 302  # to the admin's home, with a word about permissions
    assert SessionSeries.objects.exists()


def test_the_number_of_queries_does_not_depend_on_the_number_of_dates(
    client, officer, url, tuesday
):
    def queries(times):
        with CaptureQueriesContext(connection) as captured:
            client.post(url, {**typed(tuesday, times=times), "show": "1"})
        return len(captured)

    queries(2)

    assert queries(2) == queries(100)


def test_five_hundred_dates_are_made_in_one_go(client, officer, url, tuesday):
    form = {**typed(tuesday, times=500)}
    answers = shown(client.post(url, {**form, "show": "1"}))

    response = client.post(url, {**form, **answers, "do": "1"})

    assert response.status_code == 302
    # Days off are left out.
    assert len(made()) == sum(1 for name in answers if name.startswith("take_"))


def test_open_ended_series_go_on_by_cron(page, capsys):
    SessionSeries.objects.create(
        training=page.training,
        rule=recurrence.Recurrence(
            rrules=[recurrence.Rule(recurrence.MONTHLY, byday=[recurrence.WE(1)])]
        ),
        first_day=timezone.localdate(),
        start_time=time(9, 0),
        end_time=time(12, 0),
    )

    call_command("extend_series")
    once = made()
    call_command("extend_series")

    assert once == made()
    assert capsys.readouterr().out.splitlines() == [
        f"{len(once)} sessions made, 1 series looked at.",
        "0 sessions made, 1 series looked at.",
    ]


def test_one_series_that_cannot_go_on_does_not_stop_the_others(page, capsys, settings):
    settings.TRAININGS_HOLIDAYS = ()  # that Sunday may be Easter
    sunday = recurrence.Recurrence(
        rrules=[recurrence.Rule(recurrence.MONTHLY, byday=[recurrence.SU(-1)])]
    )
    for start_time in (time(2, 30), time(9, 0)):  # clocks skip the first one in March
        SessionSeries.objects.create(
            training=page.training,
            rule=sunday,
            first_day=timezone.localdate(),
            start_time=start_time,
            end_time=time(12, 0),
            time_zone="Europe/Brussels",
        )

    call_command("extend_series")

    assert {session.start_time for session in TrainingSession.objects.all()} == {time(9, 0)}
    assert capsys.readouterr().err.startswith("Series ")
