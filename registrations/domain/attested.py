"""What attestations say: the facts of people who came, as they are now, in their language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from registrations.conf import conf
from registrations.domain.half_days import half_days
from registrations.enums import PresenceState
from registrations.models import AttestationFacts, AttestedSession, Participation, Presence
from trainings.conf import conf as trainings_conf
from trainings.domain import queries
from trainings.domain.funders import funders_by_training, mention_of
from trainings.models import Programme, Training, TrainingSession


class Facts:
    """Of these participations, each with its session's training and venue and its participant's
    registration and service; read for all of them in a constant number of queries.
    """

    def __init__(self, rows: Collection[Participation], *, at: datetime) -> None:
        self.rows = list(rows)
        self.issued_on = at.astimezone(ZoneInfo(trainings_conf.time_zone)).date()
        self._trainers: dict[int, list[str]] = {}

    def of(self, *theirs: Participation, whole: Training | Programme | None = None) -> Any:
        """What the attestation of one person says of these, in the order of their dates; `whole`
        is what the hours of several are added up for.
        """
        person = theirs[-1].participant
        language = person.language
        with translation.override(language):
            trainings = {one.session.training_id: one.session.training for one in theirs}
            sessions = [self._session(one, language) for one in theirs]
            return AttestationFacts(
                title=self._title_of(whole, language) if whole else sessions[-1].title,
                first_name=person.first_name,
                last_name=person.last_name,
                function=person.function,
                service=person.registration.partner.name,
                organiser=conf.organiser_name,
                trainers=_once(one for pk in trainings for one in self._bodies(pk, language)),
                funders=_once(mention_of(one) for pk in trainings for one in self._funders[pk]),
                sessions=sessions,
                issued_on=self.issued_on,
                place_of_issue=sessions[-1].place,
            )

    def _session(self, one: Participation, language: str) -> AttestedSession:
        session = one.session
        assert one.attended is not None  # noqa: S101 -- who came has hours
        return AttestedSession(
            title=self._title_of(session.training, language),
            starts_on=session.starts_on,
            ends_on=session.ends_on,
            place=session.venue.municipality if session.venue else "",
            half_days=self._half_days[one.pk],
            attended=one.attended,
        )

    def _title_of(self, what: Training | Programme, language: str) -> str:
        if isinstance(what, Programme):
            programme_page = queries.programme_page(what, language=language)
            return str(programme_page.title if programme_page else what)
        page = self._page(what.pk, language)
        return str(page.title if page else what.name)

    def _page(self, training_id: int, language: str) -> Any:
        return queries.pages_by_training(self._pages[training_id], language=language).get(
            training_id
        )

    def _bodies(self, training_id: int, language: str) -> list[str]:
        """Which the trainers come from; of one who comes from none, the name."""
        page = self._page(training_id, language)
        if page is None:
            return []
        if page.pk not in self._trainers:
            people = [block.value for block in page.trainers if block.value is not None]
            self._trainers[page.pk] = _once(one.organisation or one.name for one in people)
        return self._trainers[page.pk]

    @cached_property
    def _trainings(self) -> dict[int, Training]:
        return {one.session.training_id: one.session.training for one in self.rows}

    @cached_property
    def _pages(self) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {pk: [] for pk in self._trainings}
        for page in queries.live_pages(self._trainings):
            found[page.training_id].append(page)
        return found

    @cached_property
    def _funders(self) -> dict[int, list[Any]]:
        return funders_by_training(self._trainings.values())

    @cached_property
    def _half_days(self) -> Counter[int]:
        """How many each was there for; a session that was shortened has fewer than were noted."""
        there = Presence.objects.filter(participation__in=self.rows, state=PresenceState.PRESENT)
        units = {one.pk: _half_days_of(one.session) for one in self.rows}
        noted = there.values_list("participation_id", "half_day")
        return Counter(pk for pk, number in noted if number <= units[pk])


def _once(words: Any) -> list[str]:
    return list(dict.fromkeys(words))


def _half_days_of(session: TrainingSession) -> int:
    return len(half_days(session.starts_on, session.start_time, session.ends_on, session.end_time))
