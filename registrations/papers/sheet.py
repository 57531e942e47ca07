"""The attendance sheet: who is expected, by service, and where they sign for each half-day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from registrations.papers.frame import Paper, frame
from trainings import wording

if TYPE_CHECKING:
    from registrations.domain.half_days import HalfDay
    from registrations.domain.of_the_day import Announced, OfService

#: For who is not on the list.
BLANK_LINES = 5
#: More columns to sign in make another list.
MOST_COLUMNS = 6


def sheet(told: Announced, services: Iterable[OfService], units: Sequence[HalfDay]) -> Paper:
    data, images = frame(told, _("Attendance sheet"))
    groups = [_group(one) for one in services]
    parts = [units[at : at + MOST_COLUMNS] for at in range(0, len(units), MOST_COLUMNS)]
    data |= {
        "intro": _("By signing, you confirm that you were there. Thank you for writing legibly."),
        "name": pgettext("column of the attendance sheet", "Name"),
        "function": _("Function"),
        "parts": [[_signature(unit, units) for unit in part] for part in parts],
        "groups": groups,
        "expected": _expected(groups),
        "others": _("Not on the list? Your name in capitals, your service and your function"),
        "blank": [_line()] * BLANK_LINES,
        "trainers_heading": _("Trainers"),
        "trainers": trainers_of(told),
    }
    return Paper("sheet", data, images)


def trainers_of(told: Announced) -> list[dict[str, str]]:
    blocks = told.page.trainers if told.page else []
    found = [block.value for block in blocks if block.value is not None]  # None: deleted since
    return [_line(one.name, "", str(one.role) or one.organisation) for one in found]


def _group(one: OfService) -> dict[str, Any]:
    people = [row.participant for row in one.people]
    lines = [_line(who.last_name, who.first_name, who.function) for who in people]
    return {"service": one.partner.name, "people": lines + [_line()] * one.unnamed}


def _line(last_name: str = "", first_name: str = "", function: str = "") -> dict[str, str]:
    return {"last_name": last_name, "first_name": first_name, "function": function}


def _expected(groups: list[dict[str, Any]]) -> str:
    number = sum(len(group["people"]) for group in groups)
    return ngettext("%(number)d person is expected.", "%(number)d people are expected.", number) % {
        "number": number
    }


def _signature(unit: HalfDay, units: Sequence[HalfDay]) -> dict[str, str]:
    """Which hours one signs for: the day where there are several, nothing where there is one."""
    if len(units) == 1:
        return {"label": _("Signature"), "day": "", "hours": ""}
    several_days = units[0].on != units[-1].on
    hours = {"start": wording.hour(unit.start), "end": wording.hour(unit.end)}
    return {
        "label": _("Signature"),
        "day": wording.day(unit.on) if several_days else "",
        "hours": pgettext("from one hour to another", "%(start)s – %(end)s") % hours,
    }
