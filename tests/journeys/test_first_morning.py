"""The whole main job in a browser: from the catalogue to a confirmed service and a calendar."""

import pytest
from django.urls import reverse
from icalendar import Calendar

from registrations.enums import MessageKind
from registrations.models import OutgoingEmail, Registration
from tests.chromium import expect
from tests.factories.users import registrations_manager
from tests.looking import log_in


def write_person(page, number, name, sessions, *, me=False):
    row = f"people-{number}"
    if me:
        page.locator(f"[name={row}-is_booker]").check()
    else:
        page.locator(f"[name={row}-first_name]").fill(name)
        page.locator(f"[name={row}-last_name]").fill("Du Service")
        page.locator(f"[name={row}-email]").fill(f"{name.lower()}@cpas.example")
    page.locator(f"[name={row}-function]").fill("assistante sociale")
    for session in sessions:
        page.locator(f"[name={row}-sessions][value='{session.pk}']").check()


def write_booker(page):
    page.locator("[name=booking-service_name]").fill("cpas charleroi")
    page.locator("[name=booking-first_name]").fill("Camille")
    page.locator("[name=booking-last_name]").fill("Du Service")
    page.locator("[name=booking-email]").fill("camille@cpas.example")
    page.locator("[name=booking-may_name_partner][value=yes]").check()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_service_signs_up_three_people(site, new_browser, javascript):
    one, two = site.mornings
    page = new_browser(java_script_enabled=javascript).new_page()

    page.goto(site.url + site.index.url)
    page.get_by_role("link", name=site.pages[0].title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(site.pages[0].title)
    page.goto(site.url + site.programme.url)
    page.locator("a[href*='/inscriptions/programme/']").first.click()

    write_booker(page)
    write_person(page, 0, "Camille", [one, two], me=True)
    page.locator("[name=add]").click()
    write_person(page, 1, "Dominique", [one])
    page.locator("[name=add]").click()
    write_person(page, 2, "Sacha", [two])
    page.get_by_role("button", name="Inscrire 3 personnes").click()

    registration = Registration.objects.get()
    expect(page.locator("main")).to_contain_text(registration.reference)
    for name in ("Camille", "Dominique", "Sacha"):
        expect(page.locator("main")).to_contain_text(name)
    assert sorted(OutgoingEmail.objects.values_list("kind", flat=True)) == [
        MessageKind.INVITATION,
        MessageKind.INVITATION,
        MessageKind.INVITATION,
        MessageKind.RECEIPT,
    ]
    people = registration.participants.with_participations()
    assert [len(person.confirmed) for person in people] == [2, 1, 1]

    desk = new_browser().new_page()
    log_in(desk, site.url, registrations_manager())
    desk.goto(site.url + reverse(Registration.snippet_viewset.get_url_name("list")))
    row = desk.locator("main tbody tr")
    expect(row).to_have_count(1)
    cells = [cell.strip() for cell in row.locator("td").all_inner_texts()]
    assert (cells.count("3"), cells.count("4"), cells.count("0")) == (1, 1, 1)


def test_the_feed_shows_both_mornings_at_nine_on_both_sides_of_the_clock_change(site, client):
    events = Calendar.from_ical(client.get("/agenda/fr/trainings.ics").content).walk("VEVENT")

    assert [event.start.strftime("%H:%M") for event in events] == ["09:00", "09:00"]
    assert events[0].start.utcoffset() != events[1].start.utcoffset()
    assert [event.start for event in events] == [one.local_start for one in site.mornings]


def test_the_catalogue_names_its_feed(site, browser):
    page = browser.new_page()
    page.goto(site.url + site.index.url)

    link = page.locator("link[rel=alternate][type='text/calendar']")

    assert link.get_attribute("href").endswith("/agenda/fr/trainings.ics")


def test_the_whole_sign_up_by_keyboard(site, browser):
    page = browser.new_page()
    page.goto(site.url + site.pages[0].url)
    _press_until(page, "Tab", "a[href*='/inscriptions/training/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inscriptions/training/**")

    answers = {
        "booking-service_name": "CPAS de Charleroi",
        "booking-first_name": "Camille",
        "booking-last_name": "Du Service",
        "booking-email": "camille@cpas.example",
        "people-0-is_booker": " ",
        "people-0-function": "assistante sociale",
        "booking-may_name_partner": " ",
    }
    for name, answer in answers.items():
        _press_until(page, "Tab", f"[name={name}]")
        if answer == " ":
            page.keyboard.press("Space")
        else:
            page.keyboard.type(answer)
    _press_until(page, "Tab", "[data-submit]")
    page.keyboard.press("Enter")

    page.wait_for_url("**/registration/**")
    assert Registration.objects.get().participants.count() == 1


def _press_until(page, key, selector, most=80):
    for _press in range(most):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with {key}.")
