"""Answers kept while the questions change under them."""

from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction

from registrations.domain.questions import answer_again, questions_for
from registrations.enums import AskedOf, FieldType
from registrations.models import FormAnswer, FormQuestion, Participant, SignUpQuestions
from tests.factories.registrations import person, question, registration
from tests.factories.trainings import MORNING_1, catalogue, session, training_page


@pytest.fixture
def page(db):
    return training_page(catalogue())


def kept():
    return [(str(one.asked), one.text, one.question_id) for one in FormAnswer.objects.all()]


def test_somebody_answers_again(page):
    one, other = question(page.training, "Un"), question(page.training, "Deux")
    registration(person(session(page, MORNING_1), answers=((one.pk, "a"), (other.pk, "b"))))
    FormQuestion.objects.filter(pk=one.pk).update(label={"fr": "Une"})

    answer_again(Participant.objects.get(), ((one.pk, "c"),))

    assert kept() == [("Deux", "b", other.pk), ("Une", "c", one.pk)]


def test_a_question_is_asked_of_people_or_of_who_registers(page):
    both = [question(page.training, str(of), asked_of=of) for of in AskedOf]
    pks = [page.training.pk]

    assert questions_for(pks) == both
    assert [questions_for(pks, asked_of=of) for of in AskedOf] == [[one] for one in both]
    assert questions_for([]) == []


def test_one_that_is_required_somewhere_is_required(page):
    other = training_page(page.get_parent(), title="Autre").training
    question(page.training, "Un")
    question(other, "Un", required=True)

    (one,) = questions_for([page.training.pk, other.pk])

    assert one.required


@pytest.mark.parametrize(
    "different",
    [
        {"help_text": {"fr": "?"}},
        {"field_type": FieldType.MULTILINE},
        {"asked_of": AskedOf.REGISTRATION},
    ],
)
def test_questions_that_differ_are_both_asked(page, different):
    other = training_page(page.get_parent(), title="Autre").training
    asked = [question(page.training, "Un"), question(other, "Un", **different)]

    assert questions_for([page.training.pk, other.pk]) == asked
    assert questions_for([other.pk, page.training.pk]) == asked[::-1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
@pytest.mark.parametrize("of", ["question", "form"])
def test_a_question_removed_while_somebody_answers_it(transactional_db, of):
    page = training_page(catalogue())
    one, morning = question(page.training, "Un"), session(page, MORNING_1)
    is_answered, failed = Event(), []

    def remove():
        try:
            is_answered.wait(10)
            form = SignUpQuestions.objects.get()
            with transaction.atomic():
                if of == "form":
                    form.delete()
                else:
                    form.lock_questions()
                    FormQuestion.objects.get().delete()
        except Exception as error:  # told by the test
            failed.append(error)
        finally:
            connections.close_all()

    removing = Thread(target=remove)
    removing.start()
    with transaction.atomic():
        registration(person(morning, answers=((one.pk, "a"),)))
        is_answered.set()
        removing.join(1)
        assert removing.is_alive()  # it waits
    removing.join(10)

    assert failed == []
    assert kept() == [("Un", "a", None)]
