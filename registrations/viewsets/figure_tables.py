"""Figures as tables: the same on the screen and in files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registrations.domain.figures import Figures, Group, Line, lines_by
from registrations.domain.press import number
from registrations.domain.scopes import Scope
from registrations.enums import Quality
from registrations.models import ServiceKind
from trainings import wording
from trainings.models import Programme, Training, TrainingSession

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Its first column says of what the numbers in the others are; `links` lead to it."""

    key: str
    title: str
    headings: list[str]
    rows: list[list[Any]]
    links: list[str] | None = None

    @property
    def shown(self) -> list[tuple[str, str, list[str]]]:
        """Link, label and numbers, as one writes them in the active language."""
        links = self.links or [""] * len(self.rows)
        return [
            (link, label, [as_shown(value) for value in values])
            for link, (label, *values) in zip(links, self.rows, strict=True)
        ]

    @property
    def for_spreadsheets(self) -> list[list[Any]]:
        return [self.headings, *self.rows]

    @property
    def as_text(self) -> list[list[Any]]:
        """Decimals as a spreadsheet of this language reads them."""
        rows = [[_plain(value) for value in row] for row in self.rows]
        return [self.headings, *rows]


def linked(table: Table, links: list[str]) -> Table:
    return replace(table, links=links)


def as_shown(value: Any) -> str:
    if value is None:
        return "–"
    return (
        number(float(value), _decimals(value)) if isinstance(value, int | Decimal) else str(value)
    )


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return number_format(value, _decimals(value)) if isinstance(value, Decimal) else value


def _decimals(value: int | Decimal) -> int:
    return max(0, -value.as_tuple().exponent) if isinstance(value, Decimal) else 0  # type: ignore[operator]


def hours(length: timedelta) -> int | Decimal:
    whole, rest = divmod(length, HOUR)
    if not rest:
        return whole
    return (Decimal(length // timedelta(minutes=1)) / 60).quantize(Decimal("0.01")).normalize()


def percentage(rate: float | None) -> int | None:
    return None if rate is None else round(100 * rate)


def of_all(figures: Figures) -> Table:
    presences = figures.presences
    return Table(
        key="all",
        title=_("In figures"),
        headings=["", _("Number")],
        rows=[
            [_("Sessions that go ahead"), figures.sessions.total],
            [_("of these, begun"), figures.sessions.begun],
            [_("of these, with a closed sheet"), figures.sessions.closed],
            [_("Services registered"), figures.services_registered],
            [_("Services present"), figures.services_present],
            [_("of these, for the first time ever"), figures.services_new],
            [_("People registered"), figures.people_registered],
            [_("People present"), figures.people_present],
            [_("Participations registered"), presences.registered],
            [pgettext("number of people", "Present"), presences.present],
            [pgettext("number of people", "Partly present"), presences.partly],
            [pgettext("number of people", "Excused"), presences.excused],
            [pgettext("number of people", "Absent"), presences.absent],
            [_("Presence not noted"), presences.not_noted],
            [_("Training hours attended"), hours(presences.hours)],
            [_("Presence rate (%)"), percentage(presences.rate)],
        ],
    )


def by_kind(figures: Figures) -> Table:
    kinds = {kind.pk: (place, str(kind)) for place, kind in enumerate(ServiceKind.objects.all())}
    unknown = (len(kinds), _("Without a kind"))
    groups = sorted(
        figures.by(lambda line: kinds.get(line.kind_id or 0, unknown)), key=lambda one: one.key
    )
    labels = [group.key[1] for group in groups]
    return _of_services("kinds", _("By kind of service"), _("Kind of service"), labels, groups)


def by_place(figures: Figures) -> list[Table]:
    """By municipality; by region where a service has one."""
    unknown = _("Not known")
    found = []
    for key, title, heading in (
        ("municipality", _("By municipality"), _("Municipality")),
        ("region", _("By region"), _("Region")),
    ):
        groups = figures.by(lambda line, key=key: getattr(line, key))  # type: ignore[misc]
        groups.sort(key=lambda group: (not group.key, group.key.casefold()))
        if any(group.key for group in groups):
            labels = [group.key or unknown for group in groups]
            found.append(_of_services(key, title, heading, labels, groups))
    return found


def by_quality(figures: Figures) -> Table:
    return Table(
        key="qualities",
        title=_("By quality"),
        headings=[_("They come as"), _("People present")],
        rows=[
            [capfirst(one.label), figures.qualities[one]]
            for one in Quality
            if one in figures.qualities
        ],
    )


def _of_services(
    key: str, title: str, heading: str, labels: list[str], groups: list[Group]
) -> Table:
    return Table(
        key=key,
        title=title,
        headings=[
            heading,
            _("Services registered"),
            _("Services present"),
            _("for the first time"),
            _("Presences"),
            _("Hours"),
        ],
        rows=[
            [
                label,
                group.registered,
                group.present,
                group.new,
                group.presences.came,
                hours(group.presences.hours),
            ]
            for label, group in zip(labels, groups, strict=True)
        ],
    )


# --- by what the scope has ---------------------------------------------------------------------


def by_session(scope: Scope) -> tuple[Table, list[TrainingSession]]:
    sessions = list(scope.sessions().select_related("training").order_by("starts_at", "pk"))
    lines = lines_by(scope, "session")
    is_one = scope.training is not None
    labels = [
        wording.when(one) if is_one else f"{one.training}, {wording.when(one)}" for one in sessions
    ]
    heading = pgettext("training session", "Session")
    rows = [
        [label, *_numbers(lines.get(one.pk))] for label, one in zip(labels, sessions, strict=True)
    ]
    return _of_lines("sessions", _("By session"), heading, rows), sessions


def by_programme(scope: Scope) -> tuple[Table, list[Programme]]:
    programmes = Programme.objects.filter(trainings__sessions__in=scope.sessions())
    found = list(programmes.distinct().order_by("name", "pk"))
    lines = lines_by(scope, "session__training__programme")
    rows = [[one.name, *_numbers(lines.get(one.pk))] for one in found]
    return _of_lines("programmes", _("By programme"), _("Programme"), rows), found


def by_training(scope: Scope) -> tuple[Table, list[Training]]:
    """Those that are of no programme."""
    trainings = Training.objects.filter(programme=None, sessions__in=scope.sessions())
    found = list(trainings.distinct().order_by("name", "pk"))
    lines = lines_by(scope, "session__training")
    rows = [[one.name, *_numbers(lines.get(one.pk))] for one in found]
    title = _("By training that is of no programme")
    return _of_lines("trainings", title, _("Training"), rows), found


def _of_lines(key: str, title: str, heading: str, rows: Iterable[list[Any]]) -> Table:
    return Table(
        key=key,
        title=title,
        headings=[
            heading,
            _("Services registered"),
            _("Services present"),
            _("People registered"),
            _("People present"),
            pgettext("number of people", "Excused"),
            pgettext("number of people", "Absent"),
            _("Hours"),
        ],
        rows=list(rows),
    )


def _numbers(line: Line | None) -> list[Any]:
    if line is None:
        return [0] * 7
    return [
        line.services_registered,
        line.services_present,
        line.people_registered,
        line.people_present,
        line.presences.excused,
        line.presences.absent,
        hours(line.presences.hours),
    ]
