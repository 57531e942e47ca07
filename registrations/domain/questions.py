"""Questions that organisers put on the form themselves: which are asked, what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registrations.enums import AskedOf
from registrations.models import FormAnswer, FormQuestion, Participant, Registration

#: What is kept of the answers of somebody: primary key of the question, and text.
Answers = tuple[tuple[int, str], ...]


def questions_for(
    training_ids: Iterable[int], *, asked_of: AskedOf | None = None
) -> list[FormQuestion]:
    """Those of all these trainings, in the order of the trainings; two queries at most.

    The same question of several trainings is asked once, and required when one of them requires
    it. Each has, as `only_if`, the question of this list that it depends on.
    """
    rank = {pk: number for number, pk in enumerate(dict.fromkeys(training_ids))}
    rows = list(
        FormQuestion.objects.filter(sign_up__training__in=list(rank)).select_related("sign_up")
    )
    rows.sort(key=lambda one: rank[one.sign_up.training_id])  # keeps the order within each
    asked: dict[tuple[Any, ...], FormQuestion] = {}
    stands_for: dict[int | None, FormQuestion] = {}
    for question in rows:
        question.only_if = stands_for.get(question.only_if_id)
        same = asked.setdefault(_definition(question), question)
        same.required = same.required or question.required
        stands_for[question.pk] = same
    return [one for one in asked.values() if asked_of in (None, one.asked_of)]


def _definition(question: FormQuestion) -> tuple[Any, ...]:
    return (
        question.label,
        question.help_text,
        question.field_type,
        question.choices,
        question.asked_of,
        question.only_if_id,
        question.only_if_choice if question.only_if_id else "",
    )


def holds(question: FormQuestion, said: Mapping[int, str]) -> bool:
    """Whether a question is asked of who answered earlier ones like this, by primary key."""
    if question.only_if_id is None:
        return True
    return question.only_if_choice in said.get(question.only_if_id, "").splitlines()


def save_answers(given: Iterable[tuple[Registration | Participant, Answers]]) -> None:
    """Keep what people answered, with the questions as they are worded now.

    A question that was removed since the form was shown is not asked any more: its answer is not
    kept. Call it in the transaction of the act; questions stay as they are until its end.
    """
    answers = [(whose, pk, text) for whose, all_of_them in given for pk, text in all_of_them]
    if not answers:
        return
    # Nobody rewords or removes them meanwhile. Without their key: other answers refer to it.
    rows = FormQuestion.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    questions = rows.in_bulk({pk for _whose, pk, _text in answers})
    FormAnswer.objects.bulk_create(
        FormAnswer(
            question=questions[pk],
            registration=whose if isinstance(whose, Registration) else None,
            participant=whose if isinstance(whose, Participant) else None,
            asked=questions[pk].label,
            field_type=questions[pk].field_type,
            text=text,
        )
        for whose, pk, text in answers
        if pk in questions
    )


def answer_again(participant: Participant, answers: Answers) -> None:
    """Keep these instead of what was answered to the same questions; others stay."""
    participant.answers.filter(question__in=[pk for pk, _text in answers]).delete()
    save_answers([(participant, answers)])
