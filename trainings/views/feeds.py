"""Calendars over HTTP: feeds that one subscribes to, and one session to add once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.generic import View
from wagtail.models import Site

from trainings.conf import conf
from trainings.domain import calendar, feeds, queries
from trainings.domain.publishing import calendar_event, session_url
from trainings.exceptions import RetiredFeedError, UnknownFeedError
from trainings.forms.feeds import read_feed
from trainings.models.calendar_state import Reading

MAX_AGE = timedelta(minutes=15)
RETRY_AFTER = timedelta(minutes=10)


class Answer(NamedTuple):
    content: bytes
    etag: str  # quoted, strong
    modified_at: datetime | None = None


def answer(content: bytes) -> Answer:
    return Answer(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


@method_decorator(require_safe, name="dispatch")
class CalendarView(View):
    """One class gives every `.ics` answer: bytes, validators, and 304 when nothing changed.

    Touches neither session nor user, for calendars are fetched by servers. LocaleMiddleware adds
    `Vary: Accept-Language`, which costs a shared cache a little and harms nobody.
    """

    content_type = "text/calendar; charset=utf-8"
    filename = "trainings.ics"
    disposition = "inline"
    is_private = False

    now = staticmethod(timezone.now)

    def get(self, request, *args, **kwargs):
        try:
            found = self.answer(request)
        except (OperationalError, InterfaceError):
            # Anything that reads as a calendar would empty those that mirror it.
            response = HttpResponse(status=503, content_type="text/plain; charset=utf-8")
            response["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
            response["Cache-Control"] = "no-store"
            return response
        except RetiredFeedError as error:
            return self.gone(error)
        except UnknownFeedError as error:
            raise Http404 from error
        modified_at = found.modified_at
        modified = int(modified_at.timestamp()) if modified_at else None
        response = get_conditional_response(request, etag=found.etag, last_modified=modified)
        if response is None:
            response = HttpResponse(found.content, content_type=self.content_type)
            response["Content-Disposition"] = f'{self.disposition}; filename="{self.filename}"'
        response["ETag"] = found.etag
        if modified is not None:
            response["Last-Modified"] = http_date(modified)
        # Said here, or LocaleMiddleware would name the language of the visitor.
        response["Content-Language"] = self.language()
        kind = {"private": True} if self.is_private else {"public": True}
        patch_cache_control(response, max_age=int(MAX_AGE.total_seconds()), **kind)
        return response

    def gone(self, error):
        """Says that it will not come back, so that calendars stop asking."""
        with translation.override(self.language()):
            return HttpResponse(str(error), status=410, content_type="text/plain; charset=utf-8")

    def language(self) -> str:
        code = self.kwargs["language"]
        # A new project's LANGUAGE_CODE, "en-us", is not among Django's LANGUAGES.
        if code not in {*dict(settings.LANGUAGES), settings.LANGUAGE_CODE}:
            raise Http404
        return code

    def site(self, request) -> Site:
        found = Site.find_for_request(request)
        if found is None:
            raise Http404
        return found

    def answer(self, request) -> Answer:
        """What there is to read; raises UnknownFeedError and RetiredFeedError."""
        raise NotImplementedError  # every subclass answers


class FeedView(CalendarView):
    """Public sessions of this site in one language: all, or those the address asks for."""

    def answer(self, request):
        language, path, at = self.language(), self.kwargs.get("path", ""), self.now()

        def resolve():
            return read_feed(path, site=self.site(request), language=language, at=at)

        found = feeds.edition((request.get_host(), language, path), resolve=resolve, at=at)
        return Answer(found.content, found.etag, self.modified_at(found, at=at))

    def modified_at(self, edition: feeds.Edition, *, at: datetime) -> datetime | None:
        """The last change, or this morning's midnight when the window moved since.

        None while the date is not over, for a second change within it could not be told apart;
        while a change may be on its way; and where places matter, which people take all the time.
        """
        state: Reading | None = edition.state
        if edition.places is not None or (state and not state.is_settled(at)):
            return None
        midnight = feeds.midnight(at)
        changed_at = max(state.changed_at, midnight) if state else midnight
        return changed_at if changed_at + timedelta(seconds=1) <= at else None


class SessionView(CalendarView):
    """One session, to add once; the same UID as in the feed."""

    disposition = "attachment"
    filename = "session.ics"

    def answer(self, request):
        language, site = self.language(), self.site(request)
        found = queries.published_session(
            self.kwargs["uid"], language=language, below=site.root_page
        )
        if not found:
            raise UnknownFeedError
        session, page = found
        url = session_url(page.get_full_url(request), session)
        with translation.override(language):
            content = calendar.published(
                [calendar_event(session, page, url=url, language=language)],
                name=page.title,
                description="",
                calendar_id=str(session.uid),
                language=language,
                default_zone=conf.time_zone,
            )
        return answer(content)
