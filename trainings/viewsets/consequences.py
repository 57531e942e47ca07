"""What an act on sessions would bring about, as an organiser reads it before deciding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from trainings import wording
from trainings.domain import acts, scheduling
from trainings.models import TrainingSession
from trainings.sign_up import SessionAct, Told


@dataclass(frozen=True)
class Audience:
    """People who hear the same thing in the same way."""

    people: list[Told]

    @property
    def is_written_to(self) -> bool:
        return bool(self.people[0].message)

    @property
    def title(self) -> str:
        """ "12 people with a place · Session moved · French"."""
        first = self.people[0]
        if first.has_place:
            who = ngettext(
                "%(people)d person with a place", "%(people)d people with a place", self.count
            )
        else:
            who = ngettext(
                "%(people)d person on the waiting list",
                "%(people)d people on the waiting list",
                self.count,
            )
        how = [capfirst(first.message), language_name(first.language)] if self.is_written_to else []
        return " · ".join([who % {"people": self.count}, *how])

    @property
    def count(self) -> int:
        return len(self.people)

    @property
    def through(self) -> int:
        """How many of them are reached through somebody else."""
        return sum(1 for one in self.people if one.through)

    @property
    def named(self) -> list[Told]:
        return [one for one in self.people if one.name]


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@dataclass(frozen=True)
class Consequences:
    """Everything an organiser is shown before an act."""

    act: SessionAct
    foreseen: list[acts.Foreseen]
    told: list[Told]

    @property
    def possible(self) -> list[TrainingSession]:
        return [one.session for one in self.foreseen if one.refusal is None]

    @property
    def refused(self) -> list[acts.Foreseen]:
        return [one for one in self.foreseen if one.refusal is not None]

    @property
    def written_to(self) -> int:
        return sum(1 for one in self.told if one.message)

    @property
    def rows(self) -> list[Row]:
        return [Row(one) for one in self.foreseen]

    @property
    def has_places(self) -> bool:
        return any(one.has_place for one in self.told)

    @property
    def audiences(self) -> list[Audience]:
        """Who is written to first; who has to be told in another way last."""

        def kind(one: Told) -> tuple[bool, bool, str, str]:
            return (not one.message, not one.has_place, one.message, one.language)

        return [
            Audience(list(people)) for _kind, people in groupby(sorted(self.told, key=kind), kind)
        ]

    @property
    def button(self) -> str:
        """Names the act, and for how many: "Call off 9 sessions and tell 30 people"."""
        deed = str(self.act.label)
        if len(self.foreseen) > 1:
            deed = _deed(self.act, len(self.possible))
        if not self.written_to:
            return deed
        people = ngettext("%(people)d person", "%(people)d people", self.written_to)
        return _("%(do_it)s and tell %(people)s") % {
            "do_it": deed,
            "people": people % {"people": self.written_to},
        }

    @property
    def digest(self) -> str:
        """Of all that is shown: what has changed since is shown again."""
        sessions = [
            [
                one.session.pk,
                one.session.sequence,
                [getattr(one.after, name) for name in scheduling.MOVES],
                one.refusal_text,
                [str(warning) for warning in one.warnings],
            ]
            for one in self.foreseen
        ]
        people = sorted(
            [one.session_pk, one.message, one.language, one.through, one.name] for one in self.told
        )
        text = json.dumps([sessions, people], cls=DjangoJSONEncoder)
        return salted_hmac("trainings.acts", text, algorithm="sha256").hexdigest()


def _deed(act: SessionAct, number: int) -> str:
    """ "Call off 9 sessions"."""
    words = {
        SessionAct.MOVE: ngettext(
            "Move %(sessions)d session", "Move %(sessions)d sessions", number
        ),
        SessionAct.POSTPONE: ngettext(
            "Postpone %(sessions)d session", "Postpone %(sessions)d sessions", number
        ),
        SessionAct.CANCEL: ngettext(
            "Call off %(sessions)d session", "Call off %(sessions)d sessions", number
        ),
        SessionAct.RESTORE: ngettext(
            "Restore %(sessions)d session", "Restore %(sessions)d sessions", number
        ),
    }
    return words[act] % {"sessions": number}


@dataclass(frozen=True)
class Row:
    """One session of the table of before and after."""

    foreseen: acts.Foreseen

    @property
    def title(self) -> str:
        session = self.foreseen.session
        return f"{session.training}, {wording.when(session)}"

    @property
    def changes(self) -> list[Change]:
        """What would be different, in words; nothing for one that stays as it is."""
        if self.foreseen.refusal is not None:
            return []
        before, after = self.foreseen.session, self.foreseen.after
        found = [
            Change(_("State"), _state(before), _state(after)),
            Change(_("When"), wording.when(before), wording.when(after)),
            Change(_("Time zone"), before.time_zone, after.time_zone),
            Change(_("Venue"), _venue(before), _venue(after)),
            Change(_("Online link"), before.online_url or "–", after.online_url or "–"),
            Change(_("Registration closes"), _closing(before), _closing(after)),
        ]
        return [change for change in found if change.before != change.after]


@dataclass(frozen=True)
class Change:
    """One line of before and after."""

    label: str
    before: str
    after: str


def _state(session: TrainingSession) -> str:
    return str(session.get_status_display())


def _venue(session: TrainingSession) -> str:
    return str(session.venue) if session.venue else _("No venue")


def _closing(session: TrainingSession) -> str:
    if session.registration_closes_at is None:
        return _("When it starts")
    return wording.moment(session.registration_closes_at, session.time_zone)
