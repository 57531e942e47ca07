"""Addresses of feeds: written from what a catalogue shows, read back, and for years."""

from datetime import date, timedelta

import pytest
from django.urls import resolve, reverse
from wagtail.models import PageViewRestriction, Site

from tests.factories.trainings import (
    AT,
    catalogue,
    programme_page,
    session,
    training_page,
    venue,
)
from trainings.domain.catalogue import Wanted
from trainings.exceptions import RetiredFeedError, UnknownFeedError
from trainings.forms.feeds import feed_path, read_feed
from trainings.models import Audience, Theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    """A training in a programme, on a theme, for an audience, held at one of two venues."""
    Theme.objects.create(slug="energie", name={"fr": "Énergie"})
    Audience.objects.create(slug="volontaires", name={"fr": "Volontaires"})
    programme = programme_page(catalogue(), "Vers & dans le logement")
    page = training_page(programme, "L’été à La Louvière")
    session(page, venue=venue(municipality="La Louvière"))
    return page


def read(path):
    return read_feed(path, site=Site.objects.get(), language="fr", at=AT)


def keys(page):
    made = page.training.sessions.get()
    return {
        "training": str(page.training_id),
        "programme": str(page.training.programme_id),
        "venue": str(made.venue_id),
    }


def test_an_address_tells_people_what_it_has(page):
    key = keys(page)

    path = feed_path(
        {
            "place": "La Louvière",
            "kind": "TRAINING_MORNING",
            "programme": key["programme"],
            "theme": "energie",
            "audience": "volontaires",
            "language": "nl",
            "places": "left",
        }
    )

    assert path == (
        f"programme/{key['programme']}-vers-dans-le-logement/kind/training-morning/theme/energie/"
        "audience/volontaires/place/la-louviere/language/nl/places/left/"
    )
    assert reverse("trainings:feed", kwargs={"language": "fr", "path": path}) == (
        f"/agenda/fr/{path}trainings.ics"
    )
    assert resolve(f"/agenda/fr/{path}trainings.ics").kwargs == {"language": "fr", "path": path}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, {}),
        ({"kind": "VISIT"}, {"kind": "VISIT"}),
        ({"theme": "energie"}, {"theme": "energie"}),
        ({"audience": "volontaires"}, {"audience": "volontaires"}),
        ({"place": "online"}, {"place": "online"}),
        ({"place": "La Louvière"}, {"place": "La Louvière"}),
        ({"language": "nl"}, {"language": "nl"}),
        ({"places": "left"}, {"places_left": True}),
    ],
)
def test_what_is_written_is_read_back(page, said, wanted):
    assert read(feed_path(said)).wanted == Wanted(**wanted)


@pytest.mark.parametrize("name", ["training", "programme"])
def test_a_page_is_known_by_its_key_whatever_it_is_called(page, name):
    key = keys(page)[name]

    feeds = [read(f"{name}/{key}{rest}/") for rest in ("", "-vers-dans-le-logement", "-autrefois")]

    assert {feed.wanted for feed in feeds} == {Wanted(**{name: key})}
    titles = {"training": page.title, "programme": page.get_parent().title}
    assert {feed.words for feed in feeds} == {(titles[name],)}


def test_a_venue_is_known_by_its_key(page):
    key = keys(page)["venue"]

    path = feed_path({"place": key})

    assert path == f"place/{key}-salle-des-tilleuls/"
    assert read(path).wanted == Wanted(place=key)


def test_words_and_months_of_a_catalogue_are_no_part_of_an_address():
    assert feed_path({"q": "logement", "month": "2027-03", "page": "2"}) == ""


def test_an_archive_and_the_moments_of_registration_are_asked_for(page):
    session(page, date(2027, 1, 12))

    archive, registration = read("year/2027/"), read("also/registration/")

    assert (archive.year, archive.tells_registration, archive.words) == (2027, False, ("2027",))
    assert (registration.year, registration.tells_registration) == (None, True)


@pytest.mark.parametrize(
    "path",
    [
        "theme/inconnu/",
        "audience/inconnue/",
        "kind/training_morning/",
        "kind/TRAINING-MORNING/",
        "kind/party/",
        "place/namur/",
        "place/La Louvière/",
        "place/99999/",
        "place/0/",
        "language/xx/",
        "places/none/",
        "year/2026/",  # nothing took place
        "year/2028/",  # not begun
        "year/27/",
        "year/20260/",
        "also/everything/",
        "year/2027/also/registration/",
        "training/99999/",
        "training/999999999999999999999999/",
        "training/x/",
        "programme/1 OR 1=1/",
        "colour/red/",
        "theme/energie/theme/energie/",  # twice
        "theme/energie/kind/visit/",  # another order would be another calendar
    ],
)
def test_an_address_that_nobody_wrote_is_unknown(page, path):
    session(page, date(2027, 1, 12))

    with pytest.raises(UnknownFeedError):
        read(path)


def test_a_page_that_was_published_and_no_longer_is_has_retired_its_feed(page):
    key = keys(page)
    page.unpublish()
    page.get_parent().unpublish()

    for name in ("training", "programme"):
        with pytest.raises(RetiredFeedError):
            read(f"{name}/{key[name]}/")


def _never_published(page):
    page.live, page.first_published_at = False, None
    page.save()


def _discreet(page):
    page.training.is_discreet = True
    page.training.save()


def _discreet_and_unpublished(page):
    _discreet(page)
    page.unpublish()


def _restricted(page):
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")


def _restricted_above_and_unpublished(page):
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")
    page.unpublish()


@pytest.mark.parametrize(
    "hide",
    [
        _never_published,
        _discreet,
        _discreet_and_unpublished,
        _restricted,
        _restricted_above_and_unpublished,
    ],
)
def test_what_is_hidden_is_as_unknown_as_what_was_never_made(page, hide):
    hide(page)

    with pytest.raises(UnknownFeedError):
        read(f"training/{page.training_id}/")


def test_where_nobody_signs_up_no_place_is_left(page, monkeypatch):
    monkeypatch.setattr("trainings.forms.feeds.get_sign_up", lambda: None)

    with pytest.raises(UnknownFeedError):
        read("places/left/")


def test_an_archive_has_no_address_while_its_year_is_all_to_come(page):
    assert page.training.sessions.get().starts_on.year == AT.year

    with pytest.raises(UnknownFeedError):
        read(f"year/{AT.year}/")


def test_an_archive_may_be_of_the_year_that_runs(page):
    session(page, date(AT.year, 1, 12))

    assert read(f"year/{AT.year}/").year == AT.year
    with pytest.raises(UnknownFeedError):
        read_feed(
            f"year/{AT.year}/",
            site=Site.objects.get(),
            language="fr",
            at=AT - timedelta(days=60),
        )
