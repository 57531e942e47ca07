"""A programme is copied for another year, and pages with registrations do not go unnoticed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.registrations import person, registration
from tests.factories.users import communications_officer
from tests.looking import NARROW, WIDE, beyond_the_edge, faults_in_both_schemes, log_in
from trainings.models import ProgrammePage, TrainingSession


@pytest.fixture
def enter(site, new_browser):
    """An officer's browser, logged in; options are those of a browser."""
    officer = communications_officer()

    def open_one(**options):
        page = new_browser(**{"viewport": WIDE, **options}).new_page()
        log_in(page, site.url, officer)
        return page

    return open_one


def copy_url(site):
    return site.url + reverse("trainings_admin:copy_programme", args=[site.programme.pk])


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_an_officer_copies_a_programme(site, enter, javascript):
    page = enter(java_script_enabled=javascript)
    page.goto(copy_url(site))

    page.locator("[name=title]").fill("Accompagner, l’année suivante")
    page.locator("[name=show]").click()
    ticks = page.locator("[name=sessions]")
    ticks.first.check()
    ticks.last.uncheck()
    page.locator("[name=copy]").click()

    page.wait_for_url("**/edit/")
    copied = ProgrammePage.objects.get(title="Accompagner, l’année suivante")
    assert page.url.endswith(reverse("wagtailadmin_pages:edit", args=[copied.pk]))
    made = TrainingSession.objects.get(training__programme=copied.programme)
    assert (made.starts_on - site.mornings[0].starts_on).days == 52 * 7


def test_the_copy_is_made_by_keyboard_alone(site, enter):
    page = enter()
    page.goto(site.url + reverse("wagtailadmin_pages:edit", args=[site.programme.pk]))
    page.goto(copy_url(site))
    page.locator("[name=title]").focus()
    page.keyboard.press("Enter")
    page.locator("[name=sessions]").first.wait_for()

    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[name=copy]')"):
            break
    page.keyboard.press("Enter")

    page.wait_for_url("**/edit/")
    assert ProgrammePage.objects.filter(locale__language_code="fr").count() == 2


def test_the_copy_screen_has_no_fault(site, enter):
    page = enter()
    page.goto(copy_url(site))
    found = {"empty": faults_in_both_schemes(page)}
    page.locator("[name=show]").click()
    page.locator("[name=sessions]").first.wait_for()
    found["with dates"] = faults_in_both_schemes(page)
    page.locator("[name=weeks]").fill("0")
    page.locator("[name=show]").click()
    page.locator(".error-message").first.wait_for()
    found["with errors"] = faults_in_both_schemes(page)

    assert found == {name: {} for name in found}


def test_the_warning_adds_no_fault_to_the_screens_of_wagtail(site, enter):
    page = enter()
    training = site.pages[0]
    many = f"?id={training.pk}&id={site.pages[1].pk}"
    screens = [
        reverse("wagtailadmin_pages:delete", args=[training.pk]),
        reverse("wagtailadmin_pages:unpublish", args=[training.pk]),
        f"/admin/bulk/wagtailcore/page/delete/{many}",
        f"/admin/bulk/wagtailcore/page/unpublish/{many}",
    ]

    def look():
        warnings, found = [], []
        for address in screens:
            page.goto(site.url + address)
            warnings.append(page.locator(".help-warning, .messages .warning").count())
            found.append(faults_in_both_schemes(page))
        return warnings, found

    _warnings, of_wagtail = look()
    registration(person(*site.mornings), at=timezone.now())

    assert look() == ([1, 1, 1, 1], of_wagtail)


def test_the_copy_screen_is_not_cut_at_320_pixels(site, enter):
    page = enter(viewport=NARROW)
    page.goto(copy_url(site))
    page.locator("[name=show]").click()
    page.locator("[name=sessions]").first.wait_for()

    assert beyond_the_edge(page) == []
