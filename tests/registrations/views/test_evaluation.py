"""The evaluation as people answer it: once, with every fault told, and without their name."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext

from registrations.models import Evaluation, Participation
from tests.factories.trainings import catalogue, training_page
from tests.registrations.views.bad_input import UNPRINTABLE
from tests.registrations.views.test_documents import at_it, opened, over

pytestmark = pytest.mark.django_db

MARKS = {"useful": "5", "clear": "4", "exchange": "3", "organisation": "2"}
REMARKS = {"keeps": "La visite\ndu matin", "misses": ""}


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def base(client, page):
    return opened(client, over(page))


@pytest.fixture
def url(base):
    return f"{base}evaluation/"


def text(response):
    return response.content.decode()


def test_it_is_asked_where_the_rest_is_kept_and_thanked_for(client, base, url):
    asked = text(client.get(base))
    assert f'action="{url}"' in asked
    assert gettext("Send my answers") in asked

    response = client.post(url, MARKS | REMARKS)

    assert (response.status_code, response["Location"]) == (302, f"{base}#evaluation")
    assert gettext("Thank you: your answer is kept, without your name.") in text(client.get(base))
    row = Evaluation.objects.get()
    assert (row.useful, row.clear, row.exchange, row.organisation) == (5, 4, 3, 2)
    assert (row.keeps, row.misses) == ("La visite\ndu matin", "")
    assert Participation.objects.get().has_evaluated


def test_it_has_a_page_of_its_own_too(client, url):
    response = client.get(url)

    assert gettext("Send my answers") in text(response)
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


def test_sent_twice_it_counts_once(client, url):
    client.post(url, MARKS)
    response = client.post(url, MARKS)

    assert response.status_code == 422
    assert gettext("You have answered already: each person answers once.") in text(response)
    assert Evaluation.objects.count() == 1


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("value", ["", "0", "6", "trois", "5\x00", "1" * 400, "٣"])
def test_what_is_no_mark_is_told_beside_the_question(client, url, name, value):
    response = client.post(url, MARKS | REMARKS | {name: value, "misses": "Canari"})

    assert response.status_code == 422
    assert gettext("Please choose a number from 1 to 5.") in text(response)
    assert f'href="#evaluation_{name}_0"' in text(response)
    assert f'id="evaluation_{name}_error"' in text(response)
    assert "Canari" in text(response)
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("value", [*UNPRINTABLE.values(), "x" * 2001], ids=str)
def test_what_cannot_be_printed_is_refused(client, url, value):
    response = client.post(url, MARKS | {"keeps": f"a{value}b"})

    assert response.status_code == 422
    assert 'id="evaluation_keeps_error"' in text(response)
    assert not Participation.objects.get().has_evaluated


def test_bytes_that_are_no_text_are_refused(client, url):
    sent = "&".join(f"{name}={value}" for name, value in MARKS.items())
    form = "application/x-www-form-urlencoded"

    response = client.post(url, f"{sent}&keeps=%ff%fe", content_type=form)
    assert response.status_code == 422
    response = client.post(url, sent, content_type=f"{form}; charset=utf-16")
    assert response.status_code == 415


def test_what_was_written_is_shown_as_it_is(client, url):
    response = client.post(url, {"keeps": "<b>canary</b> & {{ 7 }}"})

    assert escape("<b>canary</b> & {{ 7 }}") in text(response)


def test_it_asks_for_the_token_of_the_form(page):
    client = Client(enforce_csrf_checks=True)
    url = f"{opened(client, over(page))}evaluation/"

    assert client.post(url, MARKS).status_code == 403


def test_too_early_it_is_not_asked(client, page):
    one = at_it(page, timezone.localdate() + timedelta(days=5))
    base = opened(client, one)

    assert gettext("What did you think of it?") not in text(client.get(base))
    response = client.post(f"{base}evaluation/", MARKS)
    assert response.status_code == 422
    assert not Evaluation.objects.exists()


def test_without_the_link_there_is_nothing(client, page, url):
    stranger = Client()
    nothing = stranger.get("/fr/inscriptions/registration/ZZZZZZZZ/")
    for answer in (stranger.get(url), stranger.post(url, MARKS)):
        assert (answer.status_code, answer.content) == (404, nothing.content)

    assert client.get(url.replace("kept/", "kept/9")).status_code == 404
