import pytest
from django.forms import modelform_factory
from django.utils import translation

from tests.factories.trainings import venue
from trainings.models import TranslatedText, Venue


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Accès de plain-pied"), ("nl", "Gelijkvloers"), ("nl-be", "Gelijkvloers"), ("de", "")],
)
def test_a_text_speaks_the_active_language_else_the_main_one(language, text):
    words = TranslatedText({"fr": "Accès de plain-pied", "nl": "Gelijkvloers"})

    with translation.override(language):
        assert str(words) == (text or "Accès de plain-pied")


def test_a_text_nobody_wrote_is_empty():
    assert str(TranslatedText()) == ""


@pytest.mark.django_db
def test_a_text_is_kept_in_the_database():
    made = venue(parking={"fr": "Derrière", "nl": "Achteraan"})

    made.refresh_from_db()

    assert isinstance(made.parking, TranslatedText)
    assert made.parking.in_language("nl") == "Achteraan"


@pytest.mark.django_db
def test_a_form_asks_each_content_language_and_keeps_the_others():
    made = venue(parking={"fr": "Derrière", "en": "Behind"})
    form_class = modelform_factory(Venue, fields=["parking"])
    html = form_class(instance=made)["parking"].as_widget()
    assert 'name="parking_fr"' in html
    assert 'name="parking_nl"' in html
    assert 'lang="nl"' in html

    form = form_class({"parking_fr": "Devant", "parking_nl": ""}, instance=made)
    form.save()

    made.refresh_from_db()
    assert made.parking == {"fr": "Devant", "en": "Behind"}
