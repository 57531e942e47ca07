from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from registrations.models import Participation, SignUpQuestions
from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    catalogue,
    locale,
    programme_page,
    session,
    training_page,
    translated,
)
from trainings.models import Audience, ProgrammePage, Theme, Training, TrainingPage, TrainingSession

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


def test_a_copy_keeps_what_was_decided_of_the_training(page):
    theme = Theme.objects.create(name={"fr": "Logement"}, slug="logement")
    training = page.training
    training.is_discreet, training.languages = True, ["fr", "nl"]
    training.save()
    training.themes.add(theme)
    audience = Audience.objects.create(name={"fr": "Bénévoles"}, slug="volontaires")
    training.audiences.add(audience)
    SignUpQuestions.objects.create(training=training, asked=["MEAL"])

    copy = page.copy(update_attrs={"slug": "copie", "title": "Copie"}).training

    assert (copy.is_discreet, copy.languages) == (True, ["fr", "nl"])
    assert (list(copy.themes.all()), list(copy.audiences.all())) == ([theme], [audience])
    assert copy.sign_up_questions.asked == ["MEAL"]


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


# --- sessions and their people survive whatever is done to pages -------------------------------


def copy_it(page, **tools):
    page.copy(update_attrs={"slug": "copie"})


def copy_the_programme(page, **tools):
    page.get_parent().specific.copy(recursive=True, update_attrs={"slug": "copie"})


def move_it(page, **tools):
    page.move(page.get_parent().get_parent(), pos="last-child")


def move_the_programme(page, **tools):
    programme = page.get_parent()
    programme.move(programme.get_parent().get_parent(), pos="last-child")


def alias_it(page, **tools):
    page.create_alias(update_slug="alias")


def alias_the_programme(page, **tools):
    page.get_parent().specific.create_alias(recursive=True, update_slug="alias")


def turn_an_alias_into_a_page(page, admin_client, **tools):
    alias = page.create_alias(update_slug="alias")
    admin_client.post(reverse("wagtailadmin_pages:convert_alias", args=[alias.pk]))
    assert TrainingPage.objects.get(pk=alias.pk).alias_of is None


def translate_it(page, **tools):
    page.copy_for_translation(locale("nl"), copy_parents=True)


def translate_it_in_the_admin(page, admin_client, **tools):
    programme = page.get_parent()
    dutch = locale("nl")
    programme.get_parent().specific.copy_for_translation(dutch, copy_parents=True)
    address = reverse("simple_translation:submit_page_translation", args=[programme.pk])
    admin_client.post(address, {"locales": [dutch.pk], "include_subtree": "on"})
    assert page.get_translation(dutch).training == page.training


def publish_an_old_revision(page, **tools):
    old = page.save_revision()
    page.title = "Nouveau titre"
    page.save_revision().publish()
    old.publish()


def revert_in_the_admin(page, admin_client, **tools):
    old = page.save_revision()
    page.title = "Nouveau titre"
    page.save_revision().publish()
    edit = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old.pk])
    data = as_typed(admin_client.get(edit))
    save = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data.update({"action-publish": "1", "revision": str(old.pk)})
    assert admin_client.post(save, data).status_code == 302
    assert TrainingPage.objects.get(pk=page.pk).title == "En recherche de logement"


def publish_on_schedule(page, **tools):
    page.unpublish()
    page.go_live_at = timezone.now() - timedelta(hours=1)
    page.save_revision(approved_go_live_at=page.go_live_at)
    call_command("publish_scheduled")
    assert TrainingPage.objects.get(pk=page.pk).live


def unpublish_on_schedule(page, **tools):
    TrainingPage.objects.update(expire_at=timezone.now() - timedelta(hours=1))
    call_command("publish_scheduled")
    assert not TrainingPage.objects.get(pk=page.pk).live


def unpublish_it_with_its_programme(page, admin_client, **tools):
    address = reverse("wagtailadmin_pages:unpublish", args=[page.get_parent().pk])
    admin_client.post(address, {"include_descendants": "on"})
    assert not TrainingPage.objects.get(pk=page.pk).live


def save_by_itself(page, admin_client, **tools):
    """As the editor does while one types: the same draft, time and again."""
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = as_typed(admin_client.get(edit))
    for title in ("Un", "Un titre", "Un titre plus long"):
        data["title"] = title
        answer = admin_client.post(edit, data, headers={"accept": "application/json"}).json()
        assert answer["success"]
        data["overwrite_revision_id"] = str(answer["revision_id"])
    assert TrainingPage.objects.get(pk=page.pk).draft_title == "Un titre plus long"


def as_typed(response):
    """What a browser would send; it counts the blocks of stream fields by a script."""
    data = querydict_from_html(response.content.decode(), form_id="page-edit-form").copy()
    for name in ("agenda", "trainers", "documents", "body"):
        data[f"{name}-count"] = "0"
    return data


def delete_a_translation(page, **tools):
    translated(page, "nl", "Op zoek naar een woning").delete()


def delete_what_was_translated(page, **tools):
    translated(page, "nl", "Op zoek naar een woning")
    page.delete()
    page = TrainingPage.objects.get()
    page.save_revision().publish()


def delete_the_programme_and_keep_an_alias(page, **tools):
    parent = page.get_parent()
    page.create_alias(parent=parent.get_parent(), update_slug="alias")
    parent.delete()


SURVIVED = [
    copy_it,
    copy_the_programme,
    move_it,
    move_the_programme,
    alias_it,
    alias_the_programme,
    turn_an_alias_into_a_page,
    translate_it,
    translate_it_in_the_admin,
    publish_an_old_revision,
    revert_in_the_admin,
    publish_on_schedule,
    unpublish_on_schedule,
    unpublish_it_with_its_programme,
    save_by_itself,
    delete_a_translation,
    delete_what_was_translated,
    delete_the_programme_and_keep_an_alias,
]


@pytest.mark.parametrize("act", SURVIVED, ids=lambda act: act.__name__.replace("_", " "))
def test_sessions_and_their_people_survive(act, admin_client):
    page = training_page(programme_page(catalogue()))
    made = session(page)
    registration(person(made), person(made, number=2))
    sessions = list(TrainingSession.objects.values())
    people = list(Participation.objects.values())

    act(TrainingPage.objects.get(), admin_client=admin_client)

    assert list(TrainingSession.objects.values()) == sessions
    assert list(Participation.objects.values()) == people
    pages = TrainingPage.objects.filter(training=made.training)
    assert pages.exists()
    # Whatever page of the training is saved from now on, it is of the same one.
    for one in pages.filter(alias_of=None):
        one.save_revision().publish()
        assert TrainingPage.objects.get(pk=one.pk).training == made.training
    assert Page.find_problems() == ([], [], [], [], [])


def test_the_title_of_a_draft_stays_on_the_draft(page):
    page.title = "Titre que personne ne lit encore"
    revision = page.save_revision()
    assert Training.objects.get().name != page.title

    revision.publish()
    assert Training.objects.get().name == page.title
