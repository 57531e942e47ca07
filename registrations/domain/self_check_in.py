"""People in the room say that they are there, by a code they read there; the desk confirms it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from registrations.domain import attendance
from registrations.domain.attendance import Note
from registrations.domain.half_days import current
from registrations.domain.locking import lock_sessions, retried
from registrations.enums import ParticipationStatus, PresenceSource, PresenceState
from registrations.exceptions import NotTheTimeError, WrongRoomCodeError
from registrations.models import AttendanceSheet, Participation, Presence, SelfCheckIn
from registrations.models.partners import search_key
from trainings.models import TrainingSession

#: From so long before a session, until its end.
OPENS_BEFORE = timedelta(minutes=60)


def is_open(session: TrainingSession, *, at: datetime) -> bool:
    return session.goes_ahead and session.starts_at - OPENS_BEFORE <= at <= session.ends_at


@retried
@transaction.atomic
def say_here(
    session: TrainingSession, *, code: str, first_name: str, last_name: str, at: datetime
) -> None:
    """Keep what somebody says for the desk, whether this name is on the list or not.

    Nothing tells the two apart. Said twice, it is listed once. Raises NotTheTimeError and
    WrongRoomCodeError.
    """
    (session,) = lock_sessions([session.pk])
    if not is_open(session, at=at):
        raise NotTheTimeError
    _check_code(session, code)
    participation = _named(session, f"{first_name} {last_name}")
    if participation is None:
        _say_unknown(session, first_name, last_name, at=at)
    else:
        _say_known(session, participation, first_name, last_name, at=at)


@retried
@transaction.atomic
def confirm(
    session: TrainingSession,
    pks: Iterable[int],
    *,
    device: str = "",
    uid: uuid.UUID | None = None,
    by: Any = None,
    at: datetime,
) -> None:
    """Note these people present on the half-day on which they said so, and settle it.

    `uid` is that of the tap, where there is one person. Who was noted present already keeps
    their hours; who is on no list is left to the desk. Raises SheetNotOpenError.
    """
    (session,) = lock_sessions([session.pk])
    said = [one for one in _open(session, pks) if one.participation_id is not None]
    notes = [
        Note(
            participation_id=one.participation_id,
            half_day=half_day_of(session, at=one.said_at),
            state=PresenceState.PRESENT,
            at=at,
            uid=uid,
        )
        for one in _not_noted(session, said)
    ]
    attendance.note(session, notes, source=PresenceSource.SELF, device=device, by=by, at=at)
    _settle(said, at=at)


@retried
@transaction.atomic
def dismiss(session: TrainingSession, pks: Iterable[int], *, at: datetime) -> None:
    """They are not there, or are noted otherwise."""
    lock_sessions([session.pk])
    _settle(_open(session, pks), at=at)


@retried
@transaction.atomic
def settle_noted(session: TrainingSession, *, at: datetime) -> None:
    """Nobody need be confirmed whom the desk has noted present by itself since, or has added."""
    waits = list(SelfCheckIn.objects.filter(session=session, settled_at=None))
    if not waits:
        return
    by_name = {search_key(one.participant.name): one.pk for one in _seated(session)}
    for one in waits:
        one.participation_id = one.participation_id or by_name.get(_key(one))
    still = {one.pk for one in _not_noted(session, waits)}
    _settle([one for one in waits if one.pk not in still], at=at)


def half_day_of(session: TrainingSession, *, at: datetime) -> int:
    """The half-day that people arrive for at this instant."""
    return current(attendance.half_days_of(session), at.astimezone(ZoneInfo(session.time_zone)))


def _check_code(session: TrainingSession, typed: str) -> None:
    """Read from a wall, it is typed in small letters, or in two groups."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    sheet = AttendanceSheet.objects.filter(session=session).first()
    code = sheet.room_code if sheet else ""
    if not code or not secrets.compare_digest(plain.encode(), code.encode()):
        raise WrongRoomCodeError


def _named(session: TrainingSession, name: str) -> Participation | None:
    """The one with a place who has this name, however it is written."""
    key = search_key(name)
    same = [one for one in _seated(session) if search_key(one.participant.name) == key]
    # Of two with one name, the one who has said nothing yet.
    told = set(
        SelfCheckIn.objects.filter(participation__in=same).values_list(
            "participation_id", flat=True
        )
    )
    return next((one for one in same if one.pk not in told), next(iter(same), None))


def _seated(session: TrainingSession) -> list[Participation]:
    """Who has a place and a name."""
    seated = Participation.objects.filter(session=session, status=ParticipationStatus.CONFIRMED)
    found = seated.select_related("participant").order_by("pk")
    return [one for one in found if one.participant.is_named]


def _key(said: SelfCheckIn) -> str:
    return search_key(f"{said.first_name} {said.last_name}")


def _say_unknown(
    session: TrainingSession, first_name: str, last_name: str, *, at: datetime
) -> None:
    key = search_key(f"{first_name} {last_name}")
    waits = SelfCheckIn.objects.filter(session=session, participation=None, settled_at=None)
    if key not in {_key(one) for one in waits}:
        SelfCheckIn.objects.create(
            session=session, first_name=first_name, last_name=last_name, said_at=at
        )


def _say_known(
    session: TrainingSession,
    participation: Participation,
    first_name: str,
    last_name: str,
    *,
    at: datetime,
) -> None:
    """Again for the afternoon, or once more when the desk said that they are not there."""
    said = SelfCheckIn.objects.filter(participation=participation).first()
    said = said or SelfCheckIn(session=session, participation=participation)
    said.first_name, said.last_name = first_name, last_name
    said.said_at, said.settled_at = at, None
    if _not_noted(session, [said]):
        said.save()


def _not_noted(session: TrainingSession, said: Iterable[Any]) -> list[Any]:
    """Of these, who is not noted present yet on the half-day on which they said so."""
    said = list(said)
    noted = set(
        Presence.objects.filter(
            participation__in=[one.participation_id for one in said], state=PresenceState.PRESENT
        ).values_list("participation_id", "half_day")
    )
    return [
        one
        for one in said
        if (one.participation_id, half_day_of(session, at=one.said_at)) not in noted
    ]


def _open(session: TrainingSession, pks: Iterable[int]) -> list[Any]:
    return list(SelfCheckIn.objects.filter(session=session, pk__in=list(pks), settled_at=None))


def _settle(said: Iterable[SelfCheckIn], *, at: datetime) -> None:
    SelfCheckIn.objects.filter(pk__in=[one.pk for one in said]).update(settled_at=at)
