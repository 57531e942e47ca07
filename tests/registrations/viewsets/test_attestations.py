"""The attestations of a session, for who decides about them."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import attestations, bundles
from registrations.models import (
    AttendanceSheet,
    Attestation,
    AttestationBundle,
    OutgoingEmail,
    Participation,
)
from tests.factories.attendance import attested, came, close, participations
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.factories.users import communications_officer, organiser, registrations_manager, user
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

DAY = timezone.localdate() - timedelta(days=20)


@pytest.fixture
def page():
    made = training_page(catalogue(), title="Accompagner un ménage")
    made.training.programme = programme_page(made.get_parent()).programme
    made.training.save()
    return made


@pytest.fixture
def morning(page):
    return session(page, DAY, venue=venue())


@pytest.fixture
def decider(client):
    """Reads English."""
    decider = organiser()
    UserProfile.objects.create(user=decider, preferred_language="en")
    client.force_login(decider)
    return decider


def url(of, view="attestations", *args):
    return reverse(f"registrations_admin:{view}", args=[of.pk, *args])


def text(response):
    return Page(response.content.decode(), "no mark").text


def said(response):
    return [str(one).strip() for one in response.context["messages"]]


def act(client, of, do, *rows, **more):
    sent = {"do": do, "person": [row.pk for row in rows], **more}
    return client.post(url(of), sent, follow=True)


def rows(of):
    return list(Participation.objects.filter(session=of).order_by("pk"))


# --- who may ------------------------------------------------------------------------------------


def screens(of, bundle, number):
    return [
        url(of),
        url(of, "attestations_print"),
        url(of, "attestations_file", bundle.pk),
        url(of, "attestation", number),
    ]


def test_who_may_see_people_reads_and_changes_nothing(client, morning):
    [one] = attested(morning)
    bundle = bundles.ask(session=morning, at=timezone.now())
    client.force_login(registrations_manager())

    for address in screens(morning, bundle, one.number):
        assert client.get(address).status_code == 200
    html = client.get(url(morning)).content.decode()
    assert 'type="checkbox" name="person"' not in html
    for do in ("issue", "withdraw", "issue_again", "whole_training", "whole_programme"):
        act(client, morning, do, *rows(morning))
    assert list(Attestation.objects.filter(withdrawn_at=None)) == [one]
    assert client.post(url(morning, "attestations_ask_file")).status_code == 302


@pytest.mark.parametrize(
    "who",
    [communications_officer, lambda: user("registrations.record_presence", name="accueil")],
    ids=["communication", "welcome"],
)
def test_who_may_not_see_people_sees_nothing(client, morning, who):
    [one] = attested(morning)
    bundle = bundles.ask(session=morning, at=timezone.now())
    client.force_login(who())

    for address in [
        *screens(morning, bundle, one.number),
        url(morning, "attestations_zip", bundle.pk),
    ]:
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/")
    assert client.post(url(morning, "attestations_ask_file")).status_code == 302
    assert AttestationBundle.objects.count() == 1


# --- the table ----------------------------------------------------------------------------------


def test_it_shows_who_was_present_with_hours_number_state_and_mail(client, decider, morning):
    first, second = attested(morning, 2)
    attestations.withdraw([second], by=None, at=timezone.now())
    OutgoingEmail.objects.filter(key=f"attestation:{first.number}").update(sent_at=timezone.now())

    shown = text(client.get(url(morning)))

    for part in ("Assistante Sociale 1", "3 h", first.number, "sent", second.number, "withdrawn"):
        assert part in shown
    assert "Issue 1 missing attestation" in shown


def test_before_the_sheet_is_closed_it_says_when(client, decider, morning):
    came(*participations(morning))

    shown = text(client.get(url(morning)))

    assert "when the attendance sheet is closed" in shown
    assert "Issue 1 missing" not in shown


def test_as_many_queries_for_many_people_as_for_one(client, decider, page, morning):
    other = session(page, DAY + timedelta(days=1))
    attested(morning)
    attested(other, 12)
    client.get(url(morning))
    counted = []
    for one in (morning, other):
        with CaptureQueriesContext(connection) as queries:
            client.get(url(one))
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_to_look_changes_nothing(client, decider, morning):
    came(*participations(morning))
    AttendanceSheet.objects.update(closed_at=timezone.now())
    before = (Attestation.objects.count(), ModelLogEntry.objects.count())

    client.get(url(morning))
    client.get(url(morning, "attestations_ask_file"))

    assert (Attestation.objects.count(), ModelLogEntry.objects.count()) == before


# --- the buttons --------------------------------------------------------------------------------


def test_what_is_missing_is_issued(client, decider, morning):
    [one] = attested(morning)
    attestations.withdraw([one], by=None, at=timezone.now())

    response = act(client, morning, "issue")

    assert said(response) == ["1 attestation is issued, and told by mail."]
    found = Attestation.objects.get(withdrawn_at=None)
    assert found.issued_by == decider


def test_those_ticked_are_withdrawn(client, decider, morning):
    first, second = attested(morning, 2)

    response = act(client, morning, "withdraw", rows(morning)[0])

    assert said(response) == ["1 attestation is withdrawn: its check page says so."]
    assert list(Attestation.objects.filter(withdrawn_at=None)) == [second]
    assert first != second


def test_those_ticked_have_another(client, decider, morning):
    [one] = attested(morning)

    act(client, morning, "issue_again", rows(morning)[0])

    again = Attestation.objects.get(withdrawn_at=None)
    assert again != one
    assert again.participant == one.participant


@pytest.mark.parametrize("of", ["training", "programme"])
def test_hours_are_added_up(client, decider, page, morning, of):
    second = session(page, DAY + timedelta(days=7))
    made = registration(person(morning, second), at=morning.starts_at - timedelta(days=1))
    for row in Participation.objects.filter(participant__registration=made):
        came(row)
        close(row.session)
    alone = participations(morning, email="autre@cpas.example", last_name="Autre")
    came(*alone, at=timezone.now())

    response = act(client, morning, f"whole_{of}", *rows(morning))

    assert said(response)[1:] == ["The hours of 1 person are added up."]
    assert "Assistante Autre" in said(response)[0]
    whole = Attestation.objects.get(session=None)
    assert (getattr(whole, of), whole.attended) == (
        getattr(page.training, of, page.training),
        timedelta(hours=6),
    )
    assert whole.number in text(client.get(url(morning)))


def test_nobody_ticked_is_said(client, decider, morning):
    attested(morning)

    assert said(act(client, morning, "withdraw")) == ["Tick one person or more first."]


@pytest.mark.parametrize("wrong", ["x", "-1", "", "9" * 30, "1:0", "é", "\x00"])
def test_what_no_box_of_ours_says_is_not_found(client, decider, morning, wrong):
    attested(morning)

    response = client.post(url(morning), {"do": "withdraw", "person": [wrong]}, follow=True)

    assert response.status_code == 404
    assert Attestation.objects.filter(withdrawn_at=None).count() == 1


def test_people_of_another_session_are_not_found(client, decider, page, morning):
    attested(morning)
    other = session(page, DAY + timedelta(days=1))
    attested(other, email="autre@cpas.example")

    for do in ("withdraw", "issue_again", "whole_training"):
        assert act(client, morning, do, *rows(other)).status_code == 404
    assert act(client, morning, "destroy", *rows(morning)).status_code == 404
    assert Attestation.objects.filter(withdrawn_at=None).count() == 2


def test_an_attestation_of_another_session_is_not_found_here(client, decider, page, morning):
    attested(morning)
    other = session(page, DAY + timedelta(days=1))
    [theirs] = attested(other, email="autre@cpas.example")

    here = client.get(url(morning, "attestation", theirs.number), follow=True)
    assert here.status_code == 404
    assert client.get(url(other, "attestation", theirs.number)).status_code == 200


# --- the file -----------------------------------------------------------------------------------


def test_the_file_is_asked_for_seen_to_grow_and_downloaded(client, decider, morning):
    attested(morning, 2)

    response = client.post(url(morning, "attestations_ask_file"))

    bundle = AttestationBundle.objects.get()
    assert response["Location"] == url(morning, "attestations_file", bundle.pk)
    assert bundle.asked_by == decider
    assert "0 of 2 attestations are made" in text(client.get(response["Location"]))
    early = client.get(url(morning, "attestations_zip", bundle.pk), follow=True)
    assert early.status_code == 404
    bundles.make_due(now=timezone.now)
    assert "The file with 2 attestations is ready." in text(client.get(response["Location"]))
    archive = client.get(url(morning, "attestations_zip", bundle.pk))
    assert archive["Content-Disposition"] == f'attachment; filename="attestations-{DAY}.zip"'
    with zipfile.ZipFile(io.BytesIO(archive.content)) as file:
        assert len(file.namelist()) == 2


def test_of_one_service(client, decider, morning):
    attested(morning)
    other = partner("Maison de quartier", municipality="Mons")
    extra = participations(morning, email="autre@cpas.example", last_name="Autre", partner=other)
    came(*extra, at=timezone.now())

    client.post(url(morning, "attestations_ask_file"), {"service": other.pk})

    bundle = AttestationBundle.objects.get()
    assert (bundle.partner, bundle.total) == (other, 1)


@pytest.mark.parametrize("service", ["x", "-1", "9" * 30, "999999"])
def test_a_service_that_is_not_there_is_not_found(client, decider, morning, service):
    attested(morning)

    sent = {"service": service}
    response = client.post(url(morning, "attestations_ask_file"), sent, follow=True)

    assert response.status_code == 404


def test_a_file_of_another_session_is_not_found(client, decider, page, morning):
    attested(morning)
    other = session(page, DAY + timedelta(days=1))
    bundle = bundles.ask(session=morning, at=timezone.now())
    bundles.make_due(now=timezone.now)

    for view in ("attestations_file", "attestations_zip"):
        assert client.get(url(other, view, bundle.pk), follow=True).status_code == 404


def test_a_fault_is_told(client, decider, morning):
    attested(morning)
    bundle = bundles.ask(session=morning, at=timezone.now())
    AttestationBundle.objects.update(fault="ValueError", finished_at=timezone.now())

    shown = text(client.get(url(morning, "attestations_file", bundle.pk)))

    assert "could not be made" in shown


def test_without_the_compiler_there_is_a_page_to_print(client, decider, morning, monkeypatch):
    attested(morning, 2)
    monkeypatch.setattr("registrations.viewsets.attestations.can_print", lambda: False)

    html = client.get(url(morning)).content.decode()
    assert url(morning, "attestations_ask_file") not in html
    assert url(morning, "attestations_print") in html
    printed = client.get(url(morning, "attestations_print")).content.decode()
    assert printed.count("<article") == 2
