"""What is unusual about a session, told before it is saved; whoever decides may pass it.

What cannot be right at all is no warning: the model and the verbs refuse it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainings import wording
from trainings.domain.days_off import days_off
from trainings.enums import SessionStatus
from trainings.models import TrainingSession
from trainings.sign_up import get_sign_up

SUNDAY = 6
# Of a session that goes on for longer, only the first days are looked at.
MOST_DAYS = timedelta(days=31)


class WarningKind(StrEnum):
    VENUE_TAKEN = "venue"
    PAST = "past"
    SUNDAY = "sunday"
    DAY_OFF = "day off"
    FEWER_PLACES = "places"


@dataclass(frozen=True)
class SessionWarning:
    kind: WarningKind
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def warnings_for(session: TrainingSession, *, at: datetime, language: str) -> list[SessionWarning]:
    """What is unusual about the day, the hours and the venue of one session, saved or not."""
    return warnings_of([session], at=at, language=language)[0]


def warnings_of(
    sessions: Iterable[TrainingSession], *, at: datetime, language: str
) -> dict[int, list[SessionWarning]]:
    """The same of many, by their place in the list, in a constant number of queries.

    A venue may be taken by a session of the list itself or by a saved one; the row of a session
    in the list does not count, so that one that moves does not stand in its own way.
    """
    sessions = list(sessions)
    if not sessions:
        return {}
    with translation.override(language):
        taken = _takers(sessions)
        off = _days_off(sessions, language=language)
        return {
            index: [
                *_past(session, at=at),
                *(_venue_taken(session, other) for other in taken[index]),
                *_days(session, off),
            ]
            for index, session in enumerate(sessions)
        }


def fewer_places(
    session: TrainingSession, *, capacity: int | None, at: datetime, language: str
) -> list[SessionWarning]:
    """What happens when a saved session gets fewer places than people who have one."""
    sign_up = get_sign_up()
    if capacity is None or sign_up is None:
        return []
    state = sign_up.states([session], at=at).get(session.pk)
    taken = (state and state.places_taken) or 0
    if taken <= capacity:
        return []
    with translation.override(language):
        have = ngettext(
            "%(people)d person has a place and keeps it.",
            "%(people)d people have a place; nobody loses it.",
            taken,
        ) % {"people": taken}
        again = _("New places are given again once fewer than %(places)d are taken.") % {
            "places": capacity
        }
        return [SessionWarning(WarningKind.FEWER_PLACES, f"{have} {again}")]


def _past(session: TrainingSession, *, at: datetime) -> list[SessionWarning]:
    if session.local_start > at:
        return []
    sentence = _("%(when)s is in the past.") % {"when": wording.when(session)}
    return [SessionWarning(WarningKind.PAST, sentence)]


def _venue_taken(session: TrainingSession, other: TrainingSession) -> SessionWarning:
    sentence = _("%(venue)s is taken at that time: %(training)s, %(when)s.") % {
        "venue": session.venue,
        "training": other.training,
        "when": wording.when(other),
    }
    return SessionWarning(WarningKind.VENUE_TAKEN, sentence)


def _days(session: TrainingSession, off: dict[date, list[str]]) -> list[SessionWarning]:
    found = []
    for day in days_of(session):
        if day.weekday() == SUNDAY:
            sentence = _("%(day)s is a Sunday.") % {"day": wording.day(day)}
            found.append(SessionWarning(WarningKind.SUNDAY, sentence))
        if names := off.get(day):
            sentence = _("%(day)s is a day off: %(names)s.") % {
                "day": wording.day(day),
                "names": ", ".join(names),
            }
            found.append(SessionWarning(WarningKind.DAY_OFF, sentence))
    return found


def days_of(session: TrainingSession) -> list[date]:
    return _days_between(session.starts_on, session.ends_on)


def _days_between(first: date, last: date) -> list[date]:
    days = min(last - first, MOST_DAYS).days
    return [first + timedelta(days=number) for number in range(max(days, 0) + 1)]


def _days_off(sessions: list[TrainingSession], *, language: str) -> dict[date, list[str]]:
    days = [day for session in sessions for day in days_of(session)]
    return days_off(min(days), max(days), language=language)


def _takers(sessions: list[TrainingSession]) -> list[list[TrainingSession]]:
    """For each session those that are in its venue at the same time."""
    by_day: dict[tuple[int | None, date], list[TrainingSession]] = defaultdict(list)
    for session in [*sessions, *_in_the_same_venues(sessions)]:
        if session.venue_id is not None and session.goes_ahead:
            for day in _utc_days(session):
                by_day[session.venue_id, day].append(session)
    return [_overlapping(session, by_day) for session in sessions]


def _in_the_same_venues(sessions: Sequence[TrainingSession]) -> list[TrainingSession]:
    held = [session for session in sessions if session.venue_id is not None]
    if not held:
        return []
    saved = TrainingSession.objects.filter(
        venue_id__in={session.venue_id for session in held}, status=SessionStatus.SCHEDULED
    ).exclude(pk__in=[session.pk for session in sessions if session.pk])
    earliest = min(session.local_start for session in held)
    latest = max(session.local_end for session in held)
    return list(saved.between(earliest, latest).select_related("training"))


def _overlapping(
    session: TrainingSession, by_day: dict[tuple[int | None, date], list[TrainingSession]]
) -> list[TrainingSession]:
    start, end = session.local_start, session.local_end
    found: dict[int, TrainingSession] = {}
    for day in _utc_days(session):
        for other in by_day.get((session.venue_id, day), ()):
            # Next to each other is fine: one ends at 12:00, the next starts at 12:00.
            if other is not session and other.local_start < end and start < other.local_end:
                found[id(other)] = other
    return sorted(found.values(), key=lambda other: other.local_start)


def _utc_days(session: TrainingSession) -> list[date]:
    first = session.local_start.astimezone(UTC).date()
    return _days_between(first, session.local_end.astimezone(UTC).date())
