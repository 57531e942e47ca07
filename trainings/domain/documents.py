"""What a training gives out: which documents, at which moment, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Min, QuerySet
from wagtail.documents import get_document_model
from wagtail.models import Page, ReferenceIndex

from trainings.conf import conf
from trainings.enums import DocumentMoment, SessionStatus
from trainings.models import TrainingSession

#: A document without a moment is there from the first day.
ORDER = ["", *DocumentMoment.values]


@dataclass(frozen=True)
class Handout:
    """A document as one page gives it out."""

    document: Any
    moment: str
    only_participants: bool

    def given_out_at(self, session: TrainingSession) -> datetime | None:
        """Since when, around this session; None when that is from the first day on."""
        if self.moment == DocumentMoment.DURING:
            return session.starts_at
        return session.ends_at if self.moment == DocumentMoment.AFTER else None

    def has_come(self, session: TrainingSession, *, at: datetime) -> bool:
        """Whether it is given out by now. What does not take place gives out nothing new."""
        since = self.given_out_at(session)
        return since is None or (session.goes_ahead and since <= at)


def handouts_of(pages: Iterable[Any]) -> dict[int, list[Handout]]:
    """By primary key of each page, by moment and as an editor put them, in one query.

    Documents that were deleted since are left out.
    """
    told = {page.pk: list(_told(page.documents.raw_data)) for page in pages}
    keys = {key for rows in told.values() for key, _moment, _only in rows}
    found = get_document_model().objects.in_bulk(keys) if keys else {}
    return {
        page: sorted(
            (Handout(found[key], moment, only) for key, moment, only in rows if key in found),
            key=lambda one: ORDER.index(one.moment),
        )
        for page, rows in told.items()
    }


def by_moment(handouts: Iterable[Handout]) -> list[tuple[str, list[Handout]]]:
    """What `handouts_of()` gives for one page, in groups."""
    return [(moment, list(some)) for moment, some in groupby(handouts, lambda one: one.moment)]


def for_everybody(page: Any, handouts: Iterable[Handout], *, at: datetime) -> list[Handout]:
    """Those of a page that anybody may open now.

    What is for during or after a session is there once a first one of the training that takes
    place has begun, or is over: a page speaks of all its sessions.
    """
    public = [one for one in handouts if not one.only_participants]
    if not any(one.moment in (DocumentMoment.DURING, DocumentMoment.AFTER) for one in public):
        return public
    sessions = page.training.sessions.filter(status=SessionStatus.SCHEDULED)
    first = sessions.aggregate(begun=Min("starts_at"), over=Min("ends_at"))
    since: dict[str, datetime | None] = {
        DocumentMoment.DURING.value: first["begun"],
        DocumentMoment.AFTER.value: first["over"],
    }
    return [
        one
        for one in public
        if one.moment not in since or ((moment := since[one.moment]) and moment <= at)
    ]


# --- what its own address may serve ------------------------------------------------------------


def pages_that_give(document: Any) -> list[Any]:
    """Training pages with this document among theirs, live or not, in any language; two queries.

    They are found by Wagtail's index of references, which follows each save of a page.
    """
    of_pages = ReferenceIndex.get_references_to(document).filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        model_path__startswith="documents.",
    )
    keys = {int(key) for key in of_pages.values_list("object_id", flat=True)}
    pages: QuerySet[Any] = conf.get_training_page_model().objects.filter(pk__in=keys)
    return list(pages) if keys else []


def is_for_participants(document: Any, pages: Iterable[Any]) -> bool:
    """Whether one of these pages keeps it for participants, and no live one offers it to all."""
    said = [
        (page.live, only)
        for page in pages
        for key, _moment, only in _told(page.documents.raw_data)
        if key == document.pk
    ]
    is_offered = any(live and not only for live, only in said)
    return not is_offered and any(only for _live, only in said)


def _told(blocks: Any) -> Iterator[tuple[int, str, bool]]:
    """Document, moment, and whether it is for participants only, without asking the database."""
    for block in blocks:
        value = block["value"]
        if block["type"] == "document":
            value = {"document": value}
        if key := value.get("document"):
            moment = value.get("moment") or ""
            known = moment if moment in ORDER else ""
            yield int(key), known, bool(value.get("only_participants"))
