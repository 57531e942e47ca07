"""Attestations as they are shown: of the people of one session, and of those of one service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q, QuerySet

from registrations.enums import CAME
from registrations.models import (
    Attestation,
    AttestedParticipation,
    OutgoingEmail,
    Participation,
    PartnerService,
    Registration,
)
from registrations.models.registrations import REFERENCE_LETTERS
from trainings.models import TrainingSession

#: Without its hyphens.
CODE_LENGTH = 12
#: What is read of those it is about.
COMPLETE = (
    "participant__registration__partner",
    "session__training__programme",
    "session__venue",
)


@dataclass
class AttestedPerson:
    """`attestation` is the last one of this session, valid or not; `wholes` are the valid ones of
    several sessions; `email` is the mail with the last one.
    """

    participation: Participation
    attestation: Attestation | None = None
    wholes: list[Attestation] = field(default_factory=list)
    email: OutgoingEmail | None = None


def came_to(session: TrainingSession) -> QuerySet[Participation]:
    """Those of a session who were present under a name, each with what an attestation says."""
    there = Participation.objects.came().filter(session=session, attended__gt=timedelta(0))
    named = there.exclude(participant__last_name="")
    found: QuerySet[Participation] = named.select_related(*COMPLETE).order_by("pk")
    return found


def valid_of(
    session: TrainingSession, people: Iterable[Participation] | None = None
) -> QuerySet[Attestation]:
    """Valid ones of a session; of these people, where they are given."""
    found = Attestation.objects.filter(session=session, withdrawn_at=None)
    if people is None:
        return found
    return found.filter(participant__in={one.participant_id for one in people})


def kept_of(participation: Participation) -> list[Attestation]:
    """What a person may download: valid ones on this presence, that of the session first."""
    found = Attestation.objects.filter(lines__participation=participation, withdrawn_at=None)
    return sorted(found, key=lambda one: (one.session_id is None, one.pk))


def kept_by(participations: Iterable[Participation]) -> dict[int, Attestation]:
    """By participation, the valid attestation of its session; in one query."""
    lines = AttestedParticipation.objects.filter(
        participation__in=participations,
        attestation__withdrawn_at=None,
        attestation__session__isnull=False,
    )
    return {line.participation_id: line.attestation for line in lines.select_related("attestation")}


def found_by(code: str) -> Attestation | None:
    """The one with this code, valid or not, however it was typed: "abcd efgh-jkmn"."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    if len(letters) != CODE_LENGTH or not set(letters) <= set(REFERENCE_LETTERS):
        return None
    tidy = "-".join(letters[at : at + 4] for at in range(0, CODE_LENGTH, 4))
    rows = Attestation.objects.select_related("session__training", "training", "programme")
    return rows.filter(code=tidy).first()


def people_of(session: TrainingSession) -> list[AttestedPerson]:
    """Who came under a name, and who has or had an attestation; by name, in few queries."""
    rows = Participation.objects.filter(session=session).exclude(participant__last_name="")
    rows = rows.filter(Q(presence__in=CAME) | Q(attested__attestation__session=session)).distinct()
    ordered = rows.select_related(*COMPLETE).order_by(
        "participant__last_name", "participant__first_name", "pk"
    )
    people = {one.pk: AttestedPerson(one) for one in ordered}
    lines = AttestedParticipation.objects.filter(participation__in=people)
    for line in lines.select_related("attestation").order_by("pk"):
        person, attestation = people[line.participation_id], line.attestation
        if attestation.session_id is not None:
            person.attestation = attestation
        elif attestation.is_valid:
            person.wholes.append(attestation)
    _add_mails(people.values())
    return list(people.values())


def of_registration(registration: Registration) -> dict[int, list[Attestation]]:
    """Valid ones of its people, by participation; those of several sessions with the last one."""
    lines = AttestedParticipation.objects.filter(
        participation__participant__registration=registration, attestation__withdrawn_at=None
    ).select_related("attestation")
    last: dict[int, AttestedParticipation] = {}
    for line in lines.order_by("participation__session__starts_at", "pk"):
        last[line.attestation_id] = line
    found: dict[int, list[Attestation]] = {}
    for line in last.values():
        found.setdefault(line.participation_id, []).append(line.attestation)
    return found


def of_service(partner: PartnerService) -> QuerySet[Attestation]:
    """Valid ones of its people."""
    return Attestation.objects.filter(participant__registration__partner=partner, withdrawn_at=None)


def years_of(partner: PartnerService) -> list[int]:
    """Of whose sessions its people have attestations, the last first."""
    lines = AttestedParticipation.objects.filter(attestation__in=of_service(partner).order_by())
    days = lines.order_by().dates("participation__session__starts_on", "year", order="DESC")
    return [day.year for day in days]


def _add_mails(people: Iterable[AttestedPerson]) -> None:
    with_one = {
        f"attestation:{person.attestation.number}": person
        for person in people
        if person.attestation is not None
    }
    mails = OutgoingEmail.objects.filter(key__in=with_one).defer("text", "html", "calendars")
    for email in mails:
        with_one[email.key].email = email
