"""The one lock: whoever makes places scarcer locks the sessions first, then counts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from trainings.models import TrainingSession


def lock_sessions(session_ids: Iterable[int]) -> list[TrainingSession]:
    """Lock these session rows until the transaction ends; returns them as they are now.

    Call it once in a transaction, before counting. Rows are locked in primary-key order, so
    that two transactions cannot each wait for the other. SQLite has no row locks: there the
    transaction itself is immediate (a system check insists) and holds the whole database.
    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("lock_sessions() needs a transaction.")
    return list(
        TrainingSession.objects.select_for_update(of=("self",))
        .filter(pk__in=set(session_ids))
        .select_related("training")
        .order_by("pk")
    )
