"""The catalogue as its address asks for it: what to show, and the addresses of what is beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from trainings.domain import catalogue, queries
from trainings.domain.catalogue import Month, Option, Wanted
from trainings.models import TrainingSession
from trainings.sign_up import get_sign_up

PER_PAGE = 24
#: So much of what is typed is looked for.
LONGEST_TEXT = 100
MOST_WORDS = 6

# Far enough back and ahead; a month beyond is a typing error or a robot that never stops.
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
YEAR = re.compile(r"20[0-9]{2}")

#: The filters by their name in addresses, in the order in which addresses have them.
LABELS: dict[str, str | Promise] = {
    "q": pgettext_lazy("what to look for", "Words"),
    "programme": gettext_lazy("Programme"),
    "kind": gettext_lazy("Kind"),
    "theme": gettext_lazy("Theme"),
    "audience": gettext_lazy("Audience"),
    "place": gettext_lazy("Place"),
    "language": gettext_lazy("Spoken language"),
    "places": gettext_lazy("Places left"),
    "training": gettext_lazy("Training"),
}
#: Those with a list to choose from, and what stands there for no choice.
CHOICES: dict[str, str | Promise] = {
    "programme": gettext_lazy("All programmes"),
    "kind": gettext_lazy("All kinds"),
    "theme": gettext_lazy("All themes"),
    "audience": gettext_lazy("All audiences"),
    "place": gettext_lazy("All places"),
    "language": gettext_lazy("All languages"),
}


@dataclass(frozen=True)
class Choice:
    """A list to choose from, and what is chosen: empty for nothing."""

    name: str
    options: list[Option]
    value: str

    @property
    def label(self) -> str:
        return str(LABELS[self.name])

    @property
    def everything(self) -> str:
        return str(CHOICES[self.name])

    @property
    def narrows(self) -> bool:
        return bool(self.value) or len(self.options) > 1

    @property
    def in_words(self) -> str:
        return next(one.label for one in self.options if one.value == self.value)


@dataclass(frozen=True)
class Address:
    """One page of the catalogue: the same is asked for in the same order, whatever was typed."""

    path: str
    view: Mapping[str, str]  # a month or a year; neither is the list of what is to come
    asked: Mapping[str, str]

    def __str__(self) -> str:
        return self.of_page(1)

    def of_page(self, number: int) -> str:
        values = {**self.view, **self.asked}
        if number > 1:
            values["page"] = str(number)
        return f"{self.path}?{urlencode(values)}" if values else self.path

    def without(self, *names: str) -> Address:
        kept = {name: value for name, value in self.asked.items() if name not in names}
        return replace(self, asked=kept)

    def of_list(self) -> Address:
        return replace(self, view={})

    def of_month(self, month: Month) -> Address:
        return replace(self, view={"month": str(month)})

    def of_year(self, year: int) -> Address:
        # Nobody finds a place in the past.
        return replace(self.without("places"), view={"year": str(year)})


@dataclass(frozen=True)
class Active:
    """A filter that narrows what is shown, and the address that does without it."""

    in_words: str
    without: Address


class Search:
    """What an address of the catalogue shows: `agenda`, and around it what is beside.

    Raises Http404 for a month, a year or a page that cannot exist. Any other value that means
    nothing is left out, and `unknown` has the label of its filter.
    """

    def __init__(self, page: Any, *, request: Any, at: datetime) -> None:
        self.catalogue_page, self.request = page, request
        self.here = catalogue.open_catalogue(page, at=at)
        self.given = _given(request.GET)
        self.month = _month(request.GET.get("month"))
        self.year = None if self.month else self._year(request.GET.get("year"))
        self.programmes = queries.programme_pages(page)
        self.agenda = queries.Agenda(self._lines())

    def _year(self, text: str | None) -> int | None:
        if not text:
            return None
        if not YEAR.fullmatch(text) or int(text) > self.here.today.year:
            raise Http404
        return int(text)

    # --- what is looked for

    @property
    def text(self) -> str:
        return self.given.get("q", "")

    @cached_property
    def choices(self) -> list[Choice]:
        offered = catalogue.options(
            self.here, self._in_view, self.programmes, also=_wanted(self.given)
        )
        return [_choice(name, offered[name], self.given.get(name, "")) for name in CHOICES]

    @property
    def offers_places(self) -> bool:
        return self.year is None and get_sign_up() is not None

    @cached_property
    def training(self) -> str:
        """The title of the only training to show, if any."""
        return catalogue.training_title(self.here, self.given.get("training", ""))

    @cached_property
    def asked(self) -> dict[str, str]:
        """What is looked for and means something, in the order of addresses."""
        means = {
            "q": bool(_words(self.text)),
            **{choice.name: bool(choice.value) for choice in self.choices},
            "places": self.offers_places and self.given.get("places") == "left",
            "training": bool(self.training),
        }
        return {name: self.given[name] for name in LABELS if means[name]}

    @property
    def unknown(self) -> list[str]:
        return [str(LABELS[name]) for name in self.given if name not in self.asked]

    @cached_property
    def in_words(self) -> dict[str, str]:
        """The same as people say it."""
        said = {choice.name: choice.in_words for choice in self.choices if choice.value}
        said |= {"q": _("“%(text)s”") % {"text": self.text}, "training": self.training}
        return {name: said.get(name, str(LABELS[name])) for name in self.asked}

    @property
    def active(self) -> list[Active]:
        return [
            Active(
                words
                if name == "places"
                else _("%(filter)s: %(value)s") % {"filter": LABELS[name], "value": words},
                self.address.without(name),
            )
            for name, words in self.in_words.items()
        ]

    # --- what is found

    @property
    def _in_view(self) -> QuerySet[TrainingSession]:
        """Those whose programmes, kinds… one can choose from: the same while one pages through."""
        is_past = self.year or (self.month and self.month < Month.of(self.here.today))
        return self.here.past if is_past else self.here.upcoming

    def _found(self) -> QuerySet[TrainingSession]:
        if self.month:
            sessions = catalogue.in_month(self.here.sessions, self.month)
        elif self.year:
            sessions = catalogue.in_year(self.here.past, self.year)
        else:
            sessions = self.here.upcoming
        return catalogue.matching(self.here, sessions, _wanted(self.asked))

    @cached_property
    def paged(self) -> Page[TrainingSession] | None:
        """The shown part of a long list; None for a month, which is shown whole."""
        if self.month:
            return None
        try:
            return Paginator(self._found(), PER_PAGE).page(self.request.GET.get("page") or 1)
        except InvalidPage as error:
            raise Http404 from error

    def _lines(self) -> list[queries.ListedSession]:
        # Not "if self.paged": whether it is empty would be asked of the database.
        shown: Any = self._found() if self.paged is None else self.paged.object_list
        return catalogue.lines(self.here, shown, request=self.request)

    @property
    def count(self) -> int:
        if self.paged is None:
            return len(self.agenda.sessions)
        return self.paged.paginator.count

    # --- for the template

    @property
    def has_filters(self) -> bool:
        return self.offers_places or any(choice.narrows for choice in self.choices)

    @property
    def uses_filters(self) -> bool:
        return bool({*self.asked} & {*CHOICES, "places"})

    @property
    def today(self) -> date:
        return self.here.today

    @cached_property
    def address(self) -> Address:
        view = {"month": self.month, "year": self.year}
        return Address(
            self.catalogue_page.get_url(self.request) or "",
            {name: str(value) for name, value in view.items() if value},
            self.asked,
        )

    @property
    def canonical(self) -> str:
        """The whole address of what is shown, without what means nothing."""
        whole = replace(self.address, path=self.catalogue_page.get_full_url(self.request) or "")
        return whole.of_page(1 if self.paged is None else self.paged.number)

    @property
    def is_worth_indexing(self) -> bool:
        return not self.asked and bool(self.agenda.sessions)

    @property
    def everything(self) -> Address:
        return replace(self.address, asked={})

    @property
    def as_list(self) -> Address:
        return self.address.of_list()

    @property
    def as_month(self) -> Address:
        """The month shown, else that of the first session of the list."""
        lines = [] if self.year else self.agenda.sessions
        day = lines[0].session.starts_on if lines else self.here.today
        return self.address.of_month(self.month or max(Month.of(day), Month.of(self.here.today)))

    @cached_property
    def as_past(self) -> Address | None:
        year = self.year or catalogue.latest_past_year(self.here)
        return self.address.of_year(year) if year else None

    @property
    def years(self) -> list[tuple[int, Address]]:
        return [(year, self.address.of_year(year)) for year in catalogue.past_years(self.here)]

    @property
    def weeks(self) -> list[list[catalogue.Day | None]]:
        return catalogue.weeks(self.month, self.agenda.sessions) if self.month else []

    @property
    def weekdays(self) -> list[date]:
        """Any seven days from a Monday on."""
        return [date(2027, 3, number) for number in range(1, 8)]

    @cached_property
    def _bounds(self) -> tuple[Month, Month] | None:
        return catalogue.first_and_last_month(self.here)

    @property
    def previous_month(self) -> tuple[Month, Address] | None:
        if not self.month or not self._bounds or self.month <= self._bounds[0]:
            return None
        return self.month.previous, self.address.of_month(self.month.previous)

    @property
    def next_month(self) -> tuple[Month, Address] | None:
        if not self.month or not self._bounds or self.month >= self._bounds[1]:
            return None
        return self.month.next, self.address.of_month(self.month.next)

    @property
    def pages(self) -> list[tuple[int | str, str]]:
        """Numbers and addresses of the pages near this one, the first and the last; empty for
        one page. What is left out between them has no address.
        """
        if self.paged is None or not self.paged.has_other_pages():
            return []
        shown = self.paged.paginator.get_elided_page_range(
            self.paged.number, on_each_side=1, on_ends=1
        )
        return [
            (number, self.address.of_page(number) if isinstance(number, int) else "")
            for number in shown
        ]

    @property
    def previous_page(self) -> str:
        if self.paged is None or not self.paged.has_previous():
            return ""
        return self.address.of_page(self.paged.number - 1)

    @property
    def next_page(self) -> str:
        if self.paged is None or not self.paged.has_next():
            return ""
        return self.address.of_page(self.paged.number + 1)


def _given(typed: Mapping[str, str]) -> dict[str, str]:
    """What an address says of our filters: short, and of characters a database takes."""
    found = {
        name: " ".join(typed.get(name, "").replace("\0", " ").split())[:LONGEST_TEXT].strip()
        for name in LABELS
    }
    return {name: text for name, text in found.items() if text}


def _wanted(said: Mapping[str, str]) -> Wanted:
    return Wanted(
        training=said.get("training", ""),
        programme=said.get("programme", ""),
        kind=said.get("kind", ""),
        theme=said.get("theme", ""),
        audience=said.get("audience", ""),
        place=said.get("place", ""),
        language=said.get("language", ""),
        places_left="places" in said,
        words=_words(said.get("q", "")),
    )


def _words(text: str) -> tuple[str, ...]:
    """Letters and digits only: signs mean something to a search engine. "l'aide" is "aide"."""
    words = [word for word in re.findall(r"\w+", text) if len(word) > 1]
    return tuple(words[:MOST_WORDS])


def _month(text: str | None) -> Month | None:
    if not text:
        return None
    if not MONTH.fullmatch(text):
        raise Http404
    year, number = text.split("-")
    return Month(int(year), int(number))


def _choice(name: str, options: list[Option], value: str) -> Choice:
    return Choice(name, options, value if any(one.value == value for one in options) else "")
