import pytest
from django.db.models import ProtectedError

from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
)
from trainings.models import ProgrammePage, Training, TrainingPage, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


def test_a_page_makes_its_training(page):
    assert page.training == Training.objects.get()
    assert page.training.name == page.title


def test_a_translation_shares_the_training_and_its_dates(page):
    made = session(page)

    dutch = translated(page, "nl", "Op zoek naar een woning")

    assert dutch.training == page.training
    assert list(dutch.training.sessions.all()) == [made]
    assert Training.objects.get().name == page.title


def test_an_alias_shares_the_training(page):
    alias = page.create_alias(update_slug="alias")

    assert alias.specific.training == page.training
    page.save_revision().publish()
    alias.refresh_from_db()
    assert alias.specific.training == page.training


def test_a_copy_gets_a_training_of_its_own_without_dates(page):
    session(page)

    copy = page.copy(update_attrs={"slug": "copie", "title": "Copie"}, keep_live=False)
    copy.get_latest_revision().publish()
    copy.refresh_from_db()

    assert copy.training != page.training
    assert not copy.training.sessions.exists()
    assert TrainingSession.objects.count() == 1


def test_publishing_an_old_revision_changes_words_only(page):
    first = page.save_revision()
    session(page)
    page.title = "Nouveau titre"
    page.save_revision().publish()

    first.publish()

    page.refresh_from_db()
    assert page.title == "En recherche de logement"
    assert page.training.sessions.count() == 1


def test_an_old_revision_cannot_bring_back_another_training(page):
    revision = page.save_revision()
    other = Training.objects.create(name="Autre")
    revision.content["training"] = other.pk
    revision.save()

    revision.publish()

    page.refresh_from_db()
    assert page.training != other


def test_dates_survive_the_deletion_of_every_page(page):
    made = session(page)

    page.delete()

    assert TrainingSession.objects.get() == made


def test_a_training_with_dates_cannot_be_deleted(page):
    session(page)
    training = page.training
    page.delete()

    with pytest.raises(ProtectedError):
        training.delete()


def test_a_training_belongs_to_the_programme_whose_page_it_stands_under():
    index = catalogue()
    programme = programme_page(index)
    page = training_page(programme)

    assert Training.objects.get().programme == programme.programme

    page.move(index, pos="last-child")
    assert Training.objects.get().programme is None

    TrainingPage.objects.get().move(ProgrammePage.objects.get(), pos="last-child")
    assert Training.objects.get().programme == programme.programme


def test_the_name_follows_the_title_of_the_first_page(page):
    dutch = translated(page, "nl", "Nederlandse titel")
    page.title = "Titre corrigé"
    page.save_revision().publish()
    dutch.title = "Andere titel"
    dutch.save_revision().publish()

    assert Training.objects.get().name == "Titre corrigé"
