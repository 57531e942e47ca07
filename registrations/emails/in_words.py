"""How people stand at a session, as mails and calendars say it, in the active language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.enums import ParticipationStatus as Status
from registrations.models import Participation
from trainings import wording


def standing(participation: Participation, *, rank: int) -> str:
    """Of a living participation: "Place offered, answer by Tuesday 2 March 2027 at 12:00".

    `rank` as `with_rank()` found it, 0 for who does not wait.
    """
    if participation.status == Status.CONFIRMED:
        return _("Place confirmed")
    if participation.status == Status.PENDING:
        return _("To be confirmed")
    if participation.offer_ends_at is not None:
        ends = wording.moment(participation.offer_ends_at, participation.session.time_zone)
        return _("Place offered, answer by %(moment)s") % {"moment": ends}
    return _("Waiting list, place %(rank)s") % {"rank": rank}


def numbers(counted: Mapping[str, int]) -> str:
    """How many people in each living state: "3 places confirmed, 1 on the waiting list"."""
    said = []
    if number := counted.get(Status.CONFIRMED, 0):
        words = ngettext("%(number)d place confirmed", "%(number)d places confirmed", number)
        said.append(words % {"number": number})
    if number := counted.get(Status.OFFERED, 0):
        words = ngettext("%(number)d place offered", "%(number)d places offered", number)
        said.append(words % {"number": number})
    if number := counted.get(Status.PENDING, 0):
        words = ngettext("%(number)d to be confirmed", "%(number)d to be confirmed", number)
        said.append(words % {"number": number})
    if number := counted.get(Status.WAITING, 0):
        words = ngettext("%(number)d on the waiting list", "%(number)d on the waiting list", number)
        said.append(words % {"number": number})
    return ", ".join(said)


def outcome(counted: Mapping[str, int]) -> str:
    """What a registration came to, in numbers of people, and of `held` places without a name."""
    said = []
    if number := counted["confirmed"]:
        words = ngettext(
            "%(number)s person is registered.", "%(number)s people are registered.", number
        )
        said.append(words % {"number": number})
    if number := counted["offered"]:
        words = ngettext(
            "%(number)s person is offered a place.",
            "%(number)s people are offered a place.",
            number,
        )
        said.append(words % {"number": number})
    if number := counted["pending"]:
        words = ngettext(
            "%(number)s person is to be confirmed.",
            "%(number)s people are to be confirmed.",
            number,
        )
        said.append(words % {"number": number})
    if number := counted["waiting"]:
        words = ngettext(
            "%(number)s person is on the waiting list.",
            "%(number)s people are on the waiting list.",
            number,
        )
        said.append(words % {"number": number})
    if number := counted["held"]:
        words = ngettext(
            "%(number)s place is asked for without a name.",
            "%(number)s places are asked for without a name.",
            number,
        )
        said.append(words % {"number": number})
    return " ".join(said) or _("Nobody is registered any more.")
