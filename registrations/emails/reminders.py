"""Mails that nobody's act sends: what should be scheduled is compared with what is.

Nothing remembers a reminder. Whatever has happened to a session, to its rules or to its people,
`reconcile()` adds what is missing and takes out what is no longer right; done twice it does
nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from registrations.emails import outbox
from registrations.enums import ABSENCES, MessageKind, Moment, ParticipationStatus
from registrations.models import OutgoingEmail, Participation, SignUpRules
from registrations.models.reminders import USUAL, Distance, Reminder
from trainings.enums import SessionStatus
from trainings.models import TrainingSession

KINDS = (MessageKind.REMINDER, MessageKind.STILL_WAITING, MessageKind.THANKS)
TOLD = (ParticipationStatus.CONFIRMED, ParticipationStatus.WAITING)
#: So long before it is due a mail is scheduled, for the organiser to see.
AHEAD = timedelta(days=14)
#: A mail whose hour has passed is still scheduled, when nobody looked meanwhile.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Reconciled:
    """How many of each; a mail that was replaced by one for another day or reader has moved."""

    added: int = 0
    moved: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Plan:
    """One session, and mails about it that fall due at the same instant."""

    session: TrainingSession
    distance: Distance
    due_at: datetime

    def concerns(self, one: Participation) -> bool:
        """Nobody who signed up or heard news since the hour: they have just had a mail. Nobody is
        thanked who did not come; until the sheet is closed, who has a place is taken to have.
        """
        if self.distance.moment == Moment.AFTER:
            is_left_out = one.presence in ABSENCES
        else:
            is_left_out = one.changed_at >= self.due_at
        return one.status == self.distance.status and not is_left_out

    def is_timely(self, *, at: datetime) -> bool:
        """Neither about what has begun, nor thanks for what is not over."""
        session = self.session
        if self.distance.moment == Moment.AFTER:
            return self.due_at >= session.ends_at
        return max(at, self.due_at) < session.starts_at


@dataclass(frozen=True)
class Due:
    """One mail that should be scheduled: to this person, or to the booker, once for all of theirs
    at that session who have no address.
    """

    plan: Plan
    one: Participation
    is_bookers: bool = False

    @property
    def key(self) -> str:
        """For another day it is another mail; the kind tells the moment and the state."""
        session, distance = self.plan.session, self.plan.distance
        registration = self.one.participant.registration
        whom = f"{registration.uid}/{session.pk}" if self.is_bookers else self.one.uid
        return f"{distance.kind.lower()}:{whom}:{distance.days}:{session.starts_on}"

    @property
    def recipient(self) -> str:
        person = self.one.participant
        return person.registration.booker_email if self.is_bookers else person.email

    @property
    def language(self) -> str:
        person = self.one.participant
        return person.registration.language if self.is_bookers else person.language

    def draft(self, *, at: datetime) -> OutgoingEmail:
        session, distance = self.plan.session, self.plan.distance
        person = self.one.participant
        email = outbox.draft(
            distance.kind,
            person.registration,
            participant=None if self.is_bookers else person,
            recipient=self.recipient,
            language=self.language,
            key=self.key,
            facts={
                "session": session.pk,
                "days": distance.days,
                "starts_on": session.starts_on.isoformat(),
            },
            at=at,
        )
        email.due_at = self.plan.due_at
        return email


@transaction.atomic
def reconcile(*, at: datetime, sessions: Collection[int] | None = None) -> Reconciled:
    """Make what is scheduled what it should be; of these sessions, or of all.

    In a constant number of queries. Two processes may do it at once: of two that take out the
    same row, or add it, one leaves it to the other. A row that is being sent is left alone.
    """
    standing = _standing(sessions, at=at)
    plans = _plans(sessions, standing, at=at)
    expected = {mail.key: mail for mail in _expected(plans) if mail.recipient}
    right = {row.key for row in standing if _is_right(row, expected.get(row.key))}
    gone = _locked([row for row in standing if row.key not in right], at=at)
    missing = [key for key in expected if key not in right]
    # What was sent or given up is not sent again: a session may move there and back.
    known = OutgoingEmail.objects.filter(key__in=missing)
    taken = set(known.exclude(pk__in=[row.pk for row in gone]).values_list("key", flat=True))
    new = [expected[key].draft(at=at) for key in missing if key not in taken]
    OutgoingEmail.objects.filter(pk__in=[row.pk for row in gone]).delete()
    OutgoingEmail.objects.bulk_create(new, ignore_conflicts=True)
    moved = len({_slot(row) for row in gone} & {_slot(email) for email in new})
    return Reconciled(added=len(new) - moved, moved=moved, removed=len(gone) - moved)


def _standing(sessions: Collection[int] | None, *, at: datetime) -> list[OutgoingEmail]:
    """Rows that have not left, save those that a worker is sending."""
    rows = _to_leave(at=at).filter(kind__in=KINDS)
    if sessions is not None:
        rows = rows.filter(facts__session__in=list(sessions))
    return list(rows.defer("text", "html", "calendars").order_by("pk"))


def _to_leave(*, at: datetime) -> QuerySet[OutgoingEmail]:
    is_free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    return OutgoingEmail.objects.filter(is_free, sent_at=None, failed_at=None)


def _locked(rows: list[OutgoingEmail], *, at: datetime) -> list[OutgoingEmail]:
    """Those of these that still have not left: no worker takes them up from now on.

    Only what goes is locked: the others are looked at every minute.
    """
    if not rows:
        return []
    still = _to_leave(at=at).filter(pk__in=[row.pk for row in rows]).order_by("pk")
    keys = set(still.select_for_update().values_list("pk", flat=True))
    return [row for row in rows if row.pk in keys]


def _is_right(row: OutgoingEmail, mail: Due | None) -> bool:
    if mail is None:
        return False
    if (row.recipient, row.language) != (mail.recipient, mail.language):
        return False
    # What a server did not take is due again at another instant.
    return row.attempts > 0 or row.due_at == mail.plan.due_at


def _slot(email: OutgoingEmail) -> str:
    """The same wherever a session moves."""
    return email.key.rpartition(":")[0]


# --- what should be ----------------------------------------------------------------------------


def _plans(
    sessions: Collection[int] | None, standing: list[OutgoingEmail], *, at: datetime
) -> list[Plan]:
    """What is due soon, and what is scheduled already however far it has moved."""
    scheduled = {(row.facts["session"], row.kind, row.facts["days"]) for row in standing}
    if sessions is None:
        about = _around(at) | Q(pk__in={pk for pk, _kind, _days in scheduled})
    else:
        about = Q(pk__in=list(sessions))
    somebody = Participation.objects.filter(session=OuterRef("pk"), status__in=TOLD)
    found = list(
        TrainingSession.objects.filter(about, Exists(somebody), status=SessionStatus.SCHEDULED)
    )
    plans = [
        Plan(session, distance, distance.due_at(session))
        for session, distances in _distances(found)
        for distance in distances
    ]
    return [
        plan
        for plan in plans
        if plan.is_timely(at=at)
        and (
            at - GRACE < plan.due_at <= at + AHEAD
            or (plan.session.pk, plan.distance.kind, plan.distance.days) in scheduled
        )
    ]


def _around(at: datetime) -> Q:
    """Sessions of which any mail may be due soon; a day more, for zones."""
    furthest = Counter({one.moment: one.days for one in USUAL})
    for moment, days in Reminder.objects.order_by().values_list("moment").annotate(Max("days")):
        furthest[moment] = max(furthest[moment], days)
    return Q(
        ends_at__gte=at - GRACE - timedelta(days=furthest[Moment.AFTER] + 1),
        starts_at__lte=at + AHEAD + timedelta(days=furthest[Moment.BEFORE] + 1),
    )


def _distances(
    sessions: list[TrainingSession],
) -> Iterator[tuple[TrainingSession, tuple[Distance, ...]]]:
    """With each session the distances of its own rules, else of its training's, else the usual."""
    found = SignUpRules.objects.prefetch_related("reminders").filter(
        Q(session__in=[one.pk for one in sessions])
        | Q(training__in={one.training_id for one in sessions})
    )
    own: dict[int, tuple[Distance, ...]] = {}
    usual: dict[int, tuple[Distance, ...]] = {}
    for rules in found:
        distances = tuple(one.distance for one in rules.reminders.all())
        if rules.session_id is not None:
            own[rules.session_id] = distances
        elif rules.training_id is not None:
            usual[rules.training_id] = distances
    for session in sessions:
        yield session, own.get(session.pk, usual.get(session.training_id, USUAL))


def _expected(plans: list[Plan]) -> Iterator[Due]:
    people: dict[int, list[Participation]] = {}
    for one in people_of(plan.session.pk for plan in plans):
        people.setdefault(one.session_id, []).append(one)
    for plan in plans:
        without_address: dict[int, Participation] = {}
        for one in filter(plan.concerns, people.get(plan.session.pk, [])):
            if one.address:
                yield Due(plan, one)
            else:
                without_address.setdefault(one.participant.registration_id, one)
        for one in without_address.values():
            yield Due(plan, one, is_bookers=True)


def people_of(session_ids: Iterable[int]) -> QuerySet[Participation]:
    """Whom such a mail may concern."""
    return (
        Participation.objects.filter(session__in=set(session_ids), status__in=TOLD)
        .select_related("participant__registration")
        .order_by("participant__registration", "participant__position", "pk")
    )
