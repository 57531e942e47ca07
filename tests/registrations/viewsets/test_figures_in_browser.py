"""Figures in a browser: no fault, on a phone and on a screen, in the light and in the dark."""

from datetime import date

import pytest
from django.template import Context, Template
from django.urls import reverse
from wagtail.users.models import UserProfile

from registrations.blocks import ProgrammeFiguresBlock
from tests.factories.presences import twenty_services
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import registrations_manager
from tests.looking import NARROW, beyond_the_edge, faults_in_both_schemes, log_in, wide_and_narrow


@pytest.fixture
def page(transactional_db):
    page = training_page(programme_page(catalogue()))
    older = training_page(page.get_parent().get_parent(), title="Le bail, pas à pas")
    mornings = session(page, date(2024, 3, 12)), session(page, date(2024, 3, 19))
    twenty_services(session(older, date(2023, 5, 9)), *mornings)
    return page


@pytest.fixture
def manager(page):
    made = registrations_manager()
    UserProfile.objects.create(user=made, preferred_language="fr")
    return made


def test_no_screen_of_figures_has_a_fault_or_is_cut(live_server, new_browser, page, manager):
    browser = new_browser(viewport=NARROW).new_page()
    log_in(browser, live_server.url, manager)
    programme = reverse("registrations_admin:figures_programme", args=[page.training.programme_id])
    for url in (f"{reverse('registrations_admin:figures')}?year=2024", programme):
        browser.goto(live_server.url + url)
        assert wide_and_narrow(browser) == {}

    # The text is copied, and it is said.
    browser.get_by_role("button", name="Copier le texte").or_(
        browser.get_by_role("button", name="Copy the text")
    ).click()
    browser.locator("[data-copy] [role=status]:not(:empty)").wait_for()


def test_the_block_has_no_fault_on_a_public_page(live_server, new_browser, page):
    block = ProgrammeFiguresBlock()
    value = block.to_python({"programme": page.training.programme_id, "heading": "En chiffres"})
    frame = Template(
        '{% extends "trainings/layout.html" %}{% block title %}Titre{% endblock %}'
        "{% block header %}{% endblock %}"
        "{% block content %}<h1>Titre</h1>{{ block_html|safe }}{% endblock %}"
    )
    html = frame.render(Context({"block_html": block.render(value)}))
    browser = new_browser(viewport=NARROW).new_page()
    browser.goto(f"{live_server.url}{page.get_parent().url}")
    browser.set_content(html)
    browser.locator(".registrations-chart").wait_for()

    assert faults_in_both_schemes(browser) == {}
    assert beyond_the_edge(browser) == []
