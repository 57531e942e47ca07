from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection, connections, models, router, transaction
from django.utils import timezone

#: A save that is its own transaction commits before we can note it; none takes this long.
SETTLES_WITHIN = timedelta(minutes=1)
READ = "SELECT changed_at, unsettled_until FROM trainings_calendarstate WHERE id = 1"


class Reading(NamedTuple):
    """The state at one look. What was read from the database after it is at least as new."""

    changed_at: datetime
    unsettled_until: datetime | None

    def is_settled(self, at: datetime) -> bool:
        """Whether no change may be under way that `changed_at` does not tell yet."""
        return self.unsettled_until is None or self.unsettled_until <= at


def _in_utc(moment: datetime) -> datetime:
    """SQLite keeps no zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


class CalendarState(models.Model):
    """When the published calendar last changed, removals included: one row, moved forward only.

    The newest session's date cannot tell: an unpublished page takes its sessions away and
    leaves no trace. `changed_at` is a whole second, never the same twice, because HTTP dates
    (RFC 9110 §5.6.7) have no fractions and two changes within one second must differ.
    """

    now = staticmethod(timezone.now)

    changed_at = models.DateTimeField()
    unsettled_until = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.CheckConstraint(name="calendar_state_is_one_row", condition=models.Q(pk=1))
        ]

    def __str__(self) -> str:
        return self.changed_at.isoformat()

    @classmethod
    def read(cls) -> Reading | None:
        """None as long as nothing was ever published."""
        # By hand: asked at each fetch of a calendar, and a queryset takes five times as long.
        connection = connections[router.db_for_read(cls)]
        with connection.cursor() as cursor:
            cursor.execute(READ)
            row = cursor.fetchone()
        return Reading(_in_utc(row[0]), row[1] and _in_utc(row[1])) if row else None

    @classmethod
    def touch(cls) -> None:
        """Note a change, in the transaction of the change; holds the row until it ends."""
        cls._move()

    @classmethod
    def announce(cls) -> None:
        """Say that a change is about to be saved, unless a transaction makes it one with its note.

        Between a bare save and the note after it a reader, or a crash, could take what was known
        before for the present.
        """
        if not connection.in_atomic_block:
            cls._move(unsettled_until=cls.now() + SETTLES_WITHIN)

    @classmethod
    def _move(cls, *, unsettled_until: datetime | None = None) -> None:
        now = cls.now().replace(microsecond=0)
        with transaction.atomic():
            row, created = cls.objects.select_for_update().get_or_create(
                pk=1, defaults={"changed_at": now, "unsettled_until": unsettled_until}
            )
            if not created:
                row.changed_at = max(now, row.changed_at + timedelta(seconds=1))
                row.unsettled_until = unsettled_until or row.unsettled_until
                row.save()
