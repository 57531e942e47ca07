"""The screens where an organiser sets how places are shared."""

import re
from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import querydict_from_html

from registrations.enums import Promotion
from registrations.models import Participation, ServiceKind, SignUpRules, Workshop
from registrations.templatetags.registrations_tags import rules_of
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
)
from tests.factories.users import communications_officer, registrations_manager, user
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def officer(client):
    officer = communications_officer()
    client.force_login(officer)
    return officer


@pytest.fixture
def kinds():
    return [ServiceKind.objects.create(name={"en": name}) for name in ("Police", "Welfare")]


def rules_url(page):
    return reverse("registrations_admin:rules", args=[page.training.pk])


def apart_url(one):
    return reverse("registrations_admin:session_rules", args=[one.pk])


def workshops_url(one):
    return reverse("registrations_admin:workshops", args=[one.pk])


def editor_url(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def shown(client, url):
    """What a browser would send of the screen as it is shown."""
    html = client.get(url, headers=ENGLISH).content.decode()
    data = querydict_from_html(html, form_id="w-editor-form")
    # Of boxes with one name that reads the last, and of one without a value nothing.
    boxes = re.findall(r'<input type="checkbox" name="([^"]+)"([^>]*)>', html)
    for name in {name for name, _rest in boxes}:
        ticked = [rest for other, rest in boxes if other == name and " checked" in rest]
        values = [re.search(r' value="([^"]*)"', rest) for rest in ticked]
        data.setlist(name, [value.group(1) if value else "on" for value in values])
        if not ticked:
            del data[name]
    return data


def send(client, url, data, **changed):
    for name, value in changed.items():
        if isinstance(value, list):
            data.setlist(name, value)
        else:
            data[name] = value
    return client.post(url, dict(data.lists()), headers=ENGLISH)


def distances(row):
    return list(row.reminders.values_list("days", "moment", "status"))


def faults(response):
    assert response.status_code == 200
    return [(one.get("field"), str(one["sentence"])) for one in response.context["form"].faults]


# --- of a training -----------------------------------------------------------------------------


def test_the_screen_proposes_and_one_button_sets_it(client, officer, page):
    sent = shown(client, rules_url(page))
    assert not SignUpRules.objects.exists()

    response = send(client, rules_url(page), sent, next=editor_url(page))

    assert response["Location"] == editor_url(page)
    row = SignUpRules.objects.get()
    assert (row.training, row.capacity, row.per_service) == (page.training, 20, 2)
    assert (row.closes_days_before, row.deadline_time) == (7, time(12))
    assert (row.has_waiting_list, row.promotion) == (True, Promotion.OFFER)
    assert (row.quotas.count(), row.caps.count()) == (0, 0)
    assert distances(row) == [(1, "AFTER", "CONFIRMED"), (2, "BEFORE", "CONFIRMED")]
    assert ModelLogEntry.objects.get(action="registrations.set_rules").user == officer


def test_everything_that_is_typed_is_kept(client, officer, page, kinds):
    police, welfare = kinds
    school = partner("École sociale")
    typed = {
        "capacity": "24",
        "opens_days_before": "60",
        "withdraw_days_before": "3",
        "deadline_time": "09:30",
        "priority_kinds": [str(police.pk)],
        "promotion": "BY_HAND",
        "needs_approval": "on",
        "min_participants": "8",
        "may_hold": "12",
        "kept-0-kinds": [str(police.pk), str(welfare.pk)],
        "kept-0-places": "16",
        "limits-0-kind": str(police.pk),
        "limits-0-places": "4",
    }
    send(client, rules_url(page), shown(client, rules_url(page)), **typed)
    again = shown(client, rules_url(page))
    assert {name: again.getlist(name) for name in typed} == {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }

    # A spare row is there again.
    send(client, rules_url(page), again, **{"limits-1-partner": str(school.pk)})

    caps = SignUpRules.objects.get().caps.values_list("kind", "partner", "places")
    assert list(caps) == [(police.pk, None, 4), (None, school.pk, None)]


def test_a_row_is_added_without_script_and_nothing_typed_is_lost(client, officer, page, kinds):
    sent = shown(client, rules_url(page))
    typed = {"capacity": "a few", "kept-0-places": "8", "add": "kept"}

    response = send(client, rules_url(page), sent, **typed)

    form = response.context["form"]
    assert (len(form.kept.forms), len(form.limits.forms)) == (2, 1)
    assert faults(response) == []
    assert form.rules["capacity"].value() == "a few"
    assert form.kept.forms[0]["places"].value() == "8"
    assert not SignUpRules.objects.exists()


def test_a_row_is_removed(client, officer, page, kinds):
    row = SignUpRules.objects.create(training=page.training)
    for kind in kinds:
        row.caps.create(kind=kind, places=4)

    send(client, rules_url(page), shown(client, rules_url(page)), **{"limits-0-DELETE": "on"})

    assert [cap.kind for cap in row.caps.all()] == [kinds[1]]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"capacity": "0"}, [("Places", "Ensure this value is greater than or equal to 1.")]),
        (
            {"opens_days_before": "7", "closes_days_before": "7"},
            [("Registration opens", "Registration closes after it opens.")],
        ),
        (
            {"capacity": "5", "min_participants": "6"},
            [("Minimum number of participants", "There are not so many places.")],
        ),
        (
            {"may_hold": "5", "names_days_before": ""},
            [("Names by", "Say by when the names are needed.")],
        ),
        (
            {"kept-0-kinds": ["police"], "kept-0-places": ""},
            [("Row 1, Places", "Say how many places.")],
        ),
        (
            {"kept-0-places": "8"},
            [("Row 1, Kinds of service", "Choose for which kinds of service.")],
        ),
        (
            {"capacity": "7", "kept-0-kinds": ["police"], "kept-0-places": "8"},
            [("Row 1, Places", "More places are kept than there are.")],
        ),
        (
            {
                "kept-TOTAL_FORMS": "2",
                "kept-0-kinds": ["police"],
                "kept-0-places": "8",
                "kept-1-kinds": ["police", "welfare"],
                "kept-1-places": "8",
            },
            [
                (
                    "Row 2, Kinds of service",
                    "A kind of service has its places in one row only.",
                )
            ],
        ),
        (
            {"limits-0-kind": "police", "limits-0-partner": "one", "limits-0-places": "4"},
            [("Row 1, Or one service", "Choose a kind of service or one service, not both.")],
        ),
        (
            {"limits-0-places": "4"},
            [("Row 1, Kind of service", "Choose a kind of service or one service.")],
        ),
        (
            {
                "limits-TOTAL_FORMS": "2",
                "limits-0-kind": "police",
                "limits-0-places": "4",
                "limits-1-kind": "police",
                "limits-1-places": "5",
            },
            [("Row 2, Kind of service", "This one has its number already.")],
        ),
        (
            {"reminders-0-days": "61"},
            [("Row 1, Days", "Ensure this value is less than or equal to 60.")],
        ),
        (
            {"reminders-0-days": "0"},
            [("Row 1, Days", "Ensure this value is greater than or equal to 1.")],
        ),
        (
            {"reminders-1-status": "WAITING"},
            [("Row 2, To whom", "Nobody waits for a session that is over.")],
        ),
        (
            {"reminders-2-days": "2"},
            [("Row 3, Days", "This one is there already.")],
        ),
        (
            {"reminders-2-moment": "AFTER"},
            [("Row 3, Days", "Say how many days.")],
        ),
        ({"deadline_time": ""}, [("At what time", "This field is required.")]),
        (
            {"closes_days_before": "99999999999"},
            [("Registration closes", "Ensure this value is less than or equal to 365.")],
        ),
        (
            {"limits-0-kind": "99999999999999999999", "limits-0-places": "4"},
            [
                (
                    "Row 1, Kind of service",
                    "Select a valid choice. That choice is not one of the available choices.",
                )
            ],
        ),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client, officer, page, kinds, typed, found):
    names = {
        "police": str(kinds[0].pk),
        "welfare": str(kinds[1].pk),
        "one": str(partner("Une maison").pk),
    }

    def named(value):
        if isinstance(value, list):
            return [named(one) for one in value]
        return names.get(value, value)

    sent = shown(client, rules_url(page))
    changed = {name: named(value) for name, value in typed.items()}
    response = send(client, rules_url(page), sent, **changed)

    assert faults(response) == found
    assert not SignUpRules.objects.exists()
    # Each sentence leads to a field that is there.
    html = response.content.decode()
    assert [f'id="{one["id"]}"' in html for one in response.context["form"].faults] == [True]


@pytest.mark.parametrize("name", ["kept", "limits", "reminders"])
@pytest.mark.parametrize("total", ["", "-1", "99999", "x"])
def test_a_number_of_rows_that_no_screen_sends_is_no_fault_of_ours(
    client, officer, page, name, total
):
    sent = shown(client, rules_url(page))

    for also in ({}, {"add": name}):
        response = send(
            client, rules_url(page), sent.copy(), **{f"{name}-TOTAL_FORMS": total} | also
        )
        assert response.status_code in (200, 302)


def test_dates_to_come_follow_and_it_is_said(client, officer, page, soon):
    one = session(page, soon, capacity=None)

    response = send(client, rules_url(page), shown(client, rules_url(page)))

    one.refresh_from_db()
    assert one.capacity == 20
    page_after = client.get(response["Location"], headers=ENGLISH).content.decode()
    assert "The rules hold from now on; 1 date to come has other places or deadlines." in page_after


def test_what_nobody_may_expect_is_asked_first(client, officer, page, soon):
    one = session(page, soon, capacity=None)
    registration(*[person(one, number=number) for number in (1, 2)], at=timezone.now())
    sent = shown(client, rules_url(page))

    asked = send(client, rules_url(page), sent, capacity="1")

    assert len(asked.context["warnings"]) == 1
    assert "2 people have a place; nobody loses it." in asked.context["warnings"][0]
    assert not SignUpRules.objects.exists()
    assert asked.context["form"].rules["capacity"].value() == "1"

    tick = {"passed": asked.context["digest"]}
    assert send(client, rules_url(page), sent, **tick).status_code == 302
    assert TrainingSession.objects.get().capacity == 1
    assert Participation.objects.seated().count() == 2


def test_reminders_are_typed_kept_and_removed(client, officer, page):
    row = SignUpRules.objects.create(training=page.training)
    row.reminders.create(days=2)
    typed = {
        "reminders-0-days": "7",
        "reminders-1-days": "3",
        "reminders-1-moment": "BEFORE",
        "reminders-1-status": "WAITING",
    }

    send(client, rules_url(page), shown(client, rules_url(page)), **typed)
    assert distances(row) == [(7, "BEFORE", "CONFIRMED"), (3, "BEFORE", "WAITING")]

    again = shown(client, rules_url(page))
    assert {name: again[name] for name in typed} == typed

    # A row without days is none, as is one that is removed.
    send(
        client,
        rules_url(page),
        again,
        **{"reminders-0-days": "", "reminders-1-DELETE": "on"},
    )
    assert distances(row) == []


def test_a_reminder_more_is_added_without_script(client, officer, page):
    sent = shown(client, rules_url(page))

    response = send(client, rules_url(page), sent, **{"reminders-2-days": "9", "add": "reminders"})

    rows = response.context["form"].reminders.forms
    assert [row["days"].value() for row in rows] == ["2", "1", "9", None]
    assert not SignUpRules.objects.exists()


def test_a_session_apart_has_reminders_of_its_own(client, officer, page, soon):
    row = SignUpRules.objects.create(training=page.training)
    row.reminders.create(days=2)
    one = session(page, soon)
    sent = shown(client, apart_url(one))
    assert sent["reminders-0-days"] == "2"

    send(client, apart_url(one), sent, **{"reminders-0-days": "5"})

    own = SignUpRules.objects.get(session=one)
    assert (distances(own), distances(row)) == (
        [(5, "BEFORE", "CONFIRMED")],
        [(2, "BEFORE", "CONFIRMED")],
    )


# --- of one session apart ----------------------------------------------------------------------


def test_a_session_apart_starts_as_its_training_and_has_its_own_places(
    client, officer, page, soon, kinds
):
    row = SignUpRules.objects.create(training=page.training, per_service=3)
    row.quotas.create(places=4).kinds.set(kinds)
    one = session(page, soon)
    sent = shown(client, apart_url(one))
    assert (sent["per_service"], sent["kept-0-places"], sent["session-capacity"]) == (
        "3",
        "4",
        "40",
    )

    response = send(client, apart_url(one), sent, per_service="5", **{"session-capacity": "10"})

    assert response.status_code == 302
    own = SignUpRules.objects.get(session=one)
    assert (own.per_service, own.quotas.get().places) == (5, 4)
    one.refresh_from_db()
    assert (one.capacity, row.quotas.get().places) == (10, 4)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"session-capacity": "0"}, [("Places", "The number of places is at least 1.")]),
        (
            {"session-capacity": "5", "min_participants": "6"},
            [("Minimum number of participants", "There are not so many places.")],
        ),
        (
            {
                "session-registration_opens_at": "2031-01-02 10:00",
                "session-registration_closes_at": "2031-01-02 10:00",
            },
            [("Registration closes", "Registration closes after it opens.")],
        ),
        (
            {"session-registration_opens_at": "9999-12-31 23:59"},
            [("Registration opens", "Give a year between 2000 and 2099.")],
        ),
    ],
)
def test_what_a_session_cannot_have_is_said_beside_its_field(
    client, officer, page, soon, typed, found
):
    one = session(page, soon)

    response = send(client, apart_url(one), shown(client, apart_url(one)), **typed)

    assert faults(response) == found
    assert not SignUpRules.objects.exists()


def test_what_the_rest_of_a_session_refuses_is_said_and_nothing_is_saved(
    client, officer, page, soon
):
    one = session(page, soon)
    TrainingSession.objects.update(online_url="no address")
    sent = shown(client, apart_url(one))

    response = send(client, apart_url(one), sent, **{"session-capacity": "3"})

    assert faults(response) == [(None, "Enter a valid URL.")]
    assert not SignUpRules.objects.exists()
    assert TrainingSession.objects.get().capacity == 40


def test_a_session_follows_its_training_again(client, officer, page, soon):
    SignUpRules.objects.create(training=page.training, capacity=9)
    one = session(page, soon, capacity=3)
    SignUpRules.objects.create(session=one)

    response = client.post(apart_url(one), {"follow": "1", "next": editor_url(page)})

    assert response["Location"] == editor_url(page)
    assert list(SignUpRules.objects.values_list("session", flat=True)) == [None]
    one.refresh_from_db()
    assert one.capacity == 9


# --- workshops ---------------------------------------------------------------------------------


def test_workshops_are_written_in_the_languages_of_the_site(client, officer, page, soon):
    translated(page, "nl", "Op zoek naar een woning")
    one = session(page, soon)
    typed = {
        "workshops-0-title_fr": " Écouter  un ménage ",
        "workshops-0-title_nl": "Luisteren",
        "workshops-0-room": "Salle 2",
        "workshops-0-capacity": "20",
    }

    response = send(client, workshops_url(one), shown(client, workshops_url(one)), **typed)

    assert response.status_code == 302
    made = Workshop.objects.get()
    assert (made.session, made.room, made.capacity) == (one, "Salle 2", 20)
    assert made.title == {"fr": "Écouter un ménage", "nl": "Luisteren"}
    again = shown(client, workshops_url(one))
    assert again["workshops-0-pk"] == str(made.pk)
    send(client, workshops_url(one), again, **{"workshops-0-room": "Salle 3"})
    assert Workshop.objects.get().room == "Salle 3"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"workshops-0-room": "Salle 2"}, "Write a title in at least one language."),
        ({"workshops-0-title_fr": "Un\x07"}, "This text holds a character that cannot be printed."),
    ],
)
def test_a_workshop_has_a_title(client, officer, page, soon, typed, found):
    one = session(page, soon)

    response = send(client, workshops_url(one), shown(client, workshops_url(one)), **typed)

    assert faults(response) == [("Row 1, Title", found)]
    assert not Workshop.objects.exists()


def test_a_workshop_with_people_is_neither_removed_nor_made_too_small_unasked(
    client, officer, page, soon
):
    one = session(page, soon)
    made = [Workshop.objects.create(session=one, title={"fr": name}) for name in ("A", "B")]
    choice = ((one.pk, made[0].pk, made[1].pk),)
    people = [person(one, number=number, workshops=choice) for number in (1, 2)]
    registration(*people, at=timezone.now())

    sent = shown(client, workshops_url(one))
    refused = send(client, workshops_url(one), sent.copy(), **{"workshops-0-DELETE": "on"})
    assert faults(refused) == [("Row 1, Delete", "Somebody has chosen this workshop: it stays.")]
    assert Workshop.objects.count() == 2

    asked = send(client, workshops_url(one), sent, **{"workshops-0-capacity": "1"})
    assert asked.context["warnings"] == ["A: 2 people are in it, and all of them stay."]
    assert Workshop.objects.filter(capacity=None).count() == 2

    send(client, workshops_url(one), sent, passed=asked.context["digest"])
    assert list(Workshop.objects.values_list("capacity", flat=True)) == [1, None]


# --- who may, and how one gets there -----------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_who_changes_trainings_and_sessions_may(client, page, soon, method):
    one = session(page, soon)
    addresses = [rules_url(page), apart_url(one), workshops_url(one)]
    for somebody in (registrations_manager(), user("trainings.change_programme", name="autre")):
        client.force_login(somebody)
        for address in addresses:
            response = getattr(client, method)(address, {"follow": "1"})
            assert response["Location"] == reverse("wagtailadmin_home")
    client.logout()
    for address in addresses:
        assert reverse("wagtailadmin_login") in getattr(client, method)(address)["Location"]


@pytest.mark.parametrize("name", ["rules", "session_rules", "workshops"])
def test_what_is_not_there_is_not_found(client, officer, name):
    address = reverse(f"registrations_admin:{name}", args=[404])
    assert client.get(address, follow=True).status_code == 404


def test_the_panel_proposes_and_tells_it_is_no_draft(client, officer, page, soon):
    one = session(page, soon)

    html = client.get(editor_url(page), headers=ENGLISH).content.decode()

    assert "Registrations are not part of the draft" in html
    assert "No rules are set yet. We propose:" in html
    for sentence in ("20 places.", "At most 2 people per service."):
        assert f"<li>{sentence}</li>" in html
    for address in (rules_url(page), apart_url(one), workshops_url(one)):
        assert f"{address}?next={editor_url(page)}" in html


def test_the_panel_tells_the_rules_and_which_dates_have_their_own(client, officer, page, soon):
    SignUpRules.objects.create(training=page.training, per_service=3)
    session(page, soon)
    apart = session(page, soon + timedelta(days=1))
    SignUpRules.objects.create(session=apart, per_service=7)
    Workshop.objects.create(session=apart, title={"en": "A"})

    html = client.get(editor_url(page), headers=ENGLISH).content.decode()

    assert html.count("<li>At most 3 people per service.</li>") == 1
    assert html.count("<li>At most 7 people per service.</li>") == 1
    assert html.count("<summary>its own</summary>") == 1
    assert "1 workshop<" in html
    assert "Change the rules" in html


def test_a_new_page_is_saved_before_its_rules(client, officer, page):
    parent = page.get_parent()
    address = reverse("wagtailadmin_pages:add", args=["trainings", "trainingpage", parent.pk])

    html = client.get(address, headers=ENGLISH).content.decode()

    assert "Save the page once: then you can set its rules." in html


def test_the_panel_takes_as_many_queries_for_many_dates(client, officer, page, soon):
    def dates(first, last):
        for number in range(first, last):
            one = session(page, soon + timedelta(days=number))
            SignUpRules.objects.create(session=one)
            Workshop.objects.create(session=one, title={"en": "A"})

    def count():
        client.get(editor_url(page))
        with CaptureQueriesContext(connection) as captured:
            client.get(editor_url(page))
        return len(captured)

    dates(0, 1)
    with_one = count()
    dates(1, 5)
    assert count() == with_one


# --- what visitors read ------------------------------------------------------------------------


def test_the_training_page_tells_the_rules_of_each_date(client, page, soon):
    SignUpRules.objects.create(training=page.training, per_service=3, has_waiting_list=False)
    session(page, soon)
    apart = session(page, soon + timedelta(days=1))
    SignUpRules.objects.create(session=apart, per_service=7, has_waiting_list=False)

    agenda = client.get(page.url).context["agenda"]

    assert [line.rules for line in agenda.sessions] == [
        ["3\xa0personnes au plus par service.", "Il n’y a pas de liste d’attente."],
        ["7\xa0personnes au plus par service.", "Il n’y a pas de liste d’attente."],
    ]


def test_the_training_page_takes_as_many_queries_for_many_dates(client, page, soon):
    def dates(first, last):
        for number in range(first, last):
            one = session(page, soon + timedelta(days=number))
            row = SignUpRules.objects.create(session=one, min_participants=3)
            row.caps.create(kind=ServiceKind.objects.create(name={"fr": "CPAS"}), places=4)

    def count():
        client.get(page.url)
        with CaptureQueriesContext(connection) as captured:
            client.get(page.url)
        return len(captured)

    dates(0, 1)
    with_one = count()
    dates(1, 5)
    assert count() == with_one


def test_the_form_tells_what_dates_share_once(client, page, soon):
    row = SignUpRules.objects.create(training=page.training, has_waiting_list=False)
    for number in range(3):
        session(page, soon + timedelta(days=number))
    address = reverse("registrations:sign_up_training", args=[page.training.uid])

    agenda = client.get(address).context["agenda"]
    with override("en"):
        (told,) = rules_of(agenda)
        assert told["sentences"] == ("At most 2 people per service.", "There is no waiting list.")
        assert len(told["sessions"]) == 3

        row.withdraw_days_before = 3
        row.save()
        assert [len(one["sessions"]) for one in rules_of(agenda)] == [1, 1, 1]
