"""Papers as pages, in a browser: no fault, on a phone, and what comes out of the printer."""

import io
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from wagtail.users.models import UserProfile

from registrations.domain import day_links
from registrations.enums import ParticipationStatus, TokenPurpose
from registrations.models import Participation
from registrations.viewsets.papers import KINDS
from tests.chromium import Remote
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.factories.users import organiser
from trainings.models import Funder

#: What one would have to scroll to.
BEYOND_THE_EDGE = """
    [...document.querySelectorAll(".nice-padding *, .trainings-main *")]
        .filter(one => !one.closest(".w-sr-only"))
        .filter(one => one.getBoundingClientRect().right > innerWidth)
        .map(one => one.outerHTML.slice(0, 80))
"""
PEOPLE = 25


@pytest.fixture
def morning(transactional_db):
    page = training_page(programme_page(catalogue()), guiding_question="Comment, l’été ?")
    page.training.programme.funders.add(Funder.objects.create(name="Fonds d’été"))
    one = session(page, timezone.localdate() + timedelta(days=2), venue=venue())
    for first in range(0, PEOPLE, 5):
        registration(
            *(
                person(one, number=number, wish="Et l’énergie ?", diet="végétarien")
                for number in range(first, first + 5)
            ),
            partner=partner(f"Relais social du Pays de Charleroi {first}"),
            booker=booker(email=f"b{first}@x.example"),
            at=timezone.now() - timedelta(hours=1),
        )
    Participation.objects.update(status=ParticipationStatus.CONFIRMED)
    return one


@pytest.fixture
def enter(live_server, new_browser, morning):
    made = organiser()
    UserProfile.objects.create(user=made, preferred_language="fr")

    def log_in(**options):
        page = new_browser(**options).new_page()
        page.goto(live_server.url + reverse("wagtailadmin_login"))
        page.locator("[name=username]").fill("organisation")
        page.locator("[name=password]").fill("secret")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url("**/admin/")
        return page

    return log_in


def address(live_server, name, morning, *args):
    return live_server.url + reverse(f"registrations_admin:{name}", args=[morning.pk, *args])


def screens(page, live_server, morning):
    """Each page by its name, one after the other."""
    page.goto(address(live_server, "papers", morning))
    yield "papers"
    for slug in KINDS:
        page.goto(address(live_server, "paper", morning, slug))
        yield slug
    at = timezone.now()
    secret = day_links.renew(morning, purpose=TokenPurpose.TRAINER, by=None, at=at)
    page.context.clear_cookies()  # a trainer has no account
    page.goto(live_server.url + reverse("registrations:trainer_link", args=[secret]))
    yield "the trainer’s page"


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_a_fault_or_is_cut(enter, live_server, morning, width):
    page = enter(viewport={"width": width, "height": 900})
    found, wider = {}, {}
    for name in screens(page, live_server, morning):
        violations = Remote(Axe().run)(page).response["violations"]
        found[name] = {one["id"]: [node["html"] for node in one["nodes"]] for one in violations}
        wider[name] = page.evaluate(BEYOND_THE_EDGE)

    assert found == {name: {} for name in found}
    assert wider == {name: [] for name in found}


def test_what_comes_out_of_the_printer(enter, live_server, morning):
    page = enter()
    printed = {}
    for slug in KINDS:
        page.goto(address(live_server, "paper", morning, slug))
        pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        printed[slug] = [" ".join(one.extract_text().split()) for one in pdf.pages]

    everything = " ".join(words for pages in printed.values() for words in pages)
    assert "Ctrl+P" not in everything  # what is said on the screen alone
    assert len(printed["badges"]) == 3
    assert (len(printed["door"]), len(printed["caterer"])) == (1, 1)
    head = printed["sheet"][0]
    assert len(printed["sheet"]) > 1
    assert all("Signature" in words for words in printed["sheet"])  # the head of the table
    assert "Comment, l’été ?" in head
