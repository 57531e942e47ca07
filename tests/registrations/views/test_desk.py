"""The welcome desk: who may open it, what it shows, what its forms do, what a phone may send."""

import json
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext

from registrations.domain import attendance, day_links
from registrations.enums import ParticipationStatus, PresenceSource, TokenPurpose
from registrations.models import (
    AccessToken,
    AttendanceSheet,
    Participation,
    PartnerService,
    Presence,
    PresenceEntry,
    Registration,
    SelfCheckIn,
    SignUpRules,
)
from tests.factories.registrations import partner
from tests.factories.users import organiser, user
from tests.registrations.views.desk_of import (
    code_of,
    desk,
    going_on,
    link,
    opened,
    page,
    people,
    today,
)
from tests.registrations.views.reading import Page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

NOTHING = "/fr/inscriptions/desk/987654321/"


@pytest.fixture
def of_training():
    return page()


@pytest.fixture
def one(of_training):
    return today(of_training)


def text(response) -> str:
    return Page(response.content.decode(), "no mark").text


def said(msgid: str, **values) -> str:
    return gettext(msgid) % values


def tap(one: Participation, /, **fields):
    values = {
        "uid": str(uuid.uuid4()),
        "do": "note",
        "of": one.pk,
        "half_day": 1,
        "state": "PRESENT",
        "noted_at": timezone.now().isoformat(),
    }
    return {**values, **fields}


def send(browser, one, *operations, **said):
    body = {
        "device": "telephone1",
        "sent_at": timezone.now().isoformat(),
        "operations": operations,
        **said,
    }
    return browser.post(desk(one, "notes/"), json.dumps(body), content_type="application/json")


def outcomes(response) -> list[str]:
    return [one["outcome"] for one in response.json()["answers"].values()]


# --- the way in --------------------------------------------------------------------------------


def test_the_link_of_the_day_leads_to_an_address_without_secret(one):
    followed = Client().get(link(one))

    assert (followed.status_code, followed["Location"]) == (302, desk(one))
    assert followed["Referrer-Policy"] == "no-referrer"


def test_who_has_the_link_reads_the_list(one):
    people(one, 2)

    response = opened(one).get(desk(one))

    assert response.status_code == 200
    assert "Agent 1 De CPAS 01" in text(response)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"


PAGES = ["", "state.json", "worker.js", "room/"]


@pytest.mark.parametrize("what", PAGES)
def test_nobody_else_opens_anything(one, of_training, what):
    code_of(one)
    other = opened(today(of_training))

    assert [browser.get(desk(one, what)).status_code for browser in (Client(), other)] == [404, 404]


@pytest.mark.parametrize("what", PAGES)
def test_a_revoked_link_opens_nothing_any_more(one, what):
    code_of(one)
    browser = opened(one)
    assert browser.get(desk(one, what)).status_code == 200

    day_links.revoke(one, purpose=TokenPurpose.DESK, by=None, at=timezone.now())

    assert browser.get(desk(one, what)).status_code == 404


def test_an_unknown_link_says_the_same_as_an_unknown_session(one):
    browser = opened(one)

    unknown = browser.get("/fr/inscriptions/desk/abcdefghijklmnopqrstuvwxyz123456/")
    known = Client().get(desk(one))

    assert (unknown.status_code, known.status_code) == (404, 404)
    assert unknown.content == known.content == browser.get(NOTHING).content
    assert browser.get(f"/fr/inscriptions/desk/{10**40}/").content == known.content


def test_a_link_ends_with_the_day(one):
    url = link(one)
    AccessToken.objects.update(expires_at=timezone.now())

    assert Client().get(url).status_code == 404


def test_the_trainers_link_opens_no_desk(one):
    secret = day_links.renew(one, purpose=TokenPurpose.TRAINER, by=None, at=timezone.now())

    assert Client().get(f"/fr/inscriptions/desk/{secret}/").status_code == 404


ROLES = {
    "welcomes": ("registrations.record_presence",),
    "sees people": ("registrations.view_registration",),
    "decides about people": (
        "registrations.view_registration",
        "registrations.change_registration",
    ),
    "nothing of people": ("trainings.view_trainingsession",),
}


@pytest.mark.parametrize(
    ("role", "status"), list(zip(ROLES, [200, 404, 200, 404], strict=True)), ids=list(ROLES)
)
def test_roles(one, role, status):
    browser = Client()
    browser.force_login(user(*ROLES[role], name="role"))

    assert browser.get(desk(one)).status_code == status
    assert browser.get(desk(one, "state.json")).status_code == status
    assert send(browser, one).status_code == status


def test_who_welcomes_by_a_role_is_named_in_the_log(one):
    browser, made = Client(), organiser()
    browser.force_login(made)
    (somebody,) = people(one, 1)

    send(browser, one, tap(somebody))

    assert PresenceEntry.objects.get().by == made


# --- what it shows -----------------------------------------------------------------------------


def test_no_mail_diet_or_need_leaves(one):
    people(one, 3)
    browser = opened(one)
    secrets = ["@", "gluten", "magnétique", "caution", "assistante"]

    for response in (browser.get(desk(one)), browser.get(desk(one, "state.json"))):
        shown = response.content.decode() + json.dumps(response.content.decode())
        assert [secret for secret in secrets if secret in unescape(shown)] == []

    (line, *_others) = browser.get(desk(one, "state.json")).json()["people"]
    assert set(line) == {"id", "name", "service", "states"}


@pytest.mark.parametrize("what", ["", "state.json"])
def test_the_number_of_queries_does_not_grow(one, what):
    people(one, 1)
    browser = opened(one)
    browser.get(desk(one, what))

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            browser.get(desk(one, what))
        return len(found)

    for_one = queries()
    for service in ("Forem", "Relais"):
        people(one, 8, service=service)
    send(browser, one, *(tap(each) for each in Participation.objects.all()))
    SelfCheckIn.objects.create(session=one, first_name="A", last_name="B", said_at=timezone.now())

    assert queries() == for_one


def test_half_days_have_a_list_each(one):
    (somebody,) = people(one, 1)
    browser = opened(one)
    send(browser, one, tap(somebody, half_day=2))

    morning, afternoon = (browser.get(desk(one) + f"?half={number}") for number in (1, 2))

    assert ("0 / 1" in text(morning), "1 / 1" in text(afternoon)) == (True, True)
    assert browser.get(desk(one) + "?half=99").status_code == 200


def test_a_closed_sheet_says_so_and_still_counts():
    one = going_on()
    (somebody,) = people(one, 1)
    browser = opened(one)
    attendance.close_sheet(one, by=None, at=timezone.now())

    response = send(browser, one, tap(somebody, noted_at=timezone.now().isoformat()))

    assert (outcomes(response), response.json()["state"]["closed"]) == (["counted"], True)
    somebody.refresh_from_db()
    assert somebody.presence == "PARTLY"


# --- without a script --------------------------------------------------------------------------


def post(browser, one, /, half=1, **fields):
    return browser.post(f"{desk(one)}?half={half}", {"half_day": half, **fields})


def test_present_and_taken_back(one):
    (somebody,) = people(one, 1)
    browser = opened(one)

    done = post(browser, one, do="note", of=somebody.pk, state="PRESENT")

    assert (done.status_code, done["Location"]) == (
        302,
        f"{desk(one)}?half=1#person-{somebody.pk}",
    )
    assert "1 / 1" in text(browser.get(done["Location"]))
    post(browser, one, do="note", of=somebody.pk, state="")
    assert "0 / 1" in text(browser.get(desk(one) + "?half=1"))
    assert list(PresenceEntry.objects.values_list("state", "source", "by")) == [
        ("PRESENT", PresenceSource.DESK, None),
        ("", PresenceSource.DESK, None),
    ]


def test_hours_of_who_comes_late_and_leaves_early(one):
    (somebody,) = people(one, 1)
    browser = opened(one)

    hours = {"arrived_at": "06:15", "left_at": "11:00"}
    post(browser, one, do="note", of=somebody.pk, state="PRESENT", **hours)

    shown = text(browser.get(desk(one) + "?half=1"))
    assert said("arrived at %(hour)s", hour="06:15") in shown
    assert said("left at %(hour)s", hour="11:00") in shown
    somebody.refresh_from_db()
    assert somebody.presence == "PARTLY"


def test_hours_that_cannot_be_are_told_beside_their_field_and_kept(one):
    (somebody,) = people(one, 1)
    browser = opened(one)

    hours = {"arrived_at": "11:00", "left_at": "10:00"}
    refused = post(browser, one, do="note", of=somebody.pk, state="PRESENT", **hours)

    html = refused.content.decode()
    assert refused.status_code == 422
    assert f'id="note-{somebody.pk}-left_at_error"' in html
    assert f'id="note-{somebody.pk}-arrived_at" value="11:00"' in html
    assert gettext("This is not later than the hour of arrival.") in unescape(html)
    assert not Presence.objects.exists()


def test_somebody_on_no_list_is_added_once(one):
    browser = opened(one)
    typed = {
        "do": "walk_in",
        "uid": str(uuid.uuid4()),
        "first_name": "Sans",
        "last_name": "Inscription",
        "service_name": "Maison nouvelle",
    }

    assert [post(browser, one, **typed).status_code for _twice in range(2)] == [302, 302]

    made = Registration.objects.get()
    assert (made.origin, made.partner.name) == ("ON_SITE", "Maison nouvelle")
    assert "Sans Inscription" in text(browser.get(desk(one)))
    assert Presence.objects.get().state == "PRESENT"


def test_what_is_wrong_with_somebody_added_stays_typed(one):
    browser = opened(one)

    refused = post(browser, one, do="walk_in", first_name="Sans", last_name="\x00", service_name="")

    assert refused.status_code == 422
    assert 'value="Sans"' in refused.content.decode()
    assert gettext("Please write the name of your service.") in text(refused)


def test_of_a_full_session_the_desk_decides():
    one = today(capacity=1)
    people(one, 1)
    browser = opened(one)
    names = {"first_name": "Sans", "last_name": "Inscription", "service_name": "CPAS"}

    refused = post(browser, one, do="walk_in", **names)
    assert refused.status_code == 422
    assert gettext("Let in all the same") in text(refused)
    assert post(browser, one, do="walk_in", **names, beyond="1").status_code == 302

    assert Participation.objects.filter(status="CONFIRMED").count() == 2


def test_where_nobody_without_registration_is_let_in_there_is_no_form(one):
    SignUpRules.objects.create(session=one, lets_in_walk_ins=False)
    browser = opened(one)

    assert 'value="walk_in"' not in browser.get(desk(one)).content.decode()
    names = {"first_name": "Sans", "last_name": "Inscription", "service_name": "CPAS"}
    assert post(browser, one, do="walk_in", **names).status_code == 422


def test_a_colleague_comes_instead(one):
    (somebody,) = people(one, 1)
    browser = opened(one)

    names = {"first_name": "Une", "last_name": "Collègue"}
    assert post(browser, one, do="replace", of=somebody.pk, **names).status_code == 302

    somebody.refresh_from_db()
    assert somebody.status == ParticipationStatus.REPLACED
    shown = text(browser.get(desk(one)))
    assert ("Une Collègue" in shown, "Agent 1 De CPAS 01" in shown) == (True, False)
    assert Presence.objects.get().participation == somebody.replaced_by


def test_who_waits_is_listed_with_a_rank_and_let_in():
    one = today(capacity=1)
    people(one, 2)
    browser = opened(one)
    waits = Participation.objects.get(status="WAITING")

    shown = text(browser.get(desk(one)))
    assert said("waiting, number %(rank)s", rank=1) in shown
    refused = post(browser, one, do="let_in", of=waits.pk)
    assert (refused.status_code, gettext("Let in all the same") in text(refused)) == (422, True)
    assert post(browser, one, do="let_in", of=waits.pk, beyond="1").status_code == 302

    waits.refresh_from_db()
    assert (waits.status, waits.presence) == ("CONFIRMED", "PRESENT")


def test_people_who_said_it_themselves_are_confirmed_together_or_not():
    one = going_on()
    known, other = people(one, 2)
    now = timezone.now()
    for each, first_name in ((known, "Agent 1"), (other, "Agent 2"), (None, "Personne")):
        SelfCheckIn.objects.create(
            session=one, participation=each, first_name=first_name, last_name="X", said_at=now
        )
    browser = opened(one)
    unknown = SelfCheckIn.objects.get(participation=None)
    assert gettext("They say that they are here") in text(browser.get(desk(one)))

    dismissed = SelfCheckIn.objects.get(participation=other)
    post(browser, one, do="dismiss", of=dismissed.pk)
    post(browser, one, do="confirm_all")

    assert list(PresenceEntry.objects.values_list("participation", "source")) == [
        (known.pk, PresenceSource.SELF)
    ]
    assert list(SelfCheckIn.objects.filter(settled_at=None)) == [unknown]
    form = post(browser, one, do="add", of=unknown.pk).content.decode()
    assert 'value="Personne"' in form


def test_who_was_added_by_hand_need_not_be_confirmed_as_well():
    one = going_on()
    browser = opened(one)
    SelfCheckIn.objects.create(
        session=one, first_name="sans", last_name="inscription", said_at=timezone.now()
    )

    names = {"first_name": "Sans", "last_name": "Inscription", "service_name": "CPAS"}
    half = browser.get(desk(one)).context["half_day"]
    post(browser, one, half=half, do="walk_in", **names)

    assert not SelfCheckIn.objects.filter(settled_at=None).exists()


def test_the_code_for_the_room_is_made_by_a_button_not_by_reading(one):
    browser = opened(one)
    assert browser.get(desk(one, "room/")).status_code == 404
    assert not AttendanceSheet.objects.exists()

    done = browser.post(desk(one), {"do": "room"})

    response = browser.get(done["Location"])
    assert AttendanceSheet.objects.get().room_code in text(response)
    assert f"/fr/inscriptions/here/{one.pk}/" in text(response)
    assert "<svg" in response.content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"do": "erase"},
        {"do": "note"},
        {"do": "note", "of": "x"},
        {"do": "note", "of": str(10**30)},
        {"do": "note", "of": "\x00"},
        {"do": "note", "of": "1", "half_day": "-1"},
        {"do": "note", "of": "1", "half_day": "0"},
        {"do": "let_in", "of": "999999"},
        {"do": "replace", "of": "999999", "first_name": "A", "last_name": "B"},
        {"do": "confirm", "of": "999999"},
        {"do": "add", "of": "999999"},
        {"do": "walk_in", "first_name": "http://x.example", "last_name": "\ufffd"},
    ],
    ids=str,
)
def test_no_form_makes_it_fall(one, fields):
    response = opened(one).post(desk(one), {"half_day": "1", "state": "PRESENT", **fields})

    assert response.status_code in (404, 422)
    assert not PresenceEntry.objects.exists()


def test_nothing_is_noted_where_nothing_takes_place(one):
    (somebody,) = people(one, 1)
    browser = opened(one)
    scheduling.cancel(one, by=None, at=timezone.now())

    refused = post(browser, one, do="note", of=somebody.pk, state="PRESENT")
    answer = send(browser, one, tap(somebody))

    assert refused.status_code == 422
    assert (outcomes(answer), answer.json()["state"]["open"]) == (["refused"], False)
    assert not PresenceEntry.objects.exists()


# --- what a phone sends ------------------------------------------------------------------------


def test_what_is_sent_twice_is_done_once(one):
    somebody, waits = people(one, 2)
    browser = opened(one)
    walk_in = {
        "uid": str(uuid.uuid4()),
        "do": "walk_in",
        "half_day": 1,
        "noted_at": timezone.now().isoformat(),
        "first_name": "Sans",
        "last_name": "Inscription",
        "service_name": "Forem",
    }
    instead = tap(waits, do="replace", first_name="Une", last_name="Collègue")
    operations = [tap(somebody), walk_in, instead]

    answers = [outcomes(send(browser, one, *operations)) for _twice in range(3)]

    assert answers == [["counted"] * 3] * 3
    assert PresenceEntry.objects.count() == 3
    assert Participation.objects.count() == 4


def test_one_uid_twice_in_one_request_is_one_tap(one):
    (somebody,) = people(one, 1)
    same = tap(somebody)

    assert outcomes(send(opened(one), one, same, same)) == ["counted"]
    assert PresenceEntry.objects.count() == 1


def test_people_of_another_session_are_unknown_here(one, of_training):
    other = today(of_training)
    (somebody,) = people(other, 1)
    said_there = SelfCheckIn.objects.create(
        session=other, first_name="A", last_name="B", said_at=timezone.now()
    )

    answer = send(
        opened(one),
        one,
        tap(somebody),
        tap(somebody, do="let_in"),
        tap(somebody, do="replace", first_name="A", last_name="B"),
        tap(somebody, do="confirm", of=said_there.pk),
        tap(somebody, half_day=7),
    )

    assert outcomes(answer) == ["unknown"] * 5
    assert not PresenceEntry.objects.exists()


def test_of_two_phones_the_last_tap_counts_and_both_are_kept(one):
    (somebody,) = people(one, 1)
    browser = opened(one)
    now = timezone.now()
    later = (now - timedelta(minutes=1)).isoformat()
    earlier = (now - timedelta(minutes=9)).isoformat()

    first = send(browser, one, tap(somebody, noted_at=later), device="telephone2")
    second = send(browser, one, tap(somebody, state="EXCUSED", noted_at=earlier))

    assert (outcomes(first), outcomes(second)) == (["counted"], ["late"])
    assert list(PresenceEntry.objects.values_list("state", "device", "counted")) == [
        ("EXCUSED", "telephone1", False),
        ("PRESENT", "telephone2", True),
    ]
    assert Presence.objects.get().state == "PRESENT"


@pytest.mark.parametrize("wrong", [timedelta(hours=5), timedelta(days=-400)], ids=str)
def test_a_clock_that_is_wrong_is_put_right(one, wrong):
    (somebody,) = people(one, 1)
    there = timezone.now() + wrong

    noted_at = (there - timedelta(minutes=3)).isoformat()
    send(opened(one), one, tap(somebody, noted_at=noted_at), sent_at=there.isoformat())

    entry = PresenceEntry.objects.get()
    assert entry.received_at - entry.noted_at == pytest.approx(
        timedelta(minutes=3), abs=timedelta(seconds=1)
    )


@pytest.mark.parametrize(
    "noted_at", ["2999-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00"]
)
def test_no_tap_is_of_the_future_or_of_long_ago(one, noted_at):
    (somebody,) = people(one, 1)

    assert outcomes(send(opened(one), one, tap(somebody, noted_at=noted_at))) == ["counted"]

    entry = PresenceEntry.objects.get()
    assert one.starts_at - attendance.WELCOMED_BEFORE <= entry.noted_at <= entry.received_at


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b" ", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"operations": 3}', "application/json", 400),
        (b'{"operations": [3]}', "application/json", 400),
        (b'{"operations": [{}]}', "application/json", 400),
        (b'{"operations": [{"uid": "x"}]}', "application/json", 400),
        (b'{"operations": []}', "text/plain", 415),
        (b"operations=3", "application/x-www-form-urlencoded", 415),
        (json.dumps({"operations": [{}] * 501}).encode(), "application/json", 413),
        (b" " * (600 * 1024), "application/json", 413),
    ],
)
def test_what_is_no_list_of_taps_is_refused_in_json(one, body, content_type, status):
    response = opened(one).post(desk(one, "notes/"), body, content_type=content_type)

    assert response.status_code == status
    assert list(response.json()) == ["message"]


ODD = [
    {"do": "erase"},
    {"do": None},
    {"of": None},
    {"of": 10**30},
    {"of": [1]},
    {"of": "1.5"},
    {"half_day": {"a": 1}},
    {"state": "PARTLY"},
    {"state": "\ud800"},
    {"noted_at": "yesterday"},
    {"noted_at": 3},
    {"noted_at": "2027-01-01T10:00:00"},
    {"arrived_at": "25:00"},
    {"arrived_at": 12, "left_at": True},
    {"do": "walk_in", "first_name": "\ud800", "last_name": "X", "service_name": "\x00"},
    {"do": "walk_in", "first_name": "X" * 500, "last_name": "Y", "service_name": "Z"},
    {"do": "replace", "first_name": {"a": 1}, "last_name": "Y"},
]


@pytest.mark.parametrize("odd", ODD, ids=[ascii(one) for one in ODD])
def test_a_tap_that_cannot_be_read_is_refused_alone(one, odd):
    somebody, other = people(one, 2)

    answer = send(opened(one), one, tap(somebody, **odd), tap(other))

    first, second = answer.json()["answers"].values()
    assert (answer.status_code, first["outcome"], second["outcome"]) == (200, "refused", "counted")
    assert first["sentence"]
    assert PresenceEntry.objects.count() == 1


def test_a_phone_whose_link_has_ended_is_told_so_and_nothing_is_noted(one):
    (somebody,) = people(one, 1)
    browser = opened(one)
    day_links.revoke(one, purpose=TokenPurpose.DESK, by=None, at=timezone.now())
    kept = tap(somebody)

    refused = send(browser, one, kept)
    assert (refused.status_code, list(refused.json())) == (404, ["message"])
    assert not PresenceEntry.objects.exists()

    # A new link of this session sends what was kept.
    browser.get(link(one))
    assert outcomes(send(browser, one, kept)) == ["counted"]


def test_another_site_cannot_send_taps(one):
    (somebody,) = people(one, 1)
    browser = Client(enforce_csrf_checks=True)
    browser.get(link(one))

    assert send(browser, one, tap(somebody)).status_code == 403
    token = browser.get(desk(one, "state.json")).json()["token"]
    body = json.dumps({"operations": [tap(somebody)]})
    accepted = browser.post(
        desk(one, "notes/"),
        body,
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )
    assert outcomes(accepted) == ["counted"]


def test_let_in_by_both_phones_is_let_in_once():
    one = today(capacity=2)
    people(one, 3)
    browser = opened(one)
    waits = Participation.objects.get(status="WAITING")
    first = send(browser, one, tap(waits, do="let_in"))
    assert (outcomes(first), first.json()["answers"].popitem()[1]["may_pass"]) == (
        ["refused"],
        True,
    )

    both = [send(browser, one, tap(waits, do="let_in", beyond=True)) for _phone in range(2)]

    assert [outcomes(each) for each in both] == [["counted"]] * 2
    assert Presence.objects.get().state == "PRESENT"
    assert Registration.objects.filter(participants__participations=waits).count() == 1


def test_a_known_service_is_recognised_however_it_is_written(one):
    partner("Relais social")
    walk_in = {
        "uid": str(uuid.uuid4()),
        "do": "walk_in",
        "half_day": 1,
        "noted_at": timezone.now().isoformat(),
        "first_name": "Sans",
        "last_name": "Inscription",
        "service_name": "relais SOCIAL",
    }

    send(opened(one), one, walk_in)

    assert PartnerService.objects.get() == Registration.objects.get().partner
