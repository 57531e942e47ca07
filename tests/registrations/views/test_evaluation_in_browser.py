"""What one keeps of a session, for people: small, by keyboard, without script, in the dark."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Site

from registrations.models import AccessToken, Evaluation, Participation
from tests.factories.documents import document, give, handout
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.looking import faults, faults_of_states

STATES = ("everything", "to correct", "thanked", "refused")
QUESTIONS = ("useful", "clear", "exchange", "organisation")


@pytest.fixture
def link(transactional_db, live_server):
    """Of somebody who was there yesterday."""
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    now = timezone.now()
    page = training_page(catalogue(), title="Accompagner un ménage en recherche de logement")
    give(
        page,
        ("document", document("Programme")),
        handout(document("Exercices"), "BEFORE"),
        handout(document("Diapositives de la matinée"), "AFTER"),
    )
    opens = now - timedelta(days=90)
    one = session(page, timezone.localdate() - timedelta(days=1), registration_opens_at=opens)
    registration(person(one), at=one.starts_at - timedelta(days=30))
    token = AccessToken.for_participant(Participation.objects.get(), at=now)
    token.save()
    return f"{live_server.url}/fr/inscriptions/mine/{token.secret}/"


def states(page, link):
    yield "everything", page.goto(link)
    page.locator("#evaluation [type=submit]").click()
    yield "to correct", page.locator("#errors").wait_for()
    for name in QUESTIONS:
        page.locator(f"#evaluation_{name}_3").check()
    page.locator("#evaluation [type=submit]").click()
    yield "thanked", page.wait_for_url("**#evaluation")
    Participation.objects.update(has_evaluated=False, status="WAITING")
    own = page.url.partition("#")[0]
    page.goto(f"{own}evaluation/")
    yield "refused", page.locator("h1").wait_for()


def test_no_state_has_a_fault_or_is_cut_at_320_pixels(link, browser):
    page = browser.new_page()

    assert faults_of_states(page, states(page, link)) == {name: {} for name in STATES}


def test_one_answers_by_keyboard_alone_without_script(link, new_browser):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(link)
    for name in QUESTIONS:
        page.locator(f"#evaluation_{name}_0").press("Space")
        page.locator(f"#evaluation_{name}_0").press("ArrowRight")
    page.locator("#evaluation_keeps").fill("La liste des services")
    page.locator("#evaluation [type=submit]").press("Enter")
    page.wait_for_url("**#evaluation")

    row = Evaluation.objects.get()
    assert [getattr(row, name) for name in QUESTIONS] == [2, 2, 2, 2]
    assert row.keeps == "La liste des services"


def test_a_document_is_saved_by_the_link_and_refused_without(link, new_browser):
    page = new_browser().new_page()
    page.goto(link)
    address = page.locator("#documents a", has_text="Diapositives").get_attribute("href")

    with page.expect_download() as download:
        page.locator("#documents a", has_text="Diapositives").click()
    assert download.value.suggested_filename.startswith("diapositives")
    stranger = new_browser().new_page()
    refused = stranger.goto(link.partition("/fr/")[0] + address)
    assert refused.status == 403
    assert faults(stranger) == {}
