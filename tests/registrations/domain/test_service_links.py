from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.conf import conf
from registrations.domain import service_links
from registrations.emails.delivery import deliver_due
from registrations.enums import TokenPurpose
from registrations.models import AccessToken, OutgoingEmail
from tests.factories.registrations import partner
from tests.factories.trainings import AT
from tests.factories.users import user

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


@pytest.fixture
def service():
    return partner()


def opens(secret, at=LATER):
    return AccessToken.find(secret, purpose=TokenPurpose.SERVICE, at=at)


def test_a_link_opens_until_its_day(service):
    secret = service_links.renew(service, by=None, at=AT)

    found = opens(secret)
    assert (found.partner, found.registration) == (service, None)
    assert opens(secret, at=AT + conf.link_lifetime - timedelta(seconds=1)) == found
    assert opens(secret, at=AT + conf.link_lifetime) is None
    assert service_links.living(service, at=AT + conf.link_lifetime) is None


def test_a_service_has_one_at_a_time(service):
    first = service_links.renew(service, by=None, at=AT)
    second = service_links.renew(service, by=None, at=LATER)

    assert opens(first) is None
    assert opens(second) == service_links.living(service, at=LATER)


def test_another_service_keeps_its_own(service):
    theirs = service_links.renew(partner("Autre"), by=None, at=AT)

    service_links.renew(service, by=None, at=AT)
    service_links.revoke(service, by=None, at=LATER)

    assert opens(theirs) is not None


def test_revoked_it_opens_no_more(service):
    secret = service_links.renew(service, by=None, at=AT)

    assert service_links.revoke(service, by=None, at=LATER) is True
    assert service_links.revoke(service, by=None, at=LATER) is False
    assert opens(secret) is None


def test_what_is_done_is_logged_with_who_did_it(service):
    by = user()
    service_links.renew(service, by=by, at=AT)
    service_links.send(service, to="referente@cpas.example", by=by, at=AT)
    service_links.revoke(service, by=by, at=AT)
    service_links.revoke(service, by=by, at=AT)

    entries = ModelLogEntry.objects.order_by("pk").values_list("action", "user", "data")
    assert list(entries) == [
        (f"registrations.{name}_service_link", by.pk, {}) for name in ("renew", "send", "revoke")
    ]


def deliver(smtp):
    deliver_due(at=LATER)
    (message,) = smtp.messages
    return message


def secret_in(message) -> str:
    text = message.get_body(("plain",)).get_content()
    (line,) = [one for one in text.splitlines() if "/service/" in one]
    html = message.get_body(("html",)).get_content()
    assert line in html
    return line.rstrip("/").rpartition("/")[2]


def test_a_link_is_sent_to_one_address(service, smtp):
    service_links.send(service, to="referente@cpas.example", by=None, at=AT)

    message = deliver(smtp)

    assert message["To"] == "referente@cpas.example"
    assert service.name in message["Subject"]
    assert opens(secret_in(message)).partner == service


def test_sent_the_one_before_opens_no_more(service, smtp):
    before = service_links.renew(service, by=None, at=AT)
    service_links.send(service, to="referente@cpas.example", by=None, at=AT)

    assert opens(before) is None


@pytest.mark.parametrize("end", [service_links.renew, service_links.revoke])
def test_a_link_that_ended_before_its_mail_left_is_not_sent(service, smtp, end):
    service_links.send(service, to="referente@cpas.example", by=None, at=AT)
    end(service, by=None, at=AT)

    deliver_due(at=LATER)

    assert smtp.messages == []
    assert OutgoingEmail.objects.exists() is False


def test_a_mail_that_failed_carries_the_same_link_again(service, smtp):
    service_links.send(service, to="referente@cpas.example", by=None, at=AT)
    smtp.refusal = "451 4.3.0 Try again later"
    deliver_due(at=AT)
    smtp.refusal = ""

    assert opens(secret_in(deliver(smtp))).partner == service
    assert AccessToken.objects.count() == 1


def test_no_secret_stands_in_the_database(service):
    secret = service_links.renew(service, by=None, at=AT)

    assert secret not in str(list(AccessToken.objects.values()))
    assert secret not in str(list(ModelLogEntry.objects.values()))
