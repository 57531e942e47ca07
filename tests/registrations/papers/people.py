"""A session and its people as papers are told of them; nothing is in a database."""

from __future__ import annotations

from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any

from registrations.domain.of_the_day import Announced, OfService
from registrations.models import (
    Participant,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
)
from trainings.models import Training, TrainingSession, Venue

#: What people are called, and what they type where a name is asked.
AWKWARD = [
    "Œuvrard",
    "Gündoğan",
    "Thị Ánh",
    "O’Neil « l’été »",
    "#let x = 1",
    "*gras* _souligné_ `code` $x$",
    "\\ ] [ } { <étiquette> @renvoi // /* =",
    "première\ndeuxième",
    "M" * 300,
    "mot " * 60,
    "🙂 👩🏽\u200d🏫",
    "漢字 한글 ไทย",
    "שלום مرحبا",
    "Ελένη Жанна",
    "\u202eretourné\u202c",
    "tab\tulation\x07\x00",
    "\ud800moitié",
    "%(name)s {{ x }} {page}",
]


def announced(*, language: str = "fr", page: Any = None, **fields: Any) -> Announced:
    values = {
        "training": Training(pk=1, name="Accompagner un ménage « l’été »"),
        "starts_on": date(2027, 3, 23),
        "ends_on": date(2027, 3, 23),
        "start_time": time(9, 0),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
        "training_time": timedelta(hours=3),
        "venue": Venue(name="Salle des Tilleuls", municipality="Charleroi"),
    }
    session = TrainingSession(**{**values, **fields})
    session._derive_instants()
    return Announced(session=session, language=language, page=page, funders=[])


def page(**fields: Any) -> Any:
    values = {
        "title": "Accompagner un ménage",
        "guiding_question": "Comment faire, l’été ?",
        "full_url": "https://formations.example/fr/accompagner/",
        "agenda": [
            SimpleNamespace(value={"time": time(9, 0), "title": "Accueil", "details": "café"})
        ],
        "trainers": [
            SimpleNamespace(value=SimpleNamespace(name="Juriste", role="", organisation="Ville"))
        ],
    }
    return SimpleNamespace(**{**values, **fields})


def services(number: int, *, unnamed: int = 0, came: str = "") -> list[OfService]:
    """So many people with awkward names, seven to a service."""
    found = []
    for first in range(0, number, 7):
        name = AWKWARD[first // 7 % len(AWKWARD)]
        partner = PartnerService(pk=first + 1, name=f"{name} {first}", kind=kind(first))
        people = [one(partner, count, came=came) for count in range(first, min(first + 7, number))]
        found.append(OfService(partner, people, unnamed if first == 0 else 0))
    return found


def kind(number: int) -> ServiceKind | None:
    return ServiceKind(pk=number % 3, name={"fr": f"Type {number % 3}"}) if number % 3 else None


def one(partner: PartnerService, number: int, *, came: str = "") -> Participation:
    person = Participant(
        pk=number + 1,
        registration=Registration(partner=partner),
        first_name=AWKWARD[(number + 5) % len(AWKWARD)],
        last_name=f"{AWKWARD[number % len(AWKWARD)]} {number}",
        function="assistante sociale",
    )
    return Participation(pk=number + 1, participant=person, presence=came)
