from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from registrations.emails.delivery import deliver_due
from registrations.models import OutgoingEmail
from registrations.viewsets.emails import STATES, in_state, state_of
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.factories.users import user

pytestmark = pytest.mark.django_db

SEES = ("registrations.view_registration", "registrations.view_outgoingemail")
ADDRESS = "personne1@cpas.example"


@pytest.fixture
def email(smtp):
    registration(person(session(training_page(catalogue()))))
    return OutgoingEmail.objects.get(recipient=ADDRESS)


@pytest.fixture
def given_up(email, smtp):
    smtp.refused[ADDRESS] = "550 5.1.1 No such user"
    deliver_due(at=AT)
    email.refresh_from_db()
    assert email.failed_at == AT
    return email


def url(email):
    return reverse(OutgoingEmail.snippet_viewset.get_url_name("inspect"), args=[email.pk])


def list_url():
    return reverse(OutgoingEmail.snippet_viewset.get_url_name("list"))


def test_each_mail_is_in_one_state(email):
    hour = timedelta(hours=1)
    fields = {
        "scheduled": {"due_at": AT + hour},
        "waiting": {},
        "sending": {"leased_until": AT + hour, "attempts": 1},
        "again": {"attempts": 2, "due_at": AT + hour},
        "sent": {"sent_at": AT, "attempts": 1},
        "failed": {"failed_at": AT, "attempts": 1},
    }
    assert fields.keys() == STATES.keys()
    asked = OutgoingEmail.objects.filter(pk=email.pk)
    for state, values in fields.items():
        plain = {"due_at": AT, "leased_until": None, "attempts": 0}
        asked.update(**plain | {"sent_at": None, "failed_at": None} | values)
        assert state_of(asked.get(), at=AT) == state
        assert [one for one in STATES if asked.filter(in_state(one, at=AT))] == [state]


def test_what_was_given_up_is_sent_again_once(client, given_up, smtp):
    client.force_login(user(*SEES, "registrations.change_registration"))
    assert "550 5.1.1 No such user" in client.get(url(given_up)).content.decode()
    smtp.refused.clear()

    for _again in range(2):
        assert client.post(url(given_up)).status_code == 302
    assert ModelLogEntry.objects.filter(action="registrations.try_mail_again").count() == 1

    given_up.refresh_from_db()
    assert (given_up.failed_at, given_up.attempts) == (None, 0)
    deliver_due(at=timezone.now())
    given_up.refresh_from_db()
    assert given_up.sent_at
    before = given_up.sent_at
    client.post(url(given_up))
    given_up.refresh_from_db()
    assert given_up.sent_at == before


def test_who_only_looks_sends_nothing_again(client, given_up):
    client.force_login(user(*SEES))
    assert client.get(url(given_up)).context["may_try"] is False
    client.post(url(given_up))
    given_up.refresh_from_db()
    assert given_up.failed_at == AT


def test_mails_are_hidden_from_who_may_not_see_people(client, given_up):
    client.force_login(user("registrations.view_outgoingemail"))
    for address in (url(given_up), list_url()):
        assert ADDRESS not in client.get(address, follow=True).content.decode()


def test_the_list_is_filtered_by_state_and_date(client, given_up):
    client.force_login(user(*SEES))

    def shown(**query):
        found = client.get(list_url(), query)
        return [one.recipient for one in found.context["page_obj"]]

    assert shown(state="failed") == [ADDRESS]
    assert shown(state="sent") == ["assistante@cpas.example"]
    assert shown(state="failed", queued_at_from="2999-01-01") == []


def test_the_home_tells_of_mails_that_do_not_leave(client, given_up, settings):
    settings.REGISTRATIONS_SEND_ALL_TO = "essais@slsp.example"
    late = OutgoingEmail.objects.exclude(pk=given_up.pk)
    late.update(sent_at=None, due_at=AT)
    OutgoingEmail.objects.filter(pk=given_up.pk).update(failed_at=timezone.now())
    client.force_login(user(*SEES))
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert f"{list_url()}?state=failed" in home
    assert "essais@slsp.example" in home

    client.force_login(user(name="other"))
    assert 'id="panel-mails' not in client.get(reverse("wagtailadmin_home")).content.decode()
