"""Writing to people in a browser: no fault, on a phone, by keyboard, without a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Site
from wagtail.users.models import UserProfile

from registrations.domain import opt_outs
from registrations.emails.letter import opt_out_url
from registrations.models import Letter, OptOut, OutgoingEmail
from tests.factories.letters import to_people, to_services, write
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import MORNING_1, catalogue, session, training_page
from tests.factories.users import organiser
from tests.looking import (
    LIST_OF_WAGTAIL,
    NARROW,
    NOTHING,
    beyond_the_edge,
    faults_in_both_schemes,
    log_in,
    wide_and_narrow,
)


@pytest.fixture
def morning(transactional_db):
    """Somebody of each sort: with an address, without, who reads Dutch; a service that declined."""
    now = timezone.now()
    page = training_page(catalogue(), title="Accompagner vers et dans le logement")
    one = session(page, timezone.localdate() + timedelta(days=6))
    session(page, MORNING_1 + timedelta(days=400))
    registration(
        person(one),
        person(one, number=2, language="nl"),
        person(one, number=3, email=""),
        partner=partner("CPAS de Charleroi", email="info@cpas.example"),
        at=now,
    )
    partner("Relais social du Pays de Charleroi", email="info@relais.example")
    partner("Sans adresse")
    opt_outs.decline("info@relais.example", at=now)
    return one


@pytest.fixture
def enter(live_server, new_browser, morning):
    made = organiser()
    UserProfile.objects.create(user=made, preferred_language="fr")

    def open_one(**options):
        page = new_browser(**options).new_page()
        log_in(page, live_server.url, made)
        return page

    return open_one


def form_url(live_server, morning=None) -> str:
    query = f"?session={morning.pk}" if morning else ""
    return live_server.url + reverse("registrations_admin:write_letter") + query


def fill(page) -> None:
    page.locator("[name=subject_fr]").fill("Un mot pour {service}")
    page.locator("[name=body_fr]").fill("Bonjour,\n\nVoici une nouvelle.")


def screens(page, live_server, morning):
    """Each screen by its name, one after the other."""
    page.goto(form_url(live_server, morning))
    yield "form"
    page.locator(".registrations-acts [type=submit]").click()
    page.locator("#errors").wait_for()
    yield "form to correct"
    fill(page)
    page.locator("[name=subject_nl]").fill("Een woord")
    page.locator("[name=body_nl]").fill("Dag {name}")
    page.locator(".registrations-acts [type=submit]").click()
    page.locator("[value=send]").wait_for()
    yield "people"
    page.goto(form_url(live_server))
    page.locator("[name=readers][value=SERVICES]").check()
    fill(page)
    page.locator(".registrations-acts [type=submit]").click()
    page.locator("[value=send]").wait_for()
    yield "services"
    letter = write(to_people(morning), at=timezone.now(), key="1")
    names = Letter.snippet_viewset.get_url_name
    page.goto(live_server.url + reverse(names("list")))
    yield "list"
    page.goto(live_server.url + reverse(names("inspect"), args=[letter.pk]))
    yield "letter"


def test_no_screen_has_a_fault_or_is_cut(enter, live_server, morning):
    page = enter(viewport=NARROW)
    found = {}
    for name in screens(page, live_server, morning):
        found[name] = wide_and_narrow(page, but=LIST_OF_WAGTAIL if name == "list" else NOTHING)

    assert found == {name: {} for name in found}


def test_a_letter_is_written_by_keyboard_alone_without_script(enter, live_server, morning):
    page = enter(java_script_enabled=False)
    page.goto(form_url(live_server, morning))
    fill(page)
    page.locator("[name=subject_fr]").press("Enter")
    page.locator("[value=back]").press("Enter")
    page.locator("[name=subject_fr]").fill("Un autre mot")
    page.locator(".registrations-acts [type=submit]").press("Enter")
    page.locator("[value=send]").press("Enter")
    page.wait_for_url("**/letter/")

    letter = Letter.objects.get()
    assert letter.subject == {"fr": "Un autre mot"}
    assert letter.body == {"fr": "Bonjour,\n\nVoici une nouvelle."}
    assert letter.emails.count() == OutgoingEmail.objects.filter(kind="LETTER").count() == 3


def test_it_is_sent_with_the_script_of_the_button(enter, live_server, morning):
    page = enter()
    page.goto(form_url(live_server, morning))
    fill(page)
    page.locator(".registrations-acts [type=submit]").click()
    # Scrolled there past a frame, this browser loses a click.
    page.locator("[value=send]").press("Enter")
    page.wait_for_url("**/letter/")

    assert Letter.objects.get().emails.count() == 3


def test_what_does_not_concern_the_readers_is_not_shown(enter, live_server, morning):
    page = enter()
    page.goto(form_url(live_server))

    def visible() -> list[str]:
        names = ("to_come", "states", "seen", "months", "kinds", "places")
        return [name for name in names if page.locator(f"[name={name}]").first.is_visible()]

    assert visible() == ["to_come", "states", "places"]
    page.locator("[name=readers][value=SERVICES]").check()
    assert visible() == ["seen", "months", "places"]
    page.locator("[name=readers][value=NEWS]").check()
    assert visible() == ["places"]


def test_a_letter_is_declined_by_keyboard_without_script(live_server, new_browser, morning):
    page = new_browser(java_script_enabled=False, viewport=NARROW).new_page()
    news = write(to_services(), at=timezone.now())
    with translation.override("fr"):
        path = opt_out_url(news.emails.get()).removeprefix(Site.objects.get().root_url)
    page.goto(live_server.url + path)
    page.locator("[value=stop]").press("Enter")
    page.locator("[value=undo]").wait_for()

    assert OptOut.objects.filter(address="info@cpas.example").exists()


def test_the_page_that_declines_has_no_fault_and_is_not_cut(live_server, new_browser, morning):
    page = new_browser(viewport=NARROW).new_page()
    news = write(to_services(), at=timezone.now())
    with translation.override("fr"):
        path = opt_out_url(news.emails.get()).removeprefix(Site.objects.get().root_url)
    page.goto(live_server.url + path)
    assert beyond_the_edge(page) == []
    before = faults_in_both_schemes(page)
    page.locator("[value=stop]").click()
    page.locator("[value=undo]").wait_for()

    assert (before, faults_in_both_schemes(page)) == ({}, {})
