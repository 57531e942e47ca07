"""Reads worth sharing: which sessions are public, and in whose words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from wagtail.models import Page, PageViewRestriction

from trainings.conf import conf
from trainings.domain.publishing import session_url
from trainings.models import (
    Programme,
    SessionSeries,
    Training,
    TrainingIndexPage,
    TrainingSession,
)
from trainings.sign_up import SignUpState, get_sign_up

SessionAndPage = tuple[TrainingSession, Any]

#: How many dates a training shows ahead, and as many behind: a series may have hundreds.
NEAR = 12


@dataclass(frozen=True)
class ListedSession:
    """One line of an agenda: the row, the page that words it, and what a visitor may do."""

    session: TrainingSession
    page: Any
    url: str
    is_past: bool
    sign_up: SignUpState | None
    rules: list[str] = field(default_factory=list)  # how places are shared, in sentences

    @property
    def address(self) -> str:
        """Of this very date: a page shows only the next ones of a long series by itself."""
        return session_url(self.url, self.session)


@dataclass(frozen=True)
class Agenda:
    """Sessions in date order, and where one signs up for them, when one can."""

    sessions: list[ListedSession]
    sign_up_url: str = ""
    series: list[SessionSeries] = field(default_factory=list)  # those that go on
    later: int = 0  # how many to come are not among `sessions`
    earlier: int = 0  # how many past ones are not
    has_place_later: bool = False
    in_calendars: bool = False  # whether anyone may fetch these as calendar entries

    @property
    def upcoming(self) -> list[ListedSession]:
        return [line for line in self.sessions if not line.is_past]

    @property
    def past(self) -> list[ListedSession]:
        return [line for line in self.sessions if line.is_past]

    @property
    def is_open(self) -> bool:
        shown = any(line.sign_up and line.sign_up.is_open for line in self.sessions)
        return shown or self.has_place_later


def public_pages(*, below: Page | None = None) -> QuerySet[Any]:
    """Training pages anyone may read: live, and no restriction on them or above them.

    `below` keeps those below a page or below one of its translations.
    """
    pages: QuerySet[Any] = conf.get_training_page_model().objects.live().public()
    if below is not None:
        pages = pages.filter(_below(below))
    return pages.select_related("locale", "training", "picture")


def public_programme_pages() -> QuerySet[Any]:
    """Programme pages anyone may read."""
    pages: QuerySet[Any] = conf.get_programme_page_model().objects.live().public()
    return pages.select_related("locale", "programme", "picture")


def is_public(page: Any) -> bool:
    """Whether anyone may read this page, in one query."""
    if not (page.pk and page.live):
        return False
    above = [page.path[:end] for end in range(page.steplen, len(page.path) + 1, page.steplen)]
    return not PageViewRestriction.objects.filter(page__path__in=above).exists()


def public_sessions(pages: QuerySet[Any]) -> QuerySet[TrainingSession]:
    """Sessions of the trainings that have one of these public pages; discreet ones left out."""
    # Asked session by session, in the order of an index: a list of all trainings would have to be
    # made first, and every one of their sessions sorted, to show the next few.
    of_session = pages.order_by().filter(training=OuterRef("training"))
    return TrainingSession.objects.filter(Exists(of_session.filter(training__is_discreet=False)))


def _below(page: Page) -> Q:
    inside = Q()
    for path in page.get_translations(inclusive=True).values_list("path", flat=True):
        inside |= Q(path__startswith=path)
    return inside


def live_pages(training_ids: Iterable[int]) -> QuerySet[Any]:
    """Live pages of these trainings, restricted ones included: for people who are registered."""
    pages: QuerySet[Any] = conf.get_training_page_model().objects.live()
    return pages.filter(training__in=set(training_ids)).select_related("locale")


def pages_by_training(pages: Iterable[Any], *, language: str) -> dict[int, Any]:
    """One page a training: in `language` when there is one, else the one made first."""
    return one_each(pages, "training_id", language=language)


def pages_of(pages: Any, facts: str, key: str, *, below: Page) -> list[Any]:
    """Of these pages, those of one programme or training on a site or in a catalogue."""
    return list(pages.filter(_below(below), **{facts: key}).select_related("locale"))


def one_each(pages: Iterable[Any], facts: str, *, language: str) -> dict[int, Any]:
    """By the key of their facts, one page: in `language`, else the one made first."""
    chosen: dict[int, Any] = {}
    # The last one written wins: of the same language the one made first.
    for page in sorted(pages, key=lambda page: (page.locale.language_code == language, -page.pk)):
        chosen[getattr(page, facts)] = page
    return chosen


def published_sessions(
    *, language: str, below: Page, between: tuple[datetime, datetime]
) -> list[SessionAndPage]:
    """Public sessions in date order with the page that words each; a constant number of queries.

    `below` is a catalogue or the root of a site. A training without a page in `language` is
    shown in another one rather than left out.
    """
    pages = public_pages(below=below)
    sessions: Any = public_sessions(pages)
    return with_pages(sessions.between(*between), pages, language=language)


def published_session(uid: UUID, *, language: str, below: Page) -> SessionAndPage | None:
    """One public session; None when it does not exist or is not for the public."""
    pages = public_pages(below=below)
    sessions = public_sessions(pages).filter(uid=uid)
    return next(iter(with_pages(sessions, pages, language=language)), None)


def sessions_to_sign_up(
    trainings: Iterable[Training], *, request: Any, language: str, below: Page, at: datetime
) -> list[SessionAndPage]:
    """Sessions of these trainings that are not over, whose page the visitor may read.

    Discreet ones included: whoever has the link may sign up.
    """
    live = live_pages([training.pk for training in trainings])
    public = set(public_pages(below=below).filter(pk__in=live).values_list("pk", flat=True))
    readable = [
        page.pk
        for page in live.filter(_below(below))
        if page.pk in public
        or all(one.accept_request(request) for one in page.get_view_restrictions())
    ]
    pages = live.filter(pk__in=readable)
    sessions = TrainingSession.objects.upcoming(at)
    sessions = sessions.filter(training__in=pages.order_by().values("training_id"))
    return with_pages(sessions, pages, language=language)


def programme_sessions(programme: Programme, *, language: str) -> list[SessionAndPage]:
    """Every public session of a programme, past ones included, in date order."""
    pages = public_pages().filter(training__programme=programme)
    return with_pages(public_sessions(pages), pages, language=language)


def with_pages(
    sessions: QuerySet[TrainingSession], pages: QuerySet[Any], *, language: str
) -> list[SessionAndPage]:
    """These sessions in their order, each with the page that words it, in two queries.

    Only the pages of these sessions are loaded; a session without one is left out.
    """
    found = list(sessions.select_related("training", "venue", "previous_venue"))
    trainings = {session.training_id for session in found}
    by_training = pages_by_training(pages.filter(training__in=trainings), language=language)
    return [
        (session, by_training[session.training_id])
        for session in found
        if session.training_id in by_training
    ]


def programme_pages(catalogue: Page) -> list[Any]:
    """One public page a programme below a catalogue, by title."""
    pages = public_programme_pages().filter(_below(catalogue))
    language = catalogue.locale.language_code
    found = one_each(pages, "programme_id", language=language).values()
    return sorted(found, key=lambda page: page.title)


def programme_page(programme: Programme, *, language: str) -> Any | None:
    """The programme's live page, in `language` when there is one."""
    pages: QuerySet[Any] = conf.get_programme_page_model().objects.live()
    pages = pages.filter(programme=programme).select_related("locale")
    return one_each(pages, "programme_id", language=language).get(programme.pk)


def catalogue_above(page: Page) -> Page | None:
    """The catalogue that lists a training page."""
    found: QuerySet[Page] = TrainingIndexPage.objects.ancestor_of(page).live()
    return found.order_by("-depth").first()


def catalogue_of(root: Page, *, language: str) -> Page | None:
    """The public catalogue of a site, in `language` when there is one."""
    found: QuerySet[Page] = TrainingIndexPage.objects.live().public().filter(_below(root))
    pages = list(found.select_related("locale").order_by("path"))
    return next((one for one in pages if one.locale.language_code == language), None) or next(
        iter(pages), None
    )


def programme_agenda(page: Any, *, request: Any, at: datetime) -> Agenda:
    """Every session of a programme page, in its language."""
    pairs = programme_sessions(page.programme, language=page.locale.language_code)
    agenda = listing(pairs, request=request, at=at, of=page.programme)
    return replace(agenda, in_calendars=is_public(page))


def training_agenda(page: Any, *, request: Any, at: datetime) -> Agenda:
    """The sessions around now of a training page, be it public, a draft or restricted.

    The address may ask for one more by its uid, as links from a month far away do.
    """
    sessions = page.training.sessions.select_related("training", "venue", "previous_venue")
    past, upcoming = sessions.filter(ends_at__lte=at), sessions.upcoming(at)
    counted = page.training.sessions.aggregate(
        past=Count("pk", filter=Q(ends_at__lte=at)), upcoming=Count("pk", filter=Q(ends_at__gt=at))
    )
    near = [*reversed(past.order_by("-starts_at", "-pk")[:NEAR]), *upcoming[:NEAR]]
    shown = {session.pk: session for session in near}
    shown.update({session.pk: session for session in _asked_for(sessions, request)})
    agenda = listing(
        [(session, page) for session in sorted(shown.values(), key=_in_date_order)],
        request=request,
        at=at,
        of=page.training,
        with_rules=True,
    )
    later = counted["upcoming"] - len(agenda.upcoming)
    return replace(
        agenda,
        series=list(page.training.series.filter(sessions__ends_at__gt=at).distinct()),
        later=later,
        earlier=counted["past"] - len(agenda.past),
        has_place_later=later > 0 and not agenda.is_open and _has_place(upcoming, at=at),
        in_calendars=not page.training.is_discreet and is_public(page),
    )


def _in_date_order(session: TrainingSession) -> tuple[datetime, int]:
    return session.starts_at, session.pk


def _asked_for(
    sessions: QuerySet[TrainingSession], request: Any
) -> QuerySet[TrainingSession] | list[TrainingSession]:
    try:
        return sessions.filter(uid=UUID(request.GET.get("session", "")))
    except ValueError:
        return []


def _has_place(sessions: QuerySet[TrainingSession], *, at: datetime) -> bool:
    sign_up = get_sign_up()
    return sign_up is not None and sign_up.with_places_left(sessions, at=at).exists()


def listing(
    pairs: list[SessionAndPage],
    *,
    request: Any,
    at: datetime,
    of: Training | Programme | None = None,
    with_rules: bool = False,
) -> Agenda:
    """What a template needs to show these sessions, sign-up included, in few more queries.

    `of` says for what the one button of the page signs up; `with_rules` how places are shared.
    """
    sign_up = get_sign_up()
    sessions = [session for session, _page in pairs]
    states = sign_up.states(sessions, at=at) if sign_up else {}
    rules = sign_up.rules_in_words(sessions, at=at) if sign_up and with_rules else {}
    return Agenda(
        sessions=[
            ListedSession(
                session=session,
                page=page,
                url=page.get_url(request),
                is_past=session.is_past(at),
                sign_up=states.get(session.pk),
                rules=rules.get(session.pk, []),
            )
            for session, page in pairs
        ],
        sign_up_url=sign_up.url(of) if sign_up and of else "",
    )
