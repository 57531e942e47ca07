"""How trainings read to search engines: schema.org values, ready for JSON.

A page is one `@graph`: its Course, and each session as EducationEvent and CourseInstance. The
graph names a session by its address, so that all pages that tell of it tell of the same one.
`hasCourseInstance` leads there; schema.org has no word for the way back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects
from wagtail.models import Site
from wagtail.rich_text import get_text_for_indexing

from trainings.conf import conf
from trainings.domain.publishing import session_url
from trainings.domain.queries import Agenda, ListedSession
from trainings.models import TrainingSession, Venue

SCHEMA = "https://schema.org/"
#: As many dates ahead, and as many behind: a programme shows all of its own.
MOST = 24

#: ItemAvailability by the badge of a session one can, could or will be able to sign up for.
AVAILABILITY = {
    "open": SCHEMA + "InStock",
    "last": SCHEMA + "LimitedAvailability",
    "waiting": SCHEMA + "SoldOut",
    "soon": "",  # validFrom says it: PreOrder would mean that one can sign up already
}
#: courseMode and EventAttendanceModeEnumeration by whether there is a venue, and a link.
MODES = {
    (True, False): ("onsite", SCHEMA + "OfflineEventAttendanceMode"),
    (False, True): ("online", SCHEMA + "OnlineEventAttendanceMode"),
    (True, True): ("blended", SCHEMA + "MixedEventAttendanceMode"),
    (False, False): ("", ""),  # nobody knows yet
}

Values = dict[str, Any]


def of_training(page: Any, agenda: Agenda, *, site: Site, request: Any, at: datetime) -> Values:
    """A training page anyone may read, with its sessions to come and those that have just been."""
    told = _told(agenda, request=request, at=at)
    training = page.training
    prefetch_related_objects([training], "themes", "audiences")
    course = {
        **_course(page, url=page.get_full_url(request)),
        "description": _description(page),
        "provider": _organisation(site),
        "inLanguage": training.languages,
        "about": [{"@type": "DefinedTerm", "name": str(one)} for one in training.themes.all()],
        "audience": [
            {"@type": "EducationalAudience", "audienceType": str(one)}
            for one in training.audiences.all()
        ],
        "isAccessibleForFree": _is_free(page),
        "hasCourseInstance": _references(told),
    }
    return _graph(course, told, agenda, site=site)


def of_programme(page: Any, agenda: Agenda, *, site: Site, request: Any, at: datetime) -> Values:
    """A programme page anyone may read: its trainings as parts, and their sessions likewise."""
    told = _told(agenda, request=request, at=at)
    parts: dict[int, list[Told]] = {}
    for one in told:
        parts.setdefault(one.line.page.pk, []).append(one)
    course = {
        **_course(page, url=page.get_full_url(request)),
        "description": _plain(page.introduction),
        "provider": _organisation(site),
        "hasPart": [
            {
                **_course(of_part[0].line.page, url=of_part[0].page_url),
                "hasCourseInstance": _references(of_part),
            }
            for of_part in parts.values()
        ],
    }
    return _graph(course, told, agenda, site=site)


class Told(NamedTuple):
    """A session that is told of, and the absolute address of the page that words it."""

    line: ListedSession
    page_url: str

    @property
    def address(self) -> str:
        return session_url(self.page_url, self.line.session)


def _told(agenda: Agenda, *, request: Any, at: datetime) -> list[Told]:
    since = at - conf.calendar_past
    recent = [line for line in agenda.past if line.session.ends_at > since]
    lines = [*recent[-MOST:], *agenda.upcoming[:MOST]]
    urls = {page.pk: page.get_full_url(request) for page in (line.page for line in lines)}
    return [Told(line, urls[line.page.pk]) for line in lines]


def _graph(course: Values, told: Iterable[Told], agenda: Agenda, *, site: Site) -> Values:
    sign_up_url = agenda.sign_up_url and urljoin(site.root_url, agenda.sign_up_url)
    events = (
        {
            **_event(one),
            "organizer": _organisation(site),
            "offers": _offer(one.line, sign_up_url),
        }
        for one in told
    )
    return {
        "@context": "https://schema.org",
        "@graph": [_said(one) for one in (course, *events)],
    }


def _said(values: Values) -> Values:
    """Without what is empty; no places left is something to say."""
    return {name: value for name, value in values.items() if value or value == 0}


# --- the course --------------------------------------------------------------------------------


def _course(page: Any, *, url: str) -> Values:
    return {"@type": "Course", "@id": f"{url}#course", "url": url, "name": page.title}


def _organisation(site: Site) -> Values:
    name = site.site_name or site.hostname
    return {"@type": "Organization", "name": name, "url": site.root_url}


def _references(told: Iterable[Told]) -> list[Values]:
    return [{"@id": one.address} for one in told]


def _is_free(page: Any) -> bool | None:
    """None where there is a price: it is free text, of which no number is made."""
    return None if page.price else True


def _description(page: Any) -> str:
    return "\n\n".join(filter(None, (page.guiding_question, _plain(page.introduction))))


def _plain(rich_text: str) -> str:
    return str(get_text_for_indexing(rich_text)).strip()


# --- its sessions ------------------------------------------------------------------------------


def _event(told: Told) -> Values:
    session, page, url = told.line.session, told.line.page, told.address
    course_mode, attendance_mode = MODES[session.venue is not None, bool(session.online_url)]
    return {
        "@type": ["EducationEvent", "CourseInstance"],
        "@id": url,
        "identifier": str(session.uid),
        "url": url,
        "name": page.title,
        # In full on the course: a page of many dates would say it at each.
        "description": page.guiding_question or _plain(page.introduction),
        "startDate": session.local_start.isoformat(),
        "endDate": session.local_end.isoformat(),
        "eventStatus": SCHEMA + _status(session),
        "previousStartDate": _previous_start(session),
        "eventAttendanceMode": attendance_mode,
        "courseMode": course_mode,
        "location": _locations(session, url=told.page_url),
        "inLanguage": session.training.languages,
        "isAccessibleForFree": _is_free(page),
        "maximumAttendeeCapacity": session.capacity,
        "remainingAttendeeCapacity": _remaining(told.line),
    }


def _status(session: TrainingSession) -> str:
    """An EventStatusType."""
    if session.is_cancelled:
        return "EventCancelled"
    if session.is_postponed:
        return "EventPostponed"
    return "EventRescheduled" if _previous_start(session) else "EventScheduled"


def _previous_start(session: TrainingSession) -> str:
    """Where the date was announced; empty when it is still that one."""
    before = session.local_previous_start if session.is_moved else None
    return before.isoformat() if before else ""


def _locations(session: TrainingSession, *, url: str) -> list[Values]:
    places = [_place(session.venue)] if session.venue else []
    # The page, where registered people learn how to join: the link itself is told to nobody.
    return [*places, {"@type": "VirtualLocation", "url": url}] if session.online_url else places


def _place(venue: Venue) -> Values:
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


def _remaining(line: ListedSession) -> int | None:
    """How many more can come; None where that is not counted, and where nobody can any more."""
    session, sign_up = line.session, line.sign_up
    if session.capacity is None or sign_up is None or sign_up.places_taken is None:
        return None
    if line.is_past or not session.goes_ahead:
        return None
    return max(0, session.capacity - sign_up.places_taken)


def _offer(line: ListedSession, sign_up_url: str) -> Values:
    """Where one signs up and until when; empty when one can no longer, or never could."""
    session, sign_up = line.session, line.sign_up
    if not (sign_up_url and sign_up and sign_up.badge in AVAILABILITY):
        return {}
    zone = ZoneInfo(session.time_zone)
    opens_at = session.registration_opens_at
    offer = {
        "@type": "Offer",
        "url": sign_up_url,
        "availability": AVAILABILITY[sign_up.badge],
        "validFrom": opens_at.astimezone(zone).isoformat() if opens_at else "",
        "validThrough": session.closes_at.astimezone(zone).isoformat(),
    }
    return _said(offer) | ({"price": 0, "priceCurrency": "EUR"} if _is_free(line.page) else {})
