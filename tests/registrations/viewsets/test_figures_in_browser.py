"""Figures in a browser: no fault, on a phone and on a screen, in the light and in the dark."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template import Context, Template
from django.urls import reverse
from wagtail.users.models import UserProfile

from registrations.blocks import ProgrammeFiguresBlock
from tests.chromium import Remote
from tests.factories.presences import twenty_services
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import registrations_manager

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
#: What of our own part of the screen one would have to scroll to, but for tables that scroll.
BEYOND_THE_EDGE = """
    [...document.querySelectorAll(".nice-padding *, .registrations-programme *")]
        .filter(one => !one.closest(".w-sr-only") && !one.closest(".registrations-scroll > *"))
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
        .map(one => one.outerHTML.slice(0, 80))
"""


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


def faults(page) -> tuple[dict, list]:
    violations = Remote(Axe().run)(page).response["violations"]
    found = {one["id"]: [node["html"] for node in one["nodes"]] for one in violations}
    return found, page.evaluate(BEYOND_THE_EDGE)


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["320", "1280"])
def test_no_screen_of_figures_has_a_fault_or_is_cut(
    live_server, new_browser, page, manager, viewport
):
    browser = new_browser(viewport=viewport).new_page()
    browser.goto(live_server.url + reverse("wagtailadmin_login"))
    browser.locator("[name=username]").fill("inscriptions")
    browser.locator("[name=password]").fill("secret")
    browser.locator("[name=password]").press("Enter")
    browser.wait_for_url("**/admin/")
    programme = reverse("registrations_admin:figures_programme", args=[page.training.programme_id])
    for url in (f"{reverse('registrations_admin:figures')}?year=2024", programme):
        browser.goto(live_server.url + url)
        assert faults(browser) == ({}, [])

    # The text is copied, and it is said.
    browser.get_by_role("button", name="Copier le texte").or_(
        browser.get_by_role("button", name="Copy the text")
    ).click()
    browser.locator("[data-copy] [role=status]:not(:empty)").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_block_has_no_fault_on_a_public_page(live_server, new_browser, page, scheme):
    block = ProgrammeFiguresBlock()
    value = block.to_python({"programme": page.training.programme_id, "heading": "En chiffres"})
    frame = Template(
        '{% extends "trainings/layout.html" %}{% block title %}Titre{% endblock %}'
        "{% block header %}{% endblock %}"
        "{% block content %}<h1>Titre</h1>{{ block_html|safe }}{% endblock %}"
    )
    html = frame.render(Context({"block_html": block.render(value)}))
    browser = new_browser(viewport=NARROW, color_scheme=scheme).new_page()
    browser.goto(f"{live_server.url}{page.get_parent().url}")
    browser.set_content(html)
    browser.locator(".registrations-chart").wait_for()

    assert faults(browser) == ({}, [])
    assert browser.evaluate("document.documentElement.scrollWidth") == 320
