"""How one subscribes to a feed: its addresses, and what the box around them has to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from wagtail.models import Site

from trainings.conf import conf
from trainings.domain.feeds import calendar_name
from trainings.forms.feeds import feed_path, path_of
from trainings.forms.search import Search
from trainings.models import Programme, Training
from trainings.sign_up import get_sign_up


@dataclass(frozen=True)
class PublishedCalendar:
    """The addresses of one feed."""

    root: str  # scheme and host, as Wagtail's Sites have them
    path: str
    name: str

    @property
    def address(self) -> str:
        return f"{self.root}{self.path}"

    @property
    def webcal(self) -> str:
        """Opens the calendar of a device, where it has one that knows this scheme."""
        return re.sub("^https?", "webcal", self.address)

    @property
    def google(self) -> str:
        # It takes an address with this scheme for one to subscribe to.
        return _link(conf.google_calendar, cid=self.webcal)

    @property
    def outlook(self) -> str:
        return _link(conf.outlook_calendar, url=self.address, name=self.name)


def _link(base: str, **values: str) -> str:
    """With spaces as "%20": what reads these addresses would show a plus."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return f"{base}{'&' if '?' in base else '?'}{query}"


@dataclass(frozen=True, kw_only=True)
class Box:
    """What one subscribes to, and how far it is what the page shows."""

    calendar: PublishedCalendar
    #: The same and when registration opens and closes; None where nobody signs up.
    with_registration: PublishedCalendar | None
    title: str = ""  # of the programme or the training
    selection: tuple[str, ...] = ()  # filters, as people say them
    leaves_words_out: bool = False  # that are looked for: no calendar follows them
    has_other_months: bool = False
    year: int | None = None  # an archive, of which one takes a copy
    id: str = "subscribe"


def box_of(facts: Programme | Training, title: str, *, request: Any) -> Box | None:
    """For the sessions of one programme or training; None on a site without public calendars."""
    box = _box(path_of(facts), [title], request=request)
    return box and replace(box, title=title)


def box_of_search(search: Search) -> Box | None:
    """For the filters of a catalogue; None for a year without sessions, which has no calendar."""
    selection = tuple(words for name, words in search.in_words.items() if name != "q")
    path = feed_path(search.asked)
    if search.year is None:
        box = _box(path, selection, request=search.request)
    elif search.agenda.sessions:
        year = str(search.year)
        box = _box(path + feed_path({"year": year}), (*selection, year), request=search.request)
    else:
        return None
    return box and replace(
        box,
        selection=selection,
        leaves_words_out="q" in search.asked,
        has_other_months=search.month is not None,
        year=search.year,
    )


def _box(path: str, words: Iterable[str], *, request: Any) -> Box | None:
    site = Site.find_for_request(request)
    if site is None:
        return None
    name = calendar_name(site, words)
    try:
        calendar = PublishedCalendar(site.root_url, _feed_url(path), name)
        also = _feed_url(path + feed_path({"also": "registration"}))
    except NoReverseMatch:  # a host may leave our addresses out
        return None
    signs_up = get_sign_up() is not None
    return Box(
        calendar=calendar,
        with_registration=replace(calendar, path=also) if signs_up else None,
    )


def _feed_url(path: str) -> str:
    asked = {"path": path} if path else {}
    return reverse("trainings:feed", kwargs={"language": get_language(), **asked})
