"""Times and how they are shown; a database to fill."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import django
from django.conf import settings
from django.core.management import call_command

ROUNDS = 30


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median over the rounds, after one to warm up."""
    work()
    times = []
    for _round in range(rounds):
        begun = perf_counter()
        work()
        times.append((perf_counter() - begun) * 1000)
    return statistics.median(times)


def show(what: str, measured: float, floor: float, floor_name: str) -> None:
    sys.stdout.write(
        f"{what:<42} {measured:8.2f} ms   {measured / floor:6.1f} × {floor_name} ({floor:.2f} ms)\n"
    )


def prepare(folder: str) -> None:
    settings.DATABASES["default"]["NAME"] = str(Path(folder, "bench.sqlite3"))
    settings.ALLOWED_HOSTS = ["*"]
    # Pages are indexed once, when all are there.
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {**settings.WAGTAILSEARCH_BACKENDS["default"], "AUTO_UPDATE": False}
    }
    django.setup()
    call_command("migrate", verbosity=0)
