"""What must hold of dates, people and mails, whatever organisers and visitors do one after another.

A `State` is read before and after each act; a `Look` compares the two with what the act says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from registrations.domain.people import normalised_address
from registrations.emails import reminders
from registrations.enums import LIVING, MessageKind, ParticipationStatus
from registrations.models import OutgoingEmail, Participation
from trainings.domain.scheduling import MOVES
from trainings.enums import SessionStatus
from trainings.models import SessionSeries, TrainingPage, TrainingSession

Row = dict[str, Any]
Rows = dict[int, Row]
#: Kind, registration, participant and session; the last two are None when it names none.
Mail = tuple[str, int, int | None, int | None]

#: What people see of a session: nothing of it changes under the same SEQUENCE.
SEEN = {*MOVES, "status"}
#: What a session keeps for ever.
IDENTITY = {"uid", "training_id", "original_on"}
WHO = ("uid", "participant_id", "session_id", "address")


@dataclass(frozen=True)
class State:
    """Everything that an act could break, by primary key."""

    sessions: Rows
    participations: Rows
    series: Rows
    mails: dict[int, Mail]
    pages: dict[int, int]  # the training of each

    @classmethod
    def read(cls) -> State:
        return cls(
            sessions=_rows(SESSIONS),
            participations=_rows(PARTICIPATIONS),
            series=_rows(SERIES),
            mails={
                pk: (row["kind"], row["registration_id"], row["participant_id"], _session(row))
                for pk, row in _rows(MAILS).items()
                # No act's mails: they follow from what stands, and have tests of their own.
                if row["kind"] not in reminders.KINDS
            },
            pages=dict(TrainingPage.objects.order_by("pk").values_list("pk", "training_id")),
        )

    def living(self, session: int) -> list[Row]:
        people = self.participations.values()
        return [row for row in people if row["session_id"] == session and row["status"] in LIVING]

    def confirmed(self) -> Counter[int]:
        """How many have a place, by session."""
        return Counter(
            row["session_id"]
            for row in self.participations.values()
            if row["status"] == ParticipationStatus.CONFIRMED
        )


SESSIONS = TrainingSession.objects.order_by("pk")
PARTICIPATIONS = Participation.objects.order_by("pk").annotate(
    registration=F("participant__registration"),
    booker=F("participant__registration__booker_email"),
)
SERIES = SessionSeries.objects.order_by("pk").defer("rule").annotate(text=Cast("rule", TextField()))
MAILS = OutgoingEmail.objects.order_by("pk").only("kind", "registration", "participant", "facts")


def _rows(found: QuerySet[Any]) -> Rows:
    rows = {}
    for one in found.model.objects.raw(_sql(found)):
        row = rows[one.pk] = vars(one)
        del row["_state"]
    return rows


@cache  # Django takes longer to write these than a database to answer
def _sql(found: QuerySet[Any]) -> str:
    return str(found.query)


def _session(mail: Row) -> int | None:
    return mail["facts"].get("session")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an act says it did; nothing else may have changed."""

    touched: set[int] = field(default_factory=set)  # sessions
    removed: set[int] = field(default_factory=set)  # sessions
    makes_sessions: bool = False
    is_by_series: bool = False
    withdrawn: int | None = None  # a participation
    signs_up: bool = False
    ended: int | None = None  # a series


@dataclass
class Memory:
    """What was true once and stays true."""

    uids: dict[UUID, int] = field(default_factory=dict)  # of which session
    # Days that somebody left out of a series.
    left_out: set[tuple[int, date]] = field(default_factory=set)

    def learn(self, state: State) -> None:
        self.uids.update({row["uid"]: pk for pk, row in state.sessions.items()})

    def name(self, pk: int) -> str:
        """Of a session: keys would differ from one run to the next."""
        known = list(self.uids.values())
        return f"#{known.index(pk) + 1}" if pk in known else "a new one"

    def names(self, sessions: Iterable[int]) -> str:
        return ", ".join(map(self.name, sorted(sessions))) or "none"


@dataclass(frozen=True, kw_only=True)
class Look:
    """At everything before and after one act."""

    before: State
    after: State
    done: Done
    memory: Memory
    at: datetime

    def faults(self) -> list[str]:
        """What is wrong, in words; nothing, as it should be."""
        return [
            *self.sessions_gone(),
            *self.sessions_new(),
            *self.sessions_changed(),
            *self.days(),
            *self.participations(),
            *self.places(),
            *self.mails(),
            *self.pages(),
        ]

    def sessions_gone(self) -> Iterator[str]:
        gone = self.before.sessions.keys() - self.after.sessions.keys()
        if gone != self.done.removed:
            named, wanted = self.memory.names(gone), self.memory.names(self.done.removed)
            yield f"these sessions disappeared: {named}; these were to: {wanted}"
        for pk in sorted(gone):
            if any(row["session_id"] == pk for row in self.before.participations.values()):
                yield f"session {self.memory.name(pk)} disappeared with its people"
            if self.done.is_by_series and self.before.sessions[pk]["is_adjusted"]:
                yield f"session {self.memory.name(pk)}, adjusted by hand, was removed by its series"

    def sessions_new(self) -> Iterator[str]:
        new = self.after.sessions.keys() - self.before.sessions.keys()
        if new and not self.done.makes_sessions:
            yield f"{len(new)} sessions appeared"
        for pk in sorted(new):
            row = self.after.sessions[pk]
            if row["uid"] in self.memory.uids:
                yield "a new session has a UID that was another one's"
            if row["sequence"] != 0:
                yield f"a new session begins with sequence {row['sequence']}"
            if (row["series_id"], row["original_on"]) in self.memory.left_out:
                yield f"a new session is on a day that was left out, {row['original_on']}"

    def sessions_changed(self) -> Iterator[str]:
        for pk in sorted(self.before.sessions.keys() & self.after.sessions.keys()):
            old, new = self.before.sessions[pk], self.after.sessions[pk]
            if old != new:
                changed = {name for name in old if old[name] != new[name]}
                found = self._wrongly(changed, old, new)
                yield from (f"session {self.memory.name(pk)} {words}" for words in found)

    def _wrongly(self, changed: set[str], old: Row, new: Row) -> Iterator[str]:
        named = ", ".join(sorted(changed))
        if old["id"] not in self.done.touched:
            yield f"changed though nobody touched it: {named}"
        if self.done.is_by_series and old["is_adjusted"]:
            yield f"was adjusted by hand, and changed by its series: {named}"
        if changed & IDENTITY:
            yield f"became another one: {named}"
        if "series_id" in changed and old["series_id"] != self.done.ended:
            yield "changed its series"
        if old["is_adjusted"] and not new["is_adjusted"] and new["series_id"]:
            yield "is no longer known as adjusted by hand"
        rise, due = new["sequence"] - old["sequence"], int(bool(changed & SEEN))
        if rise != due:
            yield f"went from sequence {old['sequence']} to {new['sequence']} with {named}"

    def days(self) -> Iterator[str]:
        of_series = [row for row in self.after.sessions.values() if row["series_id"] is not None]
        going = [row for row in of_series if row["status"] == SessionStatus.SCHEDULED]
        for name, rows in (("original_on", of_series), ("starts_on", going)):
            numbers = Counter((row["series_id"], row[name]) for row in rows)
            for (_series, day), number in numbers.items():
                if number > 1:
                    yield f"{number} sessions of a series have {name} {day}"

    def participations(self) -> Iterator[str]:
        before, after = self.before.participations, self.after.participations
        if lost := before.keys() - after.keys():
            yield f"{len(lost)} participations were lost"
        new = after.keys() - before.keys()
        if new and not self.done.signs_up:
            yield f"{len(new)} participations appeared"
        for pk in sorted(before.keys() & after.keys()):
            yield from self._participation(before[pk], after[pk])
        living = [row for row in after.values() if row["status"] in LIVING]
        twice = Counter((row["participant_id"], row["session_id"]) for row in living)
        twice += Counter((row["address"], row["session_id"]) for row in living if row["address"])
        for (_who, session), number in twice.items():
            if number > 1:
                yield f"somebody is in session {self.memory.name(session)} {number} times"

    def _participation(self, old: Row, new: Row) -> Iterator[str]:
        where = f"a participation in session {self.memory.name(old['session_id'])}"
        is_withdrawn = old["id"] == self.done.withdrawn
        is_given = _moved_in_line(old, new)
        if any(old[name] != new[name] for name in WHO):
            yield f"{where} became another one"
        if old["status"] != new["status"] and not (is_withdrawn or is_given):
            yield f"{where} went from {old['status']} to {new['status']}"
        is_told = old["status"] in LIVING and self._is_told(old["session_id"])
        if new["sequence"] - old["sequence"] != int(is_told or is_withdrawn) + int(is_given):
            yield f"{where} went from sequence {old['sequence']} to {new['sequence']}"

    def _is_told(self, session: int) -> bool:
        """Whether the act changed what people see of a session."""
        old, new = self.before.sessions.get(session), self.after.sessions.get(session)
        return bool(old and new and any(old[name] != new[name] for name in SEEN))

    def places(self) -> Iterator[str]:
        """Nobody gets a place that is not there; whoever has one keeps it when there are fewer."""
        before, after = self.before.confirmed(), self.after.confirmed()
        for session in after - before:
            capacity = self.after.sessions[session]["capacity"]
            if capacity is not None and after[session] > capacity:
                yield f"session {self.memory.name(session)} seats {after[session]} of {capacity}"

    def mails(self) -> Iterator[str]:
        before, after = self.before.mails, self.after.mails
        if lost := before.keys() - after.keys():
            yield f"{len(lost)} mails were lost"
        expected = Counter(self._expected_mails())
        queued = Counter(mail for pk, mail in after.items() if pk not in before)
        if missing := expected - queued:
            yield f"mails that were not queued: {self._listed(missing)}"
        if excess := queued - expected:
            yield f"mails queued for nobody: {self._listed(excess)}"

    def _listed(self, mails: Counter[Mail]) -> str:
        told: Counter[str] = Counter()
        for (kind, _registration, participant, session), number in mails.items():
            whom = "a booker" if participant is None else "a person"
            of = f" of {self.memory.name(session)}" if session else ""
            told[f"{kind} to {whom}{of}"] += number
        return ", ".join(f"{number} × {words}" for words, number in sorted(told.items()))

    def _expected_mails(self) -> Iterator[Mail]:
        for pk, row in self.after.sessions.items():
            if self._is_told(pk) and row["ends_at"] > self.at:
                kind = _kind(self.before.sessions[pk], row)
                yield from _to_tell(kind, pk, self.after.living(pk))
        if self.done.withdrawn is not None:
            one = self.after.participations[self.done.withdrawn]
            yield from _to_tell(MessageKind.WITHDRAWN, one["session_id"], [one])
        yield from self._offers()
        yield from self._sign_up_mails()

    def _offers(self) -> Iterator[Mail]:
        """For each session, to whom a place is offered now, and whose offer has ended."""
        given: dict[tuple[str, int], list[Row]] = {}
        for pk, old in self.before.participations.items():
            new = self.after.participations.get(pk)
            if new is not None and _moved_in_line(old, new):
                kind = "OFFER" if new["status"] == "OFFERED" else "OFFER_EXPIRED"
                given.setdefault((kind, new["session_id"]), []).append(new)
        for (kind, session), rows in given.items():
            yield from _to_tell(MessageKind(kind), session, rows)

    def _sign_up_mails(self) -> Iterator[Mail]:
        """A receipt for each new registration, and to each person with an address what they got."""
        known = {row["registration"] for row in self.before.participations.values()}
        people: dict[int, dict[int, set[str]]] = {}
        for row in self.after.participations.values():
            if row["registration"] not in known:
                got = people.setdefault(row["registration"], {})
                if row["address"]:
                    got.setdefault(row["participant_id"], set()).add(row["status"])
        for registration, got in people.items():
            yield MessageKind.RECEIPT.value, registration, None, None
            for participant, statuses in got.items():
                has_place = ParticipationStatus.CONFIRMED in statuses
                kind = MessageKind.INVITATION if has_place else MessageKind.WAITING
                yield kind.value, registration, participant, None

    def pages(self) -> Iterator[str]:
        """A page shows the dates of one training for ever."""
        for pk, training in self.before.pages.items():
            if self.after.pages.get(pk) != training:
                yield f"a page went from training {training} to {self.after.pages.get(pk)}"


def _kind(old: Row, new: Row) -> MessageKind:
    if new["status"] == SessionStatus.CANCELLED:
        return MessageKind.CANCELLED
    if new["status"] == SessionStatus.POSTPONED:
        return MessageKind.POSTPONED
    moved = any(old[name] != new[name] for name in MOVES)
    return MessageKind.MOVED if moved else MessageKind.RESTORED


def _moved_in_line(old: Row, new: Row) -> bool:
    """Whether a place was offered that is free, or an offer has ended: any act may do that."""
    return (old["status"], new["status"]) in {("WAITING", "OFFERED"), ("OFFERED", "EXPIRED")}


def _to_tell(kind: MessageKind, session: int, people: list[Row]) -> Iterator[Mail]:
    """One mail to each person with an address, and one to a booker of anybody else."""
    bookers = set()
    for row in people:
        if row["address"]:
            yield kind.value, row["registration"], row["participant_id"], session
        if row["address"] != normalised_address(row["booker"]):
            bookers.add(row["registration"])
    for registration in bookers:
        yield kind.value, registration, None, session
