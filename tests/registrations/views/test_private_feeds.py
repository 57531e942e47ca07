import re
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from registrations.domain import answers, private_feeds
from registrations.emails.delivery import deliver_due
from registrations.enums import TokenPurpose
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participation,
    PartnerService,
    PrivateFeed,
    Registration,
)
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, session, training_page, translated, venue
from tests.registrations.views.bad_input import MARK, ODD_NUMBERS
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

CAMILLE = "camille@cpas.example"


@pytest.fixture
def page():
    return training_page(catalogue(), title="Trouver un logement")


@pytest.fixture
def morning(page):
    """In a month; somebody else signed Camille up."""
    made = session(page, timezone.localdate() + timedelta(days=30), venue=venue())
    camille(made)
    return made


def camille(*sessions, **options):
    one = person(*sessions, first_name="Camille", last_name="Dupont", email=CAMILLE)
    return registration(one, at=timezone.now(), **options)


# --- the calendar ------------------------------------------------------------------------------


@pytest.fixture(params=["person", "service"])
def holder(request, morning):
    return CAMILLE if request.param == "person" else PartnerService.objects.get()


@pytest.fixture
def feed(holder):
    return feed_of(holder)


def feed_of(holder, prefix="fr") -> str:
    secret = private_feeds.renew(holder, at=timezone.now())
    return f"/{prefix}/inscriptions/calendar/{secret}.ics"


def events(response):
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_the_calendar_is_its_holders_alone(client, feed, morning):
    response = client.get(feed)

    (event,) = events(response)
    assert event.start == morning.local_start
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="sessions.ics"'
    assert sorted(response["Cache-Control"].split(", ")) == ["max-age=900", "private"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "Cookie" not in response.get("Vary", "")
    assert response.cookies == {}


def test_what_has_not_changed_is_not_sent_again(client, feed, morning):
    first = client.get(feed)

    again = client.get(feed, headers={"If-None-Match": first["ETag"]})
    answers.withdraw(Participation.objects.get(), at=timezone.now())
    changed = client.get(feed, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert sorted(again["Cache-Control"].split(", ")) == ["max-age=900", "private"]
    assert again["Referrer-Policy"] == "no-referrer"
    assert (changed.status_code, events(changed)) == (200, [])


def test_an_empty_calendar_is_a_legal_one(client, feed):
    Registration.objects.all().delete()

    calendar = Calendar.from_ical(client.get(feed).content)

    assert [one.name for one in calendar.subcomponents] == ["VTIMEZONE"]


def test_head_has_the_headers_and_no_body(client, feed):
    head, get = client.head(feed), client.get(feed)

    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "Content-Length": ""} == {**get.headers, "Content-Length": ""}


@pytest.mark.parametrize("secret", ["x" * 32, "x", "x" * 500, "%00", "é", "a.ics", "..%2f"])
def test_an_unknown_address_is_not_found(client, feed, secret):
    assert client.get(f"/fr/inscriptions/calendar/{secret}.ics").status_code == 404


def test_a_secret_of_something_else_opens_no_calendar(client, morning):
    one = Participation.objects.get()
    for secret in (
        AccessToken.to_manage(one.participant.registration, at=timezone.now()).saved(),
        AccessToken.for_answer(one, at=timezone.now()).saved(),
        AccessToken.for_calendar(one, at=timezone.now()).saved(),
    ):
        assert client.get(f"/fr/inscriptions/calendar/{secret}.ics").status_code == 404


@pytest.mark.parametrize("end", [private_feeds.renew, private_feeds.revoke])
def test_a_revoked_address_is_gone(client, feed, holder, end):
    end(holder, at=timezone.now())

    response = client.get(feed)

    assert response.status_code == 410
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "private"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "BEGIN:" not in response.content.decode()


@pytest.fixture
def no_database(feed):
    """Nobody answers where it was, and no file is there."""
    working = connections["default"]
    away = connections.create_connection("default")
    nowhere = {"NAME": "/nowhere/at/all", "HOST": "/nowhere"}
    away.settings_dict = {**working.settings_dict, **nowhere}
    connections["default"] = away
    yield
    connections["default"] = working


def test_without_a_database_no_calendar_is_emptied(client, feed, no_database):
    response = client.get(feed)

    assert (response.status_code, response.content) == (503, b"")
    assert response["Retry-After"] == "600"
    assert sorted(response["Cache-Control"].split(", ")) == ["no-store", "private"]
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_calendar_is_only_read(client, feed, method):
    before = list(PrivateFeed.objects.values())

    assert getattr(client, method)(feed).status_code == 405
    assert list(PrivateFeed.objects.values()) == before


@pytest.mark.parametrize("prefix", ["fr", "nl", "en"])
def test_the_language_is_the_holders_wherever_the_address_is(client, page, prefix):
    translated(page, "nl", "Een woning vinden")
    made = session(page, timezone.localdate() + timedelta(days=30))
    one = person(made, email=CAMILLE, language="nl")
    registration(one, booker=booker(language="nl"), at=timezone.now())

    for holder in (CAMILLE, PartnerService.objects.get()):
        response = client.get(feed_of(holder, prefix), headers={"Accept-Language": "fr"})

        assert response["Content-Language"] == "nl"
        assert "Een woning vinden" in response.content.decode()


def test_the_calendar_names_its_service_and_no_person(client, morning):
    names = {
        holder: str(Calendar.from_ical(client.get(feed_of(holder)).content)["X-WR-CALNAME"])
        for holder in (CAMILLE, PartnerService.objects.get())
    }

    assert "Camille" not in str(names.values())
    assert [name.startswith("CPAS de Charleroi – ") for name in names.values()] == [False, True]


def test_a_new_address_is_another_calendar(client, holder):
    def uid():
        return str(Calendar.from_ical(client.get(feed_of(holder)).content)["UID"])

    assert uid() != uid()


def test_one_calendar_has_nothing_of_another(client, page):
    on = timezone.localdate() + timedelta(days=30)
    small = session(page, on, capacity=1)
    other = session(training_page(page.get_parent(), title="Canary training"), on)
    canary = person(
        small, other, first_name="Canary", last_name="Canary", email="canary@canary.example"
    )
    of_canary = booker(email="booker@canary.example", first_name="Canary", last_name="Canary")
    elsewhere = partner("Canary service")
    registration(canary, booker=of_canary, partner=elsewhere, at=timezone.now())
    camille(small, booker=of_canary, partner=partner("CPAS de Mons"))

    mine = client.get(feed_of(CAMILLE)).content.decode().replace("\r\n ", "")
    of_mine = client.get(feed_of(PartnerService.objects.get(name="CPAS de Mons"))).content.decode()
    of_others = client.get(feed_of(elsewhere)).content.decode()

    for text in (mine, of_mine.replace("\r\n ", "")):
        assert text.count("BEGIN:VEVENT") == 1
        assert "canary" not in text.lower()
    assert "Camille" not in mine
    assert of_others.count("BEGIN:VEVENT") == 2
    assert "Camille" not in of_others


# --- the page ----------------------------------------------------------------------------------


@pytest.fixture
def url(morning):
    return page_of(Participation.objects.get())


def page_of(participation) -> str:
    token = AccessToken.for_calendar(participation, at=timezone.now()).saved()
    return f"/en/inscriptions/calendar/{token}/"


def text(response) -> str:
    return " ".join(Page(response.content.decode(), MARK).text.split())


def buttons(response) -> list[str]:
    found = re.findall(r'<button[^>]*name="do"[^>]*>(.*?)</button>', response.content.decode())
    return [one.strip() for one in found]


def shown(response) -> str:
    """The address in its field."""
    (found,) = re.findall(
        r"<textarea[^>]* readonly[^>]*>(http[^<]*\.ics)</textarea>", response.content.decode()
    )
    return found


def test_the_page_says_what_it_is_for_and_for_whom(client, url):
    response = client.get(url)

    words = text(response)
    for expected in (
        f"For {CAMILLE}",
        "Your sessions in your own calendar",
        "You have none for the moment.",
    ):
        assert expected in words
    assert buttons(response) == ["Make my calendar address"]


def test_reading_changes_nothing_however_often_a_scanner_does_it(url):
    def rows():
        models = (Participation, AccessToken, OutgoingEmail, PrivateFeed)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = rows()
    for _time in range(10):
        scanner = Client()
        scanner.get(f"{url}?do=renew")
        scanner.head(f"{url}?do=renew")
        scanner.options(f"{url}?do=revoke")

    assert rows() == before


def test_the_address_is_made_and_shown_once(client, url, morning):
    made = client.post(url, {"do": "renew"})

    address = shown(made)
    assert address.startswith("http://localhost/fr/inscriptions/calendar/")
    assert address.replace("http:", "webcal:") in made.content.decode()
    words = text(made)
    for expected in (
        "Here is your calendar address",
        "it is shown this once only",
        "Whoever has this address sees these sessions",
    ):
        assert expected in words
    assert "no longer works" not in words
    assert [str(event["UID"]) for event in events(client.get(address))] == [
        str(Participation.objects.get().uid)
    ]
    secret = address.rpartition("/")[2].removesuffix(".ics")
    later = client.get(url)
    assert secret not in later.content.decode()
    assert "You have one since" in text(later)
    assert buttons(later) == ["Renew the address", "Revoke the address"]


def test_renewed_the_old_one_is_gone_and_the_page_says_so(client, url):
    old = shown(client.post(url, {"do": "renew"}))
    made = client.post(url, {"do": "renew"})

    new = shown(made)
    assert "The address you had before no longer works." in text(made)
    assert [client.get(one).status_code for one in (old, new)] == [410, 200]


def test_revoked_it_is_gone_and_the_page_says_so(client, url):
    address = shown(client.post(url, {"do": "renew"}))

    revoked = client.post(url, {"do": "revoke"})

    assert client.get(address).status_code == 410
    assert "Your calendar address is revoked" in text(revoked)
    assert buttons(revoked) == ["Make my calendar address"]
    again = client.post(url, {"do": "revoke"})
    assert (again.status_code, buttons(again)) == (200, ["Make my calendar address"])
    assert "is revoked" not in text(again)


def test_anything_else_changes_nothing(client, url):
    for sent in ({}, {"do": ""}, {"do": "RENEW"}, *[{"do": one} for one in ODD_NUMBERS]):
        response = client.post(url, sent)

        assert response.status_code == 422
        assert Page(response.content.decode(), MARK).misplaced == []
    assert PrivateFeed.objects.exists() is False


def test_every_mail_to_the_same_address_leads_to_the_same_calendar(client, page, morning):
    other = session(page, timezone.localdate() + timedelta(days=40))
    again = person(other, email="Camille@CPAS.example")
    registration(again, booker=booker(email="x@forem.example"), at=timezone.now())
    first, second = (page_of(one) for one in Participation.objects.order_by("pk"))

    address = shown(client.post(first, {"do": "renew"}))

    assert len(events(client.get(address))) == 2
    assert "You have one since" in text(client.get(second))
    client.post(second, {"do": "revoke"})
    assert client.get(address).status_code == 410


def test_the_address_of_the_page_stays_between_us(client, url):
    for response in (client.get(url), client.post(url, {"do": "renew"})):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_only_the_holder_of_the_very_link_opens_the_page(client, url, morning):
    one = Participation.objects.get()
    at = timezone.now()
    of_booking = AccessToken.to_manage(one.participant.registration, at=at).saved()
    of_answer = AccessToken.for_answer(one, at=at).saved()
    of_calendar = private_feeds.renew(CAMILLE, at=at)
    secret = url.rstrip("/").rpartition("/")[2]

    for other in (
        *[url.replace(secret, one) for one in (of_booking, of_answer, of_calendar)],
        *[url.replace(secret, one) for one in (secret[:-1], "x" * 500)],
        url.replace("/calendar/", "/receipt/"),
        url.replace("/calendar/", "/answer/"),
    ):
        assert client.get(other).status_code == 404
        assert client.post(other, {"do": "revoke"}).status_code in (404, 405)
    assert private_feeds.living(CAMILLE) is not None


def test_a_link_that_has_expired_opens_nothing(client, url):
    AccessToken.objects.update(expires_at=timezone.now())

    assert client.get(url).status_code == 404


def test_a_form_without_token_is_refused(url):
    visitor = Client(enforce_csrf_checks=True)

    assert visitor.post(url, {"do": "renew"}).status_code == 403
    assert PrivateFeed.objects.exists() is False


def test_another_charset_is_refused(client, url):
    kind = "application/x-www-form-urlencoded; charset=utf-16"

    response = client.generic("POST", url, "do=renew", content_type=kind)

    assert response.status_code == 415


# --- the way there -----------------------------------------------------------------------------


def links(mail) -> set[str]:
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    found = [set(re.findall(r"http\S*?/calendar/[\w-]+/", one)) for one in (plain, html)]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("capacity", [2, 1])
def test_the_mail_to_the_person_leads_there_and_no_other_does(client, page, smtp, capacity):
    """To who has a place and to who waits; the booker does not read that mailbox."""
    made = session(page, timezone.localdate() + timedelta(days=30), capacity=capacity)
    registration(person(made, number=2), at=timezone.now())
    camille(made, booker=booker(email="autre@cpas.example", manager_email="chef@cpas.example"))
    deliver_due(at=timezone.now(), limit=100)

    by_reader = {mail["To"]: links(mail) for mail in smtp.messages}

    assert {reader: len(found) for reader, found in by_reader.items()} == {
        CAMILLE: 1,
        "personne2@cpas.example": 1,
        "assistante@cpas.example": 0,
        "autre@cpas.example": 0,
        "chef@cpas.example": 0,
    }
    (link,) = by_reader[CAMILLE]
    response = client.get(link.replace("http://localhost", ""))
    assert (response.status_code, CAMILLE in text(response)) == (200, True)
    (token,) = AccessToken.objects.filter(
        purpose=TokenPurpose.CALENDAR, participation__address=CAMILLE
    )
    assert token.participation == Participation.objects.get(address=CAMILLE)


def test_a_browser_that_registers_somebody_gets_no_calendar(client, morning):
    booking = Registration.objects.get()
    token = AccessToken.to_manage(booking, at=timezone.now()).saved()

    html = client.get(f"/fr/inscriptions/receipt/{token}/").content.decode()

    assert re.search(r"/inscriptions/calendar/", html) is None
