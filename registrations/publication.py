"""What trainings shows of us: how full a session is, where one signs up, who has to be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from wagtail.permissions import policy_registry

from registrations.domain.places import Places
from registrations.domain.queries import full_sessions, places_of
from registrations.domain.sharing import rules_of
from registrations.domain.telling import concerned
from registrations.enums import MessageKind
from registrations.models import Participation, SessionConfirmation, Workshop
from registrations.permissions import may_see_registrations
from registrations.wording import Rules
from trainings import wording
from trainings.enums import SessionStatus
from trainings.models import Training, TrainingSession
from trainings.sign_up import Link, SessionAct, SignUpState, Told

FEW = 5
MESSAGE_OF = {
    SessionAct.MOVE: MessageKind.MOVED,
    SessionAct.POSTPONE: MessageKind.POSTPONED,
    SessionAct.CANCEL: MessageKind.CANCELLED,
    SessionAct.RESTORE: MessageKind.RESTORED,
}


class SignUpDesk:
    """Answers the hook `register_training_sign_up`."""

    def states(self, sessions, *, at):
        sessions = list(sessions)
        places = places_of(sessions)
        return {session.pk: state(session, places[session.pk], at=at) for session in sessions}

    def rules_in_words(self, sessions, *, at):
        return rules_in_words(sessions, at=at)

    def url(self, of):
        kind = "training" if isinstance(of, Training) else "programme"
        return reverse(f"registrations:sign_up_{kind}", args=[of.uid])

    def has_registrations(self, training_ids):
        found = Participation.objects.filter(session__training__in=training_ids)
        return set(found.order_by().values_list("session__training", flat=True).distinct())

    def people_to_tell(self, sessions, act, *, user):
        sessions = {session.pk: session for session in sessions}
        may_know = may_see_registrations(user)
        at = timezone.now()
        # What is over is told to nobody, unless it moves to a day that is not.
        over = {pk for pk, one in sessions.items() if act != SessionAct.MOVE and one.is_past(at)}
        return [
            told(one, "" if one.session_id in over else MESSAGE_OF[act].label, may_know=may_know)
            for one in concerned(sessions.values())
        ]

    def links(self, session, *, user):
        found = []
        if may_see_registrations(user):
            url = reverse("registrations_admin:people", args=[session.pk])
            found.append(Link(_("People"), url, "group"))
        if policy_registry.get_by_type(TrainingSession).user_has_permission(user, "change"):
            rules = reverse("registrations_admin:session_rules", args=[session.pk])
            found.append(Link(_("Rules of this session apart"), rules, "clipboard-list"))
            workshops = reverse("registrations_admin:workshops", args=[session.pk])
            found.append(Link(_("Workshops"), workshops, "list-ul"))
        return found

    def with_places_left(self, sessions, *, at):
        closes = Q(registration_closes_at=None) | Q(registration_closes_at__gt=at)
        opened = Q(registration_opens_at=None) | Q(registration_opens_at__lte=at)
        open_now = sessions.filter(closes, opened, status=SessionStatus.SCHEDULED, starts_at__gt=at)
        return open_now.exclude(pk__in=full_sessions(at=at))

    def full(self, sessions, *, at):
        to_come = sessions.filter(status=SessionStatus.SCHEDULED, starts_at__gt=at)
        return to_come.filter(pk__in=full_sessions(at=at))


def rules_in_words(sessions: Iterable[TrainingSession], *, at: datetime) -> dict[int, list[str]]:
    """By session what a visitor should know at this instant; nothing of one that is over."""
    sessions = [session for session in sessions if session.goes_ahead and at < session.starts_at]
    keys = [session.pk for session in sessions]
    rules = rules_of(sessions)
    workshops: dict[int, list[Workshop]] = {}
    for workshop in Workshop.objects.filter(session__in=keys):
        workshops.setdefault(workshop.session_id, []).append(workshop)
    confirmed = SessionConfirmation.objects.filter(session__in=keys)
    decided = set(confirmed.values_list("session", flat=True))
    together = TrainingSession.objects.filter(
        pk__in=keys, training__programme__is_indivisible=True, training__is_discreet=False
    )
    whole = set(together.order_by().values_list("pk", flat=True))
    return {
        session.pk: Rules(
            rules[session.pk],
            session=session,
            at=at,
            workshops=workshops.get(session.pk, ()),
            is_indivisible=session.pk in whole,
            is_decided=session.pk in decided,
        ).sentences()
        for session in sessions
    }


def told(participation: Participation, message, *, may_know: bool) -> Told:
    """How this person hears of an act; without `may_know`, nobody is named."""
    person, booking = participation.participant, participation.participant.registration
    through = ""
    if not participation.address:
        through = booking.booker_name if may_know else _("the person who registered them")
    return Told(
        session_pk=participation.session_id,
        message=str(message),
        language=booking.language if through else person.language,
        has_place=participation.has_place,
        name=person.name if may_know else "",
        service=booking.partner.name if may_know else "",
        through=through,
    )


def state(session, places: Places, *, at) -> SignUpState:
    """Of one session at one instant, in the active language."""

    def say(badge: str, text: str, details: str = "", *, is_open: bool = False) -> SignUpState:
        return SignUpState(
            badge,
            text,
            details,
            is_open=is_open,
            places_taken=places.taken,
            waiting=places.waiting,
        )

    if session.is_cancelled:
        return say("closed", pgettext("training session", "Cancelled"), str(session.reason))
    if session.is_postponed:
        return say("closed", pgettext("training session", "Postponed"), str(session.reason))
    if session.is_past(at):
        return say("closed", _("Over"))
    if session.registration_opens_at and at < session.registration_opens_at:
        opens = wording.moment(session.registration_opens_at, session.time_zone)
        return say("soon", _("Registration opens on %(moment)s") % {"moment": opens})
    if at >= session.closes_at:
        return say("closed", _("Registration is closed"))
    closes = wording.moment(session.closes_at, session.time_zone)
    until = _("Registration until %(moment)s") % {"moment": closes}
    if places.is_full and not places.has_waiting_list:
        return say("closed", pgettext("training session", "Full"))
    if places.is_full:
        return say("waiting", _("Full – waiting list"), until, is_open=True)
    if places.left is None:
        return say("open", _("Registration is open"), until, is_open=True)
    left = ngettext("%(places)d place left", "%(places)d places left", places.left) % {
        "places": places.left
    }
    return say("last" if places.left <= FEW else "open", left, until, is_open=True)
