"""Scans of signed sheets: kept with their session, in the database, where no web server reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from wagtail.log_actions import log

from registrations.models import SheetScan
from trainings.models import TrainingSession

#: By the bytes a file begins with.
KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
LARGEST = 10 * 1024 * 1024


def kind_of(beginning: bytes) -> str:
    """The content type of what may be kept; empty for anything else, whatever its name says."""
    return next((kind for bytes_, kind in KINDS.items() if beginning.startswith(bytes_)), "")


def scans_of(session: TrainingSession) -> QuerySet[SheetScan]:
    """Without their content."""
    found: QuerySet[SheetScan] = (
        SheetScan.objects.filter(session=session).select_related("kept_by").defer("content")
    )
    return found


@transaction.atomic
def keep(
    session: TrainingSession, *, name: str, content: bytes, by: Any, at: datetime
) -> SheetScan:
    """Content that `kind_of()` knows."""
    made = SheetScan.objects.create(
        session=session,
        name=name,
        content_type=kind_of(content),
        content=content,
        kept_at=at,
        kept_by=by,
    )
    log(session, "registrations.keep_scan", user=by, timestamp=at)
    return made


@transaction.atomic
def remove(scan: SheetScan, *, by: Any, at: datetime) -> None:
    scan.delete()
    log(scan.session, "registrations.remove_scan", user=by, timestamp=at)
