"""Pairs of partner services that look like one: proposed, never merged by themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations

from django.db import transaction

from registrations.enums import PartnerStatus
from registrations.exceptions import CannotMergeError
from registrations.models import DifferentServices, FormerName, PartnerService
from registrations.models.partners import words_of

#: Part of the words of both names that they share, and how close two spellings are, from 0 to 1.
ENOUGH_WORDS = 0.75
CLOSE_SPELLING = 0.85
#: Names are compared when they share the beginning of a word that not everybody has.
BEGINNING = 4
RAREST = 2
#: Spellings that are close have at least this part of the pairs of letters in common.
ENOUGH_LETTERS = 0.55
MOST_OF_A_KIND = 120

OPEN = (PartnerStatus.LISTED, PartnerStatus.TO_CHECK)
Pair = tuple[int, int]  # primary keys, the lower one first


@dataclass(frozen=True)
class Named:
    """A service under one of its names."""

    pk: int
    key: str
    place: frozenset[str]
    words: frozenset[str] = field(compare=False)
    letters: frozenset[str] = field(compare=False)  # two that follow each other

    @classmethod
    def by(cls, pk: int, key: str, municipality: str) -> Named:
        letters = frozenset(key[place : place + 2] for place in range(len(key)))
        return cls(pk, key, frozenset(words_of(municipality)), frozenset(key.split()), letters)


def pairs(among: Collection[int] | None = None) -> list[tuple[PartnerService, PartnerService]]:
    """Services that may be the same, the longest known of each pair first, by name.

    With `among`, only pairs in which one of these is. A constant number of queries.
    """
    names = _names()
    found = {
        pair
        for pair in _alike(names, among=among)
        if among is None or not set(pair).isdisjoint(among)
    }
    found -= set(DifferentServices.objects.values_list("first", "second"))
    rows = PartnerService.objects.select_related("kind")
    partners = rows.in_bulk({pk for pair in found for pk in pair})
    told = [_listed_first(partners[one], partners[other]) for one, other in found]
    return sorted(told, key=lambda pair: (pair[0].name.casefold(), pair[0].pk, pair[1].pk))


def looks_like(one: Named, other: Named) -> bool:
    """Whether two names may be of one service.

    Where municipalities are clearly different, only a name that tells one of them, such as that
    of a public welfare centre, is the same: a "Relais social" is in many towns.
    """
    if not _may_be_in_one_place(one, other):
        return one.key == other.key and (one.place <= one.words or other.place <= one.words)
    if one.key == other.key:
        return True
    if _numbers(one.words) != _numbers(other.words):
        return False  # "Antenne 1" and "Antenne 2"
    shared = len(one.words & other.words)
    if shared / len(one.words | other.words) >= ENOUGH_WORDS:
        return True
    return _is_spelt_like(one, other)


def _is_spelt_like(one: Named, other: Named) -> bool:
    # The exact answer takes long: most are told apart by less.
    longest = max(len(one.letters), len(other.letters))
    if len(one.letters & other.letters) < ENOUGH_LETTERS * longest:
        return False
    spelling = SequenceMatcher(None, one.key, other.key, autojunk=False)
    return spelling.quick_ratio() >= CLOSE_SPELLING and spelling.ratio() >= CLOSE_SPELLING


@transaction.atomic
def note_different(one: PartnerService, other: PartnerService) -> None:
    """Do not propose these two again. Raises CannotMergeError for a service and itself."""
    if one.pk == other.pk:
        raise CannotMergeError
    first, second = sorted([one.pk, other.pk])
    DifferentServices.objects.get_or_create(first_id=first, second_id=second)


def _names() -> list[Named]:
    partners = PartnerService.objects.filter(status__in=OPEN)
    had = FormerName.objects.filter(partner__status__in=OPEN)
    rows = [
        *partners.order_by().values_list("pk", "search_key", "municipality"),
        *had.order_by().values_list("partner", "search_key", "partner__municipality"),
    ]
    return [Named.by(*row) for row in rows]


def _alike(names: list[Named], *, among: Collection[int] | None) -> Iterator[Pair]:
    for one, other in _to_compare(names):
        if among is not None and one.pk not in among and other.pk not in among:
            continue
        if looks_like(one, other):
            yield min(one.pk, other.pk), max(one.pk, other.pk)


def _to_compare(names: list[Named]) -> set[tuple[Named, Named]]:
    """Not all with all, which would take minutes: those with a rare beginning of a word in common,
    or the whole name.
    """
    frequency = Counter(start for one in names for start in _beginnings(one))
    groups: dict[str, list[Named]] = defaultdict(list)
    for one in names:
        groups[f"={one.key}"].append(one)
        for start in sorted(_beginnings(one), key=lambda start: (frequency[start], start))[:RAREST]:
            groups[start].append(one)
    return {
        pair
        for group in groups.values()
        for part in _in_one_place(group)
        for pair in combinations(part, 2)
        if pair[0].pk != pair[1].pk
    }


def _in_one_place(group: list[Named]) -> Iterable[list[Named]]:
    """A large group by municipality, each with those that are in none."""
    if len(group) <= MOST_OF_A_KIND:
        return [group]
    by_place: dict[frozenset[str], list[Named]] = defaultdict(list)
    for one in group:
        by_place[one.place].append(one)
    nowhere = by_place.pop(frozenset(), [])
    return [part + nowhere for part in by_place.values()] or [nowhere]


def _beginnings(one: Named) -> set[str]:
    return {word[:BEGINNING] for word in one.words}


def _may_be_in_one_place(one: Named, other: Named) -> bool:
    """ "Charleroi" and "6000 Charleroi" are one place; so may be any place and none."""
    return one.place <= other.place or other.place <= one.place


def _numbers(words: frozenset[str]) -> set[str]:
    return {word for word in words if word.isdecimal()}


def _listed_first(
    one: PartnerService, other: PartnerService
) -> tuple[PartnerService, PartnerService]:
    """As a merge would have it: the listed one stays."""
    first, second = sorted([one, other], key=lambda it: (it.status != PartnerStatus.LISTED, it.pk))
    return first, second
