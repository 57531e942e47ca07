"""The attendance sheet in the admin, and what hangs from it."""

import json
import re
from datetime import time, timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook  # type: ignore[import-untyped]
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import attendance, on_the_spot
from registrations.domain.attendance import Note
from registrations.enums import PresenceSource, PresenceState, Promotion
from registrations.models import (
    AccessToken,
    AttendanceSheet,
    Participation,
    Presence,
    PresenceEntry,
    Registration,
    SheetScan,
    SignUpRules,
)
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, going_on, session, training_page
from tests.factories.users import organiser, registrations_manager, user
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 signed"
PRESENT, EXCUSED, ABSENT = PresenceState.PRESENT, PresenceState.EXCUSED, PresenceState.ABSENT


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    """It has begun, whatever the hour."""
    return going_on(page)


def english(somebody, client):
    UserProfile.objects.create(user=somebody, preferred_language="en")
    client.force_login(somebody)
    return somebody


@pytest.fixture
def decider(client):
    return english(organiser(), client)


@pytest.fixture
def greeter(client):
    """Notes who is present, and nothing else."""
    return english(user("registrations.record_presence", name="accueil"), client)


def people(session, number=1, **options):
    at = timezone.now() - timedelta(days=30)
    made = registration(*[person(session, number=one) for one in range(number)], at=at, **options)
    return list(Participation.objects.filter(participant__registration=made).order_by("pk"))


def url(view, session, *args):
    return reverse(f"registrations_admin:{view}", args=[session.pk, *args])


def text(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def shown(client, session) -> str:
    return client.get(url("sheet", session)).context["form"].shown


def save(client, session, *, before=None, **lines):
    """Lines are named `p<participation>_<half-day>_<field>`."""
    sent = {"shown": before or shown(client, session)}
    for name, value in json.loads(sent["shown"]).items():
        for field, said in zip(("state", "arrived_at", "left_at"), value, strict=True):
            sent[f"{name}-{field}"] = said
    sent.update({name[1:].replace("_", "-", 2): value for name, value in lines.items()})
    return client.post(url("sheet", session), sent, follow=True)


def line(one, field="state", half_day=1):
    return f"p{one.pk}_{half_day}_{field}"


def noted(session, one, state, *, half_day=1):
    at = timezone.now()
    tap = Note(participation_id=one.pk, half_day=half_day, state=state, at=at)
    attendance.note(session, [tap], source=PresenceSource.DESK, at=at)


def presences():
    return {one.participation_id: one.state for one in Presence.objects.all()}


def actions():
    return list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True))


# --- the sheet ---


def test_figures_and_people_by_service_are_shown(client, decider, morning):
    here, gone, _unknown = people(morning, 3)
    noted(morning, here, PRESENT)
    noted(morning, gone, EXCUSED)

    response = client.get(url("sheet", morning))

    assert vars(response.context["rows"].counts) == {
        "expected": 3,
        "present": 1,
        "partly": 0,
        "excused": 1,
        "absent": 0,
        "unknown": 1,
    }
    assert "CPAS de Charleroi (3)" in text(response)


def test_only_lines_that_were_changed_are_noted(client, decider, morning):
    one, other, third = people(morning, 3)
    noted(morning, other, PRESENT)
    noted(morning, third, PRESENT)

    response = save(client, morning, **{line(one): PRESENT, line(third): ABSENT})

    assert presences() == {one.pk: PRESENT, other.pk: PRESENT, third.pk: ABSENT}
    by_staff = PresenceEntry.objects.filter(source=PresenceSource.STAFF)
    assert set(by_staff.values_list("participation", "by")) == {
        (one.pk, decider.pk),
        (third.pk, decider.pk),
    }
    assert "2 lines are noted." in text(response)


def test_what_the_desk_noted_meanwhile_is_not_undone(client, decider, morning):
    one, other = people(morning, 2)
    before = shown(client, morning)
    noted(morning, one, PRESENT)

    save(client, morning, before=before, **{line(other): ABSENT})

    assert presences() == {one.pk: PRESENT, other.pk: ABSENT}


def test_it_is_taken_back(client, decider, morning):
    (one,) = people(morning)
    noted(morning, one, PRESENT)

    save(client, morning, **{line(one): ""})

    assert presences() == {one.pk: ""}


def test_hours_late_and_early_are_kept(client, decider, morning):
    (one,) = people(morning)

    save(client, morning, **{line(one): PRESENT, line(one, "arrived_at"): "00:00"})

    one.refresh_from_db()
    assert Presence.objects.get().arrived_at == time(0, 0)
    assert one.presence == PRESENT
    # And shown again.
    assert json.loads(shown(client, morning)) == {f"{one.pk}-1": [PRESENT, "00:00", ""]}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("state", "PARTLY"),
        ("state", "\x00"),
        ("arrived_at", "25:00"),
        ("arrived_at", "nine"),
        ("left_at", "9" * 500),
    ],
)
def test_a_fault_is_told_and_what_was_typed_stays(client, decider, morning, field, typed):
    one, other = people(morning, 2)

    response = save(
        client, morning, **{line(other): ABSENT, line(one): PRESENT, line(one, field): typed}
    )

    assert response.status_code == 422
    assert presences() == {}
    form = response.context["form"]
    assert (len(form.faults), form.lines[other.pk, 1].form["state"].value()) == (1, ABSENT)
    assert form.faults[0]["field"].startswith(one.participant.name)


def test_one_leaves_after_one_has_come(client, decider, morning):
    (one,) = people(morning)

    response = save(
        client,
        morning,
        **{
            line(one): PRESENT,
            line(one, "arrived_at"): "12:00",
            line(one, "left_at"): "11:00",
        },
    )

    assert (response.status_code, presences()) == (422, {})
    assert "One leaves after one has come." in text(response)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{",
        "[]",
        '"x"',
        '{"x": ["", "", ""]}',
        '{"1-1": 3}',
        '{"1-1": []}',
        "[" * 10**5,
        '{"99999999999999999999-1": ["", "", ""]}',
    ],
)
def test_what_no_page_of_ours_sends_changes_nothing(client, decider, morning, sent):
    (one,) = people(morning)

    response = client.post(url("sheet", morning), {"shown": sent, f"{one.pk}-1-state": PRESENT})

    assert (response.status_code, presences()) == (422, {})


def test_people_of_another_session_are_left_alone(client, decider, page, morning):
    (stranger,) = people(going_on(page))
    people(morning)
    key = f"{stranger.pk}-1"

    client.post(
        url("sheet", morning),
        {"shown": json.dumps({key: ["", "", ""]}), f"{key}-state": PRESENT},
    )

    assert presences() == {}


def test_a_day_has_two_half_days(client, decider, page):
    day = going_on(
        page, start_time=time(9), end_time=time(16, 30), training_time=timedelta(hours=6)
    )
    (one,) = people(day)

    save(client, day, **{line(one, half_day=2): PRESENT})

    assert list(Presence.objects.values_list("half_day", "state")) == [(2, PRESENT)]
    assert len(client.get(url("sheet", day)).context["form"].lines) == 2


@pytest.mark.parametrize("number", [1, 30])
def test_the_sheet_takes_the_same_number_of_queries(client, decider, morning, number, record):
    for one in range(number):
        (made,) = (
            people(morning, partner=partner(f"Service {one}"))
            if not one
            else [
                Participation.objects.get(
                    participant__registration=registration(
                        person(morning, number=100 + one),
                        partner=partner(f"Service {one}"),
                        at=timezone.now() - timedelta(days=30),
                    )
                )
            ]
        )
        noted(morning, made, PRESENT)
    client.get(url("sheet", morning))

    with CaptureQueriesContext(connection) as queries:
        response = client.get(url("sheet", morning))

    assert response.context["rows"].counts.present == number
    assert record.setdefault("queries", len(queries)) == len(queries)


@pytest.fixture(scope="module")
def record():
    return {}


def test_who_waits_is_listed(client, decider, morning):
    SignUpRules.objects.create(
        session=morning, capacity=None, per_service=1, promotion=Promotion.BY_HAND
    )
    people(morning, 2)

    words = text(client.get(url("sheet", morning)))

    assert "Assistante Sociale 1, CPAS de Charleroi – on the waiting list, rank 1" in words


# --- closing ---


def test_closing_says_who_is_excused_and_who_is_absent(client, decider, morning):
    here, told, missing = people(morning, 3)
    noted(morning, here, PRESENT)
    before = text(client.get(url("sheet", morning)))

    response = client.post(
        url("sheet_close", morning), {"announced": [told.pk, "x", "9" * 30]}, follow=True
    )

    assert "Then 1 attestation is issued and sent by mail, to who was present." in before
    assert presences() == {here.pk: PRESENT, told.pk: EXCUSED, missing.pk: ABSENT}
    assert "The sheet is closed." in text(response)
    assert AttendanceSheet.objects.get().closed_by == decider


def test_opened_again_nobody_is_absent_by_closing(client, decider, morning):
    (one,) = people(morning)
    client.post(url("sheet_close", morning))

    response = client.post(url("sheet_reopen", morning), follow=True)

    one.refresh_from_db()
    assert (one.presence, AttendanceSheet.objects.get().is_closed) == ("", False)
    assert "The sheet is open again." in text(response)


def test_it_is_not_closed_before_it_begins(client, decider, page):
    later = session(page, timezone.localdate() + timedelta(days=20))
    people(later)

    response = client.post(url("sheet_close", later), follow=True)

    assert "It can be closed once the session has begun." in text(response)
    assert AttendanceSheet.objects.exists() is False


# --- who may ---


def test_who_welcomes_sees_names_and_services_and_nothing_else(client, greeter, morning):
    (one,) = people(morning)
    registration(
        person(morning, number=7, access="Fauteuil roulant", diet="Halal", wish="Une question"),
        at=timezone.now() - timedelta(days=30),
    )

    response = client.get(url("sheet", morning))

    html = response.content.decode()
    for hidden in ("@", "Fauteuil", "Halal", "Une question", "assistante sociale"):
        assert hidden not in Page(html, "no mark").text.replace(greeter.email, "")
    assert "personne7" not in html
    for name in ("links", "paper", "scans", "close", "export"):
        assert url(f"sheet_{name}", morning) not in html
    save(client, morning, **{line(one): PRESENT})
    assert presences() == {one.pk: PRESENT}


def test_who_welcomes_has_one_entry_in_the_menu(client, greeter, morning):
    people(morning)
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    ours = set(re.findall(r'"url": "(/[^"]*)"', html.replace("&quot;", '"')))

    assert reverse("registrations_admin:welcome") in ours
    assert [one for one in ours if "registration" in one or "training" in one] == [
        reverse("registrations_admin:welcome")
    ]
    listed = client.get(reverse("registrations_admin:welcome"))
    assert url("sheet", morning) in listed.content.decode()
    with translation.override("en"):
        desk = reverse("registrations:desk", args=[morning.pk])
    assert f'href="{desk}"' in listed.content.decode()


ONLY_WHO_DECIDES = ["sheet_links", "sheet_paper", "sheet_scans"]


@pytest.mark.parametrize("view", ONLY_WHO_DECIDES)
@pytest.mark.parametrize(
    "make",
    [registrations_manager, lambda: user("registrations.record_presence"), lambda: user()],
    ids=["who sees", "who welcomes", "nobody"],
)
def test_others_have_no_such_screen(client, morning, view, make):
    client.force_login(make())

    for response in (client.get(url(view, morning)), client.post(url(view, morning))):
        assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))


@pytest.mark.parametrize("view", ["sheet_close", "sheet_reopen"])
def test_who_welcomes_closes_nothing(client, greeter, morning, view):
    people(morning)

    client.post(url(view, morning))

    assert AttendanceSheet.objects.exists() is False


@pytest.mark.parametrize("view", ["sheet", "sheet_export", "sheet_room"])
def test_who_may_do_nothing_is_turned_away(client, morning, view):
    client.force_login(user())

    for response in (client.get(url(view, morning)), client.post(url(view, morning))):
        assert response["Location"] == reverse("wagtailadmin_home")
    assert client.get(reverse("registrations_admin:welcome"))["Location"] == reverse(
        "wagtailadmin_home"
    )


def test_who_is_not_logged_in_is_asked_to(client, morning):
    for view in ("sheet", *ONLY_WHO_DECIDES):
        assert client.get(url(view, morning))["Location"].startswith(reverse("wagtailadmin_login"))


def test_reading_changes_nothing(client, decider, morning):
    people(morning)
    before = (ModelLogEntry.objects.count(), AccessToken.objects.count())

    for view in (
        "sheet",
        "sheet_close",
        "sheet_reopen",
        "sheet_room",
        "sheet_links",
        "sheet_paper",
        "sheet_scans",
        "sheet_export",
    ):
        client.get(url(view, morning), {"do": "renew", "purpose": "DESK", "format": "csv"})
        client.head(url(view, morning))

    assert (ModelLogEntry.objects.count(), AccessToken.objects.count()) == before
    assert AttendanceSheet.objects.exists() is Presence.objects.exists() is False


def test_the_right_to_note_is_one_that_groups_are_given(client, admin_client):
    html = admin_client.get(reverse("wagtailusers_groups:add")).content.decode()

    permission = Permission.objects.get(codename="record_presence")
    assert re.search(rf'name="permissions"[^>]*value="{permission.pk}"', html)


# --- the code for the room ---


def test_a_code_for_the_room_is_made_and_shown(client, greeter, morning):
    response = client.post(url("sheet_room", morning), follow=True)

    code = AttendanceSheet.objects.get().room_code
    assert code in text(response)
    assert f"http://localhost{reverse('registrations:here', args=[morning.pk])}" in text(response)


def test_there_is_none_long_before(client, decider, page):
    later = session(page, timezone.localdate() + timedelta(days=20))

    client.post(url("sheet_room", later))

    assert AttendanceSheet.objects.exists() is False
    assert "Code for the room" not in text(client.get(url("sheet", later)))


# --- links of the day ---


@pytest.mark.parametrize("purpose", ["DESK", "TRAINER"])
def test_a_link_is_shown_once_as_text_and_as_a_code(client, decider, morning, purpose):
    address = url("sheet_links", morning)

    made = client.post(address, {"do": "renew", "purpose": purpose})

    html = made.content.decode()
    (link,) = re.findall(r'value="(http[^"]*)" readonly', html)
    assert link.startswith("http://localhost/")
    assert f"/{purpose.lower()}/" in link
    assert re.search(r"<svg[^>]*>\s*<title>[^<]+</title>\s*<desc>[^<]+</desc>", html)
    assert "no-store" in made["Cache-Control"]
    assert Client().get(urlsplit(link).path).status_code == 302
    later = client.get(address).content.decode()
    assert urlsplit(link).path not in later
    assert "There is one, which opens until" in later


def test_renewed_and_revoked_a_link_opens_no_more(client, decider, morning):
    address, about = url("sheet_links", morning), {"purpose": "DESK"}
    first = client.post(address, {"do": "renew", **about}).context["links"][0]["made"]["address"]
    again = client.post(address, {"do": "renew", **about})
    second = again.context["links"][0]["made"]["address"]

    def status(one):
        return Client().get(urlsplit(one).path).status_code

    assert "The link before no longer works." in text(again)
    assert (status(first), status(second)) == (404, 302)
    assert "The link is revoked." in text(
        client.post(address, {"do": "revoke", **about}, follow=True)
    )
    assert status(second) == 404
    assert [one for one in actions() if "desk_link" in one] == [
        "registrations.renew_desk_link",
        "registrations.renew_desk_link",
        "registrations.revoke_desk_link",
    ]


@pytest.mark.parametrize("purpose", ["", "MANAGE", "SERVICE", "\x00"])
def test_no_other_link_is_made_there(client, decider, morning, purpose):
    sent = {"do": "renew", "purpose": purpose}

    # Where nothing is, other languages are looked into first.
    assert client.post(url("sheet_links", morning), sent, follow=True).status_code == 404
    assert AccessToken.objects.filter(session=morning).exists() is False


# --- the signed paper ---


def enter(client, session, *signed):
    shown = client.get(url("sheet_paper", session)).context["shown"]
    sent = {"do": "save", "shown": shown, "signed": [f"{one.pk}-1" for one in signed]}
    return client.post(url("sheet_paper", session), sent, follow=True)


def test_signatures_are_kept_and_what_differs_is_shown(client, decider, morning):
    both, only_list, only_paper, neither = people(morning, 4)
    noted(morning, both, PRESENT)
    noted(morning, only_list, PRESENT)
    noted(morning, only_paper, ABSENT)

    response = enter(client, morning, both, only_paper)

    assert set(Presence.objects.values_list("participation", "is_signed")) == {
        (both.pk, True),
        (only_list.pk, False),
        (only_paper.pk, True),
        (neither.pk, False),
    }
    assert [(one["person"].pk, one["is_signed"]) for one in response.context["differing"]] == [
        (only_list.pk, False),
        (only_paper.pk, True),
    ]
    words = text(response)
    assert "noted present, not signed" in words
    assert "signed, noted absent" in words
    # Nobody's presence has changed by that.
    assert presences()[only_list.pk] == PRESENT
    assert actions()[-1] == "registrations.enter_paper"


def test_what_is_ticked_is_taken_over(client, decider, morning):
    one, other, third = people(morning, 3)
    noted(morning, one, PRESENT)
    noted(morning, other, PRESENT)
    enter(client, morning, third)

    response = client.post(
        url("sheet_paper", morning),
        {"do": "take_over", "line": [f"{one.pk}-1", f"{third.pk}-1", "999999-1"]},
        follow=True,
    )

    assert presences() == {one.pk: ABSENT, other.pk: PRESENT, third.pk: PRESENT}
    assert PresenceEntry.objects.filter(source=PresenceSource.PAPER).count() == 2
    assert [one["person"].pk for one in response.context["differing"]] == [other.pk]
    assert "2 lines are taken over from the paper." in text(response)


def test_a_button_ticks_all_and_keeps_nothing_yet(client, decider, morning):
    people(morning, 2)

    response = client.post(url("sheet_paper", morning), {"do": "all"})

    assert response.content.decode().count(" checked") == 2
    assert Presence.objects.exists() is False


@pytest.mark.parametrize("name", ["x", "1", "1-", "-1-1", "1-1-1", "\x00", "9" * 40])
def test_a_box_that_is_none_of_ours_is_not_found(client, decider, morning, name):
    for sent in ({"do": "take_over", "line": name}, {"signed": name, "shown": ""}):
        assert client.post(url("sheet_paper", morning), sent, follow=True).status_code == 404


def test_the_paper_of_another_session_is_left_alone(client, decider, page, morning):
    (stranger,) = people(going_on(page))
    line = f"{stranger.pk}-1"

    client.post(url("sheet_paper", morning), {"shown": line, "signed": line})

    assert Presence.objects.exists() is False


def test_a_note_made_before_the_paper_was_entered_still_counts(client, decider, morning):
    (one,) = people(morning)
    enter(client, morning, one)

    tap = Note(participation_id=one.pk, half_day=1, state=PRESENT, at=morning.starts_at)
    attendance.note(morning, [tap], source=PresenceSource.DESK, at=timezone.now())

    presence = Presence.objects.get()
    assert (presence.state, presence.is_signed) == (PRESENT, True)


# --- scans ---


def upload(client, session, content=PDF, name="feuille signée.pdf", **options):
    scan = SimpleUploadedFile(name, content, **options)
    return client.post(url("sheet_scans", session), {"scan": scan}, follow=True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0 picture", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n picture", "image/png"),
    ],
)
def test_a_scan_is_kept_and_handed_out(client, decider, morning, content, kind):
    # What the browser says of it does not count.
    response = upload(client, morning, content, content_type="text/html")

    scan = SheetScan.objects.get()
    assert (scan.session, scan.content_type, scan.kept_by) == (morning, kind, decider)
    assert "feuille signée.pdf" in text(response)
    got = client.get(url("sheet_scan", morning, scan.pk))
    assert (got.content, got["Content-Type"]) == (content, kind)
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in got["Cache-Control"]
    assert actions()[-1] == "registrations.keep_scan"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"<html>", "This is neither a PDF nor a JPEG or PNG picture."),
        (b"PK\x03\x04", "This is neither a PDF nor a JPEG or PNG picture."),
        (PDF + b" " * (10 * 1024 * 1024), "This file is too large: at most 10 MB."),
    ],
)
def test_another_file_is_refused(client, decider, morning, content, sentence):
    response = upload(client, morning, content)

    assert response.status_code == 422
    assert sentence in text(response)
    assert SheetScan.objects.exists() is False


def test_without_a_file_nothing_is_kept(client, decider, morning):
    response = client.post(url("sheet_scans", morning), {"scan": "no file"})

    assert response.status_code == 422
    assert "Please choose a file." in text(response)


def test_an_odd_name_is_no_obstacle(client, decider, morning):
    upload(client, morning, name="\u202e" + "a" * 200 + ".pdf")

    assert SheetScan.objects.get().name


def test_a_scan_is_removed(client, decider, morning):
    upload(client, morning)
    scan = SheetScan.objects.get()

    client.get(url("sheet_scan_remove", morning, scan.pk))
    assert SheetScan.objects.exists() is True
    client.post(url("sheet_scan_remove", morning, scan.pk))

    assert SheetScan.objects.exists() is False
    assert actions()[-1] == "registrations.remove_scan"


def test_a_scan_of_another_session_is_not_found(client, decider, page, morning):
    upload(client, going_on(page))
    scan = SheetScan.objects.get()

    got = client.get(url("sheet_scan", morning, scan.pk), follow=True)
    removed = client.post(url("sheet_scan_remove", morning, scan.pk), follow=True)

    assert (got.status_code, removed.status_code) == (404, 404)
    assert SheetScan.objects.exists() is True


# --- as a file ---


def test_presences_as_csv(client, morning):
    english(registrations_manager(), client)
    one, _other = people(morning, 2, partner=partner("=1+1"))
    noted(morning, one, PRESENT)

    response = client.post(url("sheet_export", morning), {"format": "csv"})

    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Last name;First name;Partner service;Kind of service;")
    assert lines[1].split(";")[:3] == ["Sociale 0", "Assistante", "'=1+1"]
    assert lines[1].split(";")[5:] == ["present", "1.5"]
    assert lines[2].endswith(";;;")
    assert actions()[-1] == "registrations.export_presences"


def test_presences_as_xlsx(client, morning):
    english(registrations_manager(), client)
    (one,) = people(morning, partner=partner("=1+1"))
    noted(morning, one, PRESENT)

    response = client.post(url("sheet_export", morning), {"format": "xlsx"})

    sheet = load_workbook(BytesIO(response.content)).active
    assert [cell.value for cell in sheet[2]][:3] == ["Sociale 0", "Assistante", "=1+1"]
    assert sheet["C2"].data_type == "s"
    assert sheet["G2"].value == 1.5


@pytest.mark.parametrize("asked", ["", "pdf", "\x00"])
def test_no_other_file_is_made(client, decider, morning, asked):
    response = client.post(url("sheet_export", morning), {"format": asked}, follow=True)

    assert response.status_code == 404


# --- on other screens ---


def test_the_people_screen_leads_there_and_shows_presences(client, decider, morning):
    (one,) = people(morning)
    noted(morning, one, PRESENT)

    response = client.get(url("people", morning))

    for view in ("sheet", "papers", "attestations", "evaluations", "figures_session"):
        assert f'href="{url(view, morning)}"' in response.content.decode()
    assert "Present, 1" in text(response)


def test_the_registration_of_a_walk_in_has_no_address_and_shows_the_presence(
    client, decider, morning
):
    one = on_the_spot.walk_in(
        morning,
        first_name="Sans",
        last_name="Inscription",
        partner=partner(),
        key="key",
        language="fr",
        half_day=1,
        at=timezone.now(),
    )
    name = Registration.snippet_viewset.get_url_name("inspect")

    response = client.get(reverse(name, args=[one.participant.registration_id]))

    words = text(response)
    assert "Present, 1 h 30" in words.replace("\xa0", " ")
    assert "not asked" in words
    assert 'href="mailto:"' not in response.content.decode()


def test_a_session_that_is_none_is_not_found(client, decider):
    for view in ("sheet", *ONLY_WHO_DECIDES):
        address = reverse(f"registrations_admin:{view}", args=[10**9])
        assert client.get(address, follow=True).status_code == 404
