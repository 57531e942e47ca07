"""Calendars over HTTP: the feed of everything, and one session to add once."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid5

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import View
from wagtail.models import Site

from trainings.conf import conf
from trainings.domain import calendar, queries
from trainings.domain.publishing import calendar_event
from trainings.models import CalendarState

MAX_AGE = 15 * 60


@method_decorator(require_safe, name="dispatch")
class CalendarView(View):
    """One class builds every `.ics` answer: bytes, validators, and 304 when nothing changed.

    Touches neither session nor user, for calendars are fetched by servers. LocaleMiddleware adds
    `Vary: Accept-Language`, which costs a shared cache a little and harms nobody.
    """

    filename = "calendar.ics"
    disposition = "inline"

    def get(self, request, *args, **kwargs):
        # The date is read before the content: a change in between makes the next fetch a 200.
        changed_at = self.last_modified(request)
        language = self.language()
        with translation.override(language):
            content = self.content(request, language)
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if changed_at is not None:
            response["Last-Modified"] = http_date(changed_at.timestamp())
        # Said here, or LocaleMiddleware would name the language of the visitor.
        response["Content-Language"] = language
        response["Content-Disposition"] = f'{self.disposition}; filename="{self.filename}"'
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return get_conditional_response(
            request,
            etag=response["ETag"],
            last_modified=int(changed_at.timestamp()) if changed_at else None,
            response=response,
        )

    now = staticmethod(timezone.now)

    def language(self) -> str:
        code = self.kwargs["language"]
        # A new project's LANGUAGE_CODE, "en-us", is not among Django's LANGUAGES.
        if code not in {*dict(settings.LANGUAGES), settings.LANGUAGE_CODE}:
            raise Http404
        return code

    def window(self, at: datetime) -> tuple[datetime, datetime]:
        """Whole days in UTC, so that the content changes at most once a day by itself."""
        today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - conf.calendar_past, today + conf.calendar_future + timedelta(days=1)

    def last_modified(self, request) -> datetime | None:
        """The last change, or this morning's midnight when the window moved since.

        None while the date is not over: a second change within it could not be told apart.
        """
        at = self.now()
        midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        changed_at = max(CalendarState.read() or midnight, midnight)
        return changed_at if changed_at + timedelta(seconds=1) <= at else None

    def content(self, request, language: str) -> bytes:
        """The bytes; raises Http404 when there is nothing to show to the public."""
        raise NotImplementedError  # every subclass answers


class FeedView(CalendarView):
    """Every public session of this site, in one language."""

    filename = "trainings.ics"

    def content(self, request, language):
        site = Site.find_for_request(request)
        if site is None:
            raise Http404
        published = queries.published_sessions(
            language=language, below=site.root_page, between=self.window(self.now())
        )
        return calendar.published(
            [
                calendar_event(
                    session,
                    page,
                    url=f"{page.get_full_url(request)}#session-{session.uid}",
                    language=language,
                )
                for session, page in published
            ],
            name=_("Trainings – %(site)s") % {"site": site.site_name or site.hostname},
            description=_("Training sessions open to partner services."),
            calendar_id=str(uuid5(site.root_page.translation_key, language)),
            language=language,
            default_zone=conf.time_zone,
        )


class SessionView(CalendarView):
    """One session, to add once; the same UID as in the feed."""

    disposition = "attachment"
    filename = "session.ics"

    def content(self, request, language):
        site = Site.find_for_request(request)
        found = site and queries.published_session(
            self.kwargs["uid"], language=language, below=site.root_page
        )
        if not found:
            raise Http404
        session, page = found
        url = f"{page.get_full_url(request)}#session-{session.uid}"
        return calendar.published(
            [calendar_event(session, page, url=url, language=language)],
            name=page.title,
            description="",
            calendar_id=str(session.uid),
            language=language,
            default_zone=conf.time_zone,
        )
