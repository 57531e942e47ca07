"""The link at the foot of a letter, from the mail server to the next letter."""

import re
from urllib.parse import urlsplit

import pytest
from django.core.signing import Signer
from django.test import Client
from wagtail.models import Site

from registrations.emails.delivery import deliver_due
from registrations.models import OptOut, OutgoingEmail
from tests.factories.letters import plan, to_people, to_services, write
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from trainings.models import TrainingIndexPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(smtp):
    """A letter as it arrived."""
    Site.objects.update(hostname="localhost", port=443)
    catalogue()
    partner(email="Info@cpas.example")
    write(to_services())
    deliver_due(at=AT)
    return smtp.messages[-1]


@pytest.fixture
def url(mail):
    return urlsplit(mail["List-Unsubscribe"].strip(" <>")).path


def declined() -> list[str]:
    return list(OptOut.objects.values_list("address", flat=True))


def buttons(response) -> list[str]:
    return re.findall(r'name="do" value="(\w+)"', response.content.decode())


def test_reading_changes_nothing_however_often(client, url):
    for _time in range(2):
        response = client.get(url)
        assert (response.status_code, buttons(response)) == (200, ["stop"])
        assert client.head(url).status_code == 200
    assert client.get(url, {"do": "stop", "List-Unsubscribe": "One-Click"}).status_code == 200

    assert declined() == []


def test_the_page_is_a_secret_of_whoever_has_the_link(client, url):
    response = client.get(url)

    assert "info" not in url.lower()
    assert "Info@cpas.example" in response.content.decode()
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_one_button_declines_and_another_undoes_it(url):
    client = Client(enforce_csrf_checks=True)

    for _time in range(2):  # a form sent twice
        response = client.post(url, {"do": "stop"}, follow=True)
        assert (response.redirect_chain, buttons(response)) == ([(url, 302)], ["undo"])
    assert declined() == ["info@cpas.example"]

    response = client.post(url, {"do": "undo"}, follow=True)
    assert buttons(response) == ["stop"]
    assert declined() == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_the_button_of_a_mail_program_declines_in_one_click(mail, url, kind):
    name, value = mail["List-Unsubscribe-Post"].split("=")
    data = {name: value}
    # From no page, without a cookie, and without following a redirect (RFC 8058 §3.2).
    client = Client(enforce_csrf_checks=True)
    if kind == "multipart/form-data":
        response = client.post(url, data)
    else:
        response = client.post(url, f"{name}={value}", content_type=kind)

    assert response.status_code == 200
    assert declined() == ["info@cpas.example"]


def test_who_declined_is_left_out_of_the_next_letter_and_not_of_what_they_need(client, url):
    client.post(url, {"do": "stop"})

    assert [one.name for one in plan(to_services()).declined] == ["CPAS de Charleroi"]

    morning = session(training_page(TrainingIndexPage.objects.get()))
    registration(person(morning, email="info@cpas.example"))
    found = plan(to_people(morning))
    assert [one.address for one in found.readers] == ["info@cpas.example"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_not_ours_opens_nothing(client, url, method):
    unknown = Client().get("/fr/inscriptions/registration/ZZZZZZZZ/")
    base, token = url.rstrip("/").rsplit("/", 1)
    other = OutgoingEmail.objects.create(
        key="x",
        kind="LINKS",
        recipient="a@x.example",
        language="fr",
        message_id="x",
        queued_at=AT,
        due_at=AT,
    )
    signer = Signer(salt="registrations.opt_out")
    forged = (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "x" * 40,
        Signer(salt="registrations.other").sign_object(1),
        signer.sign_object(other.pk),  # no letter
        signer.sign_object(0),
    )
    for one in forged:
        response = getattr(client, method)(f"{base}/{one}/")
        assert (response.status_code, response.content) == (404, unknown.content), one
    assert declined() == []


def test_a_key_that_was_replaced_still_opens(client, url, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert client.get(url).status_code == 200


def test_other_charsets_are_refused(url):
    response = Client().post(
        url, b"do=stop", content_type="application/x-www-form-urlencoded; charset=utf-16"
    )

    assert (response.status_code, declined()) == (415, [])
