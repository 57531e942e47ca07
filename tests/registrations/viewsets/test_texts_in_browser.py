"""The screens of texts for people: without script, by keyboard, on a small screen, no fault."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from registrations.domain import texts
from registrations.enums import MessageKind
from registrations.models import MessageText
from tests.chromium import Remote
from tests.factories.trainings import AT, catalogue, session, training_page, venue
from tests.factories.users import user

NARROW = {"width": 320, "height": 640}
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Wagtail's frame hides what sticks out instead of growing.
STICKS_OUT = """
[...document.querySelectorAll("#errors *, .registrations-rules *, .registrations-texts *")]
    .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 80))
"""


@pytest.fixture
def site(transactional_db, live_server):
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    page = training_page(catalogue(), title="Accompagner un ménage")
    session(page, timezone.localdate() + timedelta(days=30), venue=venue())
    editor = user("registrations.change_messagetext")
    texts.write(MessageKind.REMINDER, "fr", {"closing": "À bientôt !"}, by=editor, at=AT)
    names = {
        "list": reverse("message_texts:list"),
        "edit": reverse("message_texts:edit", args=["invitation", "fr"]),
        "own": reverse("message_texts:edit", args=["reminder", "fr"]),
        "history": reverse("message_texts:history", args=["reminder", "fr"]),
        "reset": reverse("message_texts:reset", args=["reminder", "fr"]),
    }
    return SimpleNamespace(
        urls={name: live_server.url + address for name, address in names.items()},
        login=live_server.url + reverse("wagtailadmin_login"),
    )


def log_in(page, site):
    page.goto(site.login)
    page.locator("[name=username]").fill("editor")
    page.locator("[name=password]").fill("secret")
    page.locator("[type=submit]").click()
    page.wait_for_url("**/admin/")


def violations(page):
    found = Remote(Axe().run)(page).response["violations"]
    return {one["id"]: [node["html"] for node in one["nodes"]] for one in found}


def states(page, site):
    """Each screen in turn, and the form with something to correct."""
    for name, address in site.urls.items():
        page.goto(address)
        yield name
    page.goto(site.urls["edit"])
    page.locator("[name=subject]").fill("{rien}")
    page.locator("button.button[value=save]").click()
    page.locator("#errors").wait_for()
    yield "errors"


def test_no_screen_has_a_fault_or_sticks_out(site, new_browser):
    page = new_browser().new_page()
    log_in(page, site)
    for name in states(page, site):
        assert (name, violations(page)) == (name, {})
    page.set_viewport_size(NARROW)
    for name in states(page, site):
        assert (name, page.evaluate(WIDTH), page.evaluate(STICKS_OUT)) == (name, 0, [])


def test_words_are_typed_looked_at_and_used_without_script_or_mouse(site, new_browser):
    page = new_browser().new_page()
    log_in(page, site)
    without_script = new_browser(java_script_enabled=False)
    without_script.add_cookies(page.context.cookies())
    page = without_script.new_page()
    page.goto(site.urls["edit"])

    page.locator("[name=opening]").focus()
    page.keyboard.type("Bienvenue parmi nous.")
    page.locator("[value=preview]").focus()
    page.keyboard.press("Enter")
    page.frame_locator("iframe").get_by_text("Bienvenue parmi nous.").wait_for()
    assert page.locator("[name=opening]").input_value() == "Bienvenue parmi nous."
    page.locator("[name=subject]").focus()
    page.keyboard.type("Vous venez")
    page.keyboard.press("Enter")

    page.locator("a[href$='/reset/']").wait_for()
    kept = MessageText.objects.values_list("subject", "opening").get(kind=MessageKind.INVITATION)
    assert kept == ("Vous venez", "Bienvenue parmi nous.")
