"""Documents, and pages that give them out."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from wagtail.documents import get_document_model


def document(title: str = "Diapositives", content: bytes = b"%PDF-1.7 canary", **fields: Any):
    """In the folder of the run, which is emptied with it."""
    file = ContentFile(content, name=f"{title.lower()}.pdf")
    return get_document_model().objects.create(title=title, file=file, **fields)


def give(page: Any, *blocks: tuple[str, Any]) -> None:
    """Put these on the page, in this order."""
    page.documents = list(blocks)
    page.save()


def handout(made: Any, moment: str = "AFTER", *, only: bool = True) -> tuple[str, dict[str, Any]]:
    return ("handout", {"document": made, "moment": moment, "only_participants": only})
