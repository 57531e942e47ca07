"""Evaluations in the admin, in a browser: no fault, on a phone, with and without answers."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from wagtail.users.models import UserProfile

from registrations.models import Evaluation
from tests.chromium import Remote
from tests.factories.trainings import MORNING_2, catalogue, session, training_page
from tests.factories.users import registrations_manager
from tests.registrations.viewsets.test_people_in_browser import BEYOND_THE_EDGE, NARROW, WIDE

MARKS = {"useful": 5, "clear": 4, "exchange": 3, "organisation": 2}


@pytest.fixture
def mornings(transactional_db):
    """One with five answers, one with four."""
    page = training_page(catalogue())
    made = [session(page), session(page, MORNING_2)]
    for one, number in zip(made, (6, 5), strict=True):
        for mark in range(1, number):
            Evaluation.objects.create(session=one, **MARKS | {"useful": mark}, keeps="Les adresses")
    return made


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["320", "1280"])
def test_no_screen_has_a_fault_or_is_cut(live_server, new_browser, mornings, viewport):
    UserProfile.objects.create(user=registrations_manager(), preferred_language="fr")
    page = new_browser(viewport=viewport).new_page()
    page.goto(live_server.url + reverse("wagtailadmin_login"))
    page.locator("[name=username]").fill("inscriptions")
    page.locator("[name=password]").fill("secret")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    found, pictures = {}, []
    for one in mornings:
        page.goto(live_server.url + reverse("registrations_admin:evaluations", args=[one.pk]))
        violations = Remote(Axe().run)(page).response["violations"]
        found[one.pk] = {
            each["id"]: [node["html"] for node in each["nodes"]] for each in violations
        }
        # A wide table is scrolled by itself.
        found[f"{one.pk} wide"] = page.evaluate(
            BEYOND_THE_EDGE.replace('".w-sr-only"', '".w-sr-only, .registrations-wide > *"')
        )
        pictures.append(page.locator("svg.registrations-bars").count())

    assert not any(found.values()), found
    assert pictures == [4, 0]
