"""What the papers of a session say of it and of its people: one read each, nobody's address."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registrations.conf import conf
from registrations.domain.sheet import sheet_order
from registrations.enums import ParticipationStatus
from registrations.models import (
    Participant,
    ParticipantNeeds,
    Participation,
    PartnerService,
    ServiceKind,
)
from trainings.domain import queries
from trainings.domain.funders import funders_of
from trainings.domain.publishing import session_url
from trainings.models import Funder, TrainingSession


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A session as its page words it in one language; `page` is None where none is live."""

    session: TrainingSession
    language: str
    page: Any
    funders: list[Funder]

    @property
    def title(self) -> str:
        return str(self.page.title if self.page else self.session.training.name)

    @property
    def url(self) -> str:
        """Its public address; empty for a discreet one."""
        if self.page is None or self.session.training.is_discreet or not self.page.full_url:
            return ""
        return session_url(self.page.full_url, self.session)


@dataclass(frozen=True)
class OfService:
    """People of one partner service with a place; `unnamed` places have no name yet."""

    partner: PartnerService
    people: list[Participation]
    unnamed: int


@dataclass(frozen=True)
class OfKind:
    """`kind` is None for services whose kind nobody has told."""

    kind: ServiceKind | None
    services: int
    people: int


@dataclass(frozen=True)
class Asked:
    """What somebody would like to learn; who it is is not told."""

    kind: ServiceKind | None
    wish: str


@dataclass(frozen=True)
class ForTrainer:
    """Once the session `has_begun`, who came is worth telling."""

    has_begun: bool
    services: list[OfService]
    kinds: list[OfKind]
    questions: list[Asked]


@dataclass(frozen=True)
class Meals:
    """`unknown`: who did not say. `diets` are those of people who may stay, by number."""

    expected: int
    staying: int
    leaving: int
    unknown: int
    diets: list[tuple[str, int]]
    are_erased: bool


def announced(session: TrainingSession, *, language: str) -> Announced:
    pages = queries.live_pages([session.training_id])
    page = queries.pages_by_training(pages, language=language).get(session.training_id)
    funders = funders_of(session.training)
    return Announced(session=session, language=language, page=page, funders=funders)


def people_of(session: TrainingSession) -> list[OfService]:
    """By service, then by last name, as the screen has it on which signatures are entered."""
    rows = Participation.objects.filter(session=session, status=ParticipationStatus.CONFIRMED)
    rows = rows.select_related("participant__registration__partner__kind")
    found: dict[int, OfService] = {}
    for one in sorted(rows, key=_order):
        partner = _partner(one)
        group = found.setdefault(partner.pk, OfService(partner, [], 0))
        if one.participant.is_named:
            group.people.append(one)
        else:
            found[partner.pk] = OfService(partner, group.people, group.unnamed + 1)
    return list(found.values())


def for_trainer(session: TrainingSession, *, at: datetime) -> ForTrainer:
    services = people_of(session)
    people = [one.participant for group in services for one in group.people]
    questions = [
        Asked(person.registration.partner.kind, wish)
        for person in people
        if (wish := person.wish.strip())
    ]
    # Not in the order of the list of names, which would tell who asked.
    questions.sort(key=lambda one: (_kind_order(one.kind), one.wish.casefold()))
    has_begun = session.goes_ahead and session.starts_at <= at
    return ForTrainer(has_begun, services, _kinds(services), questions)


def meals(session: TrainingSession, *, at: datetime) -> Meals:
    """For the caterer: numbers alone. Diets are told apart by their words, whatever their case."""
    seated = Participant.objects.filter(
        participations__session=session, participations__status=ParticipationStatus.CONFIRMED
    )
    expected = seated.count()
    needs = list(
        ParticipantNeeds.objects.filter(participant__in=seated).values_list("wants_meal", "diet")
    )
    answers = Counter(wants for wants, _diet in needs)
    return Meals(
        expected=expected,
        staying=answers[True],
        leaving=answers[False],
        unknown=expected - answers[True] - answers[False],
        diets=_diets(diet for wants, diet in needs if wants is not False),
        are_erased=session.ends_at + conf.needs_kept < at,
    )


def _kinds(services: list[OfService]) -> list[OfKind]:
    numbers: dict[int | None, OfKind] = {}
    for group in services:
        kind = group.partner.kind
        known = numbers.get(kind and kind.pk, OfKind(kind, 0, 0))
        people = known.people + len(group.people) + group.unnamed
        numbers[kind and kind.pk] = OfKind(kind, known.services + 1, people)
    return sorted(numbers.values(), key=lambda one: _kind_order(one.kind))


def _kind_order(kind: ServiceKind | None) -> tuple[bool, int, int]:
    return (kind is None, kind.sort_order if kind else 0, kind.pk if kind else 0)


def _diets(said: Any) -> list[tuple[str, int]]:
    words = [" ".join(diet.split()).strip(" .,;") for diet in said]
    numbers = Counter(word.casefold() for word in words if word)
    spelt = {word.casefold(): word for word in reversed(words)}
    return [
        (spelt[key][:1].upper() + spelt[key][1:], number)
        for key, number in sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    ]


def _partner(one: Participation) -> PartnerService:
    return one.participant.registration.partner


def _order(one: Participation) -> tuple[Any, ...]:
    partner, person = _partner(one), one.participant
    return sheet_order(partner.name, partner.pk, person.last_name, person.first_name, one.pk)
