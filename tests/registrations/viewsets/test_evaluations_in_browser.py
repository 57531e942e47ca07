"""Evaluations in the admin, in a browser: no fault, on a phone, with and without answers."""

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from registrations.models import Evaluation
from tests.factories.trainings import MORNING_2, catalogue, session, training_page
from tests.factories.users import registrations_manager
from tests.looking import NARROW, log_in, wide_and_narrow

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


def test_no_screen_has_a_fault_or_is_cut(live_server, new_browser, mornings):
    manager = registrations_manager()
    UserProfile.objects.create(user=manager, preferred_language="fr")
    page = new_browser(viewport=NARROW).new_page()
    log_in(page, live_server.url, manager)
    found, pictures = {}, []
    for one in mornings:
        page.goto(live_server.url + reverse("registrations_admin:evaluations", args=[one.pk]))
        found[one.pk] = wide_and_narrow(page)
        pictures.append(page.locator("svg.registrations-bars").count())

    assert not any(found.values()), found
    assert pictures == [4, 0]
