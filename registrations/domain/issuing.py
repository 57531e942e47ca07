"""Number, write and withdraw attestations: rows, log and mails, under the locks of who calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wagtail.log_actions import log

from registrations.domain.attested import Facts
from registrations.emails import outbox
from registrations.enums import MessageKind
from registrations.models import (
    Attestation,
    AttestationFacts,
    AttestedParticipation,
    LastNumber,
    OutgoingEmail,
    Participant,
    Participation,
)
from trainings.models import Programme, Training, TrainingSession


def write(
    session: TrainingSession, people: Sequence[Participation], *, by: Any, at: datetime
) -> list[Attestation]:
    if not people:
        return []
    facts = Facts(people, at=at)
    made = save(
        [([one], facts.of(one)) for one in people], about={"session": session}, by=by, at=at
    )
    said = {"number": len(made)}
    log(session, "registrations.issue_attestation", user=by, timestamp=at, data=said)
    return made


def save(
    said: Sequence[tuple[list[Participation], AttestationFacts]],
    *,
    about: dict[str, Any],
    by: Any,
    at: datetime,
) -> list[Attestation]:
    """Rows, lines and mails, of one person each."""
    numbers = next_numbers(len(said), year=said[0][1].issued_on.year)
    made = Attestation.objects.bulk_create(
        Attestation(
            number=number,
            participant=rows[0].participant,
            language=rows[-1].participant.language,
            attended=facts.attended,
            facts=facts.written(),
            issued_at=at,
            issued_by=by,
            **about,
        )
        for number, (rows, facts) in zip(numbers, said, strict=True)
    )
    AttestedParticipation.objects.bulk_create(
        AttestedParticipation(attestation=one, participation=row, attended=row.attended)
        for one, (rows, _facts) in zip(made, said, strict=True)
        for row in rows
    )
    outbox.queue(
        _mail(one, rows[-1].participant, at=at)
        for one, (rows, _facts) in zip(made, said, strict=True)
    )
    return made


def next_numbers(how_many: int, *, year: int) -> list[str]:
    """Without gaps: whoever asks next waits until this transaction ends, or has undone itself.

    The last attestation would be no lock: of who waits for it, each would count on from the same.
    """
    LastNumber.objects.bulk_create([LastNumber(year=year)], ignore_conflicts=True)
    last = LastNumber.objects.select_for_update().get(year=year)
    first, last.number = last.number + 1, last.number + how_many
    last.save(update_fields=["number"])
    return [f"{year}-{number:06}" for number in range(first, last.number + 1)]


def _mail(attestation: Attestation, person: Participant, *, at: datetime) -> OutgoingEmail:
    """To the person; who gave no address is told by who registered them."""
    registration = person.registration
    return outbox.draft(
        MessageKind.ATTESTATION,
        registration,
        participant=person if person.email else None,
        recipient=person.email or registration.booker_email,
        language=person.language if person.email else registration.language,
        key=f"attestation:{attestation.number}",
        facts={"attestation": attestation.pk},
        at=at,
    )


def withdraw(attestations: Sequence[Attestation], *, by: Any, at: datetime) -> None:
    if not attestations:
        return
    pks = [one.pk for one in attestations]
    Attestation.objects.filter(pk__in=pks).update(withdrawn_at=at)
    subjects = {(type(one), one.pk): one for one in map(subject_of, attestations)}
    for key, subject in subjects.items():
        number = sum((type(one), one.pk) == key for one in map(subject_of, attestations))
        log(
            subject,
            "registrations.withdraw_attestation",
            user=by,
            timestamp=at,
            data={"number": number},
        )


def subject_of(attestation: Attestation) -> TrainingSession | Training | Programme:
    """What it attests participation in."""
    found = attestation.session or attestation.training or attestation.programme
    assert found is not None  # noqa: S101 -- a constraint holds it
    return found
