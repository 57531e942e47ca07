"""Papers as pages, in a browser: no fault, on a phone, and what comes out of the printer."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from wagtail.users.models import UserProfile

from registrations.domain import day_links
from registrations.enums import ParticipationStatus, TokenPurpose
from registrations.models import Participation
from registrations.viewsets.papers import KINDS
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.factories.users import organiser
from tests.looking import NARROW, log_in, wide_and_narrow
from trainings.models import Funder

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

    def open_one(**options):
        page = new_browser(**options).new_page()
        log_in(page, live_server.url, made)
        return page

    return open_one


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


def test_no_page_has_a_fault_or_is_cut(enter, live_server, morning):
    page = enter(viewport=NARROW)
    found = {}
    for name in screens(page, live_server, morning):
        found[name] = wide_and_narrow(page)

    assert found == {name: {} for name in found}


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
