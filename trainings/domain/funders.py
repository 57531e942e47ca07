"""Who supports a training, and how it asks to be mentioned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from trainings.models import Funder, Programme, Training


def funders_of(training: Training) -> list[Funder]:
    """Its own, or else its programme's, by name, each with its logo."""
    return funders_by_key({training.pk})[training.pk]


def funders_by_training(trainings: Iterable[Training]) -> dict[int, list[Funder]]:
    """`funders_of()` for many, by primary key, in two queries."""
    return funders_by_key({one.pk for one in trainings})


def funders_by_key(pks: set[int]) -> dict[int, list[Funder]]:
    """The same for trainings that need not be loaded."""
    own = _of(Training.funders.through, F("training"), pks)
    shared = _of(Programme.funders.through, F("programme__trainings"), pks - set(own))
    return {pk: own.get(pk) or shared.get(pk, []) for pk in pks}


def funders_of_programme(programme: Programme) -> list[Funder]:
    return _of(Programme.funders.through, F("programme"), {programme.pk}).get(programme.pk, [])


def mention_of(funder: Funder) -> str:
    """The sentence it asks for, in the active language; ours where it asks for none."""
    return str(funder.mention) or _("With the support of %(name)s.") % {"name": funder.name}


def _of(links: Any, supported: F, pks: set[int]) -> dict[int, list[Funder]]:
    """Funders by the key of what they support."""
    rows = links.objects.annotate(supported=supported).filter(supported__in=pks)
    found: dict[int, list[Funder]] = {}
    for row in rows.select_related("funder__logo").order_by("funder__name", "funder"):
        found.setdefault(row.supported, []).append(row.funder)
    return found
