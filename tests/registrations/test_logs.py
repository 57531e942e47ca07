import logging

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import Client
from django.utils import timezone
from gunicorn.glogging import SafeAtoms  # type: ignore[import-untyped]

from registrations import logs
from registrations.domain import private_feeds, service_links
from registrations.models import AccessToken, Participation
from registrations.urls import urlpatterns
from registrations.views.answer import AnswerView
from registrations.views.private_feeds import CalendarAddressView, PrivateFeedView
from registrations.views.receipt import ReceiptView
from registrations.views.service import ServiceLinkView, ServiceView
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, session, training_page

SECRET = "Xo3_k-9vQ2mZ7sT1wLr8uYb5nGd0cHeA"
PATHS = {
    "receipt": "/fr/inscriptions/receipt/{}/",
    "answer": "/fr/inscriptions/answer/{}/",
    "service": "/fr/inscriptions/service/{}/",
    "page": "/fr/inscriptions/calendar/{}/",
    "calendar": "/fr/inscriptions/calendar/{}.ics",
}


@pytest.fixture
def told(caplog):
    """Everything that is said from now on, at every level, as a handler would write it."""
    caplog.set_level(logging.DEBUG)

    def read() -> str:
        return "\n".join(
            f"{one.name} {caplog.handler.format(one)} {vars(one)}" for one in caplog.records
        )

    return read


@pytest.fixture
def visitor():
    visitor = Client(enforce_csrf_checks=True)
    visitor.raise_request_exception = False
    return visitor


@pytest.fixture
def secrets():
    """One that opens, by the name of its path."""
    registration(person(session(training_page(catalogue()))), at=timezone.now())
    one, at = Participation.objects.get(), timezone.now()
    booking = one.participant.registration
    return {
        "receipt": AccessToken.to_manage(booking, at=at).saved(),
        "answer": AccessToken.to_manage(booking, at=at).saved(),
        "page": AccessToken.for_calendar(one, at=at).saved(),
        "calendar": private_feeds.renew(one.address, at=at),
    }


# --- what Django says of a request -------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_what_is_not_found_is_told_without_its_secret(visitor, told, path):
    assert visitor.get(path.format(SECRET)).status_code == 404

    assert f"Not Found: {path.format('***')}" in told()
    assert SECRET not in told()


@pytest.mark.django_db
def test_a_mistyped_secret_is_as_good_as_hidden(visitor, told, secrets):
    for typed in (secrets["calendar"][:-1], f"{secrets['calendar']}>", f"{secrets['calendar']}.ic"):
        visitor.get(PATHS["calendar"].format(typed))

    assert told().count("/calendar/***") >= 3
    assert secrets["calendar"][:-1] not in told()


@pytest.mark.django_db
def test_a_revoked_address_is_told_without_its_secret(visitor, told, secrets):
    private_feeds.revoke(Participation.objects.get().address, at=timezone.now())

    assert visitor.get(PATHS["calendar"].format(secrets["calendar"])).status_code == 410

    assert f"Gone: {PATHS['calendar'].format('***')}" in told()
    assert secrets["calendar"] not in told()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["page", "answer"])
def test_a_form_without_token_is_told_without_its_secret(visitor, told, secrets, name):
    url = PATHS[name].format(secrets[name])

    assert visitor.post(url, {"do": "renew"}).status_code == 403

    assert f"Forbidden (CSRF cookie not set.): {PATHS[name].format('***')}" in told()
    assert secrets[name] not in told()


VIEWS = {
    "receipt": ReceiptView,
    "answer": AnswerView,
    "service": ServiceLinkView,
    "page": CalendarAddressView,
    "calendar": PrivateFeedView,
}


def fail(self, request, *args, **kwargs):
    raise RuntimeError("on purpose")


def send_too_much(self, request, *args, **kwargs):
    raise TooManyFieldsSent("too much")


@pytest.mark.django_db
@pytest.mark.parametrize(("act", "status"), [(fail, 500), (send_too_much, 400)])
@pytest.mark.parametrize("name", PATHS)
def test_what_fails_is_told_and_mailed_without_its_secret(
    visitor, told, settings, mailoutbox, monkeypatch, name, act, status
):
    settings.ADMINS = [("Admin", "admin@host.example")]
    monkeypatch.setattr(VIEWS[name], "dispatch", act)

    assert visitor.get(PATHS[name].format(SECRET)).status_code == status

    (mail,) = mailoutbox
    assert str(act.__name__) in mail.body  # the traceback is there
    assert SECRET not in told() + mail.subject + mail.body + str(mail.alternatives)


@pytest.mark.django_db
def test_what_fails_on_a_page_that_is_open_is_mailed_without_the_secret_that_opened_it(
    visitor, told, settings, mailoutbox, monkeypatch
):
    settings.ADMINS = [("Admin", "admin@host.example")]
    service = partner()
    secret = service_links.renew(service, by=None, at=timezone.now())
    url = visitor.get(PATHS["service"].format(secret))["Location"]
    monkeypatch.setattr(ServiceView, "dispatch", fail)

    assert visitor.get(url).status_code == 500

    (mail,) = mailoutbox
    assert f"registrations_token_service_{service.pk}_fr" in mail.body  # the cookie is named
    assert secret not in told() + mail.subject + mail.body + str(mail.alternatives)


@pytest.mark.django_db
def test_everything_else_is_told_as_it_is(visitor, told):
    slug = "housing-morning-2027-in-charleroi"

    visitor.get(f"/fr/nothing/{slug}/?answer=keep")

    assert f"Not Found: /fr/nothing/{slug}/" in told()
    (record,) = [one for one in told().splitlines() if slug in one]
    assert "WSGIRequest" in record


# --- what servers say of a request -------------------------------------------------------------


def test_the_development_server_tells_no_secret(told):
    handler = WSGIRequestHandler.__new__(WSGIRequestHandler)
    handler.request, handler.client_address = object(), ("127.0.0.1", 1)

    for name, path in PATHS.items():
        line = f"GET {path.format(SECRET)}?answer=keep HTTP/1.1"
        handler.log_message('"%s" %s %s', line, "200", "7")
        assert f'"GET {path.format("***")}?answer=keep HTTP/1.1" 200 7' in told(), name

    assert SECRET not in told()


def test_gunicorn_tells_no_secret(told):
    """Neither where one goes nor where one comes from."""
    path = PATHS["page"].format(SECRET)
    atoms = SafeAtoms({"r": f"GET {path} HTTP/1.1", "U": path, "f": f"https://x.example{path}"})
    logging.getLogger("gunicorn.access").info('"%(r)s" %(U)s "%(f)s" %(z)s', atoms)

    hidden = PATHS["page"].format("***")
    assert f'"GET {hidden} HTTP/1.1" {hidden} "https://x.example{hidden}" -' in told()
    assert SECRET not in told()
    assert SECRET in atoms["U"]  # what others hold stays as it is


def test_a_record_keeps_what_is_no_text(told):
    logging.getLogger("django.request").warning("%s %d %r", "x", 7, [SECRET])
    logging.getLogger("django.request").warning({"answer": 1})

    assert f"x 7 ['{SECRET}']" in told()
    assert "{'answer': 1}" in told()


def test_asked_again_nothing_is_filtered_twice():
    logs.hide_secrets()
    logs.hide_secrets()

    assert {len(logging.getLogger(name).filters) for name in logs.loggers()} == {1}


def test_every_path_under_a_secret_is_known():
    for one in urlpatterns:
        if "token" not in one.pattern.converters:
            continue
        path = "/" + str(one.pattern).replace("<str:token>", SECRET)
        assert SECRET not in logs.masked(path), path
