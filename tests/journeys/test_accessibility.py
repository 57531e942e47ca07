"""No public page and no admin screen of ours has a fault that axe finds, or is cut at 320 px."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from registrations.enums import Question
from registrations.models import OutgoingEmail, PartnerService, Registration, SignUpQuestions
from tests.chromium import Remote
from tests.factories.registrations import person, registration
from tests.factories.users import user
from trainings.models import TrainingSession

PUBLIC = ["catalogue", "programme", "training", "form", "form with errors", "receipt"]


@pytest.fixture
def visit(site):
    """Open one of the pages named above, in one language."""

    def open_page(page, name, language):
        translated = {
            "catalogue": site.index,
            "programme": site.programme,
            "training": site.pages[0],
        }
        if name in translated:
            found = next(
                one
                for one in translated[name].get_translations(inclusive=True)
                if one.locale.language_code == language
            )
            page.goto(site.url + found.url)
            return
        uid = site.pages[0].training.programme.uid
        page.goto(f"{site.url}/{language}/inscriptions/programme/{uid}/")
        if name == "form":
            return
        if name == "form with errors":
            page.locator("[name=booking-service_name]").fill("unknown")
            page.locator("[name=booking-email]").fill("no address")
            page.locator("[data-submit]").click()
            page.locator("[aria-invalid=true]").first.wait_for()
            return
        page.locator("[name=booking-service_name]").fill("CPAS de Charleroi")
        page.locator("[name=booking-first_name]").fill("Camille")
        page.locator("[name=booking-last_name]").fill("Du Service")
        page.locator("[name=booking-email]").fill("camille@cpas.example")
        page.locator("[name=booking-may_name_partner][value=no]").check()
        page.locator("[name=people-0-is_booker]").check()
        page.locator("[name=people-0-function]").fill("assistante")
        page.locator("[name=people-0-sessions]").first.check()
        page.locator("[data-submit]").click()
        page.wait_for_url("**/receipt/**")

    return open_page


def faults(page):
    found = Remote(Axe().run)(page).response["violations"]
    return {fault["id"]: [node["html"] for node in fault["nodes"]] for fault in found}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "nl"])
def test_public_pages_have_no_fault(visit, site, new_browser, language, scheme):
    SignUpQuestions.objects.create(training=site.pages[0].training, asked=Question.values)
    page = new_browser(color_scheme=scheme).new_page()
    found = {}
    for name in PUBLIC:
        visit(page, name, language)
        found[name] = faults(page)
        Registration.objects.all().delete()

    assert found == {name: {} for name in PUBLIC}


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_nothing_is_cut_at_320_pixels(visit, site, new_browser, language):
    page = new_browser(viewport={"width": 320, "height": 640}).new_page()
    wider = {}
    for name in PUBLIC:
        visit(page, name, language)
        wider[name] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    assert wider == dict.fromkeys(PUBLIC, 0)


@pytest.fixture
def desk(site, new_browser):
    """An admin's browser, logged in, with one registration made."""
    person_at_desk = user(name="admin")
    person_at_desk.is_superuser = True
    person_at_desk.save()
    registration(person(*site.mornings), at=timezone.now())
    page = new_browser(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(site.url + reverse("wagtailadmin_login"))
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill("secret")
    page.locator("[type=submit]").click()
    page.wait_for_url("**/admin/")
    return page


def test_our_admin_screens_have_no_fault(desk, site):
    def url(model, view, *args):
        return reverse(model.snippet_viewset.get_url_name(view), args=args)

    morning = site.mornings[0]
    screens = {
        "home": reverse("wagtailadmin_home"),
        "sessions": url(TrainingSession, "list"),
        "add a session": url(TrainingSession, "add"),
        "a session": url(TrainingSession, "edit", morning.pk),
        "call off": reverse("trainings_admin:cancel", args=[morning.pk]),
        "registrations": url(Registration, "list"),
        "a registration": url(Registration, "inspect", Registration.objects.get().pk),
        "partner services": url(PartnerService, "list"),
        "mails": url(OutgoingEmail, "list"),
        "a mail": url(OutgoingEmail, "inspect", OutgoingEmail.objects.first().pk),
    }
    found = {}
    for name, address in screens.items():
        desk.goto(site.url + address)
        found[name] = faults(desk)

    assert found == {name: {} for name in screens}
