"""Figures of a session, a programme, a year: each definition once, for every screen and file.

*Registered* is a confirmed place at a session that goes ahead. *Present* is who came, be it for a
part; of somebody nobody noted anything about, it is not known. *Hours* are training hours attended.
*People* are told apart by the e-mail address they gave; without one, each person of a registration
is one. A *service* is counted once, however many of its people come and to however many sessions;
one that was found to be no partner service is not. It is *new* when its first presence ever lies
in the scope, "seen" elsewhere before being as in `domain.seen`. Of a *rate*, who came is parted by
those about whom it is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import Cast

from registrations.domain.first_presences import new_services
from registrations.domain.scopes import PARTNER, THEY_CAME, Scope, registered_at
from registrations.enums import PartnerStatus, PresenceState
from registrations.models import Participation, PartnerService
from trainings.enums import SessionKind
from trainings.models import TrainingSession

NOTHING = timedelta(0)
# An address has an @, a number has none: they cannot be taken for one another.
PERSON = Case(When(address="", then=Cast("participant_id", CharField())), default=F("address"))


@dataclass(frozen=True, kw_only=True)
class SessionFigures:
    """How many go ahead, have begun, and of these have a sheet that is closed."""

    total: int
    begun: int
    closed: int
    are_mornings: bool
    first: datetime | None
    last: datetime | None

    @property
    def unclosed(self) -> int:
        """Of so many, presence is not yet known, or not of everybody."""
        return self.begun - self.closed


@dataclass(kw_only=True)
class Presences:
    """Participations, by what is known of them: the same person counts at each session."""

    registered: int = 0
    present: int = 0
    partly: int = 0
    excused: int = 0
    absent: int = 0
    hours: timedelta = NOTHING

    @property
    def came(self) -> int:
        return self.present + self.partly

    @property
    def not_noted(self) -> int:
        return self.registered - self.came - self.excused - self.absent

    @property
    def rate(self) -> float | None:
        """Of those about whom it is known, the share that came."""
        known = self.registered - self.not_noted
        return self.came / known if known else None

    def add(self, other: Presences) -> None:
        for name in ("registered", "present", "partly", "excused", "absent", "hours"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(kw_only=True)
class ServiceLine:
    """One service of the scope, and what came of its people."""

    pk: int
    name: str
    kind_id: int | None
    municipality: str
    region: str
    do_not_name: bool
    presences: Presences
    is_new: bool = False

    @property
    def is_present(self) -> bool:
        return self.presences.came > 0


@dataclass(kw_only=True)
class Group:
    """Services that have something in common."""

    key: Any
    registered: int = 0
    present: int = 0
    new: int = 0
    presences: Presences = field(default_factory=Presences)


@dataclass(frozen=True, kw_only=True)
class Figures:
    scope: Scope
    at: datetime
    sessions: SessionFigures
    presences: Presences
    people_registered: int
    people_present: int
    #: People present, by quality; who came in two qualities is counted in both.
    qualities: Mapping[str, int]
    services: list[ServiceLine]

    @property
    def services_registered(self) -> int:
        return len(self.services)

    @property
    def services_present(self) -> int:
        return sum(line.is_present for line in self.services)

    @property
    def services_new(self) -> int:
        return sum(line.is_new for line in self.services)

    @property
    def is_known(self) -> bool:
        """Whether somebody's presence or absence was noted at all."""
        return self.presences.not_noted < self.presences.registered

    def by(self, key: Callable[[ServiceLine], Any]) -> list[Group]:
        """Services grouped, in the order in which the groups are met."""
        groups: dict[Any, Group] = {}
        for line in self.services:
            group = groups.setdefault(key(line), Group(key=key(line)))
            group.registered += 1
            group.present += line.is_present
            group.new += line.is_new
            group.presences.add(line.presences)
        return list(groups.values())


def figures_of(scope: Scope, *, at: datetime) -> Figures:
    """At most eight queries, whatever the scope; two more for the public."""
    sessions = scope.sessions()
    about = _of_sessions(sessions, at=at)
    registered = registered_at(sessions)
    by_service = {
        row[PARTNER]: presences_in(row) for row in registered.values(PARTNER).annotate(**COUNTED)
    }
    people = _people(registered)
    everybody = Presences()
    for presences in by_service.values():
        everybody.add(presences)
    return Figures(
        scope=scope,
        at=at,
        sessions=about,
        presences=everybody,
        people_registered=len({person for person, _quality, _came in people}),
        people_present=len({person for person, _quality, came in people if came}),
        qualities=Counter(quality for _person, quality, came in people if came),
        services=_services(by_service, sessions, about, at=at),
    )


#: What is counted of participations; `presences_in()` reads it.
COUNTED = {
    "registered": Count("pk"),
    **{state.name.lower(): Count("pk", filter=Q(presence=state)) for state in PresenceState},
    "hours": Sum("attended"),
}
PEOPLE = {
    "people_registered": Count(PERSON, distinct=True),
    "people_present": Count(PERSON, distinct=True, filter=THEY_CAME),
}


def _people(registered: QuerySet[Participation]) -> set[tuple[str | int, str, bool]]:
    """Each person in each quality they registered in, and whether they came.

    Who registered twice in one quality and came once is there twice, with either answer.

    One sort tells it all, where the database would make one for each count of people. Who is
    one person is told here: the columns as they are sort faster than PERSON.
    """
    rows = registered.values_list("participant", "address", "participant__quality")
    return {
        (address or participant, quality, times > 0)
        for participant, address, quality, times in rows.annotate(
            times=Count("pk", filter=THEY_CAME)
        )
    }


def presences_in(row: dict[str, Any]) -> Presences:
    values: dict[str, Any] = {name: row[name] for name in COUNTED}
    return Presences(**{**values, "hours": values["hours"] or NOTHING})


def _of_sessions(sessions: QuerySet[TrainingSession], *, at: datetime) -> SessionFigures:
    begun = Q(starts_at__lte=at)
    found = sessions.aggregate(
        total=Count("pk"),
        begun=Count("pk", filter=begun),
        closed=Count("pk", filter=begun & Q(attendance_sheet__closed_at__isnull=False)),
        others=Count("pk", filter=~Q(training__kind=SessionKind.TRAINING_MORNING)),
        first=Min("starts_at"),
        last=Max("starts_at"),
    )
    return SessionFigures(are_mornings=not found.pop("others"), **found)


def _services(
    by_service: dict[int, Presences],
    sessions: QuerySet[TrainingSession],
    about: SessionFigures,
    *,
    at: datetime,
) -> list[ServiceLine]:
    """By name."""
    present = [pk for pk, presences in by_service.items() if presences.came]
    new = new_services(present, sessions, first=about.first, last=about.last, at=at)
    rows = PartnerService.objects.filter(pk__in=by_service).exclude(status=PartnerStatus.REFUSED)
    fields = ("pk", "name", "kind_id", "municipality", "region", "do_not_name")
    return [
        ServiceLine(**row, presences=by_service[row["pk"]], is_new=row["pk"] in new)
        for row in rows.order_by("name", "pk").values(*fields)
    ]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A part of the scope, such as one of its sessions."""

    services_registered: int
    services_present: int
    people_registered: int
    people_present: int
    presences: Presences


IS_SERVICE = ~Q(**{f"{PARTNER}__status": PartnerStatus.REFUSED})
SERVICES = {
    "services_registered": Count(PARTNER, distinct=True, filter=IS_SERVICE),
    "services_present": Count(PARTNER, distinct=True, filter=IS_SERVICE & THEY_CAME),
}


def lines_by(scope: Scope, part: str) -> dict[int | None, Line]:
    """By "session", "session__training" or "session__training__programme", in one query.

    Where nobody is registered, there is no line.
    """
    counted = registered_at(scope.sessions()).values(part)
    return {
        row[part]: Line(
            **{name: row[name] for name in (*SERVICES, *PEOPLE)}, presences=presences_in(row)
        )
        for row in counted.annotate(**COUNTED, **PEOPLE, **SERVICES)
    }
