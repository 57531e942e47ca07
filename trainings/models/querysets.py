from __future__ import annotations

from datetime import datetime

from django.db import models


class SessionQuerySet(models.QuerySet):
    def upcoming(self, at: datetime):
        """Not over yet, cancelled ones included: people still look for them."""
        return self.filter(ends_at__gt=at)

    def between(self, start: datetime, end: datetime):
        """Touching the window, both ends aware."""
        return self.filter(ends_at__gte=start, starts_at__lt=end)
