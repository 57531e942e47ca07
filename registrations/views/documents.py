"""Documents for participants, behind their own link or behind that of a registration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import FileResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from registrations.domain.handouts import document_for, handouts_for
from registrations.models import Participation
from registrations.views import protection
from registrations.views.kept import opened_participation
from registrations.views.registration import nothing_here, opened_registration
from trainings.domain import documents
from trainings.templatetags.trainings_tags import moment_in_words
from trainings.views.documents import for_participants_only


@method_decorator([require_safe, never_cache], name="dispatch")
class ParticipantDocumentView(View):
    """Under the page of one person. Who has not opened that page is told so, whatever there is."""

    def get(self, request, pk, document):
        at = timezone.now()
        one = opened_participation(request, pk, at=at)
        if one is None:
            return closed(request)
        return hand_out(request, [one], document, at=at)


@method_decorator([require_safe, never_cache], name="dispatch")
class RegistrationDocumentView(View):
    """Under the page of a registration, for all who have a place by it."""

    def get(self, request, reference, document):
        at = timezone.now()
        registration = opened_registration(request, reference, at=at)
        if registration is None:
            return closed(request)
        people = Participation.objects.filter(participant__registration=registration)
        return hand_out(request, people.select_related("session"), document, at=at)


def closed(request: Any) -> Any:
    return protection.keep_address_secret(for_participants_only(request))


def hand_out(
    request: Any, people: Iterable[Participation], document_id: int, *, at: datetime
) -> Any:
    """The file, to be saved and not shown; nothing when it is not for these people, or not yet."""
    document = document_for(people, document_id, at=at)
    if document is None:
        return nothing_here(request)
    try:
        file = document.file.open("rb")
    except OSError:  # gone from the disk
        return nothing_here(request)
    response = FileResponse(
        file, as_attachment=True, filename=document.filename, content_type=document.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'"
    return protection.keep_address_secret(response)


# --- how they are shown ------------------------------------------------------------------------


def documents_context(participation: Participation, *, at: datetime) -> dict[str, Any]:
    """For `parts/kept_documents.html`: what this person may open, and what is still to come."""
    handouts = handouts_for(participation, language=get_language() or "")
    session = participation.session

    def shown(one: documents.Handout) -> dict[str, Any]:
        address = one.document.url
        if one.only_participants:
            keys = [participation.pk, one.document.pk]
            address = reverse("registrations:participant_document", args=keys)
        has_come = one.has_come(session, at=at)
        return {"document": one.document, "url": address if has_come else ""}

    return {
        "documents": [
            (moment_in_words(moment), [shown(one) for one in some])
            for moment, some in documents.by_moment(handouts)
        ]
    }


document_urls: list[Any] = [
    path(
        "kept/<int:pk>/document/<int:document>/",
        ParticipantDocumentView.as_view(),
        name="participant_document",
    ),
    path(
        "registration/<str:reference>/document/<int:document>/",
        RegistrationDocumentView.as_view(),
        name="registration_document",
    ),
]
