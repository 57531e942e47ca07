"""The documents of a training page, and what their own addresses answer."""

from datetime import timedelta

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext
from django.views.static import serve

from tests.factories.documents import document, give, handout
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import communications_officer, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referenced")]


@pytest.fixture
def page():
    return training_page(catalogue())


def text(response):
    return response.content.decode()


def test_the_page_shows_those_whose_moment_has_come(client, page):
    session(page, timezone.localdate() - timedelta(days=1))
    late, kept = document("Après"), document("Canari")
    give(page, ("document", document("Toujours")), handout(late, only=False), handout(kept))

    shown = text(client.get(page.url))

    assert shown.index("Toujours") < shown.index(gettext("after the session").capitalize())
    assert late.url in shown
    assert "Canari" not in shown
    assert kept.url not in shown
    assert gettext("Participants receive further documents by their personal link.") in shown


def test_what_is_for_later_is_not_shown_yet(client, page):
    session(page, timezone.localdate() + timedelta(days=9))
    before = handout(document("Avant"), "BEFORE", only=False)
    give(page, handout(document("Après"), only=False), before)

    shown = text(client.get(page.url))

    assert "Avant" in shown
    assert "Après" not in shown
    assert gettext("Participants receive further documents by their personal link.") not in shown


def test_without_any_nothing_is_said(client, page):
    assert 'id="documents"' not in text(client.get(page.url))


def test_a_document_for_participants_is_refused_to_everybody_else(client, page):
    made = document("Canari")
    give(page, handout(made))

    response = client.get(made.url)

    assert response.status_code == 403
    assert gettext("This document is for participants") in text(response)
    assert "Canari" not in text(response)
    assert "no-store" in response["Cache-Control"]


def test_a_public_one_opens(client, page):
    made = document()
    give(page, handout(made, only=False))

    assert b"".join(client.get(made.url)) == b"%PDF-1.7 canary"


@pytest.mark.parametrize(("who", "status"), [(communications_officer, 200), (user, 403)])
def test_who_edits_the_page_sees_it(client, page, who, status):
    made = document()
    give(page, handout(made))
    client.force_login(who())

    response = client.get(made.url)

    assert response.status_code == status
    response.close()


@pytest.mark.parametrize(
    ("path", "is_served"),
    [
        ("images/x.jpg", True),
        ("original_images/x.jpg", True),
        ("documents/x.pdf", False),
        ("/documents/x.pdf", False),
        ("./documents/x.pdf", False),
        ("images/../documents/x.pdf", False),
        ("images/%2e%2e/documents/x.pdf", False),
    ],
)
def test_the_demo_serves_pictures_and_no_documents_past_the_view(path, is_served):
    try:
        found = resolve(f"/media/{path}", urlconf="demo.urls")
    except Resolver404:
        found = None

    assert (found is not None and found.func is serve) == is_served
