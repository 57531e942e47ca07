"""What became of everybody, what was written to whom, and what the log says: whole, to compare."""

from __future__ import annotations

from typing import Any

from wagtail.models import ModelLogEntry

from registrations.models import OutgoingEmail, Participation, SignUpRules
from trainings.models import Training, TrainingSession


def rules(of: Training | TrainingSession, **fields: Any) -> SignUpRules:
    """Rules that limit nothing but what is said; `quotas`, `caps` and `priority` hang from them."""
    values: dict[str, Any] = {
        "capacity": None,
        "per_service": None,
        "closes_days_before": None,
        "quotas_days_before": None,
        "priority_days_before": None,
    }
    quotas, caps = fields.pop("quotas", ()), fields.pop("caps", ())
    priority = fields.pop("priority", ())
    whose = {"training": of} if isinstance(of, Training) else {"session": of}
    made = SignUpRules.objects.create(**whose, **{**values, **fields})
    made.priority_kinds.set(priority)
    for kinds, places in quotas:
        made.quotas.create(places=places).kinds.set(kinds)
    for cap in caps:
        made.caps.create(**cap)
    return made


def stands(session: TrainingSession) -> list[str]:
    """Everybody of a session in the order they were entered: "1 CONFIRMED", "2 WAITING 1"."""
    rows = Participation.objects.filter(session=session).with_rank().order_by("pk")
    return [
        f"{number_of(row)} {row.status}{f' {row.rank}' if row.rank else ''}"
        for row in rows.select_related("participant")
    ]


def number_of(row: Participation) -> str:
    """As `person(number=…)` wrote it; "?" is a place without a name."""
    return row.participant.last_name.removeprefix("Sociale ") or "?"


def the(session: TrainingSession, number: int) -> Participation:
    return Participation.objects.get(session=session, participant__last_name=f"Sociale {number}")


class Since:
    """What is written and logged from now on."""

    def __init__(self) -> None:
        self.last_mail = OutgoingEmail.objects.count()
        self.last_line = ModelLogEntry.objects.count()

    def mails(self) -> list[str]:
        """ "OFFER 2", and "OFFER booker" to who signed them up."""
        rows = OutgoingEmail.objects.order_by("pk").select_related("participant")
        return [
            f"{row.kind} {row.participant.last_name.removeprefix('Sociale ')}"
            if row.participant
            else f"{row.kind} booker"
            for row in rows[self.last_mail :]
        ]

    def lines(self) -> list[str]:
        """ "offer 1" for one person; without a number what is one person's own act."""
        rows = ModelLogEntry.objects.order_by("pk")[self.last_line :]
        return [
            " ".join([row.action.removeprefix("registrations."), *map(str, people_of(row.data))])
            for row in rows
        ]


def people_of(data: dict[str, Any]) -> list[int]:
    return [data["people"]] if "people" in data else []
