"""What figures are of, and who is counted in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from registrations.enums import CAME, ParticipationStatus
from registrations.models import Participation
from trainings.domain.queries import public_pages, public_sessions
from trainings.enums import SessionStatus
from trainings.models import Programme, Training, TrainingSession

#: From a participation to the partner service of whoever comes.
PARTNER = "participant__registration__partner"
THEY_CAME = Q(presence__in=CAME)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is counted: what is said of these narrows it, nothing said is everything.

    Sessions that are cancelled or postponed never count. A session is of the year in which it
    begins where it takes place. For the public, only what has a page anyone may read is counted,
    and nothing discreet.
    """

    session: TrainingSession | None = None
    training: Training | None = None
    programme: Programme | None = None
    year: int | None = None
    for_public: bool = False

    def sessions(self) -> QuerySet[TrainingSession]:
        found: QuerySet[TrainingSession] = TrainingSession.objects.all()
        if self.for_public:
            found = public_sessions(public_pages())
        wanted: dict[str, Any] = {
            "pk": self.session and self.session.pk,
            "training": self.training,
            "training__programme": self.programme,
            "starts_on__year": self.year,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return found.filter(status=SessionStatus.SCHEDULED, **given).order_by()


def registered_at(sessions: QuerySet[TrainingSession]) -> QuerySet[Participation]:
    """Those with a confirmed place; presence is only known of them."""
    confirmed: QuerySet[Participation] = Participation.objects.filter(
        session__in=sessions.values("pk"), status=ParticipationStatus.CONFIRMED
    )
    return confirmed.order_by()
