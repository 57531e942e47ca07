"""Where editors write questions of their own."""

from typing import Any

import pytest
from django.urls import reverse

from registrations.enums import AskedOf, FieldType
from registrations.models import FormAnswer, FormQuestion, Registration, SignUpQuestions
from tests.factories.registrations import booker, person, question, registration
from tests.factories.trainings import MORNING_1, catalogue, session, training_page
from tests.factories.users import registrations_manager, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def training(page):
    return page.training


@pytest.fixture
def editor(client):
    actions = ("add", "change", "view", "delete")
    editor = user(*[f"registrations.{action}_signupquestions" for action in actions])
    client.force_login(editor)
    return editor


def url(view, *args):
    return reverse(SignUpQuestions.snippet_viewset.get_url_name(view), args=args)


def sent(training, *rows: dict[str, Any]) -> dict[str, Any]:
    """What the editor's browser sends: rows in their order, those with `id` known already."""
    known = [row for row in rows if "id" in row]
    assert list(rows[: len(known)]) == known
    data: dict[str, Any] = {
        "training": training.pk,
        "questions-TOTAL_FORMS": len(rows),
        "questions-INITIAL_FORMS": len(known),
        "questions-MIN_NUM_FORMS": 0,
        "questions-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        values = {
            "label_fr": "Question ?",
            "field_type": FieldType.SINGLELINE,
            "asked_of": AskedOf.PERSON,
            "condition": "",
            "id": "",
            "ORDER": number + 1,
            **row,
        }
        data.update({f"questions-{number}-{name}": value for name, value in values.items()})
    return data


def errors(response) -> list[dict[str, list[str]]]:
    return [dict(one) for one in response.context["form"].formsets["questions"].errors]


def test_questions_are_written_in_both_languages(client, editor, training):
    row = {
        "label_fr": "Quel repas ?",
        "label_nl": "Welke maaltijd?",
        "help_text_fr": "À midi.",
        "field_type": FieldType.RADIO,
        "choices_fr": "Avec viande\r\n\r\n Végétarien ",
        "choices_nl": "Met vlees\r\nVegetarisch",
        "required": "on",
        "asked_of": AskedOf.REGISTRATION,
    }
    assert client.get(url("add")).status_code == 200

    response = client.post(url("add"), sent(training, row, {"label_fr": "Une autre ?"}))

    assert response.status_code == 302
    meal, other = FormQuestion.objects.all()
    assert (meal.label, meal.help_text) == (
        {"fr": "Quel repas ?", "nl": "Welke maaltijd?"},
        {"fr": "À midi."},
    )
    assert meal.choices == {"fr": "Avec viande\nVégétarien", "nl": "Met vlees\nVegetarisch"}
    assert (meal.required, meal.asked_of) == (True, AskedOf.REGISTRATION)
    assert (other.required, other.asked_of, other.only_if) == (False, AskedOf.PERSON, None)


def test_hidden_fields_are_not_offered(client, editor):
    form = client.get(url("add")).context["form"].formsets["questions"].empty_form

    offered = [code for code, _label in form.fields["field_type"].choices if code]
    assert offered == FieldType.values
    assert "hidden" not in offered


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({}, "Veuillez écrire ce que l’on peut choisir."),
        (
            {"choices_fr": "a\nb", "choices_nl": "a"},
            "Veuillez écrire autant de choix dans chaque langue.",
        ),
        ({"choices_fr": "a\nb\na"}, "Veuillez écrire chaque choix une seule fois."),
        ({"choices_fr": "a" * 256}, "Veuillez écrire des choix de 255 caractères au plus."),
        (
            {"choices_fr": "a\u202eb"},
            "Ce texte contient un caractère qui ne s’imprime pas.",
        ),
    ],
)
def test_choices_that_cannot_be_offered_are_told(client, editor, training, choices, sentence):
    row = {"field_type": FieldType.DROPDOWN, **choices}

    response = client.post(url("add"), sent(training, row))

    assert response.status_code == 200
    assert errors(response) == [{"choices": [sentence]}]
    assert not SignUpQuestions.objects.exists()


def test_a_question_without_words_is_told(client, editor, training):
    response = client.post(url("add"), sent(training, {"label_fr": ""}))

    assert [set(row) for row in errors(response)] == [{"label"}]


# Conditions


@pytest.fixture
def car(training):
    return question(training, "En voiture ?", field_type=FieldType.RADIO, choices="Oui\nNon")


@pytest.fixture
def row(car):
    """Of the question about the car, as it is."""
    return {
        "id": car.pk,
        "label_fr": "En voiture ?",
        "field_type": FieldType.RADIO,
        "choices_fr": "Oui\nNon",
    }


def edit(client, training, *rows):
    form = SignUpQuestions.objects.get()
    return client.post(url("edit", form.pk), sent(training, *rows))


def condition():
    last = FormQuestion.objects.last()
    return last.only_if_id, last.only_if_choice


def test_a_question_is_asked_only_after_some_answer(client, editor, training, car, row):
    html = client.get(url("edit", car.sign_up_id)).content.decode()
    assert f'value="{car.pk}:Oui"' in html

    response = edit(client, training, row, {"condition": f"{car.pk}:Oui"})

    assert response.status_code == 302
    assert condition() == (car.pk, "Oui")
    # Saved again as it stands, it stays; then it is always asked.
    last = {"id": FormQuestion.objects.last().pk}
    edit(client, training, row, last | {"condition": f"{car.pk}:Oui"})
    assert condition() == (car.pk, "Oui")
    edit(client, training, row, last)
    assert condition() == (None, "")


def test_a_condition_follows_a_choice_that_is_reworded(client, editor, training, car, row):
    last = question(training, only_if=car, only_if_choice="Oui")
    rows = row | {"choices_fr": "Oui, seul·e\nNon"}, {"id": last.pk, "condition": f"{car.pk}:Oui"}

    assert edit(client, training, *rows).status_code == 302
    assert condition() == (car.pk, "Oui, seul·e")


ORPHAN = "Cette question ne se trouve plus au-dessus."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"choices_fr": "Non"}, "Ce choix n’est plus proposé."),
        ({"field_type": FieldType.SINGLELINE}, "Ce choix n’est plus proposé."),
        (
            {"asked_of": AskedOf.REGISTRATION},
            "Ces deux questions ne sont pas posées aux mêmes personnes.",
        ),
        ({"ORDER": 9}, ORPHAN),
        ({"DELETE": "on"}, ORPHAN),
    ],
)
def test_a_condition_that_cannot_hold_any_more_is_told(
    client, editor, training, car, row, change, sentence
):
    last = question(training, only_if=car, only_if_choice="Oui")
    rows = row | change, {"id": last.pk, "condition": f"{car.pk}:Oui"}

    response = edit(client, training, *rows)

    assert response.status_code == 200
    assert [one for one in errors(response) if one] == [{"condition": [sentence]}]
    assert condition() == (car.pk, "Oui")


def test_a_question_does_not_depend_on_itself(client, editor, training, car, row):
    response = edit(client, training, row | {"condition": f"{car.pk}:Oui"})

    assert errors(response) == [{"condition": [ORPHAN]}]


@pytest.mark.parametrize("typed", ["1", "x:y", "0:Oui", "999999999999999999999:Oui", "\x00:"])
def test_an_invented_condition_is_refused(client, editor, training, car, row, typed):
    response = edit(client, training, row, {"condition": typed})

    assert response.status_code == 200
    assert [set(one) for one in errors(response)] == [set(), {"condition"}]


# Answers


@pytest.fixture
def answered(page, training, car):
    """Somebody answered the question about the car."""
    registration(person(session(page, MORNING_1), answers=((car.pk, "Oui"),)))
    return FormAnswer.objects.get()


def kept():
    answer = FormAnswer.objects.get()
    return str(answer.asked), answer.in_words, answer.question_id


@pytest.mark.parametrize(
    "change",
    [
        {"label_fr": "Comment venez-vous ?", "choices_fr": "À pied\nEn train\nOui"},
        {"choices_fr": "Non\nPeut-être"},
        {"field_type": FieldType.DATE, "choices_fr": ""},
        {"asked_of": AskedOf.REGISTRATION, "required": "on"},
    ],
)
def test_a_changed_question_keeps_its_answers(client, editor, training, car, row, answered, change):
    assert edit(client, training, row | change).status_code == 302

    assert kept() == ("En voiture ?", "Oui", car.pk)


def test_a_question_moved_among_others_keeps_its_answers(
    client, editor, training, car, row, answered
):
    edit(client, training, row | {"ORDER": 2}, {"ORDER": 1, "label_fr": "Avant ?"})

    assert [str(one) for one in FormQuestion.objects.all()] == ["Avant ?", "En voiture ?"]
    assert kept() == ("En voiture ?", "Oui", car.pk)


def test_a_removed_question_leaves_its_answers(client, editor, training, car, row, answered):
    assert edit(client, training, row | {"DELETE": "on"}).status_code == 302

    assert not FormQuestion.objects.exists()
    assert kept() == ("En voiture ?", "Oui", None)


def test_all_questions_of_a_training_removed_leave_their_answers(client, editor, car, answered):
    client.post(url("delete", car.sign_up_id))

    assert not SignUpQuestions.objects.exists()
    assert kept() == ("En voiture ?", "Oui", None)


def test_a_registration_shows_what_was_answered(client, page, training, car):
    once = question(training, "<b>Une fois</b> ?", asked_of=AskedOf.REGISTRATION)
    made = registration(
        person(session(page, MORNING_1), answers=((car.pk, "Oui"),)),
        person(session(page, MORNING_1), number=2, answers=((car.pk, "Non"),)),
        booker=booker(answers=((once.pk, "un\n<b>deux</b>"),)),
    )
    client.force_login(registrations_manager())

    shown = reverse(Registration.snippet_viewset.get_url_name("inspect"), args=[made.pk])
    html = " ".join(client.get(shown).content.decode().split())

    asked = "<dt>&lt;b&gt;Une fois&lt;/b&gt; ?</dt> <dd>un<br>&lt;b&gt;deux&lt;/b&gt;</dd>"
    assert html.count(asked) == 1
    assert html.count("<dt>En voiture ?</dt> <dd>Oui</dd>") == 1
    assert html.count("<dt>En voiture ?</dt> <dd>Non</dd>") == 1
