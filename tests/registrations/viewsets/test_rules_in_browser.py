"""The rules screen for people: without script, by keyboard, on a small screen, without a fault."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from registrations.domain.service_kinds import add_starter_kinds
from registrations.models import SignUpRules, Workshop
from tests.chromium import Remote
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import communications_officer

NARROW = {"width": 320, "height": 640}
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Wagtail's frame hides what sticks out instead of growing.
STICKS_OUT = """
[...document.querySelectorAll(".registrations-rules *")]
    .filter(one => one.getBoundingClientRect().right > window.innerWidth)
    .map(one => one.outerHTML.slice(0, 80))
"""


@pytest.fixture
def site(transactional_db, live_server):
    """A training with one date that has rules and workshops of its own, and one that has not."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    add_starter_kinds()
    partner()
    page = training_page(programme_page(catalogue()), title="Accompagner un ménage")
    soon = timezone.localdate() + timedelta(days=30)
    plain, apart = session(page, soon), session(page, soon + timedelta(days=7))
    SignUpRules.objects.create(session=apart, per_service=4)
    Workshop.objects.create(session=apart, title={"fr": "Écouter"}, capacity=20)
    communications_officer()
    names = {
        "rules": reverse("registrations_admin:rules", args=[page.training.pk]),
        "apart": reverse("registrations_admin:session_rules", args=[apart.pk]),
        "workshops": reverse("registrations_admin:workshops", args=[apart.pk]),
        "editor": reverse("wagtailadmin_pages:edit", args=[page.pk]),
    }
    return SimpleNamespace(
        training=page.training,
        plain=plain,
        urls={name: live_server.url + address for name, address in names.items()},
        login=live_server.url + reverse("wagtailadmin_login"),
    )


def log_in(page, site):
    page.goto(site.login)
    page.locator("[name=username]").fill("communication")
    page.locator("[name=password]").fill("secret")
    page.locator("[type=submit]").click()
    page.wait_for_url("**/admin/")


def violations(page):
    found = Remote(Axe().run)(page).response["violations"]
    return {one["id"]: [node["html"] for node in one["nodes"]] for one in found}


def states(page, site):
    """Each screen in turn, and the first one with something to correct."""
    for name, address in site.urls.items():
        page.goto(address)
        if name == "editor":
            page.get_by_role("tab", name="Inscriptions").click()
        yield name
    page.goto(site.urls["rules"])
    page.locator("[name=min_participants]").fill("99")
    page.locator("[name=kept-0-places]").fill("8")
    page.get_by_role("button", name="Fixer ces règles").click()
    page.locator("#errors").wait_for()
    yield "to correct"


def test_no_screen_has_a_fault(site, new_browser):
    page = new_browser(viewport={"width": 1280, "height": 900}).new_page()
    log_in(page, site)

    found = {name: violations(page) for name in states(page, site)}

    assert found == {name: {} for name in (*site.urls, "to correct")}


def test_nothing_is_cut_at_320_pixels(site, new_browser):
    page = new_browser(viewport=NARROW).new_page()
    log_in(page, site)

    found = {name: (page.evaluate(WIDTH), page.evaluate(STICKS_OUT)) for name in states(page, site)}

    assert found == dict.fromkeys((*site.urls, "to correct"), (0, []))


def test_rules_are_set_by_keyboard_alone_without_script(site, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    log_in(page, site)
    page.goto(site.urls["rules"])
    # A second row, which leads to itself.
    page.locator("[name=kept-0-places]").fill("8")
    page.locator("[name=kept-0-kinds]").first.press(" ")
    page.locator("button[name=add][value=kept]").press("Enter")
    page.locator("#kept-row-2").wait_for()
    assert page.url.endswith("#kept-row-2")
    page.locator("[name=kept-1-kinds]").nth(1).press(" ")
    page.locator("[name=kept-1-places]").fill("4")

    # Enter in a field saves.
    page.locator("[name=per_service]").fill("3")
    page.locator("[name=per_service]").press("Enter")
    page.wait_for_url("**/trainingsession/?training=*")

    rules = SignUpRules.objects.get(training=site.training)
    assert (rules.per_service, [quota.places for quota in rules.quotas.all()]) == (3, [8, 4])


def test_a_sentence_leads_to_its_field(site, new_browser):
    page = new_browser().new_page()
    log_in(page, site)
    *_screens, _last = states(page, site)

    page.locator("#errors a").first.click()

    assert page.evaluate("document.activeElement.name") == "min_participants"
