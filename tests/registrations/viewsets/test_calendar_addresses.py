import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import private_feeds
from registrations.models import PartnerService, PrivateFeed
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import communications_officer, registrations_manager, user
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return partner()


@pytest.fixture
def url(service):
    return address_of("calendar", service)


def address_of(view, *services):
    name = PartnerService.snippet_viewset.get_url_name(view)
    return reverse(name, args=[service.pk for service in services])


@pytest.fixture
def manager(client):
    """Reads English."""
    manager = registrations_manager()
    UserProfile.objects.create(user=manager, preferred_language="en")
    client.force_login(manager)
    return manager


def text(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def buttons(response) -> list[str]:
    found = re.findall(r'<button[^>]*name="do"[^>]*>(.*?)</button>', response.content.decode())
    return [one.strip() for one in found]


def shown(response) -> str:
    (found,) = re.findall(r'value="(http[^"]*\.ics)" readonly', response.content.decode())
    return found


def test_the_list_and_the_form_lead_there(client, manager, service, url):
    for page in (address_of("list"), address_of("edit", service)):
        html = client.get(page).content.decode()

        assert f'href="{url}"' in html
        assert "Calendar address" in html


def test_without_an_address_one_can_be_made(client, manager, url):
    response = client.get(url)

    assert "There is none for the moment." in text(response)
    assert buttons(response) == ["Make an address"]
    assert PrivateFeed.objects.exists() is False


def test_an_address_is_shown_once_and_opens(client, manager, service, url):
    on = timezone.localdate() + timedelta(days=30)
    registration(
        person(session(training_page(catalogue()), on)), partner=service, at=timezone.now()
    )

    made = client.post(url, {"do": "renew"})

    address = shown(made)
    # Where the site is, in the language of the service: the admin has its own of both.
    assert address.startswith("http://localhost/fr/inscriptions/calendar/")
    assert "shown this once only" in text(made)
    assert "no longer works" not in text(made)
    assert "no-store" in made["Cache-Control"]
    calendar = client.get(address.removeprefix("http://localhost")).content
    assert len(Calendar.from_ical(calendar).walk("VEVENT")) == 1
    later = client.get(url)
    assert address.rpartition("/")[2] not in later.content.decode()
    assert "There is one since" in text(later)
    assert buttons(later) == ["Renew the address", "Revoke the address"]


def test_renewed_the_old_one_is_gone(client, manager, url):
    old = shown(client.post(url, {"do": "renew"}))
    made = client.post(url, {"do": "renew"})

    assert "The one before no longer works." in text(made)
    statuses = [
        client.get(one.removeprefix("http://localhost")).status_code for one in (old, shown(made))
    ]
    assert statuses == [410, 200]


def test_revoked_it_is_gone(client, manager, url):
    address = shown(client.post(url, {"do": "renew"}))

    revoked = client.post(url, {"do": "revoke"}, follow=True)

    assert "The calendar address is revoked." in text(revoked)
    assert buttons(revoked) == ["Make an address"]
    assert client.get(address.removeprefix("http://localhost")).status_code == 410


@pytest.mark.parametrize("sent", [{}, {"do": "nonsense"}, {"do": "revoke"}])
def test_anything_else_changes_nothing(client, manager, url, sent):
    response = client.post(url, sent)

    assert (response.status_code, response["Location"]) == (302, url)
    assert PrivateFeed.objects.exists() is False
    assert ModelLogEntry.objects.filter(action__contains="_feed").exists() is False


def test_reading_changes_nothing(client, manager, service, url):
    private_feeds.renew(service, at=timezone.now())
    before = list(PrivateFeed.objects.values())

    for _time in range(3):
        client.get(url, {"do": "renew"})
        client.head(url, {"do": "revoke"})

    assert list(PrivateFeed.objects.values()) == before


def test_the_history_of_the_service_tells_who_did_it(client, manager, service, url):
    client.post(url, {"do": "renew"})
    client.post(url, {"do": "revoke"})

    words = text(client.get(address_of("history", service)))

    assert "Renewed the calendar address" in words
    assert "Revoked the calendar address" in words
    logged = ModelLogEntry.objects.filter(action__contains="_feed").values_list("user", flat=True)
    assert list(logged) == [manager.pk, manager.pk]


@pytest.mark.parametrize(
    "make", [communications_officer, lambda: user("registrations.view_partnerservice")]
)
def test_who_may_not_change_services_has_no_address(client, service, url, make):
    client.force_login(make())

    for response in (client.get(url), client.post(url, {"do": "renew"})):
        assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))
    assert PrivateFeed.objects.exists() is False
    assert url not in client.get(address_of("list")).content.decode()


def test_who_is_not_logged_in_is_asked_to(client, url):
    for response in (client.get(url), client.post(url, {"do": "renew"})):
        assert response["Location"].startswith(reverse("wagtailadmin_login"))
    assert PrivateFeed.objects.exists() is False


def test_a_service_that_is_none_is_not_found(client, manager, url):
    for pk in ("999999", "x"):
        other = re.sub(r"\d+/$", f"{pk}/", url)

        assert client.get(other, follow=True).status_code == 404
