from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from registrations.models import OutgoingEmail
from registrations.viewsets import mails_again
from registrations.viewsets.mails_again import left_alone, sent_again, too_many
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.factories.users import user

pytestmark = pytest.mark.django_db

SEES = ("registrations.view_registration", "registrations.view_outgoingemail")
CHANGES = (*SEES, "registrations.change_registration")
ADDRESS = reverse("wagtail_bulk_action", args=["registrations", "outgoingemail", "send_again"])
LIST = reverse("wagtailsnippets_registrations_outgoingemail:list")


@pytest.fixture
def mails():
    """Two given up, one in back-off, one sent, one never tried."""
    page = training_page(catalogue())
    registration(*[person(session(page), number=number) for number in range(4)])
    made = list(OutgoingEmail.objects.order_by("pk"))
    ways = [
        {"failed_at": AT, "attempts": 1},
        {"failed_at": AT, "attempts": 5},
        {"attempts": 2},
        {"sent_at": AT, "attempts": 1},
        {},
    ]
    for email, fields in zip(made, ways, strict=True):
        OutgoingEmail.objects.filter(pk=email.pk).update(**fields)
    return made


@pytest.fixture
def changes(client):
    client.force_login(user(*CHANGES))


def url(*ids, back=LIST):
    ids = [one if isinstance(one, str) else one.pk for one in ids]
    return f"{ADDRESS}?{'&'.join(f'id={one}' for one in ids)}&next={quote(back)}"


def ways():
    rows = OutgoingEmail.objects.order_by("pk")
    return list(rows.values_list("attempts", "failed_at", "sent_at"))


def said(response):
    return [(one.level_tag, one.message.strip()) for one in get_messages(response.wsgi_request)]


def asked_of(response):
    return len(response.context["items"]), response.context["others"]


def test_it_asks_first_and_says_how_many_are_left_alone(client, changes, mails):
    before = ways()
    assert asked_of(client.get(url(*mails))) == (3, 2)
    assert ways() == before


def test_those_that_can_be_tried_again_are_and_the_others_counted(client, changes, mails):
    response = client.post(url(*mails))

    assert response["Location"] == LIST
    assert ways() == [(0, None, None)] * 3 + [(1, None, AT), (0, None, None)]
    assert said(response) == [("success", sent_again(3)), ("warning", left_alone(2))]


def test_posted_twice_it_does_nothing_more(client, changes, mails):
    client.post(url(mails[0]))
    before = ways()

    response = client.post(url(mails[0]))

    assert ways() == before
    assert ("warning", left_alone(1)) in said(response)


def test_all_are_those_of_the_list_as_it_is_filtered(client, changes, mails):
    back = f"{LIST}?state=failed"
    assert asked_of(client.get(url("all", back=back))) == (2, 0)

    response = client.post(url("all", back=back))

    assert [way[0] for way in ways()] == [0, 0, 2, 1, 0]
    assert said(response) == [("success", sent_again(2))]


def test_all_are_those_that_are_searched_for(client, changes, mails):
    OutgoingEmail.objects.update(sent_at=None, failed_at=AT)
    back = f"{LIST}?q={mails[0].recipient}"
    assert asked_of(client.get(url("all", back=back))) == (1, 0)


def test_none_that_can_be_tried_offers_no_button(client, changes, mails):
    response = client.get(url(mails[3], mails[4]))
    assert asked_of(response) == (0, 2)
    assert f'<form action="{ADDRESS}' not in response.content.decode()


@pytest.mark.parametrize("wrong", ["", "x", "-1", "²", "9" * 19, "9" * 40])
def test_what_is_no_mail_is_nothing(client, changes, mails, wrong):
    before = ways()
    assert asked_of(client.get(url(wrong))) == (0, 0)
    assert client.post(url(wrong))["Location"] == LIST
    assert ways() == before


def test_more_than_one_request_carries_are_refused(client, changes, mails, monkeypatch):
    monkeypatch.setattr(mails_again, "MOST_AT_ONCE", 2)
    before = ways()

    response = client.post(url(*mails))

    assert (response["Location"], ways()) == (LIST, before)
    assert said(response) == [("error", too_many(3))]


@pytest.mark.parametrize(
    "rights", [SEES, ("registrations.view_outgoingemail",), (CHANGES[0], CHANGES[2])]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_others_may_not(client, mails, rights, method):
    client.force_login(user(*rights))
    before = ways()

    response = getattr(client, method)(url(*mails))

    assertRedirects(response, reverse("wagtailadmin_home"), fetch_redirect_response=False)
    assert ways() == before


@pytest.mark.parametrize(("rights", "is_offered"), [(CHANGES, True), (SEES, False)])
def test_the_list_offers_it_to_who_may(client, mails, rights, is_offered):
    client.force_login(user(*rights))
    html = client.get(LIST).content.decode()
    found = [words in html for words in (ADDRESS, "data-bulk-action-checkbox", "bulk-actions.js")]
    assert found == [is_offered] * 3
    assert mails[0].recipient in html


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    "address", [LIST, f"{LIST}results/", reverse("wagtailadmin_home"), f"{ADDRESS}?id=all"]
)
def test_it_asks_the_database_as_often_for_one_as_for_many(client, changes, address):
    page = training_page(catalogue())
    registration(person(session(page)))
    OutgoingEmail.objects.first().delete()
    given_up = {"failed_at": timezone.now(), "attempts": 1}
    OutgoingEmail.objects.update(**given_up)
    few = queries(client, address)

    registration(*[person(session(page), number=number) for number in range(2, 31)])
    OutgoingEmail.objects.filter(pk__in=OutgoingEmail.objects.values("pk")[:15]).update(**given_up)
    assert OutgoingEmail.objects.count() >= 30
    assert queries(client, address) == few
