"""What the public pages answer, and at what cost."""

import gc
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.images import ImageFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images import get_image_model

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import scheduling
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return catalogue(when_empty="<p>Revenez en septembre.</p>")


@pytest.fixture
def programme(index):
    return programme_page(index)


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=40)


@pytest.fixture
def picture():
    content = BytesIO()
    Picture.new("RGB", (960, 480), "teal").save(content, "PNG")
    yield get_image_model().objects.create(
        title="Une porte", file=ImageFile(content, name="porte.png")
    )
    gc.collect()  # here, where the warning is expected, and not in some later test


def html(client, page) -> str:
    response = client.get(page.get_url())
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_catalogue_says_when_to_come_back(client, index):
    assert "Revenez en septembre." in html(client, index)


def test_the_catalogue_lists_what_is_to_come_in_date_order(client, programme, index, soon):
    late = training_page(programme, title="Plus tard")
    early = training_page(index, title="Plus tôt")
    over = training_page(index, title="Passée")
    session(late, soon + timedelta(days=1))
    session(early, soon)
    session(over, timezone.localdate() - timedelta(days=3))

    text = html(client, index)

    assert text.index("Plus tôt") < text.index("Plus tard")
    assert "Passée" not in text


def test_the_catalogue_leaves_out_what_is_not_for_the_public(client, index, soon):
    discreet = training_page(index, title="Groupe de parole")
    session(discreet, soon)
    discreet.training.is_discreet = True
    discreet.training.save()
    draft = training_page(index, title="Brouillon")
    session(draft, soon)
    draft.unpublish()

    text = html(client, index)

    assert "Groupe de parole" not in text
    assert "Brouillon" not in text


def test_a_training_shows_its_hours_places_and_how_to_sign_up(client, index, soon):
    page = training_page(index, guiding_question="Par où commencer ?")
    made = session(page, soon, venue=venue(), capacity=3)
    registration(person(made), at=timezone.now())

    text = html(client, page).replace("\xa0", " ")

    for words in ("Par où commencer ?", "9 h – 12 h 30", "Encore 2 places", "Charleroi", "3 h"):
        assert words in text
    assert f'id="session-{made.uid}"' in text
    assert f"/inscriptions/training/{page.training.uid}/" in text


def test_a_full_training_says_what_the_button_will_do(client, index, soon):
    page = training_page(index)
    made = session(page, soon, capacity=1)
    registration(person(made), at=timezone.now())

    text = html(client, page)

    assert "Complet – liste d’attente" in text.replace("\xa0", " ")
    assert "S’inscrire sur la liste d’attente" in text


def test_a_cancelled_session_stays_on_its_page_with_the_reason(client, index, soon):
    page = training_page(index)
    scheduling.cancel(session(page, soon), reason="Salle inondée", by=None, at=timezone.now())

    text = html(client, page)

    assert "Annulée" in text
    assert "Salle inondée" in text
    assert "/inscriptions/training/" not in text


def test_a_programme_offers_all_its_sessions(client, programme, soon):
    for number in (1, 2):
        session(training_page(programme, title=f"Matinée {number}"), soon)

    text = html(client, programme)

    assert "Matinée 1" in text
    assert "Matinée 2" in text
    assert f"/inscriptions/programme/{programme.programme.uid}/" in text


def test_pages_and_sessions_speak_the_language_of_the_address(client, index, programme, soon):
    page = training_page(programme, title="Mieux vivre")
    session(page, soon)
    dutch = translated(page, "nl", "Beter wonen")

    text = html(client, dutch)

    assert "Beter wonen" in text
    assert 'lang="nl"' in text
    assert "9.00 – 12.30 uur" in text.replace("\xa0", " ")


def test_a_preview_shows_the_draft_as_the_public_will_see_it(client, index, soon):
    page = training_page(index)
    session(page, soon)
    page.guiding_question = "Et si on essayait ?"

    response = page.make_preview_request()

    assert "Et si on essayait ?" in response.content.decode()
    assert "Encore 40 places" in response.content.decode().replace("\xa0", " ")


def queries_for(client, page) -> int:
    html(client, page)
    with CaptureQueriesContext(connection) as captured:
        html(client, page)
    return len(captured)


# Wagtail leaves the temporary file of a fresh rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("of", ["catalogue", "programme", "training"])
def test_a_page_takes_as_many_queries_for_fifty_sessions_as_for_one(
    client, index, programme, soon, picture, of
):
    first = training_page(programme, title="Première", picture=picture)
    pages = {"catalogue": index, "programme": programme, "training": first}
    session(first, soon, venue=venue())
    with_one = queries_for(client, pages[of])

    for number in range(49):
        other = (
            first
            if of == "training"
            else training_page(programme, title=f"Formation {number}", picture=picture)
        )
        made = session(
            other, soon + timedelta(days=number + 1), venue=venue(name=f"Salle {number}")
        )
        registration(person(made, number=number), at=timezone.now())

    assert TrainingSession.objects.count() == 50
    assert queries_for(client, pages[of]) == with_one
