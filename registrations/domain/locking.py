"""The one lock: whoever makes places scarcer locks the sessions first, then counts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from django.db.models import Model, QuerySet

from registrations.exceptions import BusyError
from trainings.models import TrainingSession

ATTEMPTS = 3
PAUSE = 0.1  # seconds at most before the second attempt, twice that before the third
#: PostgreSQL gave up on a transaction for the sake of another: serialization failure, deadlock,
#: lock not available.
GAVE_WAY = {"40001", "40P01", "55P03"}

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)


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
        .select_related("training__programme")
        .order_by("pk")
    )


def lock_shared(rows: QuerySet[M]) -> list[M]:
    """These rows, of one table, as they are now; any number of transactions may lock them so at
    once, and until all of them end nobody locks one with `select_for_update()`.

    For a row that many point at. Changes of its other columns and locks with `no_key` go on
    meanwhile: this is PostgreSQL's FOR KEY SHARE, which Django cannot ask for. On SQLite the
    transaction itself keeps everybody else out. Raises TransactionManagementError outside one.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("lock_shared() needs a transaction.")
    if transaction.get_connection().vendor != "postgresql":
        return list(rows)
    sql, params = rows.query.sql_with_params()
    return list(rows.model._base_manager.raw(f"{sql} FOR KEY SHARE", params))


def retried(act: Callable[P, R]) -> Callable[P, R]:
    """For a verb that is one transaction: do it again when the database made it give way.

    Nothing of the first attempt is left then. Raises BusyError after the third, and at once when
    SQLite has already waited as long as its settings say. Inside somebody else's transaction,
    which only they can begin again, what the database raises passes.
    """

    @wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return act(*args, **kwargs)
        attempt = 1
        while True:
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                cause = error.__cause__
                gave_way = getattr(cause, "sqlstate", None) in GAVE_WAY
                if not gave_way and getattr(cause, "sqlite_errorname", "") != "SQLITE_BUSY":
                    raise
                if attempt == ATTEMPTS or not gave_way:
                    raise BusyError from error
                # Not at the same instant as the other.
                time.sleep(random.uniform(0, PAUSE * attempt))  # noqa: S311 -- no secret
            attempt += 1

    return run
