"""What a private calendar shows: how one holder stands at each session, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count, Max, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.emails import in_words
from registrations.enums import LIVING, ParticipationStatus
from registrations.models import Participation, PartnerService
from registrations.models.private_feeds import Holder
from trainings.conf import conf as trainings_conf
from trainings.domain import publishing, queries
from trainings.domain.calendar import CalendarEvent
from trainings.domain.feeds import around_today
from trainings.models import TrainingSession

#: A service that has several people in a session stands there as the best of them does.
BEST_FIRST = (
    ParticipationStatus.CONFIRMED,
    ParticipationStatus.OFFERED,
    ParticipationStatus.PENDING,
    ParticipationStatus.WAITING,
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a holder stands at one session."""

    session: TrainingSession
    uid: UUID
    sequence: int
    state: str
    words: str  # "Place confirmed", in the active language
    changed_at: datetime

    @property
    def has_place(self) -> bool:
        return self.state == ParticipationStatus.CONFIRMED


def entries(holder: Holder, *, language: str, at: datetime) -> list[CalendarEvent]:
    """One for each session around `at`, in a constant number of queries."""
    with translation.override(language):
        found = list(_standings(holder, at=at))
        # Hidden, restricted and discreet ones too: they are the holder's all the same.
        live = queries.live_pages([one.session.training_id for one in found])
        pages = queries.pages_by_training(live, language=language)
        return [_entry(one, pages.get(one.session.training_id), language) for one in found]


def _standings(holder: Holder, *, at: datetime) -> Iterator[Standing]:
    if isinstance(holder, PartnerService):
        return of_service(holder, at=at)
    return of_person(holder, at=at)


def of_person(address: str, *, at: datetime) -> Iterator[Standing]:
    """Under the identity of the invitation that was mailed."""
    rows = (
        Participation.objects.living()
        .with_rank()
        .filter(address=address, session__in=_sessions(at))
        .select_related("session__training", "session__venue")
    )
    for one in rows:
        yield Standing(
            session=one.session,
            uid=one.uid,
            sequence=one.sequence,
            state=one.status,
            words=in_words.standing(one, rank=one.rank),
            changed_at=one.changed_at,
        )


def of_service(partner: PartnerService, *, at: datetime) -> Iterator[Standing]:
    """Numbers only: a service's calendar is read by people who need not know of each other."""
    rows: Any = (
        Participation.objects.filter(
            participant__registration__partner=partner, session__in=_sessions(at)
        )
        .order_by()
        .values("session")
        .annotate(
            **{state: Count("pk", filter=Q(status=state)) for state in BEST_FIRST},
            living=Count("pk", filter=Q(status__in=LIVING)),
            unnamed=Count("pk", filter=Q(status__in=LIVING, participant__last_name="")),
            # Of those who left too: the numbers changed with them.
            changed_at=Max("changed_at"),
        )
        .filter(living__gt=0)
    )
    counted = {row["session"]: row for row in rows}
    sessions = TrainingSession.objects.select_related("training", "venue")
    for session in sessions.filter(pk__in=counted):
        row = counted[session.pk]
        yield Standing(
            session=session,
            uid=uuid5(session.uid, f"partner-{partner.pk}"),
            sequence=session.sequence,
            state=next(state for state in BEST_FIRST if row[state]),
            words=_numbers_in_words(row, unnamed=row["unnamed"]),
            changed_at=row["changed_at"],
        )


def _sessions(at: datetime) -> Any:
    """The same days as the public calendar."""
    return around_today(TrainingSession.objects, at=at).order_by().values("pk")


def _numbers_in_words(counted: Mapping[str, int], *, unnamed: int) -> str:
    said = in_words.numbers(counted)
    if unnamed:
        words = ngettext(
            "%(number)d of these without a name yet",
            "%(number)d of these without a name yet",
            unnamed,
        )
        said = f"{said} ({words % {'number': unnamed}})"
    return said


def _entry(one: Standing, page: Any, language: str) -> CalendarEvent:
    session = one.session
    # Taken off the site meanwhile: people come all the same.
    page = page or trainings_conf.get_training_page_model()(title=session.training.name)
    url = publishing.session_url(page.full_url, session) if page.pk and page.full_url else ""
    event = publishing.calendar_event(
        session,
        page,
        url=url,
        language=language,
        uid=str(one.uid),
        sequence=one.sequence,
        is_tentative=not one.has_place,
    )
    is_discreet = session.training.is_discreet
    about = event.description if url or is_discreet else str(session.reason)
    return replace(
        event,
        summary=_summary(one, event.summary),
        description=_description(one, about),
        # Of a discreet session the place is told to who has one.
        location="" if is_discreet and not one.has_place else event.location,
        changed_at=max(one.changed_at, event.changed_at),
    )


def _summary(one: Standing, title: str) -> str:
    """The state first; one that does not take place says so already."""
    if one.has_place or not one.session.goes_ahead:
        return title
    if one.state == ParticipationStatus.OFFERED:
        return _("PLACE OFFERED – %(title)s") % {"title": title}
    if one.state == ParticipationStatus.PENDING:
        return _("TO BE CONFIRMED – %(title)s") % {"title": title}
    return _("WAITING LIST – %(title)s") % {"title": title}


def _description(one: Standing, about: str) -> str:
    session = one.session
    parts = [
        _("This session is postponed: the new date is not known yet.")
        if session.is_postponed
        else "",
        _("This session is cancelled.") if session.is_cancelled else one.words,
        # Only who has a place receives it.
        f"{_('Online:')} {session.online_url}"
        if session.online_url and one.has_place and session.goes_ahead
        else "",
        about,
    ]
    return "\n\n".join(part for part in parts if part)
