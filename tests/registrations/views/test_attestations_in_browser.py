"""Attestations in a browser: no fault, on a phone, in the dark, by keyboard, without a script."""

import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site
from wagtail.users.models import UserProfile

from registrations.domain import attestations, bundles, service_links
from registrations.models import AccessToken, Participation
from tests.factories.attendance import came, close
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.factories.users import organiser
from tests.looking import NARROW, faults_of_states, log_in, wide_and_narrow

LONG = "Œuvre-Vandenbroucke-Steenhaut"


@pytest.fixture
def site(transactional_db, live_server, settings):
    """Three people at two sessions, one of whom has the hours added up; where their pages are."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    settings.REGISTRATIONS_ORGANISER_NAME = "Société de logement « Été »"
    now, today = timezone.now(), timezone.localdate()
    page = training_page(
        programme_page(catalogue()), title="Accompagner un ménage en recherche de logement"
    )
    mornings = [session(page, today - timedelta(days=days), venue=venue()) for days in (20, 13)]
    service = partner("CPAS de Charleroi")
    registration(
        person(*mornings, last_name=LONG, function="assistante sociale en chef"),
        person(*mornings, number=2),
        person(mornings[0], number=3, email=""),
        partner=service,
        at=mornings[0].starts_at - timedelta(days=5),
    )
    for morning in mornings:
        came(*Participation.objects.filter(session=morning))
        close(morning)
    row = Participation.objects.filter(session=mornings[0]).earliest("pk")
    attestations.issue_whole(page.training, row.participant, by=None, at=now)
    link = AccessToken.for_participant(row, at=now)
    link.save()
    root = f"{live_server.url}/fr/inscriptions"
    return {
        "root": live_server.url,
        "morning": mornings[0],
        "kept": f"{root}/mine/{link.secret}/",
        "paper": row.attested.first().attestation,
        "row": row,
        "check": f"{root}/check/",
        "service": f"{root}/service/{service_links.renew(service, by=None, at=now)}/",
        "year": f"{root}/service/{service.pk}/attestations/{mornings[0].starts_on.year}/",
    }


def pages(page, site):
    """Each public page in turn."""
    code, row = site["paper"].code, site["row"]
    yield "kept", page.goto(site["kept"])
    number = site["paper"].number
    yield "paper", page.goto(f"{page.url}attestation/{number}/?as=page")
    whole = row.attested.last().attestation.number
    yield "whole", page.goto(page.url.replace(number, whole))
    yield "check", page.goto(site["check"])
    page.locator("[name=code]").fill("x")
    page.locator("main [type=submit]").click()
    yield "unknown", page.locator("#errors").wait_for()
    page.locator("[name=code]").fill(code.lower().replace("-", " "))
    page.locator("main [type=submit]").click()
    yield "valid", page.locator("dl").wait_for()
    attestations.withdraw([site["paper"]], by=None, at=timezone.now())
    yield "withdrawn", page.reload()
    page.goto(site["service"])
    yield "year", page.goto(site["year"])
    page.locator("main form [type=submit]").click()
    yield "file", page.locator("#file").wait_for()


def test_no_page_has_a_fault_or_is_cut(site, browser):
    page = browser.new_page()
    found = faults_of_states(page, pages(page, site))

    assert found == {name: {} for name in found}


def test_the_pdf_is_downloaded_by_keyboard_alone(site, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(site["kept"])

    with page.expect_download() as download:
        page.locator("main .trainings-act a").first.press("Enter")

    file = download.value.path()
    assert file.read_bytes().startswith(b"%PDF-")


@pytest.fixture
def enter(site, new_browser):
    """Open the admin as an organiser."""
    made = organiser()
    UserProfile.objects.create(user=made, preferred_language="fr")

    def open_one(**options):
        page = new_browser(**options).new_page()
        log_in(page, site["root"], made)
        page.goto(
            site["root"] + reverse("registrations_admin:attestations", args=[site["morning"].pk])
        )
        return page

    return open_one


def test_no_screen_of_the_organiser_has_a_fault_or_is_cut(enter):
    page = enter(viewport=NARROW)
    found = {"people": wide_and_narrow(page)}
    page.locator("section:has(#file-of-all) [type=submit]").click()
    page.locator("#file").wait_for()
    found["file"] = wide_and_narrow(page)

    assert found == {"people": {}, "file": {}}


def test_the_file_says_how_far_it_is_and_comes_by_itself(enter):
    page = enter()
    page.locator("section:has(#file-of-all) [type=submit]").click()
    page.locator("progress").wait_for()

    with page.expect_download() as download:
        bundles.make_due(now=timezone.now)

    with zipfile.ZipFile(download.value.path()) as file:
        assert len(file.namelist()) == 3
    assert page.locator("[data-download]").is_visible()


def test_without_a_script_one_looks_again_and_downloads(enter):
    page = enter(java_script_enabled=False)
    page.locator("section:has(#file-of-all) [type=submit]").press("Enter")
    page.locator("progress").wait_for()
    bundles.make_due(now=timezone.now)

    page.locator("[data-look-again] a").press("Enter")
    with page.expect_download() as download:
        page.locator("[data-download]").press("Enter")

    assert download.value.suggested_filename.endswith(".zip")


def test_those_ticked_are_withdrawn_by_keyboard_alone(enter, site):
    page = enter(java_script_enabled=False)
    page.locator("[name=person]").first.press("Space")

    page.locator("[value=withdraw]").press("Enter")

    page.locator("s").first.wait_for()
    assert page.locator("tbody tr").first.locator("s").inner_text().startswith("20")
