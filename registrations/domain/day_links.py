"""Secret links of one session that open until its day is over: of the desk and of the trainer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from wagtail.log_actions import log

from registrations.domain.locking import lock_sessions
from registrations.enums import TokenPurpose
from registrations.exceptions import SheetNotOpenError
from registrations.models import AccessToken
from trainings.models import TrainingSession


@transaction.atomic
def renew(session: TrainingSession, *, purpose: TokenPurpose, by: Any, at: datetime) -> str:
    """Make the link and return its secret, which is not stored and cannot be read again.

    The one before, if there is one, ends. Raises SheetNotOpenError when the day is over.
    """
    (session,) = lock_sessions([session.pk])
    link = AccessToken.for_session(session, purpose=purpose, at=at)
    if link.expires_at <= at:
        raise SheetNotOpenError
    _living(session, purpose=purpose, at=at).update(revoked_at=at)
    link.save()
    log(session, f"registrations.renew_{purpose.lower()}_link", user=by, timestamp=at)
    return link.secret


@transaction.atomic
def revoke(session: TrainingSession, *, purpose: TokenPurpose, by: Any, at: datetime) -> bool:
    """End the link; returns whether there was one."""
    lock_sessions([session.pk])
    ended = bool(_living(session, purpose=purpose, at=at).update(revoked_at=at))
    if ended:
        log(session, f"registrations.revoke_{purpose.lower()}_link", user=by, timestamp=at)
    return ended


def living(session: TrainingSession, *, purpose: TokenPurpose, at: datetime) -> AccessToken | None:
    """The link that opens now."""
    return _living(session, purpose=purpose, at=at).first()


def _living(
    session: TrainingSession, *, purpose: TokenPurpose, at: datetime
) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(
        purpose=purpose, session=session, expires_at__gt=at, revoked_at=None
    )
