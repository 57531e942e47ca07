"""What has to be done because time passes: nobody's act, so a command does it every few minutes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from registrations.domain import bundles, digest, importing, minimum, waiting_list
from registrations.domain.locking import lock_sessions, retried
from registrations.domain.working_hours import working_days_before
from registrations.emails import facts, outbox, reminders
from registrations.emails.facts import Concerned
from registrations.emails.reminders import Reconciled
from registrations.enums import MessageKind
from registrations.models import OutgoingEmail, Participation, Registration
from trainings.domain.days_off import days_off
from trainings.enums import SessionStatus

logger = logging.getLogger(__name__)

#: The booker is asked for names so long before they are due.
WORKING_DAYS = 3
#: Never further apart than this: three working days, and a closure for the holidays.
LOOKS_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Tended:
    """How many of each."""

    sessions: int
    failed: int
    names_asked: int
    minimum_warnings: int
    reminders: Reconciled = field(default_factory=Reconciled)
    digests: int = 0
    files: int = 0  # of attestations


def tend(*, at: datetime, now: Callable[[], datetime] | None = None) -> Tended:
    """End what the clock ends, give what is free, ask for names, warn of sessions with too few,
    schedule what is due around sessions, write the organiser's digest, make files asked for.

    Each session in a transaction of its own: one that fails is told to the log, and the others
    go on. Done twice it does nothing the second time. `now` gives each session the instant at
    which it is taken up, which may be some time after `at`.
    """
    settled = failed = 0
    for pk in sorted(waiting_list.due(at=at)):
        if _settle(pk, at=now() if now else at):
            settled += 1
        else:
            failed += 1
    return Tended(
        settled,
        failed,
        ask_for_names(at=at),
        minimum.warn(at=at),
        retried(reminders.reconcile)(at=at),
        digest.queue(at=at),
        tend_files(at=at, now=now),
    )


def _settle(session_id: int, *, at: datetime) -> bool:
    """Whether it was done. What the database ends for the sake of another is tried again."""
    try:
        waiting_list.settle_now({session_id}, at=at)
    except Exception:
        # Whatever it is, it concerns this session and not the next one.
        logger.exception("The places of session %s were not tended.", session_id)
        return False
    return True


def tend_files(*, at: datetime, now: Callable[[], datetime] | None = None) -> int:
    """Remove files of attestations made to be downloaded yesterday, and lists of services nobody
    has imported since; make the files that a process left behind. Returns how many were made.
    """
    bundles.remove_old(at=at)
    importing.remove_old(at=at)
    return bundles.make_due(now=now or (lambda: at))


def ask_for_names(*, at: datetime) -> int:
    """Remind bookers, once, of places that still have no name; returns how many were written to."""
    soon = Registration.objects.filter(
        names_due_at__gt=at, names_due_at__lte=at + LOOKS_AHEAD
    ).order_by("pk")
    asked = OutgoingEmail.objects.filter(kind=MessageKind.NAMES_NEEDED).values("registration")
    return sum(_ask_for_names(one, at=at) for one in soon.exclude(pk__in=asked))


@retried
@transaction.atomic
def _ask_for_names(registration: Registration, *, at: datetime) -> bool:
    unnamed = _unnamed(registration)
    if not unnamed or registration.names_due_at is None:
        return False
    # Nobody names them, or withdraws, while it is asked.
    lock_sessions({one.session_id for one in unnamed})
    unnamed = _unnamed(registration)
    if not unnamed:
        return False
    session = unnamed[0].session
    due = registration.names_due_at.astimezone(ZoneInfo(session.time_zone))
    off = days_off((due - LOOKS_AHEAD).date(), due.date(), language="en")
    if at < working_days_before(due, WORKING_DAYS, days_off=off):
        return False
    outbox.queue(
        [
            outbox.to_booker(
                MessageKind.NAMES_NEEDED,
                registration,
                act="once",
                facts=facts.note(session, map(Concerned.now, unnamed), at=at),
                at=at,
            )
        ]
    )
    return True


def _unnamed(registration: Registration) -> list[Participation]:
    """Places still held without a name, those of the first session first."""
    rows = Participation.objects.living().filter(
        participant__registration=registration,
        participant__last_name="",
        session__status=SessionStatus.SCHEDULED,
    )
    complete = rows.select_related("participant__registration", "session__training")
    return list(complete.order_by("session__starts_at", "pk"))
