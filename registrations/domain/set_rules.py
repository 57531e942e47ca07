"""An organiser sets how places are shared: of a training, or of one session apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from registrations.domain import waiting_list, workshops
from registrations.domain.locking import lock_sessions
from registrations.domain.sharing import with_bundles
from registrations.emails import reminders
from registrations.exceptions import WorkshopChosenError
from registrations.models import Participation, PartnerService, ServiceKind, SignUpRules, Workshop
from registrations.models.reminders import PROPOSED, Distance
from registrations.models.rules import filled
from trainings import wording
from trainings.domain import scheduling
from trainings.domain.warnings import fewer_places
from trainings.models import Training, TrainingSession

#: What hangs from a row of rules, not what it says.
OWN = {"id", "training_id", "session_id"}


@dataclass(frozen=True)
class Kept:
    """Places kept for some kinds of service."""

    kinds: tuple[ServiceKind, ...]
    places: int


@dataclass(frozen=True)
class ServiceLimit:
    """How many people one kind of service, or one service, may have; None is no limit."""

    places: int | None
    kind: ServiceKind | None = None
    partner: PartnerService | None = None


@dataclass(frozen=True)
class Said:
    """Rules as an organiser says them. `row` is not saved; whatever it is of is not read."""

    row: SignUpRules
    first: tuple[ServiceKind, ...] = ()
    kept: tuple[Kept, ...] = ()
    exceptions: tuple[ServiceLimit, ...] = ()
    #: Mails around the day of a session; none means none.
    reminders: tuple[Distance, ...] = ()


@dataclass(frozen=True)
class WorkshopSaid:
    """One workshop of a session; `pk` of one that is there already."""

    title: Mapping[str, str]
    room: str = ""
    capacity: int | None = None
    pk: int | None = None


@dataclass(frozen=True)
class Change:
    """What rules make of a session's own columns; `after` is not saved."""

    before: TrainingSession
    after: TrainingSession


def said_of(training: Training) -> Said:
    """The rules of a training, or what is proposed where it has none."""
    rules = SignUpRules.objects.complete().filter(training=training).first()
    return _said(rules) if rules else Said(SignUpRules(), reminders=PROPOSED)


def said_apart(session: TrainingSession) -> Said:
    """The rules of one session; where it has none of its own, what it would start with."""
    rules = SignUpRules.objects.complete().filter(session=session).first()
    return _said(rules) if rules else said_of(session.training)


def _said(rules: SignUpRules) -> Said:
    fields = {name: getattr(rules, name) for name in _columns()}
    return Said(
        row=SignUpRules(**fields),
        first=tuple(rules.priority_kinds.all()),
        kept=tuple(Kept(tuple(one.kinds.all()), one.places) for one in rules.quotas.all()),
        exceptions=tuple(
            ServiceLimit(one.places, kind=one.kind, partner=one.partner)
            for one in rules.caps.select_related("kind", "partner")
        ),
        reminders=tuple(one.distance for one in rules.reminders.all()),
    )


# --- of a training -----------------------------------------------------------------------------


def foresee(training: Training, said: Said, *, at: datetime) -> list[Change]:
    """Sessions to come that would have other places or deadlines; writes nothing.

    Each column follows that still is what the old rules gave it. What was set by hand stays, and
    so do sessions of a series, which have what their series says.
    """
    old = SignUpRules.objects.filter(training=training).first() or SignUpRules.none()
    followers = training.sessions.filter(starts_at__gt=at, series=None, sign_up_rules=None)
    changes = []
    for before in followers.select_related("training", "venue"):
        was, becomes = old.given_to(before), said.row.given_to(before)
        values = {
            name: value for name, value in becomes.items() if getattr(before, name) == was[name]
        }
        changes.append(Change(before, filled(before, values)))
    return [one for one in changes if _differ(one)]


def unusual(changes: Iterable[Change], *, at: datetime, language: str) -> list[str]:
    """What an organiser should know of such changes before they are made."""
    found = []
    with translation.override(language):
        for change in changes:
            day = wording.day(change.before.starts_on)
            if change.before.is_open(at) and at >= change.after.closes_at:
                found.append(_("%(day)s: registration closes at once.") % {"day": day})
            if change.before.capacity != change.after.capacity:
                found += [
                    _("%(day)s: %(warning)s") % {"day": day, "warning": one}
                    for one in fewer_places(
                        change.after, capacity=change.after.capacity, at=at, language=language
                    )
                ]
    return found


@transaction.atomic
def set_rules(training: Training, said: Said, *, by: Any, at: datetime) -> list[Change]:
    """Save the rules of a training; sessions to come follow, as `foresee()` says.

    Then whoever waits and now fits has a place, or an offer. Returns what sessions changed.
    """
    # Two organisers at once: the later one counts.
    Training.objects.select_for_update(of=("self",), no_key=True).get(pk=training.pk)
    to_come = training.sessions.filter(starts_at__gt=at)
    concerned = with_bundles(to_come.order_by().values_list("pk", flat=True), at=at)
    lock_sessions(concerned)
    changes = foresee(training, said, at=at)
    _save(said, training=training)
    for change in changes:
        scheduling.change(change.after, by_hand=False, by=by, at=at)
    _log(training, "registrations.set_rules", by=by, at=at)
    waiting_list.settle_now(concerned, at=at)
    _remind(training.sessions.order_by().values_list("pk", flat=True), at=at)
    return changes


# --- of one session apart ----------------------------------------------------------------------


@transaction.atomic
def set_apart(
    session: TrainingSession, said: Said, *, columns: Mapping[str, Any], by: Any, at: datetime
) -> None:
    """Save rules that hold for this session alone, and its own places and deadlines.

    `columns` has values of `SignUpRules.given_to()`. Raises ValidationError when they
    contradict each other.
    """
    concerned = with_bundles({session.pk}, at=at)
    before = _locked(session, concerned)
    _save(said, session=session)
    after = copy(before)
    for name, value in columns.items():
        setattr(after, name, value)
    if _differ(Change(before, after)):
        scheduling.change(after, by=by, at=at)
    _log(session, "registrations.set_rules", by=by, at=at)
    waiting_list.settle_now(concerned, at=at)
    _remind([session.pk], at=at)


@transaction.atomic
def follow_training(session: TrainingSession, *, by: Any, at: datetime) -> None:
    """Undo `set_apart()`: the rules of the training hold again, places and deadlines included.

    Without rules of the training, and in a series, places and deadlines stay as they are.
    """
    concerned = with_bundles({session.pk}, at=at)
    before = _locked(session, concerned)
    SignUpRules.objects.filter(session=session).delete()
    rules = SignUpRules.objects.filter(training=before.training_id).first()
    if rules is not None and before.series_id is None:
        after = filled(before, rules.given_to(before))
        if _differ(Change(before, after)):
            scheduling.change(after, by_hand=False, by=by, at=at)
    _log(session, "registrations.follow_training", by=by, at=at)
    waiting_list.settle_now(concerned, at=at)
    _remind([session.pk], at=at)


# --- workshops ---------------------------------------------------------------------------------


@transaction.atomic
def set_workshops(
    session: TrainingSession,
    said: Iterable[WorkshopSaid],
    *,
    remove: Iterable[int] = (),
    by: Any,
    at: datetime,
) -> None:
    """Save workshops of a session, in this order, and remove some by primary key.

    Who has a place and no workshop yet then gets one of those they chose. Raises
    WorkshopChosenError for one to remove that somebody has chosen, at any time.
    """
    locked = _locked(session, {session.pk})
    there = {one.pk: one for one in Workshop.objects.filter(session=session)}
    _remove([there[pk] for pk in remove if pk in there])
    for number, told in enumerate(said):
        workshop = there.get(told.pk or 0) or Workshop(session=session)
        # In languages that nobody asked for, a title stays.
        workshop.title = type(workshop.title)({**workshop.title, **told.title})
        workshop.room, workshop.capacity, workshop.sort_order = told.room, told.capacity, number
        workshop.save()
    workshops.assign([locked], at=at)
    _log(session, "registrations.set_workshops", by=by, at=at)


def _remove(gone: list[Workshop]) -> None:
    chosen = chosen_workshops(gone)
    for workshop in gone:
        if workshop.pk in chosen:
            raise WorkshopChosenError(workshop)
        workshop.delete()


def chosen_workshops(of: Iterable[Workshop]) -> set[int]:
    """Those that somebody is or was in, or wanted to be in."""
    keys = [one.pk for one in of]
    found: set[int] = set()
    for field in ("workshop", "first_choice", "second_choice"):
        rows = Participation.objects.filter(**{f"{field}__in": keys}).order_by()
        found.update(rows.values_list(field, flat=True).distinct())
    return found


# --- parts -------------------------------------------------------------------------------------


def _columns() -> list[str]:
    return [
        field.attname for field in SignUpRules._meta.concrete_fields if field.attname not in OWN
    ]


def _differ(change: Change) -> bool:
    names = SignUpRules.none().given_to(change.before)
    return any(getattr(change.before, name) != getattr(change.after, name) for name in names)


def _locked(session: TrainingSession, concerned: Iterable[int]) -> TrainingSession:
    """The session as it is now, under its lock and those of all that belong to it."""
    by_pk = {one.pk: one for one in lock_sessions(concerned)}
    return by_pk[session.pk]


def _save(said: Said, **of: Any) -> SignUpRules:
    fields = {name: getattr(said.row, name) for name in _columns()}
    rules, _made = SignUpRules.objects.update_or_create(**of, defaults=fields)
    rules.priority_kinds.set(said.first)
    rules.quotas.all().delete()
    for kept in said.kept:
        rules.quotas.create(places=kept.places).kinds.set(kept.kinds)
    rules.caps.all().delete()
    for one in said.exceptions:
        rules.caps.create(kind=one.kind, partner=one.partner, places=one.places)
    rules.reminders.all().delete()
    for distance in said.reminders:
        rules.reminders.create(**distance._asdict())
    return rules


def _remind(session_ids: Iterable[int], *, at: datetime) -> None:
    reminders.reconcile(sessions=list(session_ids), at=at)


def _log(of: Training | TrainingSession, action: str, *, by: Any, at: datetime) -> None:
    log(of, action, user=by, timestamp=at)
