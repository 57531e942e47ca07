"""My link again: whoever asks reads the same, and only the mailbox knows more."""

import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registrations.domain import answers
from registrations.emails.delivery import deliver_due
from registrations.enums import MessageKind
from registrations.models import OutgoingEmail, Participation, Registration, SignUpAttempt
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.registrations.views.bad_input import BAD_ADDRESSES, MARK
from tests.registrations.views.own_page import errors, words
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

URL = "/en/inscriptions/link/"
KNOWN = "assistante@cpas.example"
UNKNOWN = "inexistant@cpas.example"  # as long


@pytest.fixture
def morning():
    return session(training_page(catalogue()), timezone.localdate() + timedelta(days=30))


@pytest.fixture
def mine(morning):
    return registration(person(morning), at=timezone.now())


def links():
    return list(OutgoingEmail.objects.filter(kind=MessageKind.LINKS).order_by("pk"))


def test_the_form_asks_for_an_address(client):
    response = client.get(URL)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "Send me my link again" in words(response)


def test_a_booker_gets_one_mail_about_the_newest_registration(client, morning, mine):
    newest = registration(person(morning, number=2), at=timezone.now())

    response = client.post(URL, {"email": KNOWN})

    assert response.status_code == 200
    (email,) = links()
    assert (email.registration, email.recipient, email.language) == (newest, KNOWN, "fr")


def test_the_address_may_be_written_in_capitals(client, mine):
    client.post(URL, {"email": KNOWN.upper()})

    assert [email.recipient for email in links()] == [KNOWN]


def test_asked_again_within_the_hour_nothing_more_leaves(client, mine):
    for _time in range(4):
        client.post(URL, {"email": KNOWN})

    assert len(links()) == 1


def test_a_registration_that_has_ended_has_no_link(client, mine):
    answers.withdraw(Participation.objects.get(), at=timezone.now())

    client.post(URL, {"email": KNOWN})

    assert links() == []


def test_who_comes_is_no_booker(client, mine):
    client.post(URL, {"email": "personne1@cpas.example"})

    assert links() == []


def test_the_answer_is_the_same_for_an_address_that_nobody_used(client, mine):
    def answer(address: str):
        with CaptureQueriesContext(connection) as caught:
            response = Client().post(URL, {"email": address})
        headers = {name: value for name, value in response.items() if name != "Expires"}
        read = response.content.decode().replace(address, "…")
        # The one more is the mail's own row.
        return response.status_code, read, headers, len(caught) - len(links())

    answer("la-premiere@cpas.example")
    assert answer(UNKNOWN) == answer(KNOWN)
    assert len(links()) == 1


def test_how_long_it_takes_tells_nothing(client, settings, morning):
    """The median of known addresses lies among the times of unknown ones."""
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1000
    for number in range(15):
        who = booker(email=f"connue{number}@cpas.example")
        registration(person(morning, number=number), booker=who, at=timezone.now())
    took: dict[str, list[float]] = {"connue": [], "autre": []}
    client.post(URL, {"email": UNKNOWN})
    for number in range(15):
        for name, times in took.items():
            start = time.perf_counter()
            client.post(URL, {"email": f"{name}{number}@cpas.example"})
            times.append(time.perf_counter() - start)

    assert len(links()) == 15
    known, unknown = (statistics.median(times) for times in took.values())
    assert known < 2 * unknown
    assert unknown < 2 * known


def test_the_mail_has_the_link_and_nothing_of_who_asked(client, mine, smtp):
    Registration.objects.update(created_at=timezone.now() - timedelta(days=1))
    client.post(URL, {"email": KNOWN.upper()})
    OutgoingEmail.objects.exclude(kind=MessageKind.LINKS).delete()
    deliver_due(at=timezone.now(), limit=10)

    (mail,) = smtp.messages
    assert mail["X-Envelope-To"] == KNOWN
    text = mail.get_body(("plain",)).get_content()
    link = next(word for word in text.split() if "/receipt/" in word)
    response = client.get(link.replace("http://localhost", ""), follow=True)
    assert (response.status_code, mine.reference in words(response)) == (200, True)


def test_too_many_from_one_place_are_told_to_wait(client, settings, mine):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 2

    statuses = [client.post(URL, {"email": UNKNOWN}).status_code for _time in range(3)]

    assert statuses == [200, 200, 429]


def test_too_many_for_one_address_are_not_even_looked_up(client, settings, mine):
    settings.REGISTRATIONS_RECEIPTS_PER_HOUR = 0

    response = client.post(URL, {"email": KNOWN})

    assert (response.status_code, links()) == (200, [])


def test_reading_writes_nothing(client, mine):
    for _time in range(10):
        client.get(URL)
        client.head(URL)

    assert (links(), SignUpAttempt.objects.count()) == ([], 0)


def test_what_is_no_address_is_refused_beside_the_field(client, settings):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1000
    for typed in ("", *BAD_ADDRESSES):
        response = client.post(URL, {"email": typed})

        assert (response.status_code, set(errors(response))) == (422, {"email"}), typed
        assert Page(response.content.decode(), MARK).misplaced == []
    assert "canary" in client.post(URL, {"email": "canary@"}).content.decode()


def test_a_form_without_token_or_in_another_charset_is_refused(mine):
    visitor = Client(enforce_csrf_checks=True)
    kind = "application/x-www-form-urlencoded; charset=utf-16"

    assert visitor.post(URL, {"email": KNOWN}).status_code == 403
    assert visitor.generic("POST", URL, "email=x", content_type=kind).status_code == 415
    assert links() == []
