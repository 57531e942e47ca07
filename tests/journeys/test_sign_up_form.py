"""The sign-up form with all that rules may ask, in a browser: workshops, places without names."""

from __future__ import annotations

import pytest

from registrations.models import Participation, SignUpRules, Workshop
from tests.chromium import expect
from tests.looking import NARROW, beyond_the_edge, faults


@pytest.fixture
def workshops(site):
    """Of the first morning; there is a place of each, and held ones, at both mornings."""
    for page in site.pages:
        SignUpRules.objects.create(
            training=page.training,
            per_service=None,
            may_hold=25,
            names_days_before=1,
            has_waiting_list=False,
        )
    return [
        Workshop.objects.create(session=site.mornings[0], title={"fr": title}, capacity=20)
        for title in ("Jeunes", "Énergie")
    ]


def open_form(page, site):
    page.goto(f"{site.url}/fr/inscriptions/programme/{site.programme.programme.uid}/")


def fill_in(page, **answers):
    said = {
        "booking-service_name": "CPAS de Charleroi",
        "booking-first_name": "Camille",
        "booking-last_name": "Du Service",
        "booking-email": "camille@cpas.example",
        **answers,
    }
    for name, answer in said.items():
        page.locator(f"[name={name}]").fill(answer)
    page.locator("[name=booking-may_name_partner][value=yes]").check()


@pytest.mark.parametrize("is_whole", [False, True], ids=["each session", "all or none"])
def test_the_form_has_no_fault_and_is_not_cut_at_320_pixels(site, workshops, new_browser, is_whole):
    site.programme.programme.is_indivisible = is_whole
    site.programme.programme.save()
    page = new_browser(viewport=NARROW).new_page()
    open_form(page, site)
    first = page.locator(f"[name=people-0-workshop_{site.mornings[0].pk}]")
    if is_whole:
        expect(page.locator("[name=people-0-sessions]")).to_have_count(0)
    else:
        expect(first).to_be_hidden()  # until its session is ticked
        page.locator("[name=people-0-sessions]").first.check()
    expect(first).to_be_visible()
    page.locator("summary", has_text="les noms plus tard").click()
    assert faults(page) == {}

    page.locator("[name^=held-places_]").first.fill("26")
    page.locator("[name=people-0-function]").fill("assistante")
    page.locator("[data-submit]").click()

    expect(page.locator("#errors")).to_contain_text("Merci de choisir un atelier.")
    expect(page.locator("#errors")).to_contain_text("Au plus 25 places")
    assert faults(page) == {}
    assert beyond_the_edge(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_somebody_chooses_a_workshop_and_holds_places(site, workshops, new_browser, javascript):
    one, two = site.mornings
    page = new_browser(java_script_enabled=javascript).new_page()
    open_form(page, site)
    fill_in(page, **{"people-0-function": "assistante"})
    page.locator("[name=people-0-is_booker]").check()
    page.locator(f"[name=people-0-sessions][value='{one.pk}']").check()
    for name, workshop in zip(("workshop", "other_workshop"), workshops, strict=True):
        page.locator(f"[name=people-0-{name}_{one.pk}]").select_option(str(workshop.pk))
    page.locator("summary", has_text="les noms plus tard").click()
    page.locator(f"[name=held-places_{two.pk}]").fill("3")
    page.get_by_role("button", name="Inscrire", exact=True).last.click()

    expect(page.locator("h1")).to_contain_text("4 personnes sont inscrites.")
    expect(page.locator("main")).to_contain_text("Jeunes")
    seated = Participation.objects.seated()
    assert [seated.filter(session=morning).count() for morning in (one, two)] == [1, 3]
    assert Participation.objects.get(session=one).workshop == workshops[0]
