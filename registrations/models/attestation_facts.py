"""What an attestation says, as it was when it was issued."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class AttestedSession:
    """One of the sessions; `place` is a municipality, empty online.

    `half_days` and `attended` are those the person was there for. Days are those on the clock of
    the place.
    """

    title: str
    starts_on: date
    ends_on: date
    place: str
    half_days: int
    attended: timedelta


@dataclass(frozen=True, kw_only=True)
class AttestationFacts:
    """In the words of the person's language: `Attestation.facts` has all of it as JSON.

    `title` is of the training, or of the programme when its hours are added up. `funders` are the
    sentences by which they ask to be mentioned, `trainers` the bodies they come from.
    """

    title: str
    first_name: str
    last_name: str
    function: str
    service: str
    organiser: str
    trainers: list[str]
    funders: list[str]
    sessions: list[AttestedSession]
    issued_on: date
    place_of_issue: str

    @classmethod
    def read(cls, facts: dict[str, Any]) -> AttestationFacts:
        sessions = [
            AttestedSession(
                **{
                    **one,
                    "starts_on": date.fromisoformat(one["starts_on"]),
                    "ends_on": date.fromisoformat(one["ends_on"]),
                    "attended": timedelta(minutes=one["attended"]),
                }
            )
            for one in facts["sessions"]
        ]
        issued_on = date.fromisoformat(facts["issued_on"])
        return cls(**{**facts, "sessions": sessions, "issued_on": issued_on})

    def written(self) -> dict[str, Any]:
        """As JSON keeps it: days as "2027-03-09", hours in minutes."""
        facts = asdict(self)
        for one in [facts, *facts["sessions"]]:
            for name in ("starts_on", "ends_on", "issued_on"):
                if name in one:
                    one[name] = one[name].isoformat()
            if "attended" in one:
                one["attended"] = one["attended"] // timedelta(minutes=1)
        return facts

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        """Enough to tell that it is the paper of the person who shows it."""
        letters = (name.strip()[:1].upper() for name in (self.first_name, self.last_name))
        return " ".join(f"{letter}." for letter in letters if letter)

    @property
    def attended(self) -> timedelta:
        return sum((one.attended for one in self.sessions), timedelta(0))

    @property
    def half_days(self) -> int:
        return sum(one.half_days for one in self.sessions)

    @property
    def first_day(self) -> date:
        return min(one.starts_on for one in self.sessions)

    @property
    def last_day(self) -> date:
        return max(one.ends_on for one in self.sessions)

    @property
    def is_of_several(self) -> bool:
        return len(self.sessions) > 1
