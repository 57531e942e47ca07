"""The seam through which an app above ours says how one signs up, without our knowing it.

Such an app registers one object under the Wagtail hook `register_training_sign_up`.
Without it a site is a plain agenda.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks

if TYPE_CHECKING:  # pages show panels, and panels show this
    from trainings.models import Programme, Training, TrainingSession


@dataclass(frozen=True)
class SignUpState:
    """What a visitor may expect of a session now: a sentence, and a word for its shape."""

    badge: str  # "open", "last", "waiting", "soon" or "closed"; also a CSS class
    text: str  # "12 places left"
    details: str = ""  # "Registration until Tuesday 2 March at 12:00"
    is_open: bool = False
    places_taken: int | None = None
    waiting: int = 0


class SessionAct(TextChoices):
    """What an organiser does to a session that people have to be told of."""

    MOVE = "MOVE", pgettext_lazy("training session", "Move")
    POSTPONE = "POSTPONE", pgettext_lazy("training session", "Postpone")
    CANCEL = "CANCEL", pgettext_lazy("training session", "Call off")
    RESTORE = "RESTORE", pgettext_lazy("training session", "Restore")


@dataclass(frozen=True)
class Told:
    """One person whom an act concerns, and how they hear of it."""

    session_pk: int
    message: str  # its name in the active language; empty when nobody writes to them
    language: str  # code of the language of that message
    has_place: bool  # else they wait for one
    name: str = ""  # of the person and of the service; empty for a user who may not know
    service: str = ""
    through: str = ""  # who is written to in their place, when they gave no address


@dataclass(frozen=True)
class Link:
    """Another screen of the admin about a session."""

    label: str
    url: str
    icon: str


class SignUp(Protocol):
    def states(
        self, sessions: Iterable[TrainingSession], *, at: datetime
    ) -> dict[int, SignUpState]:
        """By primary key of the session, in a constant number of queries."""

    def rules_in_words(
        self, sessions: Iterable[TrainingSession], *, at: datetime
    ) -> dict[int, list[str]]:
        """How places are shared, as a visitor reads it: sentences by primary key of the session,
        in the active language and in a constant number of queries.
        """

    def url(self, of: Training | Programme) -> str:
        """Where one signs up for the sessions of a training or of a whole programme."""

    def people_to_tell(
        self, sessions: Iterable[TrainingSession], act: SessionAct, *, user: Any
    ) -> list[Told]:
        """Whom this act concerns, in a constant number of queries; names only for those who
        may see registrations.
        """

    def links(self, session: TrainingSession, *, user: Any) -> list[Link]:
        """Screens of the admin about the people of a session that this user may open."""

    def has_registrations(self, training_ids: Iterable[int]) -> set[int]:
        """Which of these trainings have a session that somebody is, or was, registered for."""

    def with_places_left(
        self, sessions: QuerySet[TrainingSession], *, at: datetime
    ) -> QuerySet[TrainingSession]:
        """Those one can sign up for at this instant and get a place."""

    def full(
        self, sessions: QuerySet[TrainingSession], *, at: datetime
    ) -> QuerySet[TrainingSession]:
        """Those still to come where who signs up waits."""


def attach_states(sessions: Iterable[TrainingSession], *, at: datetime) -> None:
    """Set `sign_up` (None where nobody signs up) and `taken` on each session, for admin lists."""
    sessions = list(sessions)
    sign_up = get_sign_up()
    states = sign_up.states(sessions, at=at) if sign_up else {}
    for session in sessions:
        session.sign_up = states.get(session.pk)
        session.taken = _taken(session)


def _taken(session: TrainingSession) -> str:
    """ "38 / 40 (+ 2 waiting)"; empty where nobody signs up."""
    state = session.sign_up
    if state is None or state.places_taken is None:
        return ""
    taken = str(state.places_taken)
    if session.capacity is not None:
        taken = f"{taken} / {session.capacity}"
    if state.waiting:
        return _("%(taken)s (+ %(waiting)s waiting)") % {"taken": taken, "waiting": state.waiting}
    return taken


def links_of(session: TrainingSession, *, user: Any) -> list[Link]:
    """Empty where nobody signs up."""
    sign_up = get_sign_up()
    return sign_up.links(session, user=user) if sign_up else []


def get_sign_up() -> SignUp | None:
    for make in hooks.get_hooks("register_training_sign_up"):
        return make()
    return None
