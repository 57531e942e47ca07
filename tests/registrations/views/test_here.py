"""In the room one says that one is here: by its code, in its hours, and it tells nobody a name."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext

from registrations.domain import self_check_in
from registrations.models import PresenceEntry, SelfCheckIn
from registrations.views import here as here_views
from tests.factories.trainings import session
from tests.registrations.views.desk_of import code_of, going_on, page, people
from tests.registrations.views.reading import Page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_training():
    return page()


@pytest.fixture
def one(of_training):
    return going_on(of_training)


def url(one) -> str:
    return f"/fr/inscriptions/here/{one.pk}/"


def say(one, first_name="Agent 1", last_name="De CPAS 01", code=None, **fields):
    values = {"first_name": first_name, "last_name": last_name, "code": code or code_of(one)}
    return Client().post(url(one), {**values, **fields})


def text(response) -> str:
    return Page(response.content.decode(), "no mark").text


def test_who_is_on_the_list_is_kept_for_the_desk(one):
    (somebody,) = people(one, 1)

    response = say(one)

    assert (response.status_code, gettext("Noted") in text(response)) == (200, True)
    kept = SelfCheckIn.objects.get()
    assert (kept.participation, kept.session, kept.settled_at) == (somebody, one, None)
    assert not PresenceEntry.objects.exists()


@pytest.mark.parametrize(
    "names",
    [
        ("agent 1", "de cpas 01"),
        ("De CPAS", "01 Agent 1"),
        ("Agênt 1", "DE C.P.A.S. 01"),
        (" Agent 1", "De  CPAS 01 "),
    ],
)
def test_names_are_known_however_they_are_written(one, names):
    (somebody,) = people(one, 1)

    say(one, *names)

    assert SelfCheckIn.objects.get().participation == somebody


def test_nothing_tells_who_is_on_the_list(one):
    people(one, 1)

    answers = [say(one), say(one), say(one, "Personne", "Inconnue")]

    assert {(each.status_code, each.content) for each in answers} == {
        (200, answers[0].content),
    }
    assert [(each.participation is None, each.last_name) for each in SelfCheckIn.objects.all()] == [
        (False, "De CPAS 01"),
        (True, "Inconnue"),
    ]


def test_only_who_has_a_place_is_known(of_training):
    one = going_on(of_training, capacity=1)
    people(one, 2)

    say(one, "Agent 2", "De CPAS 02")

    assert SelfCheckIn.objects.get().participation is None


def test_said_again_after_the_desk_did_not_find_them_it_is_listed_again(one):
    people(one, 1)
    say(one)
    now = timezone.now()
    self_check_in.dismiss(one, [SelfCheckIn.objects.get().pk], at=now)

    say(one)

    assert SelfCheckIn.objects.get().settled_at is None


def test_whom_the_desk_has_noted_already_is_not_listed(one):
    people(one, 1)
    say(one)
    self_check_in.confirm(one, [SelfCheckIn.objects.get().pk], at=timezone.now())

    assert say(one).status_code == 200

    assert SelfCheckIn.objects.get().settled_at is not None


@pytest.mark.parametrize("code", ["WRONG2", "x", "ééé", "😀"])
def test_a_wrong_code_is_told_beside_its_field_and_what_was_typed_stays(one, code):
    people(one, 1)
    code_of(one)

    response = say(one, code=code)

    html = response.content.decode()
    assert (response.status_code, 'id="id_code_error"' in html) == (422, True)
    assert 'value="Agent 1"' in html
    assert not SelfCheckIn.objects.exists()


def test_a_code_may_be_typed_in_small_letters_and_groups(one):
    people(one, 1)
    code = code_of(one).lower()

    assert say(one, code=f"{code[:3]} {code[3:]}").status_code == 200


def test_before_the_desk_has_made_a_code_none_is_right(one):
    assert (
        Client().post(url(one), {"code": "ABCDEF", "first_name": "A", "last_name": "B"}).status_code
        == 422
    )


def test_the_code_of_another_session_is_wrong(one, of_training):
    other = going_on(of_training)

    assert say(one, code=code_of(other)).status_code == 422


def test_out_of_its_hours_there_is_no_form(of_training):
    people_come_later = session(of_training, timezone.localdate() + timedelta(days=7))

    shown = Client().get(url(people_come_later))
    sent = say(people_come_later)

    assert "<form" not in shown.content.decode().split("<main")[1]
    assert sent.status_code == 422
    assert not SelfCheckIn.objects.exists()


def test_the_hours_are_from_an_hour_before_to_the_end(one):
    minute = timedelta(minutes=1)
    hours = [one.starts_at - 61 * minute, one.starts_at - 60 * minute, one.ends_at]

    found = [self_check_in.is_open(one, at=at) for at in (*hours, one.ends_at + minute)]

    assert found == [False, True, True, False]


def test_where_nothing_takes_place_nobody_is_there(one):
    code = code_of(one)
    scheduling.cancel(one, by=None, at=timezone.now())

    assert say(one, code=code).status_code == 422


def test_the_page_names_neither_the_training_nor_anybody(one):
    people(one, 1)

    shown = text(Client().get(url(one)))

    assert ("En recherche" in shown, "Agent" in shown) == (False, False)


@pytest.mark.parametrize("pk", [987654321, 10**40])
def test_an_unknown_session_is_nothing(pk):
    assert Client().get(f"/fr/inscriptions/here/{pk}/").status_code == 404


def test_a_machine_reads_what_everybody_reads(one):
    assert say(one).content == say(one, website_2="x", first_name="Robot").content
    assert list(SelfCheckIn.objects.values_list("first_name", flat=True)) == ["Agent 1"]


def test_who_tries_too_often_waits(one, monkeypatch):
    monkeypatch.setattr(here_views, "MOST_ATTEMPTS", 2)
    code_of(one)

    assert [say(one, code="WRONG2").status_code for _try in range(3)] == [422, 422, 429]


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": ""},
        {"last_name": "\x00"},
        {"first_name": "x" * 500},
        {"last_name": "http://x.example"},
        {"code": "\x00"},
        {"code": "x" * 5000},
    ],
    ids=ascii,
)
def test_no_words_make_it_fall(one, fields):
    assert say(one, **fields).status_code == 422
    assert not SelfCheckIn.objects.exists()


def test_another_charset_is_refused(one):
    response = Client().post(
        url(one), b"code=%E9", content_type="application/x-www-form-urlencoded; charset=latin-1"
    )

    assert response.status_code == 415
