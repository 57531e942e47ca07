"""How a session reads in a calendar: from row and page to plain values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.rich_text import get_text_for_indexing

from trainings.domain.calendar import CalendarEvent
from trainings.models import TrainingSession
from trainings.sign_up import get_sign_up

SEQUENCES_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
SHOWN_FOR = timedelta(minutes=15)
#: Of an introduction, in characters: the link leads to the rest, and Google takes no calendar of
#: more than one megabyte.
LONGEST_INTRODUCTION = 400


def calendar_event(
    session: TrainingSession, page: Any, *, url: str, language: str, **changes: Any
) -> CalendarEvent:
    """The session as one calendar entry, in `language`; `url` is absolute.

    `changes` replaces fields, as an emailed invitation does with its own UID (RFC 5546 keeps
    one UID per scheduling object, and a subscriber who is registered must not see one twice).
    Of a discreet session nothing is told but when and where.
    """
    is_discreet = session.training.is_discreet
    with translation.override(language):
        values: dict[str, Any] = {
            "uid": str(session.uid),
            "sequence": session.sequence,
            "starts_at": session.local_start,
            "ends_at": session.local_end,
            "summary": summary(session, page),
            "description": "" if is_discreet else _description(session, page, url=url),
            "location": location(session),
            "url": "" if is_discreet else url,
            "categories": () if is_discreet else (str(session.training.get_kind_display()),),
            "is_cancelled": not session.goes_ahead,
            "changed_at": last_change(session, page),
        }
    return CalendarEvent(**{**values, **changes})


def session_url(page_url: str, session: TrainingSession) -> str:
    """Of this very date: a page shows only the next ones of a long series by itself."""
    asked = f"?session={session.uid}" if session.series_id else ""
    return f"{page_url}{asked}#session-{session.uid}"


def registration_events(
    session: TrainingSession, page: Any, *, url: str
) -> Iterator[CalendarEvent]:
    """When registration opens and when it closes, where that was said; in the active language.

    Each has a UID of its own. Its SEQUENCE is that of the session's last change in seconds: an
    opening that moves does not raise the session's own.
    """
    if not session.goes_ahead:
        return
    title = _title(session, page)
    for name, moment, words in (
        ("opens", session.registration_opens_at, _("Registration opens – %(title)s")),
        ("closes", session.registration_closes_at, _("Registration closes – %(title)s")),
    ):
        if moment is None:
            continue
        starts_at = moment.astimezone(ZoneInfo(session.time_zone))
        yield CalendarEvent(
            uid=str(uuid5(session.uid, name)),
            sequence=max(0, int((session.changed_at - SEQUENCES_SINCE).total_seconds())),
            starts_at=starts_at,
            ends_at=(starts_at.astimezone(UTC) + SHOWN_FOR).astimezone(starts_at.tzinfo),
            summary=words % {"title": title},
            description=_("Information and registration: %(url)s") % {"url": url},
            url=url,
            categories=(str(session.training.get_kind_display()),),
            is_free=True,
            changed_at=last_change(session, page),
        )


def summary(session: TrainingSession, page: Any, *, is_full: bool = False) -> str:
    """Kind, title and municipality, in the active language; the state first."""
    words = _title(session, page)
    if session.is_cancelled:
        return _("CANCELLED – %(title)s") % {"title": words}
    if session.is_postponed:
        return _("POSTPONED – %(title)s") % {"title": words}
    if is_full:
        words = _("FULL – %(title)s") % {"title": words}
    if session.is_moved:
        return _("MOVED – %(title)s") % {"title": words}
    return words


def _title(session: TrainingSession, page: Any) -> str:
    if session.training.is_discreet:
        return pgettext("calendar", "Appointment")  # others may see who is expected where
    words = _("%(kind)s – %(title)s") % {
        "kind": session.training.get_kind_display(),
        "title": page.calendar_title or page.title,
    }
    if session.venue:
        words = f"{words} ({session.venue.municipality})"
    return words


def location(session: TrainingSession) -> str:
    """Where it is, in the active language; empty while nobody knows."""
    if session.venue:
        return session.venue.address
    return _("Online") if session.online_url else ""


def _description(session: TrainingSession, page: Any, *, url: str) -> str:
    contact = " · ".join(filter(None, (page.contact_name, page.contact_phone, page.contact_email)))
    parts = [
        str(session.reason),
        page.guiding_question,
        _shortened(get_text_for_indexing(page.introduction).strip()),
        (_("Information and registration: %(url)s") if get_sign_up() else _("Information: %(url)s"))
        % {"url": url},
        _("Contact: %(contact)s") % {"contact": contact} if contact else "",
    ]
    return "\n\n".join(capfirst(part) for part in parts if part)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_INTRODUCTION:
        return text
    beginning = text[:LONGEST_INTRODUCTION]
    whole_words = beginning.rpartition(" ")[0] or beginning
    return whole_words.rstrip(" \u00a0.,;:") + " …"


def last_change(session: TrainingSession, page: Any) -> datetime:
    """The newest of what the entry is made of; never "now", which would look like news."""
    moments: list[datetime | None] = [session.changed_at, page.last_published_at]
    if session.venue:
        moments.append(session.venue.changed_at)
    return max(moment for moment in moments if moment is not None)
