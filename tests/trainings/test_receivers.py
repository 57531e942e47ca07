"""What searches find follows what is decided of a training, and not only of its pages."""

import pytest
from django.core.management import call_command
from wagtail.models import Page, PageViewRestriction

from tests.factories.trainings import AT, catalogue, session, training_page, translated
from trainings.domain.catalogue import Wanted, matching, open_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("searchable")]


@pytest.fixture
def index():
    return catalogue()


def be_discreet(page, *, decided=True):
    training = page.training
    training.is_discreet = decided
    training.save()


def found():
    """By a host's own search of whole words, and of what is being typed."""
    pages = Page.objects.live().public()
    return (
        {page.pk for page in pages.search("bruissement")},
        {page.pk for page in pages.autocomplete("Bruiss")},
    )


def in_the_catalogue(index):
    here = open_catalogue(index, at=AT)
    return set(matching(here, here.sessions, Wanted(words=("bruissement",))))


def titled(index):
    return training_page(index, title="Bruissement")


def test_a_training_made_discreet_is_found_no_longer_and_again_when_it_is_not(index):
    page = titled(index)
    dutch = translated(page, "nl", "Bruissement")
    made = session(page)
    both = {page.pk, dutch.pk}
    assert (found(), in_the_catalogue(index)) == ((both, both), {made})

    be_discreet(page)
    assert (found(), in_the_catalogue(index)) == ((set(), set()), set())

    be_discreet(page, decided=False)
    assert (found(), in_the_catalogue(index)) == ((both, both), {made})


def test_what_is_published_of_a_discreet_training_stays_out_of_searches(index):
    page = titled(index)
    be_discreet(page)

    page.refresh_from_db()
    page.introduction = "<p>Un bruissement, encore.</p>"
    page.save_revision().publish()
    translated(page, "nl", "Bruissement")

    assert found() == (set(), set())


def test_an_index_made_anew_leaves_discreet_trainings_out(index):
    page = titled(index)
    other = training_page(index, title="Bruissement public")
    be_discreet(page)

    call_command("update_index", verbosity=0)

    assert found() == ({other.pk}, {other.pk})


def test_a_training_changed_otherwise_is_found_as_before(index):
    page = titled(index)

    page.training.kind = "WORKSHOP"
    page.training.save()

    assert found() == ({page.pk}, {page.pk})


def _unpublish(page):
    page.unpublish()


def _restrict(page, above=False, kind="login"):
    PageViewRestriction.objects.create(
        page=page.get_parent() if above else page, restriction_type=kind, password="secret"
    )


HIDDEN = {
    "draft": _unpublish,
    "login": _restrict,
    "password": lambda page: _restrict(page, kind="password"),
    "groups": lambda page: _restrict(page, kind="groups"),
    "restricted above": lambda page: _restrict(page, above=True),
    "discreet": be_discreet,
}


@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_public_is_found_by_no_search(index, hide):
    page = titled(index)
    made = session(page)
    assert (found(), in_the_catalogue(index)) == (({page.pk}, {page.pk}), {made})

    hide(page)

    assert (found(), in_the_catalogue(index)) == ((set(), set()), set())
