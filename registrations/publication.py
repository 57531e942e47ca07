"""What the pages of trainings show of us: how full a session is, and where one signs up."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from registrations.domain.places import Places
from registrations.domain.queries import places_of
from trainings import wording
from trainings.models import Training
from trainings.sign_up import SignUpState

FEW = 5


class SignUpDesk:
    """Answers the hook `register_training_sign_up`."""

    def states(self, sessions, *, at):
        sessions = list(sessions)
        places = places_of(sessions)
        return {session.pk: state(session, places[session.pk], at=at) for session in sessions}

    def url(self, of):
        kind = "training" if isinstance(of, Training) else "programme"
        return reverse(f"registrations:sign_up_{kind}", args=[of.uid])


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
        return say("closed", pgettext("training session", "Cancelled"), session.status_reason)
    if session.is_past(at):
        return say("closed", _("Over"))
    if session.registration_opens_at and at < session.registration_opens_at:
        opens = wording.moment(session.registration_opens_at, session.time_zone)
        return say("soon", _("Registration opens on %(moment)s") % {"moment": opens})
    if at >= session.closes_at:
        return say("closed", _("Registration is closed"))
    closes = wording.moment(session.closes_at, session.time_zone)
    until = _("Registration until %(moment)s") % {"moment": closes}
    if places.is_full:
        return say("waiting", _("Full – waiting list"), until, is_open=True)
    if places.left is None:
        return say("open", _("Registration is open"), until, is_open=True)
    left = ngettext("%(places)d place left", "%(places)d places left", places.left) % {
        "places": places.left
    }
    return say("last" if places.left <= FEW else "open", left, until, is_open=True)
