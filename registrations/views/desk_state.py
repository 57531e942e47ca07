"""What a phone at the welcome desk is told: names, services and who is there, and nothing else."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registrations.domain.attendance import WELCOMED_BEFORE
from registrations.domain.half_days import HalfDay
from registrations.domain.self_check_in import half_day_of
from registrations.domain.sharing import rules_of
from registrations.domain.sheet import SheetPerson, SheetRows
from registrations.domain.welcome import Receipt
from registrations.enums import ParticipationStatus, PresenceState
from registrations.models import Presence, SelfCheckIn
from trainings import wording


def state_of(rows: SheetRows, *, at: datetime) -> dict[str, Any]:
    """The whole desk, for its script."""
    session = rows.session
    services = {one.pk: one.service.name for one in rows.people}
    return {
        "open": session.goes_ahead and at >= session.starts_at - WELCOMED_BEFORE,
        "closed": rows.is_closed,
        "half_day": half_day_of(session, at=at),
        "walk_ins": rules_of([session])[session.pk].lets_in_walk_ins,
        "people": [_person(one) for one in rows.people],
        "waiting": [_waiting(one) for one in rows.without_place],
        "said": [said_line(one, services) for one in rows.self_check_ins],
    }


def receipt_line(receipt: Receipt) -> dict[str, Any]:
    return {
        "outcome": receipt.outcome,
        "sentence": receipt.sentence,
        "may_pass": receipt.may_pass,
    }


def _person(one: SheetPerson) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "service": one.service.name,
        "states": {str(number): presence_line(found) for number, found in one.presences.items()},
    }


def presence_line(found: Presence | None) -> dict[str, str]:
    return {
        "state": found.state if found else "",
        "arrived_at": _hour(found.arrived_at if found else None),
        "left_at": _hour(found.left_at if found else None),
    }


def _waiting(one: SheetPerson) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "service": one.service.name,
        "words": waiting_words(one),
    }


def waiting_words(one: SheetPerson) -> str:
    if one.rank:
        return _("waiting, number %(rank)s") % {"rank": one.rank}
    return str(ParticipationStatus(one.status).label)


def said_line(one: SelfCheckIn, services: dict[int, str]) -> dict[str, Any]:
    """`service` is empty for who is not among the people with a place."""
    return {
        "id": one.pk,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "service": services.get(one.participation_id or 0, ""),
        "person": one.participation_id if one.participation_id in services else None,
    }


def _hour(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def in_words(presence: dict[str, str]) -> str:
    """How somebody stands on a half-day; the script says it alike."""
    said = words()
    if not presence["state"]:
        return ""
    hours = [
        said[name] % {"hour": presence[name]}
        for name in ("arrived_at", "left_at")
        if presence[name]
    ]
    return ", ".join([said[presence["state"]], *hours])


def half_day_words(unit: HalfDay, units: list[HalfDay]) -> str:
    """By its hours, and by its day where there are several."""
    days = [one.on for one in units]
    hours = pgettext("from one hour to another", "%(start)s – %(end)s") % {
        "start": wording.hour(unit.start),
        "end": wording.hour(unit.end),
    }
    day = date_format(unit.on, "l j F")
    if len(set(days)) == 1:
        return hours
    return day if days.count(unit.on) == 1 else f"{day}, {hours}"


def words() -> dict[str, str]:
    """What the script says; `%(name)s` and the like are for it to fill in."""
    return {
        PresenceState.PRESENT: _("Present"),
        PresenceState.EXCUSED: _("Excused"),
        PresenceState.ABSENT: _("Absent"),
        "arrived_at": _("arrived at %(hour)s"),
        "left_at": _("left at %(hour)s"),
        "noted": _("%(name)s: %(state)s"),
        "taken_back": _("%(name)s: taken back"),
        "kept_offline": _("No network. Kept on this device: %(number)s"),
        "kept": _("Still to be sent: %(number)s"),
        "offline": _("No network"),
        "sent": _("Everything has been sent"),
        "found": _("On the list: %(number)s"),
        "to_send": _("Kept on this device, to be sent"),
        "not_on_list": _("not on the list"),
        "instead": _("%(name)s, instead of %(other)s"),
        "not_later": _("This is not later than the hour of arrival."),
        "not_kept": _("This browser keeps nothing: leave this page open until all is sent."),
    }
