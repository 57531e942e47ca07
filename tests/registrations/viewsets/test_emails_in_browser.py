"""Mails in a browser: no fault, on a phone too; sent again by keyboard."""

import pytest
from django.urls import reverse
from django.utils import timezone

from registrations.models import OutgoingEmail
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import user
from tests.looking import NARROW, beyond_the_edge, faults, log_in


@pytest.fixture
def given_up(transactional_db):
    now = timezone.now()
    registration(person(session(training_page(catalogue()))), at=now)
    email = OutgoingEmail.objects.first()
    email.failed_at, email.attempts, email.last_error = now, 1, "550 5.1.1 No such user"
    email.subject, email.text = "Votre inscription", "Bonjour"
    email.html = '<!DOCTYPE html><html lang="fr"><title>Mail</title><p>Bonjour</p></html>'
    email.save()
    return email


def logged_in(live_server, new_browser):
    editor = user(
        "registrations.view_registration",
        "registrations.change_registration",
        "registrations.view_outgoingemail",
    )
    page = new_browser(viewport=NARROW).new_page()
    log_in(page, live_server.url, editor)
    return page


def test_a_mail_that_was_given_up_is_sent_again_by_keyboard(live_server, new_browser, given_up):
    page = logged_in(live_server, new_browser)
    page.goto(live_server.url + reverse("wagtailadmin_home"))
    page.locator("main a[href*='state=failed']").wait_for()

    name = OutgoingEmail.snippet_viewset.get_url_name("inspect")
    page.goto(live_server.url + reverse(name, args=[given_up.pk]))
    assert faults(page) == {}
    page.locator("main form[method=post] button").focus()
    page.keyboard.press("Enter")
    page.locator(".messages .success").wait_for()
    given_up.refresh_from_db()
    assert given_up.failed_at is None


def test_ticked_mails_are_sent_again_by_keyboard(live_server, new_browser, given_up):
    page = logged_in(live_server, new_browser)
    page.goto(live_server.url + reverse(OutgoingEmail.snippet_viewset.get_url_name("list")))
    for box in page.locator("td [data-bulk-action-checkbox]").all():
        box.focus()
        page.keyboard.press("Space")
    page.locator(".bulk-actions-buttons a[href*='send_again']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/send_again/**")
    assert faults(page) == {}
    assert beyond_the_edge(page) == []

    page.locator("main form[method=POST] button").focus()
    page.keyboard.press("Enter")
    page.locator(".messages .success").wait_for()
    page.locator(".messages .warning").wait_for()
    given_up.refresh_from_db()
    assert given_up.failed_at is None
