"""The screens of texts for people: without script, by keyboard, on a small screen, no fault."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from registrations.domain import texts
from registrations.enums import MessageKind
from registrations.models import MessageText
from tests.factories.trainings import AT, catalogue, session, training_page, venue
from tests.factories.users import user
from tests.looking import NARROW, log_in, wide_and_narrow


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
        root=live_server.url,
        editor=editor,
    )


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
    page = new_browser(viewport=NARROW).new_page()
    log_in(page, site.root, site.editor)
    for name in states(page, site):
        assert (name, wide_and_narrow(page)) == (name, {})


def test_words_are_typed_looked_at_and_used_without_script_or_mouse(site, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    log_in(page, site.root, site.editor)
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
