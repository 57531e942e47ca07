"""Somebody holds the lock for longer than the database waits: come back, and nothing is lost."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from registrations.domain import locking
from registrations.domain.locking import lock_sessions
from registrations.models import AccessToken, Participation, Registration
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.registrations.views.forms import filled_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatience(settings, monkeypatch):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)
    monkeypatch.setattr(locking, "PAUSE", 0.001)


@pytest.fixture
def page():
    partner("CPAS de Charleroi")
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=30))


@contextlib.contextmanager
def somebody_holding(morning) -> Iterator[None]:
    """Another connection has the session, and this one does not wait for long."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                lock_sessions([morning.pk])
                held.set()
                done.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    ways = {
        "postgresql": ("SET lock_timeout = '20ms'", "RESET lock_timeout"),
        "sqlite": ("PRAGMA busy_timeout = 20", "PRAGMA busy_timeout = 20000"),
    }
    impatient, patient = ways[connection.vendor]
    try:
        with connection.cursor() as cursor:
            cursor.execute(impatient)
        yield
    finally:
        done.set()
        other.join(60)
        with connection.cursor() as cursor:
            cursor.execute(patient)


def test_the_sign_up_form_keeps_what_was_typed_and_can_be_sent_again(client, page, morning):
    url = f"/fr/inscriptions/training/{page.training.uid}/"
    form = filled_in(client, url, {"last_name": "Vandenbroucke"})

    with somebody_holding(morning):
        refused = client.post(url, form)

    said = refused.content.decode()
    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    assert said.count('value="Vandenbroucke"') == 1
    assert f'value="{form["stamp"]}"' in said
    assert Registration.objects.count() == 0

    assert client.post(url, form).status_code == 302
    assert Registration.objects.count() == 1


def test_an_answer_is_not_lost_without_a_word(client, morning):
    registration(person(morning), at=timezone.now())
    one = Participation.objects.get()
    token = AccessToken.for_answer(one, at=timezone.now()).saved()
    url = reverse("registrations:answer", args=[token])
    answer = {"answer": "withdraw", "withdraw-reason": "Malade ce jour-là"}

    with somebody_holding(morning):
        refused = client.post(url, answer)

    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    assert "Malade ce jour-là" in refused.content.decode()
    one.refresh_from_db()
    assert one.status == "CONFIRMED"

    client.post(url, answer)
    one.refresh_from_db()
    assert one.status == "WITHDRAWN"
