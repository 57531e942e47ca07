"""Note who came, on the spot or from paper, and close the sheet of a session."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from registrations.domain import attestations
from registrations.domain.half_days import Attended, HalfDay, attended
from registrations.domain.half_days import half_days_of as half_days_of
from registrations.domain.locking import lock_sessions, retried
from registrations.enums import CAME, ParticipationStatus, PresenceSource, PresenceState
from registrations.exceptions import SheetNotOpenError
from registrations.models import AttendanceSheet, Participation, Presence, PresenceEntry
from trainings.models import TrainingSession

CONFIRMED = ParticipationStatus.CONFIRMED
#: People are welcomed from so long before a session.
WELCOMED_BEFORE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Note:
    """That somebody was there on a half-day, or not; without a `state` it is taken back.

    `uid` is given where it is noted: what is sent twice is noted once. Hours are on the clock of
    the session's place, `at` is when it was noted.
    """

    participation_id: int
    half_day: int
    state: str
    at: datetime
    arrived_at: time | None = None
    left_at: time | None = None
    uid: uuid.UUID | None = None


@dataclass(frozen=True)
class Noted:
    """`late` notes are older than what stood already; `unknown` are of nobody with a place, or
    of no half-day of the session. What had been noted before, by its `uid`, is in none.
    """

    counted: list[Note]
    late: list[Note]
    unknown: list[Note]


def sheet_of(session: TrainingSession) -> AttendanceSheet:
    """Made when it is first asked for."""
    sheet, _made = AttendanceSheet.objects.get_or_create(session=session)
    sheet.session = session
    return sheet


def check_can_note(session: TrainingSession, *, at: datetime) -> None:
    """Raises SheetNotOpenError long before a session, and for one that does not take place."""
    if not session.goes_ahead or at < session.starts_at - WELCOMED_BEFORE:
        raise SheetNotOpenError


@retried
@transaction.atomic
def note(
    session: TrainingSession,
    notes: Iterable[Note],
    *,
    source: PresenceSource,
    device: str = "",
    by: Any = None,
    at: datetime,
) -> Noted:
    """Note presences under the lock of the session; of each person and half-day the last counts.

    Last is where it was noted, so that a phone that was without network for a while undoes
    nothing; every note is kept. After the sheet is closed it still counts, even one made before,
    and attestations follow. What says it is of the future is of now. Raises SheetNotOpenError.
    """
    (session,) = lock_sessions([session.pk])
    check_can_note(session, at=at)
    sheet = sheet_of(session)
    of_session = Participation.objects.filter(session=session, status=CONFIRMED)
    notes = list(notes)
    people = {one.pk: one for one in of_session.filter(pk__in={n.participation_id for n in notes})}
    numbers = {unit.number for unit in half_days_of(session)}
    usable: list[Note] = []
    unknown: list[Note] = []
    for one in notes:
        is_known = one.participation_id in people and one.half_day in numbers
        (usable if is_known else unknown).append(one)
    new = [dataclasses.replace(one, at=min(one.at, at)) for one in _not_noted_before(usable)]
    new.sort(key=lambda one: one.at)
    counted, late = _write(sheet, new, source=source, device=device, by=by, at=at)
    touched = {one.participation_id for one in counted}
    _sum_up(sheet, [people[pk] for pk in touched], by=by, at=at)
    return Noted(counted, late, unknown)


@retried
@transaction.atomic
def close_sheet(
    session: TrainingSession, *, announced: Iterable[int] = (), by: Any, at: datetime
) -> AttendanceSheet:
    """Who was not noted is absent, or excused if they are among `announced` (participations);
    attestations are issued and sent. Closed twice, the first time counts.

    Raises SheetNotOpenError before the session has begun.
    """
    (session,) = lock_sessions([session.pk])
    if not session.goes_ahead or at < session.starts_at:
        raise SheetNotOpenError
    sheet = sheet_of(session)
    if sheet.is_closed:
        return sheet
    people = list(Participation.objects.filter(session=session, status=CONFIRMED))
    noted = {key for key, one in _standing(people).items() if one.state}
    excused = set(announced)
    missing = [
        Note(
            participation_id=one.pk,
            half_day=unit.number,
            state=PresenceState.EXCUSED if one.pk in excused else PresenceState.ABSENT,
            at=at,
        )
        for one in people
        for unit in half_days_of(session)
        if (one.pk, unit.number) not in noted
    ]
    _write(sheet, missing, source=PresenceSource.CLOSING, by=by, at=at)
    sheet.closed_at, sheet.closed_by = at, by
    sheet.save()
    _sum_up(sheet, people, by=by, at=at)
    log(session, "registrations.close_sheet", user=by, timestamp=at)
    return sheet


@retried
@transaction.atomic
def reopen_sheet(session: TrainingSession, *, by: Any, at: datetime) -> AttendanceSheet:
    """For a sheet that was closed too early: who was absent by closing alone is unknown again.

    Attestations stay; they follow when it is closed again.
    """
    (session,) = lock_sessions([session.pk])
    sheet = sheet_of(session)
    if not sheet.is_closed:
        return sheet
    of_session = Participation.objects.filter(session=session, status=CONFIRMED)
    people = {one.pk: one for one in of_session}
    standing = _standing(people.values())
    notes = [
        Note(participation_id=pk, half_day=half_day, state="", at=at)
        for pk, half_day in _by_closing(sheet, standing)
    ]
    _write(sheet, notes, source=PresenceSource.STAFF, by=by, at=at)
    sheet.closed_at = sheet.closed_by = None
    sheet.save()
    reopened = [people[pk] for pk in {one.participation_id for one in notes}]
    _sum_up(sheet, reopened, by=by, at=at)
    log(session, "registrations.reopen_sheet", user=by, timestamp=at)
    return sheet


def attended_by_all(session: TrainingSession) -> timedelta:
    """Training time of somebody who was there from the beginning to the end."""
    units = half_days_of(session)
    everything = {unit.number: Attended() for unit in units}
    return attended(units, session.training_time, everything)


#: One person's half-day: participation and number.
Key = tuple[int, int]


def _key(one: Note | Presence | PresenceEntry) -> Key:
    return (one.participation_id, one.half_day)


def _not_noted_before(notes: Iterable[Note]) -> list[Note]:
    """Without those whose `uid` is known, be it from this very list."""
    by_uid = {one.uid or uuid.uuid4(): one for one in reversed(list(notes))}
    known = PresenceEntry.objects.filter(uid__in=by_uid)
    for uid in known.values_list("uid", flat=True):
        del by_uid[uid]
    return [*reversed(by_uid.values())]


def _standing(people: Iterable[Participation | int]) -> dict[Key, Presence]:
    """What stands now of these."""
    return {_key(one): one for one in Presence.objects.filter(participation__in=people)}


def _by_closing(sheet: AttendanceSheet, standing: dict[Key, Presence]) -> set[Key]:
    """Of what stands, what nobody noted: it is there since the sheet was closed."""
    if sheet.closed_at is None:
        return set()
    entries = PresenceEntry.objects.filter(
        participation__session=sheet.session_id,
        source=PresenceSource.CLOSING,
        noted_at=sheet.closed_at,
    )
    keys = {_key(one) for one in entries}
    return {key for key, one in standing.items() if key in keys and one.noted_at == sheet.closed_at}


def _write(
    sheet: AttendanceSheet,
    notes: Sequence[Note],
    *,
    source: PresenceSource,
    device: str = "",
    by: Any,
    at: datetime,
) -> tuple[list[Note], list[Note]]:
    """Keep each note, and as somebody's presence the last; returns which counted, which not."""
    standing = _standing({one.participation_id for one in notes})
    by_closing = _by_closing(sheet, standing)
    counted: list[Note] = []
    late: list[Note] = []
    for one in notes:
        key = _key(one)
        presence = standing.get(key)
        if presence is None or key in by_closing or presence.noted_at <= one.at:
            by_closing.discard(key)
            standing[key] = _changed(presence, one)
            counted.append(one)
        else:
            late.append(one)
    rows = [standing[key] for key in dict.fromkeys(map(_key, counted))]
    fields = ["state", "arrived_at", "left_at", "noted_at"]
    Presence.objects.bulk_update([one for one in rows if not one._state.adding], fields)
    Presence.objects.bulk_create(one for one in rows if one._state.adding)
    PresenceEntry.objects.bulk_create(
        _entry(one, source=source, counted=counts, device=device, by=by, at=at)
        for some, counts in ((counted, True), (late, False))
        for one in some
    )
    return counted, late


def _changed(presence: Presence | None, one: Note) -> Presence:
    presence = presence or Presence(participation_id=one.participation_id, half_day=one.half_day)
    is_there = one.state == PresenceState.PRESENT
    presence.state, presence.noted_at = one.state, one.at
    presence.arrived_at = one.arrived_at if is_there else None
    presence.left_at = one.left_at if is_there else None
    return presence


def _entry(one: Note, *, counted: bool, at: datetime, **said: Any) -> PresenceEntry:
    return PresenceEntry(
        uid=one.uid or uuid.uuid4(),
        participation_id=one.participation_id,
        half_day=one.half_day,
        state=one.state,
        arrived_at=one.arrived_at,
        left_at=one.left_at,
        noted_at=one.at,
        received_at=at,
        counted=counted,
        **said,
    )


def _sum_up(
    sheet: AttendanceSheet, people: Sequence[Participation], *, by: Any, at: datetime
) -> None:
    """Say on each participation what its half-days come to; attestations follow a closed sheet."""
    session = sheet.session
    units = half_days_of(session)
    numbers = {unit.number for unit in units}
    found: dict[int, dict[int, Presence]] = {one.pk: {} for one in people}
    for (pk, number), one in _standing(people).items():
        # A session that was shortened has fewer half-days than were noted.
        if one.state and number in numbers:
            found[pk][number] = one
    for person in people:
        noted = found[person.pk]
        came = {
            number: Attended(one.arrived_at, one.left_at)
            for number, one in noted.items()
            if one.state == PresenceState.PRESENT
        }
        time_there = attended(units, session.training_time, came)
        person.presence = _state(units, noted, is_whole=time_there == attended_by_all(session))
        person.attended = time_there if person.presence in CAME else None
    Participation.objects.bulk_update(people, ["presence", "attended"])
    if sheet.is_closed:
        attestations.follow(session, people, by=by, at=at)


def _state(units: Sequence[HalfDay], noted: dict[int, Presence], *, is_whole: bool) -> str:
    states = {one.state for one in noted.values()}
    if PresenceState.PRESENT in states:
        # Not partly, as long as the afternoon is still to come.
        so_far = len(noted) < len(units) and states == {PresenceState.PRESENT}
        is_timed = any(one.arrived_at or one.left_at for one in noted.values())
        whole = is_whole or (so_far and not is_timed)
        return PresenceState.PRESENT if whole else PresenceState.PARTLY
    if len(noted) < len(units):
        return ""
    return PresenceState.EXCUSED if PresenceState.EXCUSED in states else PresenceState.ABSENT
