"""Sessions newly announced, as news readers take them (Atom, RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from heapq import nsmallest
from typing import Any, NamedTuple
from uuid import uuid5

from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from trainings import wording
from trainings.domain import queries
from trainings.domain.plain_text import one_line
from trainings.domain.publishing import last_change, location, session_url, summary
from trainings.models import CalendarState, TrainingSession

MOST = 50
#: Of each page, which words are chosen and since when they can be read.
OF_PAGE = ("training", "first_published_at", "locale__language_code")


class Announcement(NamedTuple):
    session: TrainingSession
    page: Any  # that words it
    at: datetime


def atom(site: Site, *, language: str, address: str, at: datetime) -> bytes:
    """The newest announcements of a site in one language; `address` is the feed's own, absolute.

    The same sessions give the same bytes.
    """
    pages = queries.public_pages(below=site.root_page)
    announced = newest(pages, language=language, at=at)
    with translation.override(language):
        feed = _feed(site, announced, language=language, address=address)
        for one in announced:
            _add(feed, one)
        content: str = feed.writeString("utf-8")
    return content.encode()


def newest(pages: Any, *, language: str, at: datetime) -> list[Announcement]:
    """Of the sessions of these public pages that are not over, those announced last come first.

    One is announced when its page is published, or when it is planned on a page that is.
    """
    few: Any = pages.select_related(None).select_related("locale").only(*OF_PAGE).order_by()
    by_training = queries.pages_by_training(few, language=language)
    published = {training: page.first_published_at for training, page in by_training.items()}
    sessions: Any = queries.public_sessions(pages).filter(ends_at__gt=at)
    rows = (
        (max(filter(None, (created_at, published[training_id]))), starts_at, pk)
        for pk, training_id, created_at, starts_at in sessions.order_by().values_list(
            "pk", "training_id", "created_at", "starts_at"
        )
        if training_id in published
    )
    # What was announced together is read in date order.
    chosen = nsmallest(MOST, rows, key=lambda row: (-row[0].timestamp(), *row[1:]))
    announced = {pk: moment for moment, _starts_at, pk in chosen}
    pairs = queries.with_pages(
        TrainingSession.objects.filter(pk__in=announced), pages, language=language
    )
    found = {
        session.pk: Announcement(session, page, announced[session.pk]) for session, page in pairs
    }
    return [found[pk] for pk in announced if pk in found]


def _feed(
    site: Site, announced: Iterable[Announcement], *, language: str, address: str
) -> NewsFeed:
    of = one_line(site.site_name or site.hostname)
    root: Page = site.root_page
    catalogue = queries.catalogue_of(root, language=language)
    return NewsFeed(
        title=_("New dates – %(site)s") % {"site": of},
        link=(catalogue and catalogue.get_full_url()) or f"{site.root_url}/",
        description="",
        language=language,
        author_name=of,  # RFC 4287 §4.1.1 wants one
        feed_url=address,
        feed_guid=uuid5(root.translation_key, f"{language}/new").urn,
    )


class NewsFeed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Never "now", which would be news at each visit."""
        if self.items:
            return super().latest_post_date()
        state = CalendarState.read()
        return state.changed_at if state else datetime.fromtimestamp(0, UTC)


def _add(feed: NewsFeed, announcement: Announcement) -> None:
    session, page, at = announcement
    words = (wording.when(session), location(session), page.guiding_question)
    feed.add_item(
        title=one_line(summary(session, page)),
        link=session_url(page.get_full_url(), session),
        description=escape(" · ".join(filter(None, map(one_line, words)))),
        unique_id=session.uid.urn,
        pubdate=at,
        updateddate=max(at, last_change(session, page)),
        categories=(one_line(str(session.training.get_kind_display())),),
    )
