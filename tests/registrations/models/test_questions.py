"""What is always true of questions and their answers."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from wagtail.contrib.forms.forms import FormBuilder

from registrations.enums import FieldType
from registrations.models import FormAnswer, FormQuestion, Participant
from tests.factories.registrations import person, question, registration
from tests.factories.trainings import MORNING_1, catalogue, session, training_page

pytestmark = pytest.mark.django_db

TEXT = {"asked": {"fr": "?"}, "field_type": FieldType.SINGLELINE, "text": "x"}


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def made(page):
    return registration(person(session(page, MORNING_1)))


def refuses(**fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        FormAnswer.objects.create(**{**TEXT, **fields})


def test_an_answer_is_of_a_registration_or_of_a_person(page, made):
    one = question(page.training)

    refuses(question=one)
    refuses(question=one, registration=made, participant=made.participants.get())
    FormAnswer.objects.create(question=one, registration=made, **TEXT)
    FormAnswer.objects.create(question=one, participant=made.participants.get(), **TEXT)


@pytest.mark.parametrize("whose", ["registration", "participant"])
def test_a_question_is_answered_once(page, made, whose):
    one = question(page.training)
    fields = {whose: made if whose == "registration" else made.participants.get()}
    FormAnswer.objects.create(question=one, **fields, **TEXT)

    refuses(question=one, **fields)
    # What was asked before, and is asked no more, does not count.
    for _time in range(2):
        FormAnswer.objects.create(question=None, **fields, **TEXT)


def test_an_answer_says_something(page, made):
    refuses(question=question(page.training), registration=made, text="")


def test_a_question_does_not_depend_on_itself(page):
    one = question(page.training)

    with pytest.raises(IntegrityError), transaction.atomic():
        FormQuestion.objects.filter(pk=one.pk).update(only_if=one)


def test_nobody_is_named_where_logs_may_keep_it(page, made):
    one = FormAnswer.objects.create(
        question=question(page.training), registration=made, **{**TEXT, "text": "Sociale"}
    )

    assert "Sociale" not in str(one)


def test_answers_go_with_a_person(page, made):
    FormAnswer.objects.create(
        question=question(page.training), participant=made.participants.get(), **TEXT
    )

    Participant.objects.all().delete()

    assert not FormAnswer.objects.exists()


def test_every_type_is_one_that_wagtail_builds():
    missing = [one for one in FieldType if not hasattr(FormBuilder, f"create_{one}_field")]

    assert missing == []


@pytest.mark.parametrize(
    ("choices", "language", "options"),
    [
        ({"fr": "a\nb", "nl": "c\nd"}, "fr", [("a", "a"), ("b", "b")]),
        ({"fr": "a\nb", "nl": "c\nd"}, "nl", [("a", "c"), ("b", "d")]),
        ({"fr": "a\nb", "nl": "c\nd"}, "en", [("a", "a"), ("b", "b")]),
        ({"nl": "c\nd"}, "fr", [("c", "c"), ("d", "d")]),
        # Languages that were added or edited elsewhere may not have as many lines.
        ({"fr": "a\nb", "nl": "c"}, "nl", [("a", "a"), ("b", "b")]),
    ],
)
def test_a_choice_has_one_key_in_all_languages(page, choices, language, options):
    one = question(page.training, field_type=FieldType.DROPDOWN, choices=choices)
    one.refresh_from_db()

    with translation.override(language):
        assert one.options == options


def test_questions_are_copied_with_their_conditions_and_without_answers(page, made):
    asked = {"fr": "Oui\nNon"}
    first = question(page.training, "Un", field_type=FieldType.RADIO, choices=asked, required=True)
    question(page.training, "Deux", only_if=first, only_if_choice="Oui")
    FormAnswer.objects.create(question=first, registration=made, **TEXT)
    other = training_page(page.get_parent(), title="Autre").training

    copy = page.training.sign_up_questions.copy_to(other)

    one, two = FormQuestion.objects.filter(sign_up=copy)
    assert [one.label, two.label] == [{"fr": "Un"}, {"fr": "Deux"}]
    assert (one.choices, one.required, one.only_if) == (asked, True, None)
    assert (two.only_if, two.only_if_choice) == (one, "Oui")
    assert list(FormAnswer.objects.values_list("question", flat=True)) == [first.pk]
