"""How a session reads to search engines: schema.org values, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from wagtail.rich_text import get_text_for_indexing

from trainings.conf import conf
from trainings.domain.queries import ListedSession
from trainings.models import TrainingSession, Venue

SCHEMA = "https://schema.org/"


def events(
    page: Any,
    lines: Iterable[ListedSession],
    *,
    url: str,
    organiser: str,
    organiser_url: str,
    at: datetime,
) -> dict[str, Any]:
    """The sessions of a public training page to come, and those that have just been.

    `url` is the page's own, absolute. The online link is never part of it.
    """
    return {
        "@context": "https://schema.org",
        "@graph": [
            {
                **_event(line.session, page, url=url),
                **_places(line),
                "organizer": {"@type": "Organization", "name": organiser, "url": organiser_url},
            }
            for line in lines
            if line.session.ends_at > at - conf.calendar_past
        ],
    }


def _event(session: TrainingSession, page: Any, *, url: str) -> dict[str, Any]:
    words = (page.guiding_question, get_text_for_indexing(page.introduction).strip())
    values = {
        "@type": "EducationEvent",
        "identifier": str(session.uid),
        "url": f"{url}#session-{session.uid}",
        "name": page.title,
        "description": "\n\n".join(filter(None, words)),
        "startDate": session.local_start.isoformat(),
        "endDate": session.local_end.isoformat(),
        "eventStatus": SCHEMA + _status(session),
        "previousStartDate": _previous_start(session),
        "eventAttendanceMode": _attendance(session),
        "location": _locations(session, url=url),
        "inLanguage": session.training.languages,
    }
    return {name: value for name, value in values.items() if value}


def _status(session: TrainingSession) -> str:
    if session.is_cancelled:
        return "EventCancelled"
    if session.is_postponed:
        return "EventPostponed"
    return "EventRescheduled" if _previous_start(session) else "EventScheduled"


def _previous_start(session: TrainingSession) -> str:
    """Where the date was announced; empty when it is still that one."""
    before = session.local_previous_start if session.is_moved else None
    return before.isoformat() if before else ""


def _attendance(session: TrainingSession) -> str:
    """Empty while nobody knows."""
    if session.venue and session.online_url:
        return SCHEMA + "MixedEventAttendanceMode"
    if session.venue:
        return SCHEMA + "OfflineEventAttendanceMode"
    return SCHEMA + "OnlineEventAttendanceMode" if session.online_url else ""


def _locations(session: TrainingSession, *, url: str) -> list[dict[str, Any]]:
    places = [_place(session.venue)] if session.venue else []
    # The page, where registered people learn how to join.
    return [*places, {"@type": "VirtualLocation", "url": url}] if session.online_url else places


def _place(venue: Venue) -> dict[str, Any]:
    address = {
        "streetAddress": venue.street_address,
        "postalCode": venue.postal_code,
        "addressLocality": venue.municipality,
    }
    said = {name: value for name, value in address.items() if value}
    return {
        "@type": "Place",
        "name": venue.name,
        "address": {"@type": "PostalAddress", **said},
    }


def _places(line: ListedSession) -> dict[str, int]:
    """How many can come, and how many more; nothing where that is not counted."""
    capacity = line.session.capacity
    if capacity is None:
        return {}
    places = {"maximumAttendeeCapacity": capacity}
    if line.sign_up is not None and line.sign_up.places_taken is not None:
        places["remainingAttendeeCapacity"] = max(0, capacity - line.sign_up.places_taken)
    return places
