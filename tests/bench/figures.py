"""Figures of a programme and of a year, among ten years of presences."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from registrations.domain.figures import Figures, figures_of
from registrations.domain.press import press_list
from registrations.domain.scopes import Scope
from registrations.domain.service_kinds import add_starter_kinds
from registrations.enums import CAME, ParticipationStatus, PresenceState, Quality
from registrations.models import (
    AttendanceSheet,
    Participant,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
)
from tests.bench.measuring import milliseconds, show
from trainings.models import Programme, Training, TrainingSession, wall_clock

YEARS = range(2018, 2028)
PROGRAMMES_A_YEAR = 25
SESSIONS_A_PROGRAMME = 40
PEOPLE_A_SESSION = 25
SERVICES = 1_000
ADDRESSES = 40_000
NOW = datetime(2028, 1, 10, 9, tzinfo=UTC)
STATES = (PresenceState.PRESENT,) * 16 + (
    PresenceState.PARTLY,
    PresenceState.EXCUSED,
    PresenceState.ABSENT,
    PresenceState.ABSENT,
)
ROUNDS = 9
#: Services registered, present and new; people registered and present.
DISTINCT_COUNTS = 5


def measure() -> None:
    """Beside each: one plain COUNT(DISTINCT service) of who came, over the same tables and rows."""
    with transaction.atomic():
        made = fill(random.Random(7))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    middle = Programme.objects.order_by("pk")[len(YEARS) * PROGRAMMES_A_YEAR // 2]
    sys.stdout.write(f"\nFigures among {made} participations in {len(YEARS)} years\n")
    for name, scope in {
        "a programme": Scope(programme=middle),
        "a year": Scope(year=YEARS[-2]),
        "the first year": Scope(year=YEARS[0]),
    }.items():
        floor = milliseconds(lambda scope=scope: plain(scope), ROUNDS)
        taken = beside(f"figures of {name}", lambda scope=scope: figures_of(scope, at=NOW), floor)
        each = taken / DISTINCT_COUNTS / floor
        found = figures_of(scope, at=NOW)
        beside(f"press list of {name}", lambda found=found: press_list(found), floor)
        sys.stdout.write(f"    {each:.1f} × for each distinct count: {told(found)}\n")


def beside(name: str, work: Callable[[], object], floor: float) -> float:
    with CaptureQueriesContext(connection) as captured:
        work()
    taken = milliseconds(work, ROUNDS)
    show(f"{name}, {len(captured)} queries", taken, floor, "one count")
    return taken


def plain(scope: Scope) -> int:
    came = Participation.objects.filter(
        session__in=scope.sessions().values("pk"),
        status=ParticipationStatus.CONFIRMED,
        presence__in=CAME,
    )
    counted = came.aggregate(number=Count("participant__registration__partner", distinct=True))
    return int(counted["number"])


def told(found: Figures) -> str:
    return (
        f"{found.presences.registered} registered, {found.presences.came} came, "
        f"{found.people_present} people, {found.services_present} services, "
        f"{found.services_new} of them new"
    )


def fill(chance: random.Random) -> int:
    """Rows as registrations would have left them; returns how many participations."""
    add_starter_kinds()
    kinds = list(ServiceKind.objects.all())
    services = PartnerService.objects.bulk_create(
        PartnerService(
            name=f"Service {number}",
            search_key=f"{number} service",
            kind=kinds[number % len(kinds)],
            municipality=f"Commune {number % 60}",
            region=f"Région {number % 4}",
        )
        for number in range(SERVICES)
    )
    made = 0
    for year in YEARS:
        # In ten years, some have come and others have gone.
        known = services[(year - YEARS[0]) * 40 :][:600]
        for number in range(PROGRAMMES_A_YEAR):
            made += fill_programme(year, number, known, chance)
    return made


def fill_programme(year: int, number: int, services: list[Any], chance: random.Random) -> int:
    sessions = add_sessions(year, number)
    seats = [one for one in sessions for _seat in range(PEOPLE_A_SESSION)]
    chance.shuffle(seats)
    # Two people for two sessions each, in the usual registration.
    bookings = Registration.objects.bulk_create(
        Registration(
            partner=chance.choice(services),
            booker_first_name="Assistante",
            booker_last_name="Sociale",
            booker_email="assistante@bench.example",
            may_name_partner=chance.random() > 0.05,
            language="fr",
            key=f"{year}-{number}-{position}",
            created_at=NOW,
        )
        for position in range(len(seats) // 4)
    )
    people = Participant.objects.bulk_create(
        Participant(
            registration=booking,
            position=position,
            first_name="Assistante",
            last_name=f"Sociale {position}",
            quality=chance.choice((Quality.PROFESSIONAL,) * 4 + (Quality.VOLUNTEER,)),
            language="fr",
        )
        for booking in bookings
        for position in (1, 2)
    )
    rows = list(participations(people, seats, chance))
    Participation.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def participations(people: list[Any], seats: list[Any], chance: random.Random) -> Any:
    taken: set[tuple[int, Any]] = set()
    for position, person in enumerate(people):
        number = chance.randrange(ADDRESSES)
        address = f"personne-{number}@bench.example" if chance.random() < 0.6 else ""
        for session in seats[2 * position : 2 * position + 2]:
            keys = {(session.pk, person.pk), (session.pk, address or person.pk)}
            if keys & taken:
                continue
            taken |= keys
            state = chance.choice(STATES)
            yield Participation(
                participant=person,
                session=session,
                status=ParticipationStatus.CONFIRMED,
                address=address,
                changed_at=NOW,
                arrived_at=NOW,
                presence=state,
                attended=timedelta(hours=3) if state in CAME else None,
            )


def add_sessions(year: int, number: int) -> list[Any]:
    programme = Programme.objects.create(name=f"Programme {year} {number}")
    training = Training.objects.create(name=f"Formation {year} {number}", programme=programme)
    days = [date(year, 1, 8) + timedelta(days=8 * n + number) for n in range(SESSIONS_A_PROGRAMME)]
    sessions = TrainingSession.objects.bulk_create(
        TrainingSession(
            training=training,
            starts_on=day,
            ends_on=day,
            start_time=time(9),
            end_time=time(12, 30),
            time_zone="Europe/Brussels",
            starts_at=wall_clock(day, time(9), "Europe/Brussels").astimezone(UTC),
            ends_at=wall_clock(day, time(12, 30), "Europe/Brussels").astimezone(UTC),
            training_time=timedelta(hours=3),
        )
        for day in days
    )
    AttendanceSheet.objects.bulk_create(
        AttendanceSheet(session=session, closed_at=session.ends_at) for session in sessions
    )
    return sessions
