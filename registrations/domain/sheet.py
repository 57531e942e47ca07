"""What the attendance sheet of a session shows: names, services and who was there, no more."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registrations.domain.half_days import HalfDay, half_days_of
from registrations.enums import ParticipationStatus, PresenceState
from registrations.models import (
    AttendanceSheet,
    Participant,
    Participation,
    Presence,
    SelfCheckIn,
)
from trainings.models import TrainingSession

#: Who has no place and may be let in.
WITHOUT_PLACE = (
    ParticipationStatus.WAITING,
    ParticipationStatus.OFFERED,
    ParticipationStatus.PENDING,
)


@dataclass(frozen=True)
class SheetService:
    pk: int
    name: str
    kind: Any  # its name in the active language; empty where it has none


@dataclass(frozen=True)
class SheetPerson:
    """`presences` are by half-day; one that was taken back is not there. `signed` has those
    half-days of which the paper was entered.

    `rank` is that of who waits, 0 else. `presence` is what the half-days come to.
    """

    pk: int  # of the participation
    name: str
    first_name: str
    last_name: str
    service: SheetService
    status: str
    rank: int
    presence: str
    attended: Any
    presences: dict[int, Presence]
    signed: dict[int, bool]

    @property
    def status_label(self) -> str:
        return str(ParticipationStatus(self.status).label)

    @property
    def presence_label(self) -> str:
        return str(PresenceState(self.presence).label) if self.presence else ""


@dataclass(frozen=True)
class Counts:
    """People with a place by what is known of them; together they are those `expected`."""

    expected: int
    present: int
    partly: int
    excused: int
    absent: int
    unknown: int


@dataclass(frozen=True)
class SheetRows:
    """People with a place by service; `without_place` are those who wait, by rank, then others.

    `sheet` is None as long as nobody was noted.
    """

    session: TrainingSession
    sheet: AttendanceSheet | None
    half_days: list[HalfDay]
    services: list[tuple[SheetService, list[SheetPerson]]]
    without_place: list[SheetPerson]
    self_check_ins: list[SelfCheckIn]
    counts: Counts

    @property
    def people(self) -> list[SheetPerson]:
        """With a place, in the order of the printed sheet."""
        return [person for _service, people in self.services for person in people]

    @property
    def is_closed(self) -> bool:
        return self.sheet is not None and self.sheet.is_closed

    def here(self, half_day: int) -> int:
        """How many were noted present on this half-day."""
        return sum(
            half_day in one.presences and one.presences[half_day].state == PresenceState.PRESENT
            for one in self.people
        )


def rows_of(session: TrainingSession, at: datetime) -> SheetRows:
    """In a constant number of queries, as it is read; nothing is locked, nothing is made.

    Services are by name, people by last name, and self check-ins are those not settled yet.
    """
    people = sorted(_people(session), key=_order)
    seated = [one for one in people if one.status == ParticipationStatus.CONFIRMED]
    others = [one for one in people if one.status != ParticipationStatus.CONFIRMED]
    services: dict[int, tuple[SheetService, list[SheetPerson]]] = {}
    for one in seated:
        services.setdefault(one.service.pk, (one.service, []))[1].append(one)
    return SheetRows(
        session=session,
        sheet=AttendanceSheet.objects.filter(session=session).first(),
        half_days=half_days_of(session),
        services=list(services.values()),
        without_place=sorted(others, key=lambda one: (not one.rank, one.rank)),
        self_check_ins=list(
            SelfCheckIn.objects.filter(session=session, settled_at=None, said_at__lte=at)
        ),
        counts=_counts(seated),
    )


def _people(session: TrainingSession) -> Iterable[SheetPerson]:
    presences: dict[int, dict[int, Presence]] = {}
    signed: dict[int, dict[int, bool]] = {}
    for presence in Presence.objects.filter(participation__session=session):
        pk, number = presence.participation_id, presence.half_day
        if presence.state:
            presences.setdefault(pk, {})[number] = presence
        if presence.is_signed is not None:
            signed.setdefault(pk, {})[number] = presence.is_signed
    rows = (
        Participation.objects.filter(
            session=session, status__in=(ParticipationStatus.CONFIRMED, *WITHOUT_PLACE)
        )
        .with_rank()
        .select_related("participant__registration__partner__kind")
        .only(
            "status",
            "presence",
            "attended",
            "session_id",
            "participant__first_name",
            "participant__last_name",
            "participant__position",
            "participant__registration__partner__name",
            "participant__registration__partner__kind__name",
        )
    )
    for one in rows:
        person: Participant = one.participant
        partner = person.registration.partner
        yield SheetPerson(
            pk=one.pk,
            name=person.name,
            first_name=person.first_name,
            last_name=person.last_name,
            service=SheetService(partner.pk, partner.name, partner.kind or ""),
            status=one.status,
            rank=one.rank,
            presence=one.presence,
            attended=one.attended,
            presences=presences.get(one.pk, {}),
            signed=signed.get(one.pk, {}),
        )


def _order(one: SheetPerson) -> tuple[Any, ...]:
    service = one.service
    return sheet_order(service.name, service.pk, one.last_name, one.first_name, one.pk)


def sheet_order(
    service: str, service_pk: int, last_name: str, first_name: str, pk: int
) -> tuple[Any, ...]:
    """As people look for names, on the screen as on paper: by service, then by last name, without
    regard to accents; places without a name come last.
    """
    who = (not last_name, _folded(last_name), _folded(first_name), pk)
    return (_folded(service), service_pk, *who)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _counts(seated: Iterable[SheetPerson]) -> Counts:
    number = Counter(one.presence for one in seated)
    return Counts(
        expected=sum(number.values()),
        present=number[PresenceState.PRESENT],
        partly=number[PresenceState.PARTLY],
        excused=number[PresenceState.EXCUSED],
        absent=number[PresenceState.ABSENT],
        unknown=number[""],
    )
