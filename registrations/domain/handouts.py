"""Documents of a training, for those with a place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from registrations.models import Participation
from trainings.domain import documents, queries
from trainings.domain.documents import Handout


def document_for(people: Iterable[Participation], document_id: int, *, at: datetime) -> Any | None:
    """The document, when a page of their training gives it out and one of these, who has a place,
    may have it by now; None otherwise. In whatever language the page is.
    """
    seated = [one for one in people if one.has_place]
    pages = list(queries.live_pages({one.session.training_id for one in seated}))
    handouts = documents.handouts_of(pages)
    for page in pages:
        sessions = [one.session for one in seated if one.session.training_id == page.training_id]
        for handout in handouts[page.pk]:
            if handout.document.pk == document_id and any(
                handout.has_come(session, at=at) for session in sessions
            ):
                return handout.document
    return None


def handouts_for(one: Participation, *, language: str) -> list[Handout]:
    """All that the page of their training gives out, in their language if there is such a page;
    nothing to who has no place.
    """
    if not one.has_place:
        return []
    training = one.session.training_id
    pages = queries.pages_by_training(queries.live_pages([training]), language=language)
    page = pages.get(training)
    return documents.handouts_of([page])[page.pk] if page else []
