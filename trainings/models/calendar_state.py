from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone


class CalendarState(models.Model):
    """When the published calendar last changed, removals included: one row, moved forward only.

    The newest session's date cannot tell: an unpublished page takes its sessions away and
    leaves no trace. `changed_at` is a whole second, never the same twice, because HTTP dates
    (RFC 9110 §5.6.7) have no fractions and two changes within one second must differ.
    """

    changed_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.CheckConstraint(name="calendar_state_is_one_row", condition=models.Q(pk=1))
        ]

    def __str__(self) -> str:
        return self.changed_at.isoformat()

    @classmethod
    def read(cls) -> datetime | None:
        return cls.objects.values_list("changed_at", flat=True).filter(pk=1).first()

    @classmethod
    def touch(cls) -> None:
        """Note a change, in the transaction of the change; holds the row until it ends."""
        now = timezone.now().replace(microsecond=0)
        with transaction.atomic():
            row, created = cls.objects.select_for_update().get_or_create(
                pk=1, defaults={"changed_at": now}
            )
            if not created:
                row.changed_at = max(now, row.changed_at + timedelta(seconds=1))
                row.save(update_fields=["changed_at"])
