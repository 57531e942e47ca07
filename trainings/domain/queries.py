"""Reads worth sharing: which sessions are public, and in whose words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from wagtail.models import Page

from trainings.conf import conf
from trainings.models import Programme, Training, TrainingSession
from trainings.sign_up import SignUpState, get_sign_up

SessionAndPage = tuple[TrainingSession, Any]


@dataclass(frozen=True)
class ListedSession:
    """One line of an agenda: the row, the page that words it, and what a visitor may do."""

    session: TrainingSession
    page: Any
    url: str
    is_past: bool
    sign_up: SignUpState | None


@dataclass(frozen=True)
class Agenda:
    """Sessions in date order, and where one signs up for them, when one can."""

    sessions: list[ListedSession]
    sign_up_url: str = ""

    @property
    def upcoming(self) -> list[ListedSession]:
        return [line for line in self.sessions if not line.is_past]

    @property
    def past(self) -> list[ListedSession]:
        return [line for line in self.sessions if line.is_past]

    @property
    def is_open(self) -> bool:
        return any(line.sign_up and line.sign_up.is_open for line in self.sessions)


def public_pages(*, below: Page | None = None) -> QuerySet[Any]:
    """Training pages anyone may read: live, and no restriction on them or above them.

    `below` keeps those below a page or below one of its translations.
    """
    pages: QuerySet[Any] = conf.get_training_page_model().objects.live().public()
    if below is not None:
        pages = pages.filter(_below(below))
    return pages.select_related("locale", "training", "picture")


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
    return _one_each(pages, "training_id", language=language)


def _one_each(pages: Iterable[Any], facts: str, *, language: str) -> dict[int, Any]:
    chosen: dict[int, Any] = {}
    # The last one written wins: of the same language the one made first.
    for page in sorted(pages, key=lambda page: (page.locale.language_code == language, -page.pk)):
        chosen[getattr(page, facts)] = page
    return chosen


def published_sessions(
    *,
    language: str,
    below: Page | None = None,
    between: tuple[datetime, datetime] | None = None,
    upcoming_at: datetime | None = None,
) -> list[SessionAndPage]:
    """Public sessions in date order with the page that words each; a constant number of queries.

    `below` is a catalogue or the root of a site. A training without a page in `language` is
    shown in another one rather than left out.
    """
    sessions = TrainingSession.objects.filter(training__is_discreet=False)
    if between is not None:
        sessions = sessions.between(*between)
    if upcoming_at is not None:
        sessions = sessions.upcoming(upcoming_at)
    return _with_pages(sessions, public_pages(below=below), language=language)


def published_session(uid: UUID, *, language: str, below: Page) -> SessionAndPage | None:
    """One public session; None when it does not exist or is not for the public."""
    sessions = TrainingSession.objects.filter(uid=uid, training__is_discreet=False)
    pages = public_pages(below=below).filter(training__sessions__uid=uid)
    return next(iter(_with_pages(sessions, pages, language=language)), None)


def sessions_to_sign_up(
    trainings: Iterable[Training], *, request: Any, language: str, below: Page, at: datetime
) -> list[SessionAndPage]:
    """Sessions of these trainings that are not over, whose page the visitor may read.

    Discreet ones included: whoever has the link may sign up.
    """
    live = live_pages([training.pk for training in trainings])
    public = set(public_pages(below=below).filter(pk__in=live).values_list("pk", flat=True))
    readable = [
        page
        for page in live.filter(_below(below))
        if page.pk in public
        or all(one.accept_request(request) for one in page.get_view_restrictions())
    ]
    return _with_pages(TrainingSession.objects.upcoming(at), readable, language=language)


def programme_sessions(programme: Programme, *, language: str) -> list[SessionAndPage]:
    """Every public session of a programme, past ones included, in date order."""
    pages = public_pages().filter(training__programme=programme)
    sessions = TrainingSession.objects.filter(training__is_discreet=False)
    return _with_pages(sessions, pages, language=language)


def _with_pages(
    sessions: QuerySet[TrainingSession], pages: Iterable[Any], *, language: str
) -> list[SessionAndPage]:
    by_training = pages_by_training(pages, language=language)
    sessions = sessions.filter(training_id__in=list(by_training))
    return [
        (session, by_training[session.training_id])
        for session in sessions.select_related("training", "venue")
    ]


def programme_pages(catalogue: Page) -> list[Any]:
    """One public page a programme below a catalogue, by title."""
    pages: QuerySet[Any] = conf.get_programme_page_model().objects.live().public()
    pages = pages.filter(_below(catalogue)).select_related("locale", "programme", "picture")
    language = catalogue.locale.language_code
    found = _one_each(pages, "programme_id", language=language).values()
    return sorted(found, key=lambda page: page.title)


def programme_page(programme: Programme, *, language: str) -> Any | None:
    """The programme's live page, in `language` when there is one."""
    pages: QuerySet[Any] = conf.get_programme_page_model().objects.live()
    pages = pages.filter(programme=programme).select_related("locale")
    return _one_each(pages, "programme_id", language=language).get(programme.pk)


def catalogue_agenda(page: Page, *, request: Any, at: datetime) -> Agenda:
    """What is to come below a catalogue page, in its language."""
    language = page.locale.language_code
    pairs = published_sessions(language=language, below=page, upcoming_at=at)
    return listing(pairs, request=request, at=at)


def programme_agenda(page: Any, *, request: Any, at: datetime) -> Agenda:
    """Every session of a programme page, in its language."""
    pairs = programme_sessions(page.programme, language=page.locale.language_code)
    return listing(pairs, request=request, at=at, of=page.programme)


def training_agenda(page: Any, *, request: Any, at: datetime) -> Agenda:
    """Every session of a training page, be it public, a draft or restricted."""
    sessions = page.training.sessions.select_related("training", "venue")
    pairs = [(session, page) for session in sessions]
    return listing(pairs, request=request, at=at, of=page.training)


def listing(
    pairs: list[SessionAndPage],
    *,
    request: Any,
    at: datetime,
    of: Training | Programme | None = None,
) -> Agenda:
    """What a template needs to show these sessions, sign-up included, in one more query.

    `of` says for what the one button of the page signs up.
    """
    sign_up = get_sign_up()
    states = sign_up.states([session for session, _page in pairs], at=at) if sign_up else {}
    return Agenda(
        sessions=[
            ListedSession(
                session=session,
                page=page,
                url=page.get_url(request),
                is_past=session.is_past(at),
                sign_up=states.get(session.pk),
            )
            for session, page in pairs
        ],
        sign_up_url=sign_up.url(of) if sign_up and of else "",
    )
