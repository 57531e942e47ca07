"""The addresses of feeds: `theme/energie/place/charleroi/` before the name of the file.

Each is a promise for years, since a calendar asks for the same one for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Site

from trainings.conf import conf
from trainings.domain import catalogue, queries
from trainings.domain.catalogue import ONLINE, Catalogue, Wanted
from trainings.domain.feeds import Feed
from trainings.enums import SessionKind
from trainings.exceptions import RetiredFeedError, UnknownFeedError
from trainings.forms.search import YEAR
from trainings.models import Audience, Programme, Theme, Training, Venue
from trainings.sign_up import get_sign_up

#: In the order in which addresses have them; the same is asked for in one way only.
NAMES = (
    *("programme", "training", "kind", "theme", "audience", "place", "language", "places"),
    *("year", "also"),
)
LONGEST_SLUG = 50


# --- writing one -------------------------------------------------------------------------------


def feed_path(said: Mapping[str, str]) -> str:
    """The filters as an address has them, from values as a catalogue's address has them.

    "year" and "also" come along; words that are looked for, and a month, do not.
    """
    found = [(name, _written(name, said[name])) for name in NAMES if said.get(name)]
    return "".join(f"{name}/{value}/" for name, value in found)


def path_of(facts: Programme | Training) -> str:
    """The same for one programme or training, of a row that is loaded already."""
    name = "training" if isinstance(facts, Training) else "programme"
    return f"{name}/{_with_slug(str(facts.pk), facts.name)}/"


def _written(name: str, value: str) -> str:
    if name == "kind":
        return value.lower().replace("_", "-")
    if name == "place":
        venue = Venue.objects.filter(pk=value).first() if value.isdecimal() else None
        return _with_slug(value, venue.name) if venue else slugify(value)
    if name in ("programme", "training"):
        model: Any = Programme if name == "programme" else Training
        return _with_slug(value, model.objects.get(pk=value).name)
    return value


def _with_slug(key: str, name: str) -> str:
    """The key is what counts; the rest tells people what it is, and may change."""
    return f"{key}-{slugify(name)[:LONGEST_SLUG].strip('-')}".strip("-")


# --- reading one -------------------------------------------------------------------------------


def read_feed(path: str, *, site: Site, language: str, at: Any) -> Feed:
    """What a path written by `feed_path()` asks for.

    Raises UnknownFeedError, and RetiredFeedError for what was published and no longer is.
    """
    said = _pairs(path)
    here = catalogue.open_catalogue(site.root_page, at=at)
    wanted: dict[str, Any] = {}
    words: list[str] = []
    with override(language):
        for name, value in said.items():
            if name in READERS:
                wanted[name], word = READERS[name](value, here, language)
                words.append(word)
        year = _year(said.get("year", ""), here)
        if "also" in said and (said["also"] != "registration" or year):
            raise UnknownFeedError
        return Feed(
            here=here,
            site=site,
            language=language,
            path=path,
            words=(*words, *([str(year)] if year else [])),
            wanted=Wanted(**{PLACES.get(name, name): value for name, value in wanted.items()}),
            year=year,
            tells_registration="also" in said,
        )


PLACES = {"places": "places_left"}


def _pairs(path: str) -> dict[str, str]:
    parts = path.split("/")[:-1]
    names, values = parts[::2], parts[1::2]
    order = [NAMES.index(name) for name in names if name in NAMES]
    if len(names) != len(order) or len(names) != len(values) or order != sorted(set(order)):
        raise UnknownFeedError
    return dict(zip(names, values, strict=True))


def _year(value: str, here: Catalogue) -> int | None:
    if not value:
        return None
    if not YEAR.fullmatch(value) or int(value) > here.today.year:
        raise UnknownFeedError
    if not catalogue.in_year(here.past, int(value)).exists():
        raise UnknownFeedError
    return int(value)


def _programme(value: str, here: Catalogue, language: str) -> tuple[str, str]:
    pages = conf.get_programme_page_model().objects.all()
    return _of_page(value, pages, "programme", here, language)


def _training(value: str, here: Catalogue, language: str) -> tuple[str, str]:
    pages = conf.get_training_page_model().objects.exclude(training__is_discreet=True)
    return _of_page(value, pages, "training", here, language)


def _of_page(value: str, pages: Any, facts: str, here: Catalogue, language: str) -> tuple[str, str]:
    """The key, and the title of its page; hidden ones are as unknown as those never made."""
    key = _key(value)
    known = queries.pages_of(pages.public(), facts, key, below=here.page)
    live = queries.one_each((page for page in known if page.live), f"{facts}_id", language=language)
    if live:
        return key, str(live[int(key)].title)
    if any(page.first_published_at for page in known):
        raise RetiredFeedError
    raise UnknownFeedError


def _key(value: str) -> str:
    found = re.fullmatch(r"([1-9][0-9]{0,8})(-[\w-]*)?", value)
    if found is None:
        raise UnknownFeedError
    return found[1]


def _kind(value: str, here: Catalogue, language: str) -> tuple[str, str]:
    for kind in SessionKind:
        if _written("kind", kind.value) == value:
            return kind.value, str(kind.label)
    raise UnknownFeedError


def _label(model: Any) -> Callable[[str, Catalogue, str], tuple[str, str]]:
    def read(value: str, here: Catalogue, language: str) -> tuple[str, str]:
        label = model.objects.filter(slug=value).first()
        if label is None:
            raise UnknownFeedError
        return value, str(label)

    return read


def _place(value: str, here: Catalogue, language: str) -> tuple[str, str]:
    if value == ONLINE:
        return ONLINE, _("Online")
    if value[:1].isdecimal():
        venue = Venue.objects.filter(pk=_key(value)).first()
        if venue is not None:
            return str(venue.pk), venue.name
        raise UnknownFeedError
    towns = Venue.objects.order_by("municipality").values_list("municipality", flat=True)
    for town in towns.distinct():
        if slugify(town) == value:
            return town, town
    raise UnknownFeedError


def _language(value: str, here: Catalogue, language: str) -> tuple[str, str]:
    if value not in catalogue.spoken_languages():
        raise UnknownFeedError
    return value, catalogue.language_name(value)


def _places(value: str, here: Catalogue, language: str) -> tuple[bool, str]:
    if value != "left" or get_sign_up() is None:
        raise UnknownFeedError
    return True, _("Places left")


READERS: dict[str, Callable[[str, Catalogue, str], tuple[Any, str]]] = {
    "programme": _programme,
    "training": _training,
    "kind": _kind,
    "theme": _label(Theme),
    "audience": _label(Audience),
    "place": _place,
    "language": _language,
    "places": _places,
}
