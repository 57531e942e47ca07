"""When what pages show last changed: sitemaps say it, for all pages from one read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q

from trainings.conf import conf
from trainings.domain import queries
from trainings.models import Training, TrainingIndexPage


class Changes(NamedTuple):
    """Of all that is public: discreet and restricted trainings have no entry."""

    #: By training, the newest change of its dates and of their venues.
    trainings: dict[int, datetime | None]
    #: The same of all trainings of a programme.
    programmes: dict[int, datetime | None]
    #: By translation key of a catalogue, of all that its translations list, words included.
    catalogues: dict[UUID, datetime | None]


def changes(request: Any, *, at: datetime) -> Changes:
    """In three queries, asked once for a request: a sitemap asks for each of its pages."""
    found: Changes | None = getattr(request, "_trainings_changes", None)
    if found is None:
        found = _read(at)
        if request is not None:
            request._trainings_changes = found
    return found


def changed(urls: list[dict[str, Any]], change: datetime | None) -> list[dict[str, Any]]:
    """A page's entries, whose `lastmod` is that of its words, with a later change."""
    return [{**url, "lastmod": _newest((url.get("lastmod"), change))} for url in urls]


def _read(at: datetime) -> Changes:
    pages = queries.public_pages()
    # A corrected address is news where the venue is still shown.
    shown = Q(sessions__ends_at__gt=at - conf.calendar_past)
    rows = (
        Training.objects.filter(
            Exists(pages.order_by().filter(training=OuterRef("pk"))), is_discreet=False
        )
        .annotate(
            of_dates=Max("sessions__changed_at"),
            of_venues=Max("sessions__venue__changed_at", filter=shown),
        )
        .values_list("pk", "programme_id", "of_dates", "of_venues")
    )
    trainings: dict[int, datetime | None] = {}
    programmes: dict[int, list[datetime | None]] = {}
    for pk, programme_id, *moments in rows:
        trainings[pk] = _newest(moments)
        programmes.setdefault(programme_id, []).append(trainings[pk])
    return Changes(
        trainings=trainings,
        programmes={pk: _newest(moments) for pk, moments in programmes.items()},
        catalogues=_of_catalogues(pages, trainings),
    )


def _of_catalogues(
    pages: Any, trainings: dict[int, datetime | None]
) -> dict[UUID, datetime | None]:
    below = [
        (path, _newest((published_at, trainings[training_id])))
        for path, training_id, published_at in pages.values_list(
            "path", "training_id", "last_published_at"
        )
        if training_id in trainings
    ]
    found: dict[UUID, list[datetime | None]] = {}
    for path, key in TrainingIndexPage.objects.values_list("path", "translation_key"):
        moments = found.setdefault(key, [])
        moments.extend(moment for page, moment in below if page.startswith(path))
    return {key: _newest(moments) for key, moments in found.items()}


def _newest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
