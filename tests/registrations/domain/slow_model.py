"""How places are shared, told a second time, slowly and otherwise: lists of rows, counted anew.

It knows what happened and nothing of the database. Where the code seats one person after the
other and keeps counts, this looks at the list that would result and asks whether it is allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

THERE = ZoneInfo("Europe/Brussels")
QUARTER = timedelta(minutes=15)
LIVING = ("PENDING", "CONFIRMED", "WAITING", "OFFERED")
SEATED = ("CONFIRMED", "OFFERED")


class Refused(Exception):  # noqa: N818 -- what the model answers, not a fault of it
    """What may not be done; nothing of it has happened."""


@dataclass
class Rules:
    """As an organiser sets them; kinds and services by primary key."""

    per_service: int | None = None
    caps: list[tuple[str, int, int | None]] = field(default_factory=list)  # kind|partner, pk, most
    quotas: list[tuple[frozenset[int], int]] = field(default_factory=list)
    quotas_days_before: int | None = None
    priority: frozenset[int] = frozenset()
    priority_days_before: int | None = None
    has_waiting_list: bool = True
    promotion: str = "OFFER"
    offer_hours: int = 16
    needs_approval: bool = False
    may_hold: int = 0
    names_days_before: int = 14
    withdraw_days_before: int | None = None


@dataclass
class Meeting:
    """A session as its organiser sees it; `whole` names what it is taken with, or is empty."""

    pk: int
    rules: Rules
    whole: str
    capacity: int | None
    starts_on: date
    starts_at: datetime
    ends_at: datetime
    status: str = "SCHEDULED"

    def goes_ahead(self) -> bool:
        return self.status == "SCHEDULED"

    def to_come(self, at: datetime) -> bool:
        return self.goes_ahead() and at < self.starts_at

    def noon(self, days: int | None) -> datetime:
        if days is None:
            return self.starts_at
        day = self.starts_on - timedelta(days=days)
        return min(
            datetime.combine(day, time(12), THERE).astimezone(UTC),
            self.starts_at,
        )


class SlowModel:
    def __init__(
        self,
        meetings: Iterable[Meeting],
        *,
        kinds: dict[int, int | None],
        days_off: Collection[date],
    ) -> None:
        self.meetings = {one.pk: one for one in meetings}
        self.kinds = kinds  # by service
        self.days_off = days_off
        self.rows: list[Row] = []
        self.bookings: list[Row] = []
        #: Sessions that the last act has settled.
        self.settled: set[int] = set()

    def do(self, act: str, **told: Any) -> bool:
        """Whether it may be done; what may not leaves everything as it was."""
        rows = [dict(row) for row in self.rows]
        bookings = [dict(one) for one in self.bookings]
        self.settled = set()
        try:
            getattr(self, act)(**told)
        except Refused:
            self.rows, self.bookings, self.settled = rows, bookings, set()
            return False
        return True

    # --- what belongs together -----------------------------------------------------------------

    def with_whole(self, pks: Iterable[int], at: datetime) -> list[int]:
        pks = set(pks)
        wholes = {self.meetings[pk].whole for pk in pks} - {""}
        others = {
            one.pk for one in self.meetings.values() if one.whole in wholes and one.to_come(at)
        }
        return sorted(pks | others)

    def what(self, pk: int) -> Any:
        return self.meetings[pk].whole or pk

    def belong(self, one: Row, other: Row) -> bool:
        if self.what(one["session"]) != self.what(other["session"]):
            return False
        if one["booking"] != other["booking"]:
            return False
        together = self.bookings[one["booking"]]["together"]
        return together or one["position"] == other["position"]

    def units(self, rows: Iterable[Row]) -> list[list[Row]]:
        found: list[list[Row]] = []
        for row in rows:
            for unit in found:
                if self.belong(unit[0], row):
                    unit.append(row)
                    break
            else:
                found.append([row])
        return found

    def along(self, rows: Iterable[Row], at: datetime) -> tuple[list[Row], list[int]]:
        """With each the same person's others of the whole, in the same state."""
        asked = [(row["booking"], row["position"], row["session"]) for row in rows]
        rows = [row for row in self.rows if row_key(row) in asked]
        sessions = self.with_whole({row["session"] for row in rows}, at)
        found = list(rows)
        for row in rows:
            for other in self.rows:
                same = (other["booking"], other["position"], other["status"]) == (
                    row["booking"],
                    row["position"],
                    row["status"],
                )
                whole = self.meetings[row["session"]].whole
                if (
                    same
                    and other["session"] in sessions
                    and whole
                    and self.meetings[other["session"]].whole == whole
                    and other not in found
                ):
                    found.append(other)
        return sorted(found, key=lambda row: row["order"]), sessions

    # --- who fits ------------------------------------------------------------------------------

    def seated(self, pk: int) -> list[Row]:
        return [row for row in self.rows if row["session"] == pk and row["status"] in SEATED]

    def fits(self, unit: list[Row], at: datetime, extra: Iterable[Row] = ()) -> bool:
        return not any(
            self.too_many(
                self.meetings[pk],
                [row for row in unit if row["session"] == pk],
                [*self.seated(pk), *(row for row in extra if row["session"] == pk)],
                at,
            )
            for pk in {row["session"] for row in unit}
        )

    def too_many(self, meeting: Meeting, new: list[Row], there: list[Row], at: datetime) -> bool:
        rules = meeting.rules
        everybody = [*there, *new]
        if meeting.capacity is not None and len(everybody) > meeting.capacity:
            return True
        quotas = rules.quotas if at < meeting.noon(rules.quotas_days_before) else []

        def share(row: Row) -> frozenset[int] | None:
            kind = self.kinds[row["partner"]]
            return next((kinds for kinds, _places in quotas if kind in kinds), None)

        for row in new:
            kind = self.kinds[row["partner"]]
            if (
                rules.priority
                and at < meeting.noon(rules.priority_days_before)
                and kind not in rules.priority
            ):
                return True
            most = self.most(rules, row["partner"])
            theirs = [one for one in everybody if one["partner"] == row["partner"]]
            if most is not None and len(theirs) > most:
                return True
            mine = share(row)
            alike = [one for one in everybody if share(one) == mine]
            if mine is not None:
                room: int | None = next(places for kinds, places in quotas if kinds == mine)
            elif quotas and meeting.capacity is not None:
                room = max(0, meeting.capacity - sum(places for _kinds, places in quotas))
            else:
                room = None
            if room is not None and len(alike) > room:
                return True
        return False

    def most(self, rules: Rules, partner: int) -> int | None:
        for whose, pk in (("partner", partner), ("kind", self.kinds[partner])):
            for of, number, places in rules.caps:
                if (of, number) == (whose, pk):
                    return places
        return rules.per_service

    # --- the clock -----------------------------------------------------------------------------

    def settle(self, sessions: Iterable[int], at: datetime) -> None:
        sessions = set(sessions)
        self.settled |= sessions
        for row in self.rows:
            if row["session"] not in sessions:
                continue
            if row["status"] == "OFFERED" and row["offer_ends_at"] <= at:
                self.become(row, "EXPIRED")
        for row in self.rows:
            due = self.bookings[row["booking"]]["due"]
            held = not row["named"] and row["status"] in ("CONFIRMED", "WAITING", "PENDING")
            if not self.meetings[row["session"]].goes_ahead():
                continue
            if row["session"] in sessions and held and due is not None and due <= at:
                self.become(row, "EXPIRED")
        for unit in self.line(sessions, at):
            rules = [self.meetings[row["session"]].rules for row in unit]
            if any(one.promotion == "BY_HAND" for one in rules) or not self.fits(unit, at):
                continue
            if any(one.promotion == "OFFER" for one in rules):
                self.offer_to(unit, at)
            else:
                for row in unit:
                    self.become(row, "CONFIRMED")

    def line(self, sessions: Collection[int], at: datetime) -> list[list[Row]]:
        waiting = [
            row
            for row in self.rows
            if row["status"] == "WAITING"
            and row["session"] in sessions
            and self.meetings[row["session"]].to_come(at)
        ]
        return self.units(sorted(waiting, key=lambda row: (row["arrived_at"], row["order"])))

    def offer_to(self, unit: list[Row], at: datetime) -> None:
        ends = min(self.offer_ends(self.meetings[row["session"]], at) for row in unit)
        if ends <= at:
            raise Refused
        for row in unit:
            self.become(row, "OFFERED", offer_ends_at=ends)

    def offer_ends(self, meeting: Meeting, at: datetime) -> datetime:
        halfway = at + (meeting.starts_at - at) / 2
        worked, moment = timedelta(), at
        while worked < timedelta(hours=meeting.rules.offer_hours) and moment < halfway:
            local = moment.astimezone(THERE)
            is_day = local.weekday() < 5 and local.date() not in self.days_off
            if is_day and time(9) <= local.time() < time(17):
                worked += QUARTER
            moment += QUARTER
        return min(moment, halfway)

    def become(self, row: Row, status: str, **also: Any) -> None:
        row.update({"status": status, "offer_ends_at": None, **also})

    def due(self, at: datetime) -> set[int]:
        found = set()
        for row in self.rows:
            names = self.bookings[row["booking"]]["due"]
            if (
                (row["status"] == "OFFERED" and row["offer_ends_at"] <= at)
                or (row["status"] == "WAITING" and at < self.meetings[row["session"]].starts_at)
                or (
                    not row["named"]
                    and row["status"] in ("CONFIRMED", "WAITING", "PENDING")
                    and names is not None
                    and names <= at
                    and self.meetings[row["session"]].goes_ahead()
                )
            ):
                found.add(row["session"])
        return found

    def look(self, *, sessions: Iterable[int], at: datetime) -> None:
        self.settle(self.with_whole(sessions, at), at)

    # --- what people do ------------------------------------------------------------------------

    def sign_up(
        self,
        *,
        partner: int,
        people: list[tuple[bool, tuple[int, ...]]],
        together: bool,
        by_form: bool,
        arrived_at: datetime | None,
        overruled: bool,
        at: datetime,
    ) -> None:
        booking = {"partner": partner, "together": together, "due": None}
        self.bookings.append(booking)
        self.enter(
            len(self.bookings) - 1,
            people,
            by_form=by_form,
            arrived_at=arrived_at,
            overruled=overruled,
            at=at,
        )

    def join(
        self,
        *,
        booking: int,
        people: list[tuple[bool, tuple[int, ...]]],
        by_form: bool,
        at: datetime,
    ) -> None:
        self.enter(booking, people, by_form=by_form, arrived_at=None, overruled=False, at=at)

    def enter(
        self,
        booking: int,
        people: list[tuple[bool, tuple[int, ...]]],
        *,
        by_form: bool,
        arrived_at: datetime | None,
        overruled: bool,
        at: datetime,
    ) -> None:
        partner = self.bookings[booking]["partner"]
        chosen = {pk for _named, pks in people for pk in pks}
        sessions = self.with_whole(chosen, at)
        for pk in chosen:
            meeting = self.meetings[pk]
            until = meeting.starts_at if by_form else meeting.ends_at
            if not meeting.goes_ahead() or at >= until:
                raise Refused
        for _named, pks in people:
            for pk in pks:
                alike = {o for o in sessions if self.what(o) == self.what(pk)}
                if not alike <= set(pks):
                    raise Refused
        self.settle(sessions, at)
        if by_form:
            self.check_held(partner, people, at)
        newest = {
            pk: max(
                (
                    r["arrived_at"]
                    for r in self.rows
                    if (r["session"], r["status"]) == (pk, "WAITING")
                ),
                default=at,
            )
            for pk in sessions
        }
        last = max((r["position"] for r in self.rows if r["booking"] == booking), default=0)
        new = [
            {
                "booking": booking,
                "position": last + number,
                "session": pk,
                "partner": partner,
                "named": named,
                "status": "CONFIRMED",
                "offer_ends_at": None,
                "arrived_at": arrived_at or max(at, newest[pk]),
                "order": 0,
            }
            for number, (named, pks) in enumerate(people, start=1)
            for pk in pks
        ]
        if not overruled:
            self.stand(new, sessions, at)
        for row in sorted(new, key=lambda row: (row["session"], row["position"])):
            row["order"] = len(self.rows)
            self.rows.append(row)
        if not all(named for named, _pks in people):
            self.bookings[booking]["due"] = self.names_due(booking, at)

    def stand(self, new: list[Row], sessions: list[int], at: datetime) -> None:
        extra: list[Row] = []
        for unit in self.line(sessions, at):
            if self.fits(unit, at, extra):
                extra.extend(unit)
        by_person: list[list[Row]] = []
        for row in new:
            alike = [
                one
                for one in new
                if one["position"] == row["position"]
                and self.what(one["session"]) == self.what(row["session"])
            ]
            if any(self.meetings[one["session"]].rules.needs_approval for one in alike):
                row["status"] = "PENDING"
            by_person.append(alike)
        for unit in self.units(row for row in new if row["status"] != "PENDING"):
            if self.wait_already(unit) or not self.fits(unit, at, extra):
                self.check_may_wait(unit, at, extra)
                for row in unit:
                    row["status"] = "WAITING"
            else:
                extra.extend(unit)

    def wait_already(self, unit: list[Row]) -> bool:
        return self.bookings[unit[0]["booking"]]["together"] and any(
            row["status"] == "WAITING"
            and row["booking"] == unit[0]["booking"]
            and row["session"] in {one["session"] for one in unit}
            for row in self.rows
        )

    def check_may_wait(self, unit: list[Row], at: datetime, extra: list[Row]) -> None:
        has_list = all(self.meetings[row["session"]].rules.has_waiting_list for row in unit)
        if not has_list and not self.fits(unit, at, extra):
            raise Refused

    def check_held(
        self, partner: int, people: list[tuple[bool, tuple[int, ...]]], at: datetime
    ) -> None:
        for pk in {pk for named, pks in people if not named for pk in pks}:
            meeting = self.meetings[pk]
            asked = [1 for named, pks in people if not named and pk in pks]
            held = [
                row
                for row in self.rows
                if (row["partner"], row["session"], row["named"]) == (partner, pk, False)
                and row["status"] in LIVING
            ]
            is_late = at >= meeting.noon(meeting.rules.names_days_before)
            if is_late or len(asked) + len(held) > meeting.rules.may_hold:
                raise Refused

    def another_date(self, *, session: int, at: datetime) -> None:
        for row in self.rows:
            if row["session"] == session and not row["named"] and row["status"] in LIVING:
                self.bookings[row["booking"]]["due"] = self.names_due(row["booking"], at)

    def names_due(self, booking: int, at: datetime) -> datetime | None:
        ends = []
        for row in self.rows:
            if row["booking"] != booking or row["named"] or row["status"] not in LIVING:
                continue
            meeting = self.meetings[row["session"]]
            if not meeting.goes_ahead():
                continue
            names = meeting.noon(meeting.rules.names_days_before)
            if names > at:
                ends.append(names)
            elif meeting.starts_at > at:
                ends.append(meeting.starts_at)
            elif meeting.ends_at > at:
                ends.append(meeting.ends_at)
        return min(ends, default=None)

    def withdraw(self, *, row: Row, at: datetime) -> None:
        rows, sessions = self.along([row], at)
        for one in rows:
            self.check_answer(one, at)
            if one["status"] not in ("CONFIRMED", "WAITING", "PENDING"):
                raise Refused
            meeting = self.meetings[one["session"]]
            in_time = meeting.noon(meeting.rules.withdraw_days_before)
            late = one["status"] == "CONFIRMED" and meeting.goes_ahead() and at > in_time
            self.become(one, "WITHDRAWN_LATE" if late else "WITHDRAWN")
        self.settle(sessions, at)

    def check_answer(self, row: Row, at: datetime) -> None:
        meeting = self.meetings[row["session"]]
        if meeting.status == "CANCELLED" or (meeting.goes_ahead() and meeting.starts_at <= at):
            raise Refused

    def replace(self, *, row: Row, at: datetime) -> None:
        rows, _sessions = self.along([row], at)
        last = max(r["position"] for r in self.rows if r["booking"] == row["booking"])
        for one in rows:
            self.check_answer(one, at)
            if one["status"] != "CONFIRMED":
                raise Refused
            new = {**one, "position": last + 1, "named": True, "order": len(self.rows)}
            self.rows.append(new)
            self.become(one, "REPLACED")

    def correct(self, *, booking: int, position: int) -> None:
        rows = [
            row for row in self.rows if (row["booking"], row["position"]) == (booking, position)
        ]
        if not any(row["status"] in LIVING for row in rows):
            raise Refused
        for row in rows:
            row["named"] = True

    def accept_offer(self, *, rows: list[Row], at: datetime) -> None:
        rows, sessions = self.along(rows, at)
        if not all(self.meetings[row["session"]].to_come(at) for row in rows):
            raise Refused
        self.settle(sessions, at)
        for row in rows:
            self.from_to(row, ("OFFERED",), "CONFIRMED")

    def decline_offer(self, *, rows: list[Row], at: datetime) -> None:
        rows, sessions = self.along(rows, at)
        for row in rows:
            self.from_to(row, ("OFFERED",), "WITHDRAWN")
        self.settle(sessions, at)

    def from_to(self, row: Row, sources: Collection[str], target: str) -> None:
        if row["status"] not in sources:
            raise Refused
        self.become(row, target)

    # --- what organisers do --------------------------------------------------------------------

    def offer(self, *, rows: list[Row], at: datetime) -> None:
        rows = self.by_hand(rows, at)
        persons: list[list[Row]] = []
        for row in rows:
            if row["status"] != "WAITING":
                raise Refused
            for person in persons:
                if row_key(person[0])[:2] == row_key(row)[:2] and self.what(
                    person[0]["session"]
                ) == self.what(row["session"]):
                    person.append(row)
                    break
            else:
                persons.append([row])
        for person in persons:
            self.offer_to(person, at)

    def promote(self, *, rows: list[Row], at: datetime) -> None:
        for row in self.by_hand(rows, at):
            self.from_to(row, ("WAITING", "OFFERED"), "CONFIRMED")

    def by_hand(self, rows: list[Row], at: datetime) -> list[Row]:
        rows, _sessions = self.along(rows, at)
        for row in rows:
            meeting = self.meetings[row["session"]]
            if not meeting.goes_ahead() or meeting.ends_at <= at:
                raise Refused
        return rows

    def accept(self, *, rows: list[Row], at: datetime) -> None:
        rows, sessions = self.along(rows, at)
        self.settle(sessions, at)
        rows = [
            row
            for row in rows
            if row["status"] == "PENDING"
            and self.meetings[row["session"]].goes_ahead()
            and at < self.meetings[row["session"]].ends_at
        ]
        extra: list[Row] = []
        for unit in self.line(sessions, at):
            if self.fits(unit, at, extra):
                extra.extend(unit)
        units = self.units(sorted(rows, key=lambda row: (row["arrived_at"], row["order"])))
        come, wait = [], []
        for unit in units:
            if self.wait_already(unit) or not self.fits(unit, at, extra):
                self.check_may_wait(unit, at, extra)
                wait.extend(unit)
            else:
                extra.extend(unit)
                come.extend(unit)
        for row in come:
            self.become(row, "CONFIRMED")
        for row in wait:
            self.become(row, "WAITING")

    def refuse(self, *, rows: list[Row], at: datetime) -> None:
        rows, sessions = self.along(rows, at)
        rows = [row for row in rows if row["status"] in ("PENDING", "WAITING")]
        if not rows:
            raise Refused
        for row in rows:
            self.become(row, "REFUSED")
        self.settle(sessions, at)


def row_key(row: Row) -> tuple[int, int, int]:
    return (row["booking"], row["position"], row["session"])
