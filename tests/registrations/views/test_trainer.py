"""The trainer's list behind its link: who may open it, what it says, what it never says."""

import io
from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext
from pypdf import PdfReader

from registrations.domain import attendance, day_links
from registrations.domain.attendance import Note
from registrations.enums import ParticipationStatus, PresenceSource, PresenceState, TokenPurpose
from registrations.models import Participation
from registrations.papers import files
from registrations.views import trainer as views
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.factories.users import communications_officer, registrations_manager
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SECRETS = ("@", "gluten", "rampe")


@pytest.fixture
def morning():
    page = training_page(
        catalogue(),
        title="En recherche",
        agenda=[("item", {"time": time(9), "title": "Accueil", "details": ""})],
    )
    one = session(page, timezone.localdate() + timedelta(days=1), venue=venue())
    registration(
        person(one, last_name="Œuvrard", wish="Et l’énergie ?", diet="sans gluten", access="rampe"),
        person(one, number=2, last_name="Gündoğan"),
        partner=partner("CPAS de Mons"),
        at=NOW,
    )
    Participation.objects.update(status=ParticipationStatus.CONFIRMED)
    return one


def own(morning) -> str:
    return f"/fr/inscriptions/trainer/{morning.pk}/"


def link(morning, *, purpose=TokenPurpose.TRAINER) -> str:
    return day_links.renew(morning, purpose=purpose, by=None, at=timezone.now())


@pytest.fixture
def trainer(morning):
    """The browser of somebody who has followed the link."""
    browser = Client()
    browser.get(f"/fr/inscriptions/trainer/{link(morning)}/")
    return browser


def text(response) -> str:
    return Page(response.content.decode(), "no mark").text


def test_the_link_leads_to_an_address_without_secret(morning):
    browser, secret = Client(), link(morning)

    followed = browser.get(f"/fr/inscriptions/trainer/{secret}/")

    assert (followed.status_code, followed["Location"]) == (302, own(morning))
    assert followed["Referrer-Policy"] == "no-referrer"
    page = browser.get(own(morning))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert secret not in page.content.decode()


def test_what_it_says(trainer, morning):
    page = trainer.get(own(morning))

    said = text(page)
    for words in (
        "En recherche",
        "Œuvrard",
        "Gündoğan",
        "CPAS de Mons",
        "Et l’énergie ?",
        "Accueil",
    ):
        assert words in said
    assert said.index("Et l’énergie ?") < said.index("Œuvrard")
    for secret in SECRETS:
        assert secret not in page.content.decode()


def test_as_pdf(trainer, morning):
    response = trainer.get(f"{own(morning)}list.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    pdf = PdfReader(io.BytesIO(response.content))
    said = "".join(page.extract_text() for page in pdf.pages)
    assert "Œuvrard" in said
    for secret in SECRETS:
        assert secret not in said


def test_without_typst_it_is_the_page(trainer, morning, monkeypatch):
    for module in (files, views):
        monkeypatch.setattr(module, "can_print", lambda: False)

    assert "list.pdf" not in trainer.get(own(morning)).content.decode()
    assert trainer.get(f"{own(morning)}list.pdf")["Location"] == own(morning)


def test_once_it_has_begun_it_says_who_is_there(trainer, morning, monkeypatch):
    there = gettext("There")
    assert f'<th scope="col">{there}</th>' not in trainer.get(own(morning)).content.decode()

    began = morning.starts_at + timedelta(minutes=10)
    one = Participation.objects.get(participant__last_name="Œuvrard")
    note = Note(participation_id=one.pk, half_day=1, state=PresenceState.PRESENT, at=began)
    attendance.note(morning, [note], source=PresenceSource.DESK, at=began)
    monkeypatch.setattr(views.timezone, "now", lambda: began)

    html = trainer.get(own(morning)).content.decode()
    assert f'<th scope="col">{there}</th>' in html
    assert html.count(f"<td>{gettext('yes')}</td>") == 1


@pytest.mark.parametrize("path", ["", "list.pdf"])
def test_it_opens_for_nobody_else(morning, path, client):
    """A stranger, another's link, the desk's link, a link that is over, another session's."""
    address = f"{own(morning)}{path}"
    bodies = {client.get("/fr/inscriptions/trainer/unknown/").content}
    for secret in (link(morning, purpose=TokenPurpose.DESK), "x" * 32):
        browser = Client()
        assert browser.get(f"/fr/inscriptions/trainer/{secret}/").status_code == 404
        refused = browser.get(address)
        assert refused.status_code == 404
        bodies.add(refused.content)
    bodies |= {client.get(f"/fr/inscriptions/trainer/{pk}/{path}").content for pk in (0, 10**30)}
    client.force_login(communications_officer())
    assert client.get(address).status_code == 404
    assert len(bodies) == 1


def test_a_link_opens_its_own_session_only(trainer, morning):
    other = session(training_page(catalogue(slug="x"), title="Autre"), timezone.localdate())

    assert trainer.get(own(other)).status_code == 404


def test_a_revoked_link_opens_nothing(trainer, morning):
    day_links.revoke(morning, purpose=TokenPurpose.TRAINER, by=None, at=timezone.now())

    assert trainer.get(own(morning)).status_code == 404


def test_the_day_after_it_opens_nothing(trainer, morning, monkeypatch):
    after = morning.ends_at + timedelta(days=1)
    monkeypatch.setattr(views.timezone, "now", lambda: after)

    assert trainer.get(own(morning)).status_code == 404


def test_who_sees_registrations_needs_no_link(client, morning):
    client.force_login(registrations_manager())

    assert "Œuvrard" in text(client.get(own(morning)))


def test_it_only_reads(trainer, morning):
    assert trainer.post(own(morning)).status_code == 405
