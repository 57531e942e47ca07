from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from trainings.enums import SessionStatus


class SessionQuerySet(models.QuerySet):
    def upcoming(self, at: datetime):
        """Not over yet, cancelled ones included: people still look for them."""
        return self.filter(ends_at__gt=at)

    def between(self, start: datetime, end: datetime):
        """Touching the window, both ends aware."""
        return self.filter(ends_at__gte=start, starts_at__lt=end)

    def open_to_registration(self, at: datetime):
        """The set-wise twin of `TrainingSession.is_open()`."""
        return self.filter(
            Q(registration_opens_at__isnull=True) | Q(registration_opens_at__lte=at),
            Q(registration_closes_at__isnull=True) | Q(registration_closes_at__gt=at),
            status=SessionStatus.SCHEDULED,
            starts_at__gt=at,
        )
