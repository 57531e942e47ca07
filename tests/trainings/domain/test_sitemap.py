"""What Wagtail's own sitemap makes of our pages."""

from datetime import timedelta

import pytest
from django.contrib.sites.requests import RequestSite
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page, PageViewRestriction, Site

from tests.factories.trainings import (
    MORNING_1,
    PUBLISHED,
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import scheduling
from trainings.models import TrainingIndexPage, TrainingSession, Venue

pytestmark = pytest.mark.django_db

CATALOGUE = "http://localhost/fr/formations/"
PROGRAMME = f"{CATALOGUE}accompagner-vers-et-dans-le-logement/"
TRAINING = f"{PROGRAMME}en-recherche-de-logement/"
LATER = PUBLISHED + timedelta(days=90)


@pytest.fixture
def page():
    Page.objects.filter(pk=Site.objects.get().root_page_id).update(last_published_at=PUBLISHED)
    return training_page(programme_page(catalogue()))


@pytest.fixture
def sitemap(rf):
    def read():
        request = rf.get("/sitemap.xml", headers={"host": "localhost"})
        urls = Sitemap(request).get_urls(site=RequestSite(request), protocol="http")
        return {url["location"]: url["lastmod"] for url in urls}

    return read


def test_pages_are_as_new_as_their_words_when_nothing_is_planned(page, sitemap):
    assert sitemap() == {
        "http://localhost/fr/": PUBLISHED,
        CATALOGUE: PUBLISHED,
        PROGRAMME: PUBLISHED,
        TRAINING: PUBLISHED,
    }


def test_pages_are_as_new_as_the_dates_they_show(page, sitemap):
    other = training_page(page.get_parent(), title="Autre")
    made = session(page)
    session(other)
    scheduling.cancel(made, by=None, at=LATER)

    planned = TrainingSession.objects.exclude(pk=made.pk).get().changed_at
    assert sitemap() == {
        "http://localhost/fr/": PUBLISHED,
        CATALOGUE: LATER,
        PROGRAMME: LATER,
        TRAINING: LATER,
        f"{PROGRAMME}autre/": planned,
    }


def test_a_corrected_address_is_news_where_the_venue_is_shown(page, sitemap):
    past = training_page(page.get_parent(), title="Terminée")
    hall, old_hall = venue(), venue(name="Ancienne salle")
    today = timezone.localdate()
    session(page, today + timedelta(days=20), venue=hall)
    session(past, today - timedelta(days=400), venue=old_hall)
    TrainingSession.objects.update(changed_at=PUBLISHED - timedelta(days=1))
    Venue.objects.filter(pk=hall.pk).update(changed_at=LATER)
    Venue.objects.filter(pk=old_hall.pk).update(changed_at=LATER + timedelta(days=1))

    assert sitemap() == {
        "http://localhost/fr/": PUBLISHED,
        CATALOGUE: LATER,
        PROGRAMME: LATER,
        TRAINING: LATER,
        f"{PROGRAMME}terminee/": PUBLISHED,
    }


def test_a_catalogue_is_as_new_as_the_words_it_lists_in_each_language(page, sitemap):
    dutch = translated(page, "nl", "Op zoek naar een woning")
    TrainingIndexPage.objects.update(last_published_at=PUBLISHED)
    type(page).objects.filter(pk=dutch.pk).update(last_published_at=LATER)

    found = sitemap()

    assert (found[CATALOGUE], found[TRAINING]) == (LATER, PUBLISHED)


def test_a_view_of_the_catalogue_is_no_entry(page, sitemap):
    session(page)

    assert not any("?" in address for address in sitemap())


def _unpublish(page):
    page.unpublish()


def _restrict(page, kind="login"):
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="secret")


def _be_discreet(page):
    page.training.is_discreet = True
    page.training.save()


@pytest.mark.parametrize(
    "hide",
    [
        _unpublish,
        _restrict,
        lambda page: _restrict(page, "password"),
        lambda page: _restrict(page, "groups"),
        _be_discreet,
    ],
    ids=["draft", "login", "password", "groups", "discreet"],
)
def test_what_is_hidden_is_in_no_sitemap_and_moves_no_date_there(page, sitemap, hide):
    made = session(page)
    scheduling.cancel(made, by=None, at=LATER)
    hide(page)

    assert sitemap() == {
        "http://localhost/fr/": PUBLISHED,
        CATALOGUE: PUBLISHED,
        PROGRAMME: PUBLISHED,
    }


def test_what_is_restricted_from_above_is_in_no_sitemap(page, sitemap):
    session(page)
    _restrict(page.get_parent())

    assert sitemap() == {"http://localhost/fr/": PUBLISHED, CATALOGUE: PUBLISHED}


def test_a_sitemap_costs_the_same_for_many_pages(page, sitemap):
    def queries_for():
        with CaptureQueriesContext(connection) as captured:
            sitemap()
        return len(captured)

    session(page, venue=venue())
    sitemap()  # Wagtail keeps the addresses of sites
    with_one = queries_for()
    for number in range(20):
        other = training_page(page.get_parent(), title=f"Formation {number}")
        session(other, MORNING_1 + timedelta(days=number), venue=venue())

    assert queries_for() == with_one
    assert len(sitemap()) == 24
