"""The box to subscribe for people: with a click, without script, by keyboard, on a small screen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Site

from tests.chromium import expect
from tests.factories.trainings import catalogue, session, training_page, translated
from tests.looking import NARROW, beyond_the_edge, faults_in_both_schemes
from trainings.models import Training

CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def pages(transactional_db, live_server):
    """The addresses of a training in French and in Dutch."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    page = training_page(catalogue(), title="Accompagner un ménage en recherche de logement")
    session(page, timezone.localdate() + timedelta(days=30))
    dutch = translated(page, "nl", "Een huishouden begeleiden dat een woning zoekt")
    return {"fr": live_server.url + page.url, "nl": live_server.url + dutch.url}


@pytest.fixture
def feeds(live_server, pages):
    """What may be copied: the address of the training's calendar, and that with registration."""
    key = Training.objects.get().pk
    path = f"/agenda/fr/training/{key}-accompagner-un-menage-en-recherche-de-logement/"
    return [
        f"{live_server.url}{path}trainings.ics",
        f"{live_server.url}{path}also/registration/trainings.ics",
    ]


def the_box(page):
    return page.locator(".trainings-subscribe")


def open_all(page):
    for summary in the_box(page).locator("summary").all():
        summary.click()


def test_a_click_copies_the_address_and_says_so(pages, feeds, new_browser):
    page = new_browser(permissions=CLIPBOARD).new_page()
    page.goto(pages["fr"])
    open_all(page)
    copied = []
    for place in the_box(page).locator("[data-copy]").all():
        place.locator("button").click()
        expect(place.get_by_role("status")).not_to_be_empty()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
        assert place.get_by_role("status").inner_text() == place.get_attribute("data-copied")

    assert copied == feeds


def test_the_address_is_copied_where_a_browser_keeps_its_clipboard_for_https(
    pages, feeds, new_browser
):
    context = new_browser(permissions=CLIPBOARD)
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page = context.new_page()
    page.goto(pages["fr"])
    place = the_box(page).locator("[data-copy]").first

    place.locator("button").click()
    expect(place.get_by_role("status")).not_to_be_empty()

    assert place.get_by_role("status").inner_text() == place.get_attribute("data-copied")
    page.evaluate("document.body.prepend(document.createElement('textarea'))")
    page.locator("textarea").first.press("Control+v")
    assert page.locator("textarea").first.input_value() == feeds[0]


def test_what_cannot_be_copied_is_selected_and_says_so(pages, feeds, new_browser):
    context = new_browser()
    context.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "document.execCommand = () => false;"
    )
    page = context.new_page()
    page.goto(pages["fr"])
    place = the_box(page).locator("[data-copy]").first

    place.locator("button").click()
    expect(place.get_by_role("status")).not_to_be_empty()

    assert place.get_by_role("status").inner_text() == place.get_attribute("data-failed")
    selected = "document.activeElement.value.slice(0, document.activeElement.selectionEnd)"
    assert page.evaluate(selected) == feeds[0]


def test_without_script_the_box_gives_everything(pages, feeds, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(pages["fr"])
    assert the_box(page).locator("[data-copy]:visible").count() == 0

    open_all(page)

    fields = the_box(page).locator("textarea").all()
    assert [field.input_value() for field in fields] == feeds
    links = the_box(page).locator("a").all()
    assert all(link.is_visible() for link in links)
    assert sorted(link.get_attribute("href").partition(":")[0] for link in links) == [
        "/agenda/fr/" + feeds[0].partition("/agenda/fr/")[2],
        *["https"] * 2,
        *["webcal"] * 3,
    ]


def test_the_keyboard_opens_each_choice_and_reaches_what_is_in_it(pages, feeds, new_browser):
    page = new_browser().new_page()
    page.goto(pages["fr"])
    choices = the_box(page).locator(".trainings-choose")
    choices.first.locator("summary").focus()

    found = []
    for _number in range(3):
        page.keyboard.press("Enter")
        found.append(page.evaluate("document.activeElement.parentElement.open"))
        # Past the links inside, to the next choice.
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.matches('.trainings-choose a')"):
            found.append(page.evaluate("document.activeElement.protocol"))
            page.keyboard.press("Tab")

    assert found == [True, "webcal:", "https:", True, "https:", True, "webcal:"]
    assert page.evaluate("document.activeElement.value") == feeds[0]


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_an_open_box_has_no_fault_and_is_not_cut_on_a_phone(pages, new_browser, language):
    page = new_browser(viewport=NARROW).new_page()
    page.goto(pages[language])
    open_all(page)

    assert faults_in_both_schemes(page) == {}
    assert beyond_the_edge(page) == []
    fields = "[...document.querySelectorAll('textarea')]"
    assert page.evaluate(f"{fields}.every(one => one.scrollHeight <= one.clientHeight)")
    assert (
        the_box(page)
        .locator("summary, a, button")
        .evaluate_all("all => Math.min(...all.map(one => one.getBoundingClientRect().height))")
        >= 44
    )
