"""Who supports a training, and what it asks to be said of it."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests.factories.trainings import catalogue, programme_page, training_page
from trainings.domain.funders import (
    funders_by_training,
    funders_of,
    funders_of_programme,
    mention_of,
)
from trainings.models import Funder, Training, TranslatedText

pytestmark = pytest.mark.django_db


def funder(name, **fields):
    return Funder.objects.create(name=name, **fields)


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


def test_a_training_without_funders_has_those_of_its_programme(page):
    programme = page.training.programme
    assert funders_of(page.training) == []

    region, fund = funder("Région"), funder("Fonds")
    programme.funders.set([region, fund])

    assert funders_of(page.training) == funders_of_programme(programme) == [fund, region]


def test_its_own_stand_in_their_place(page):
    town = funder("Ville")
    page.training.programme.funders.add(funder("Fonds"))
    page.training.funders.add(town)

    assert funders_of(page.training) == [town]


def test_a_training_of_no_programme(page):
    alone = training_page(page.get_parent().get_parent(), title="Seule").training
    page.training.programme.funders.add(funder("Fonds"))

    assert alone.programme is None
    assert funders_of(alone) == []


@pytest.mark.parametrize("number", [1, 5])
def test_many_are_asked_for_in_two_queries(page, number, django_assert_num_queries):
    programme = page.get_parent()
    for count in range(number):
        one = training_page(programme, title=f"Formation {count}").training
        if count % 2:
            one.funders.add(funder(f"Ville {count}"))
    programme.specific.programme.funders.add(funder("Fonds"))
    trainings = list(Training.objects.order_by("pk"))

    with django_assert_num_queries(2):
        found = funders_by_training(trainings)
        assert [one.logo for some in found.values() for one in some] == [None] * (number + 1)

    assert [found[one.pk][0].name for one in trainings[:3]] == ["Fonds", "Fonds", "Ville 1"][
        : number + 1
    ]


def test_a_mention_is_in_the_language_of_the_reader():
    words = TranslatedText(fr="Avec l’aide du Fonds.", nl="Dankzij het Fonds.")
    fund = Funder(name="Fonds", mention=words)
    with translation.override("nl"):
        assert mention_of(fund) == "Dankzij het Fonds."
    assert mention_of(fund) == "Avec l’aide du Fonds."
    assert mention_of(Funder(name="Ville")) == gettext("With the support of %(name)s.") % {
        "name": "Ville"
    }
