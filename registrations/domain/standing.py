"""How each person of a registration stands at each session, why, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from registrations.domain.places import Obstacle, obstacle
from registrations.domain.rules import answers_open
from registrations.domain.sharing import rules_of, sharing_of
from registrations.enums import Answer, ParticipationStatus
from registrations.models import FormAnswer, Participant, Participation, Registration, SignUpRules
from trainings.models import Programme, TrainingSession


@dataclass(frozen=True)
class Standing:
    """One participation as it is at an instant.

    `obstacle`: why it waits; None for whoever does not, or whom the organiser seats by hand.
    `answers`: what may be said of it now. `together`: the programme whose sessions one takes all
    or none of, so that what is done here is done in all of them.
    """

    participation: Any  # a Participation with its `rank`
    rules: SignUpRules
    obstacle: Obstacle | None
    answers: list[Answer]
    together: Programme | None
    at: datetime

    @property
    def session(self) -> TrainingSession:
        session: TrainingSession = self.participation.session
        return session

    @property
    def withdraw_until(self) -> datetime:
        """Until when one withdraws in time."""
        return self.rules.withdraw_until(self.session)

    @property
    def is_late(self) -> bool:
        """Whether a withdrawal now would be marked as late."""
        session = self.session
        return self.participation.has_place and session.goes_ahead and self.at > self.withdraw_until

    @property
    def is_over(self) -> bool:
        return self.session.goes_ahead and self.session.starts_at <= self.at

    @property
    def obstacle_ends_at(self) -> datetime | None:
        """Until when kept places are kept, or other kinds come first."""
        if self.obstacle == Obstacle.PRIORITY:
            return self.rules.priority_until(self.session)
        return self.rules.quotas_until(self.session) if self.obstacle == Obstacle.QUOTA else None


@dataclass(frozen=True)
class PersonStanding:
    person: Participant
    standings: list[Standing]

    @property
    def is_living(self) -> bool:
        """Whether this person takes part in something, or waits for it, still."""
        return any(one.participation.is_living for one in self.standings)

    @property
    def offered(self) -> list[Standing]:
        """Places this person may take now."""
        return [one for one in self.standings if Answer.ACCEPT in one.answers]


def standings_of(registration: Registration, *, at: datetime) -> list[PersonStanding]:
    """Everybody of a registration in their order, ended participations included, in a constant
    number of queries. Exact for the instant it was read.
    """
    people = _people(registration)
    rows = [one for person in people for one in person.all_of_theirs]
    found = {one.participation.pk: one for one in stand(rows, at=at)}
    return [
        PersonStanding(person, [found[one.pk] for one in person.all_of_theirs]) for person in people
    ]


def stand(rows: Iterable[Participation], *, at: datetime) -> list[Standing]:
    """How each of these stands, in a constant number of queries.

    Rows come `with_rank()`, with the programme of their session's training, and are of whole
    registrations: who waits together is told why together.
    """
    rows = list(rows)
    rules = rules_of({one.session_id: one.session for one in rows}.values())
    why = _obstacles(rows, at=at)
    return [
        Standing(
            participation=one,
            rules=rules[one.session_id],
            obstacle=why.get(one.pk),
            answers=answers_open(one, at=at),
            together=_together(one.session),
            at=at,
        )
        for one in rows
    ]


def _people(registration: Registration) -> list[Any]:
    """Each with `all_of_theirs` by date, and `living` of these."""
    theirs = (
        Participation.objects.with_rank()
        .select_related(
            "session__training__programme",
            "session__venue",
            "session__previous_venue",
            "replaced_by__participant",
            "workshop",
        )
        .order_by("session__starts_at", "session", "pk")
    )
    prefetch = Prefetch("participations", queryset=theirs, to_attr="all_of_theirs")
    answers = Prefetch("answers", queryset=FormAnswer.objects.select_related("question"))
    people: list[Any] = list(registration.participants.prefetch_related(prefetch, answers))
    for person in people:
        person.living = [one for one in person.all_of_theirs if one.is_living]
        for one in person.all_of_theirs:
            # What is asked of it need not be read again.
            one.participant = person
            person.registration = registration
    return people


def _obstacles(rows: Iterable[Participation], *, at: datetime) -> dict[int, Obstacle | None]:
    """By primary key of those who wait."""
    waiting = {one.pk: one.session for one in rows if one.status == ParticipationStatus.WAITING}
    if not waiting:
        return {}
    sharing = sharing_of({session.pk: session for session in waiting.values()}.values(), at=at)
    return {
        claim.key: obstacle(sharing.seats, unit)
        for unit in sharing.queue
        for claims in unit.values()
        for claim in claims
        if claim.key in waiting
    }


def _together(session: TrainingSession) -> Programme | None:
    training = session.training
    programme = training.programme
    is_whole = programme is not None and programme.is_indivisible and not training.is_discreet
    return programme if is_whole else None
