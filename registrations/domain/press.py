"""What one gives to the press: a few figures in a sentence, and the services by kind.

Who does not want to be named is counted and not named: a service whose row says so, or that said
so in one of its registrations within the scope. Nor is one named that came to discreet sessions
only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.domain.figures import Figures, Group
from registrations.domain.scopes import PARTNER, THEY_CAME, registered_at
from registrations.models import Registration, ServiceKind


@dataclass(frozen=True)
class Heading:
    """Services of one heading: how many, and those that may be named, by name."""

    name: str
    number: int
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PressList:
    headings: list[Heading]

    @property
    def number(self) -> int:
        return sum(heading.number for heading in self.headings)

    @property
    def named(self) -> int:
        return sum(len(heading.names) for heading in self.headings)


class Headings:
    """Under which heading a kind of service stands, in the active language; one query.

    Kinds are in their own order, and a heading where its first kind is.
    """

    def __init__(self) -> None:
        kinds = list(ServiceKind.objects.all())
        self.places = {kind.pk: place for place, kind in enumerate(kinds)}
        self.words = {kind.pk: str(kind.press_heading) or str(kind.name) for kind in kinds}
        self.first: dict[str, int] = {}
        for kind in kinds:
            self.first.setdefault(self.words[kind.pk], self.places[kind.pk])

    def of(self, kind_id: int | None) -> str:
        return _("others") if kind_id is None else self.words[kind_id]

    def in_order(self, groups: list[Group]) -> list[Group]:
        return sorted(groups, key=lambda group: self.first.get(group.key, len(self.first)))


def by_heading(figures: Figures) -> list[Group]:
    headings = Headings()
    return headings.in_order(figures.by(lambda line: headings.of(line.kind_id)))


def press_list(figures: Figures) -> PressList:
    """Services that were present, in the active language; at most four queries."""
    unnamed = _unnamed(figures)
    names: dict[str, list[str]] = {}
    headings = Headings()
    for line in figures.services:
        if line.is_present and line.pk not in unnamed:
            names.setdefault(headings.of(line.kind_id), []).append(line.name)
    groups = headings.in_order(figures.by(lambda line: headings.of(line.kind_id)))
    return PressList(
        [
            Heading(group.key, group.present, names.get(group.key, []))
            for group in groups
            if group.present
        ]
    )


def _unnamed(figures: Figures) -> set[int]:
    sessions = figures.scope.sessions()
    by_row = {line.pk for line in figures.services if line.do_not_name}
    said_no = Registration.objects.filter(
        may_name_partner=False, participants__participations__session__in=sessions.values("pk")
    )
    unnamed = by_row | set(said_no.order_by().values_list("partner", flat=True))
    if sessions.filter(training__is_discreet=True).exists():
        openly = registered_at(sessions.filter(training__is_discreet=False)).filter(THEY_CAME)
        may_be_known = set(openly.values_list(PARTNER, flat=True).distinct())
        unnamed |= {line.pk for line in figures.services} - may_be_known
    return unnamed


# --- in words ----------------------------------------------------------------------------------


def number(value: float, decimals: int = 0) -> str:
    """As one writes it in the active language."""
    return number_format(value, decimals, use_l10n=True, force_grouping=True)


def in_figures(figures: Figures, name: str) -> str:
    """One sentence: of who was present, or of who is registered as long as nobody was noted."""
    said = ", ".join(_of_presence(figures) if figures.is_known else _of_places(figures))
    return _("%(name)s in figures: %(figures)s.") % {"name": name, "figures": said}


def _of_presence(figures: Figures) -> list[str]:
    sessions, services = figures.sessions.begun, figures.services_present
    people, new = figures.people_present, figures.services_new
    said = [
        _sessions(figures, sessions),
        ngettext("%(number)s service", "%(number)s services", services)
        % {"number": number(services)},
        ngettext("%(number)s participant", "%(number)s participants", people)
        % {"number": number(people)},
    ]
    if new:
        met = ngettext(
            "%(number)s service met for the first time",
            "%(number)s services met for the first time",
            new,
        )
        said.append(met % {"number": number(new)})
    return said


def _of_places(figures: Figures) -> list[str]:
    services, people = figures.services_registered, figures.people_registered
    return [
        _sessions(figures, figures.sessions.total),
        ngettext("%(number)s service registered", "%(number)s services registered", services)
        % {"number": number(services)},
        ngettext("%(number)s person registered", "%(number)s people registered", people)
        % {"number": number(people)},
    ]


def _sessions(figures: Figures, many: int) -> str:
    if figures.sessions.are_mornings:
        said = ngettext("%(number)s morning", "%(number)s mornings", many)
    else:
        said = ngettext("%(number)s session", "%(number)s sessions", many)
    return said % {"number": number(many)}


def as_text(found: PressList) -> str:
    """Ready to paste: a line for each heading, then how many there are."""
    return "\n".join([*(line_of(heading) for heading in found.headings), total_of(found)])


def line_of(heading: Heading) -> str:
    if not heading.names:
        return counted(heading)
    return _("%(heading)s: %(names)s") % {
        "heading": counted(heading),
        "names": ", ".join(heading.names),
    }


def counted(heading: Heading) -> str:
    """ "Shelters (2, 1 of them named)"."""
    values = {
        "heading": capfirst(heading.name),
        "number": number(heading.number),
        "named": number(len(heading.names)),
    }
    if len(heading.names) == heading.number:
        return _("%(heading)s (%(number)s)") % values
    return (
        ngettext(
            "%(heading)s (%(number)s, %(named)s of them named)",
            "%(heading)s (%(number)s, %(named)s of them named)",
            len(heading.names),
        )
        % values
    )


def total_of(found: PressList) -> str:
    services = ngettext("%(number)s service", "%(number)s services", found.number)
    said = services % {"number": number(found.number)}
    if found.named == found.number:
        return _("In all: %(services)s.") % {"services": said}
    sentence = ngettext(
        "In all: %(services)s, %(named)s of them named.",
        "In all: %(services)s, %(named)s of them named.",
        found.named,
    )
    return sentence % {"services": said, "named": number(found.named)}
