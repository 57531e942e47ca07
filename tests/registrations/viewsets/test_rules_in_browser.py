"""The rules screen for people: without script, by keyboard, on a small screen, without a fault."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from registrations.domain.service_kinds import add_starter_kinds
from registrations.models import SignUpRules, Workshop
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import communications_officer
from tests.looking import NARROW, log_in, wide_and_narrow


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
        root=live_server.url,
        officer=communications_officer(),
    )


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


def test_no_screen_has_a_fault_or_is_cut(site, new_browser):
    page = new_browser(viewport=NARROW).new_page()
    log_in(page, site.root, site.officer)

    found = {name: wide_and_narrow(page) for name in states(page, site)}

    assert found == {name: {} for name in (*site.urls, "to correct")}


def test_rules_are_set_by_keyboard_alone_without_script(site, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    log_in(page, site.root, site.officer)
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
    log_in(page, site.root, site.officer)
    *_screens, _last = states(page, site)

    page.locator("#errors a").first.click()

    assert page.evaluate("document.activeElement.name") == "min_participants"
