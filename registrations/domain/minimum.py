"""Sessions that too few people come to, on the day when it is to be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from wagtail.log_actions import log

from registrations.conf import conf
from registrations.domain import telling
from registrations.domain.locking import lock_sessions, retried
from registrations.domain.sharing import rules_of
from registrations.emails import facts, outbox
from registrations.enums import MessageKind, ParticipationStatus
from registrations.exceptions import AnswerClosedError
from registrations.models import OutgoingEmail, SessionConfirmation
from trainings.enums import SessionStatus
from trainings.models import TrainingSession, content_languages


@dataclass(frozen=True)
class Undecided:
    """A session with fewer people than its rules ask for."""

    session: TrainingSession
    confirmed: int
    minimum: int
    decided_at: datetime


def undecided(*, at: datetime, session: TrainingSession | None = None) -> list[Undecided]:
    """Sessions to come whose day of decision is here, the first to take place first; of these
    `session` alone where it is given. Two queries, and those of the rules.
    """
    asks = Q(sign_up_rules__min_participants__isnull=False)
    asks |= Q(sign_up_rules__isnull=True, training__sign_up_rules__min_participants__isnull=False)
    confirmed = Q(participations__status=ParticipationStatus.CONFIRMED)
    found = TrainingSession.objects.filter(
        asks, status=SessionStatus.SCHEDULED, starts_at__gt=at, confirmation__isnull=True
    )
    if session is not None:
        found = found.filter(pk=session.pk)
    sessions = list(
        found.annotate(confirmed=Count("participations", filter=confirmed))
        .select_related("training", "venue")
        .order_by("starts_at", "pk")
    )
    rules = rules_of(sessions)
    told = [
        Undecided(one, one.confirmed, minimum, rules[one.pk].decided_at(one))
        for one in sessions
        if (minimum := rules[one.pk].min_participants) is not None
    ]
    return [one for one in told if one.decided_at <= at and one.confirmed < one.minimum]


@retried
@transaction.atomic
def confirm(session: TrainingSession, *, by: Any, at: datetime) -> bool:
    """Note that it takes place though few come, and tell everybody; False when it was said before.

    Raises AnswerClosedError for a session that has begun or does not go ahead.
    """
    (session,) = lock_sessions([session.pk])
    if not session.goes_ahead or session.starts_at <= at:
        raise AnswerClosedError
    _confirmation, is_new = SessionConfirmation.objects.get_or_create(
        session=session, defaults={"confirmed_at": at, "confirmed_by": by}
    )
    if is_new:
        telling.tell_people(MessageKind.GOES_AHEAD, telling.concerned([session]), at=at)
        log(session, "registrations.goes_ahead", user=by, timestamp=at)
    return is_new


@transaction.atomic
def warn(*, at: datetime) -> int:
    """Queue one mail to the organiser for each undecided session and day; returns how many."""
    emails = [
        outbox.draft(
            MessageKind.MINIMUM,
            None,
            recipient=conf.organiser_email,
            language=content_languages()[0],
            key=f"minimum:{one.session.uid}:{one.session.starts_on}",
            facts={
                **facts.note(one.session, [], at=at),
                "minimum": one.minimum,
                "decided_at": one.decided_at.isoformat(),
            },
            at=at,
        )
        for one in undecided(at=at)
    ]
    known = OutgoingEmail.objects.filter(key__in=[email.key for email in emails])
    queued = set(known.values_list("key", flat=True))
    new = [email for email in emails if email.key not in queued]
    outbox.queue(new)
    return len(new)
