"""For the trainer: how many come, from which kinds of services, and what they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.papers.frame import Paper, frame
from trainings import wording

if TYPE_CHECKING:
    from registrations.domain.of_the_day import Announced, Asked, ForTrainer, OfKind, OfService


def trainer(told: Announced, found: ForTrainer) -> Paper:
    """Names, functions and services, and questions without who asked."""
    data, images = frame(told, _("List for the trainer"))
    data |= {
        "numbers_heading": _("Who comes"),
        "numbers": _numbers(found.services),
        "kind": _("Kind of service"),
        "services": _("Services"),
        "people": _("People"),
        "kinds": [_kind(one) for one in found.kinds],
        "questions_heading": _("Questions received"),
        "questions": _questions(found.questions),
        "no_question": _("Nobody has sent a question."),
        "agenda_heading": _("Timetable"),
        "agenda": _agenda(told),
        "names_heading": _("Names and services"),
        "name": _("Name"),
        "function": _("Function"),
        "presence": _("There") if found.has_begun else "",
        "groups": [_group(one, has_begun=found.has_begun) for one in found.services],
        "note": _("For your preparation only: please do not pass this list on, and destroy it."),
    }
    return Paper("trainer", data, images)


def kind_of(kind: Any) -> str:
    return str(kind) if kind else _("Kind not told")


def _numbers(services: list[OfService]) -> str:
    people = sum(len(one.people) + one.unnamed for one in services)
    expected = ngettext(
        "%(number)d person is expected", "%(number)d people are expected", people
    ) % {"number": people}
    of_services = ngettext("from %(number)d service", "from %(number)d services", len(services)) % {
        "number": len(services)
    }
    return _("%(people)s, %(services)s.") % {"people": expected, "services": of_services}


def _kind(one: OfKind) -> dict[str, Any]:
    return {"kind": kind_of(one.kind), "services": one.services, "people": one.people}


def _questions(asked: list[Asked]) -> list[dict[str, Any]]:
    """By kind of service."""
    groups: dict[str, list[str]] = {}
    for one in asked:
        groups.setdefault(kind_of(one.kind), []).append(one.wish)
    return [{"kind": kind, "wishes": wishes} for kind, wishes in groups.items()]


def _agenda(told: Announced) -> list[dict[str, str]]:
    lines = [block.value for block in told.page.agenda] if told.page else []
    return [
        {
            "hour": wording.hour(line["time"]) if line["time"] else "",
            "title": line["title"],
            "details": line["details"] or "",
        }
        for line in lines
    ]


def _group(one: OfService, *, has_begun: bool) -> dict[str, Any]:
    people = [
        {
            "name": row.participant.name,
            "function": row.participant.function,
            "presence": (_("yes") if row.came else "–") if has_begun else "",
        }
        for row in one.people
    ]
    unnamed = (
        ngettext(
            "%(number)d place without a name yet",
            "%(number)d places without a name yet",
            one.unnamed,
        )
        % {"number": one.unnamed}
        if one.unnamed
        else ""
    )
    kind = one.partner.kind
    return {
        "service": one.partner.name,
        "kind": str(kind) if kind else "",
        "people": people,
        "unnamed": unnamed,
    }
