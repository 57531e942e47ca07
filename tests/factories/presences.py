"""Who came to sessions, written as the sheet would leave it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from registrations.domain.service_kinds import add_starter_kinds
from registrations.enums import CAME, ParticipationStatus, PresenceState
from registrations.models import (
    AttendanceSheet,
    Participant,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
)
from tests.factories.trainings import AT
from trainings.models import TrainingSession

HALF = timedelta(hours=1, minutes=30)
#: The twenty services of two mornings: kind, name, people, and at which mornings.
TWENTY = (
    (1, "Public welfare centre", "CPAS de Charleroi", 2, "12"),
    (2, "Employment and training", "Forem – site de Charleroi", 2, "12"),
    (3, "Other", "FADD Solidarité", 2, "1"),
    (4, "Public welfare centre", "CPAS de Valsambre (démo)", 2, "12"),
    (
        5,
        "Municipality, social cohesion plan",
        "Plan de cohésion sociale de Valsambre (démo)",
        2,
        "12",
    ),
    (6, "Social rental agency", "AIS Clé des Terrils (démo)", 2, "12"),
    (7, "Shelter, homelessness", "Maison d’accueil Le Palier (démo)", 2, "12"),
    (8, "Shelter, homelessness", "Relais de nuit La Lanterne (démo)", 1, "2"),
    (9, "Employment and training", "Service d’insertion L’Escalier asbl (démo)", 2, "12"),
    (10, "Neighbourhood agency", "Régie de quartier Les Deux Rives (démo)", 2, "12"),
    (
        11,
        "Health, mental health, addiction",
        "Centre de santé mentale Le Ricochet (démo)",
        2,
        "1",
    ),
    (12, "Health, mental health, addiction", "Maison médicale du Viaduc (démo)", 2, "2"),
    (13, "Youth and family support", "AMO Tête-à-Tête (démo)", 2, "12"),
    (14, "Youth and family support", "Planning familial des Quais (démo)", 1, "1"),
    (15, "Debt mediation, energy", "Médiation de dettes Équilibre (démo)", 2, "12"),
    (16, "Debt mediation, energy", "Guichet énergie Basse-Sambre (démo)", 1, "1"),
    (17, "Integration", "Centre d’intégration Passerelles 71 (démo)", 1, "12"),
    (18, "Integration", "Lire ensemble – alphabétisation (démo)", 1, "1"),
    (
        19,
        "Police, victim support, justice",
        "Service d’aide aux victimes Écoute-Sambre (démo)",
        2,
        "2",
    ),
    (20, "Other", "Association de locataires Quartier Vivant (démo)", 1, "12"),
)
NEW = {2, 3, 8, 11, 12, 14}
UNNAMED = {8}
PLACES = {9: "Gerpinnes", 15: "Gerpinnes", 20: "Gerpinnes", 4: "Valsambre", 5: "Valsambre"}


def booked(
    service: PartnerService,
    *sessions: TrainingSession,
    people: int = 1,
    presence: str = PresenceState.PRESENT,
    status: str = ParticipationStatus.CONFIRMED,
    addresses: tuple[str, ...] = (),
    attended: timedelta = 2 * HALF,
    may_name_partner: bool | None = True,
    **of_people: Any,
) -> Registration:
    """One registration of so many people for all of these sessions; `addresses` of the first."""
    made = Registration.objects.create(
        partner=service,
        booker_first_name="Assistante",
        booker_last_name="Sociale",
        language="fr",
        may_name_partner=may_name_partner,
        key=secrets.token_hex(32),
        created_at=AT,
    )
    for position in range(1, people + 1):
        person = Participant.objects.create(
            registration=made,
            position=position,
            first_name="Assistante",
            last_name=f"Sociale {position}",
            language="fr",
            **of_people,
        )
        for session in sessions:
            Participation.objects.create(
                participant=person,
                session=session,
                status=status,
                address=addresses[position - 1] if position <= len(addresses) else "",
                changed_at=AT,
                arrived_at=AT,
                presence=presence,
                attended=attended if presence in CAME else None,
            )
    return made


def close(*sessions: TrainingSession) -> None:
    AttendanceSheet.objects.bulk_create(
        AttendanceSheet(session=one, closed_at=one.ends_at) for one in sessions
    )


def twenty_services(
    earlier: TrainingSession, first: TrainingSession, second: TrainingSession
) -> dict[int, PartnerService]:
    """12 services at both mornings, 5 at the first only, 3 at the second only: 34 people.

    All but the six new ones came to the earlier one. One does not want to be named.
    """
    add_starter_kinds()
    kinds = {kind.name["en"]: kind for kind in ServiceKind.objects.all()}
    mornings = {"1": first, "2": second}
    made = {}
    for number, kind, name, people, at in TWENTY:
        place = PLACES.get(number, "Charleroi")
        service = PartnerService.objects.create(name=name, kind=kinds[kind], municipality=place)
        came_to = [mornings[one] for one in at]
        booked(service, *came_to, people=people, may_name_partner=number not in UNNAMED)
        if number not in NEW:
            booked(service, earlier)
        made[number] = service
    close(earlier, first, second)
    return made
