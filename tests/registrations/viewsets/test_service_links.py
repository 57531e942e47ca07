import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import service_links
from registrations.enums import MessageKind
from registrations.models import AccessToken, OutgoingEmail, PartnerService
from tests.factories.registrations import partner
from tests.factories.users import communications_officer, registrations_manager, user
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return partner()


@pytest.fixture
def url(service):
    return address_of("page_link", service)


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
    (found,) = re.findall(r'value="(http[^"]*/service/[^"]*)" readonly', response.content.decode())
    return found


def status_of(address: str) -> int:
    return Client().get(urlsplit(address).path).status_code


def test_the_list_and_the_form_lead_there(client, manager, service, url):
    for page in (address_of("list"), address_of("edit", service)):
        html = client.get(page).content.decode()

        assert f'href="{url}"' in html
        assert "Page of the service" in html


def test_a_link_is_shown_once_and_opens(client, manager, url):
    before = client.get(url)

    made = client.post(url, {"do": "renew"})

    assert "There is none for the moment." in text(before)
    assert buttons(before) == ["Make a link", "Send a new link"]
    address = shown(made)
    # Where the site is, in the language of the service: the admin has its own of both.
    assert address.startswith("http://localhost/fr/inscriptions/service/")
    assert "no-store" in made["Cache-Control"]
    assert status_of(address) == 302
    later = client.get(url)
    assert urlsplit(address).path not in later.content.decode()
    assert "There is one, which opens until" in text(later)
    assert buttons(later) == ["Renew the link", "Revoke the link", "Send a new link"]


def test_renewed_the_old_one_opens_nothing(client, manager, url):
    old = shown(client.post(url, {"do": "renew"}))

    made = client.post(url, {"do": "renew"})

    assert "The link before no longer works." in text(made)
    assert [status_of(old), status_of(shown(made))] == [404, 302]


def test_revoked_it_opens_nothing(client, manager, url):
    address = shown(client.post(url, {"do": "renew"}))

    revoked = client.post(url, {"do": "revoke"}, follow=True)

    assert "The link is revoked." in text(revoked)
    assert status_of(address) == 404


def test_it_is_sent_by_mail(client, manager, service, url):
    sent = client.post(url, {"do": "send", "email": " referente@cpas.example "}, follow=True)

    assert "The link leaves by mail to referente@cpas.example." in text(sent)
    email = OutgoingEmail.objects.get()
    assert (email.kind, email.recipient) == (MessageKind.SERVICE_LINK, "referente@cpas.example")
    assert email.facts == {"link": service_links.living(service, at=timezone.now()).pk}


@pytest.mark.parametrize("typed", ["", "no address", "a@b", "x@y.example\r\nBcc: z@y.example"])
def test_a_wrong_address_is_told_beside_its_field_and_kept(client, manager, url, typed):
    response = client.post(url, {"do": "send", "email": typed})

    assert response.status_code == 422
    assert "Please write an" in text(response)
    assert OutgoingEmail.objects.exists() is False
    assert AccessToken.objects.exists() is False


@pytest.mark.parametrize("sent", [{}, {"do": "nonsense"}, {"do": "revoke"}])
def test_anything_else_changes_nothing(client, manager, url, sent):
    response = client.post(url, sent)

    assert (response.status_code, response["Location"]) == (302, url)
    assert AccessToken.objects.exists() is False
    assert ModelLogEntry.objects.filter(action__contains="service_link").exists() is False


def test_reading_changes_nothing(client, manager, service, url):
    service_links.renew(service, by=None, at=timezone.now())
    before = list(AccessToken.objects.values())

    for do in ("renew", "send", "revoke"):
        client.get(url, {"do": do, "email": "x@y.example"})
        client.head(url, {"do": do})

    assert list(AccessToken.objects.values()) == before


def test_the_history_of_the_service_tells_who_did_it(client, manager, service, url):
    for do in ("renew", "send", "revoke"):
        client.post(url, {"do": do, "email": "referente@cpas.example"})

    said = text(client.get(address_of("history", service)))

    for did in ("Renewed", "Sent", "Revoked"):
        assert f"{did} the link of its page" in said
    logged = ModelLogEntry.objects.filter(action__contains="service_link")
    assert set(logged.values_list("user", flat=True)) == {manager.pk}
    assert "referente" not in str(list(logged.values()))


@pytest.mark.parametrize(
    "make", [communications_officer, lambda: user("registrations.view_partnerservice")]
)
def test_who_may_not_change_services_has_no_link(client, service, url, make):
    client.force_login(make())

    for response in (client.get(url), client.post(url, {"do": "renew"})):
        assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))
    assert AccessToken.objects.exists() is False
    assert url not in client.get(address_of("list")).content.decode()


def test_who_is_not_logged_in_is_asked_to(client, url):
    for response in (client.get(url), client.post(url, {"do": "renew"})):
        assert response["Location"].startswith(reverse("wagtailadmin_login"))
    assert AccessToken.objects.exists() is False


def test_a_service_that_is_none_is_not_found(client, manager, url):
    for pk in ("999999", "x"):
        assert client.get(re.sub(r"\d+/$", f"{pk}/", url), follow=True).status_code == 404
