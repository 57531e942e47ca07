"""What people thought of a session, told by numbers that lead to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.text import capfirst

from registrations.domain.locking import lock_sessions, retried
from registrations.enums import ABSENCES, ParticipationStatus
from registrations.exceptions import AlreadyEvaluatedError, EvaluationClosedError
from registrations.models import Evaluation, Participation
from registrations.models.evaluations import QUESTIONS, SCALE, may_evaluate
from trainings.models import TrainingSession

#: With fewer answers, who knows who was there could guess whose they are.
FEWEST = 5
#: What somebody may write, each a field.
REMARKS = ("keeps", "misses")


@retried
@transaction.atomic
def evaluate(
    participation: Participation,
    *,
    useful: int,
    clear: int,
    exchange: int,
    organisation: int,
    keeps: str = "",
    misses: str = "",
    at: datetime,
) -> None:
    """Keep an answer, apart from whose it is: under the person's lock, once.

    Nothing says when, in no history either: that would tell who. Raises EvaluationClosedError
    before, long after, and for who was not there; AlreadyEvaluatedError the second time.
    """
    lock_sessions([participation.session_id])
    own = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("session")
        .get(pk=participation.pk)
    )
    if own.has_evaluated:
        raise AlreadyEvaluatedError
    if not may_evaluate(own, at=at):
        raise EvaluationClosedError
    Evaluation.objects.create(
        session_id=own.session_id,
        useful=useful,
        clear=clear,
        exchange=exchange,
        organisation=organisation,
        keeps=keeps,
        misses=misses,
    )
    own.has_evaluated = True
    own.save(update_fields=["has_evaluated"])


# --- what they come to -------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """Of one question, how many answered 1, 2 … 5."""

    name: str
    numbers: tuple[int, ...]

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def answers(self) -> int:
        return sum(self.numbers)

    @property
    def average(self) -> float:
        total = sum(mark * number for mark, number in zip(SCALE, self.numbers, strict=True))
        return round(total / self.answers, 1)


@dataclass(frozen=True)
class Results:
    """Of `answers` answers about `sessions` sessions; remarks are in no order."""

    answers: int
    sessions: int
    marks: list[Marks]
    keeps: list[str]
    misses: list[str]


def label_of(name: str) -> str:
    """What a question is called, or a remark."""
    field: Any = Evaluation._meta.get_field(name)
    return capfirst(str(field.verbose_name))


def answers_to(session: TrainingSession) -> int:
    return Evaluation.objects.filter(session=session).count()


def asked_about(session: TrainingSession) -> int:
    """How many receive a link to answer by: who came, as far as is known, and has an address."""
    people = Participation.objects.filter(session=session, status=ParticipationStatus.CONFIRMED)
    return people.exclude(presence__in=ABSENCES).exclude(address="").count()


def results_of(sessions: Iterable[TrainingSession]) -> Results | None:
    """What people thought of these sessions together; None below `FEWEST` answers.

    Sessions that have too few answers of their own count as long as they have enough together:
    else the whole, less the others, would tell them. Three queries.
    """
    found = _shown(sessions)
    if not found:
        return None
    rows = Evaluation.objects.filter(session__in=found).order_by("id")
    marks = {f"{name}_{mark}": Q(**{name: mark}) for name in QUESTIONS for mark in SCALE}
    counted = rows.order_by().aggregate(
        answers=Count("pk"), **{key: Count("pk", filter=having) for key, having in marks.items()}
    )
    written = list(rows.exclude(keeps="", misses="").values_list(*REMARKS))
    return Results(
        answers=counted["answers"],
        sessions=len(found),
        marks=[
            Marks(name, tuple(counted[f"{name}_{mark}"] for mark in SCALE)) for name in QUESTIONS
        ],
        keeps=[keeps for keeps, _misses in written if keeps],
        misses=[misses for _keeps, misses in written if misses],
    )


def rows_of(session: TrainingSession) -> list[dict[str, Any]] | None:
    """Each answer as it was given, in the order of the random keys; None below `FEWEST`."""
    rows = Evaluation.objects.filter(session=session).order_by("id")
    found = list(rows.values(*QUESTIONS, *REMARKS))
    return found if len(found) >= FEWEST else None


def _shown(sessions: Iterable[TrainingSession]) -> list[int]:
    """By primary key, those of these that may be counted."""
    rows = Evaluation.objects.filter(session__in=[one.pk for one in sessions]).order_by()
    number = dict(rows.values_list("session").annotate(number=Count("pk")))
    few = [pk for pk, answers in number.items() if answers < FEWEST]
    if sum(number[pk] for pk in few) >= FEWEST:
        return list(number)
    return [pk for pk in number if pk not in few]
