from datetime import date, time

import pytest

from tests.factories.trainings import MORNING_1, MORNING_2, catalogue, session, training_page, venue
from trainings.forms.moves import MoveForm, MoveManyForm, ReasonForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    return session(training_page(catalogue()), online_url="https://meet.example/a")


def typed(**fields):
    values = {
        "starts_on": "2027-03-30",
        "ends_on": "",
        "start_time": "09:00",
        "end_time": "12:30",
        "venue": "",
        "online_url": "meet.example/b",
        "time_zone": "Europe/Brussels",
    }
    return {**values, **fields}


def test_the_form_of_one_session_shows_where_it_is(morning):
    form = MoveForm(session=morning)

    assert form["starts_on"].initial == MORNING_1
    assert form["ends_on"].initial is None
    assert form["online_url"].initial == "https://meet.example/a"


def test_one_session_moves_to_what_is_typed(morning):
    hall = venue()
    form = MoveForm(typed(venue=hall.pk), session=morning)

    assert form.is_valid()
    assert form.to(morning) == {
        "starts_on": MORNING_2,
        "ends_on": MORNING_2,
        "start_time": time(9),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
        "venue_id": hall.pk,
        "online_url": "https://meet.example/b",
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
        ({"ends_on": "2027-03-29"}, "ends_on"),
        ({"start_time": "25:00"}, "start_time"),
        ({"end_time": ""}, "end_time"),
        ({"venue": "9999999999999999999999"}, "venue"),
        ({"venue": "x"}, "venue"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"reason_fr": "x" * 256}, "reason"),
        ({"reason_fr": "a\x00b"}, "reason"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_right_is_told_beside_its_field(morning, fields, field):
    form = MoveForm(typed(**fields), session=morning)

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("fields", "to"),
    [
        ({"days": "7"}, {"starts_on": MORNING_2, "ends_on": MORNING_2}),
        ({"days": "-1"}, {"starts_on": date(2027, 3, 22), "ends_on": date(2027, 3, 22)}),
        (
            {"start_time": "10:00", "end_time": "13:00"},
            {
                "starts_on": MORNING_1,
                "ends_on": MORNING_1,
                "start_time": time(10),
                "end_time": time(13),
            },
        ),
    ],
    ids=str,
)
def test_several_sessions_keep_what_is_not_typed(morning, fields, to):
    form = MoveManyForm(fields)

    assert form.is_valid()
    assert form.to(morning) == to


def test_several_sessions_go_to_one_venue(morning):
    hall = venue()
    form = MoveManyForm({"days": "7", "venue": hall.pk})

    assert form.is_valid()
    assert form.to(morning)["venue_id"] == hall.pk


@pytest.mark.parametrize(
    "fields",
    [{}, {"days": "0"}, {"days": "x"}, {"days": "99999999999999999999"}, {"days": "3661"}],
    ids=str,
)
def test_several_sessions_need_to_be_told_where(fields):
    assert list(MoveManyForm(fields).errors) == ["days"]


def test_midnight_is_an_hour_like_others(morning):
    form = MoveManyForm({"start_time": "00:00"})

    assert form.is_valid()
    assert form.to(morning)["start_time"] == time(0)


def test_a_reason_is_one_line_in_each_language():
    form = ReasonForm({"reason_fr": "  Salle \r\n inondée ", "reason_nl": ""})

    assert form.is_valid()
    assert form.cleaned_data["reason"] == {"fr": "Salle inondée"}


def test_a_refusal_stands_beside_its_field_where_the_form_has_it(morning):
    form = MoveForm(typed(), session=morning)
    form.is_valid()

    form.refuse([("training_time", "Too short."), ("starts_on", "Taken."), ("other", "No.")])

    assert dict(form.errors) == {
        "end_time": ["Too short."],
        "starts_on": ["Taken."],
        "__all__": ["No."],
    }
