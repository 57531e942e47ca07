"""Who opened a participant's page in this browser."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registrations.enums import TokenPurpose
from registrations.models import AccessToken, Participation
from registrations.views import protection


def page_name(participation_pk: int) -> str:
    """What a browser that opened this page keeps its secret under."""
    return f"kept_{participation_pk}"


def opened_participation(request: Any, pk: int, *, at: datetime) -> Participation | None:
    """The one whose link this browser followed, if that link opens still."""
    secret = protection.opened_with(request, page=page_name(pk))
    token = AccessToken.find(secret, purpose=TokenPurpose.PARTICIPANT, at=at)
    return token.participation if token is not None and token.participation_id == pk else None
