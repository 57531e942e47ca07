"""docs/reference/registration-states.md, drawn from the table: `make docs` writes it again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
if __name__ == "__main__":
    django.setup()

from django.utils import translation

from registrations.domain.states import TRANSITIONS
from registrations.enums import LIVING, SEATED, ParticipationStatus

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/registration-states.md"
FRONT = """\
# States of a participation

One person at one session is in one of these states. What leads from one to another is one table,
`registrations/domain/states.py`; nothing else is possible. Each step is logged.

Written from that table by `make docs`; a test fails when it is behind.
"""


def page() -> str:
    with translation.override("en"):
        parts = [FRONT, *diagram(), "", *table(STATES_HEAD, states()), "", *table(HEAD, steps())]
    return "\n".join(parts) + "\n"


def diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for step in TRANSITIONS:
        for target in step.targets:
            yield f"    {step.source or '[*]'} --> {target}: {step.verb.label}"
    for status in ended():
        yield f"    {status} --> [*]"
    yield "```"


STATES_HEAD = ("state", "meaning", "takes a place", "is told of changes")


def states() -> Iterator[tuple[str, ...]]:
    for status in ParticipationStatus:
        yield (
            f"`{status}`",
            str(status.label),
            "yes" if status in SEATED else "",
            "yes" if status in LIVING else "",
        )


HEAD = ("what is done", "from", "to")


def steps() -> Iterator[tuple[str, ...]]:
    for step in TRANSITIONS:
        source = f"`{step.source}`" if step.source else "not there"
        yield f"{step.verb.label} (`{step.verb}`)", source, " or ".join(map(code, step.targets))


def ended() -> list[ParticipationStatus]:
    sources = {step.source for step in TRANSITIONS}
    return [status for status in ParticipationStatus if status not in sources]


def code(value: str) -> str:
    return f"`{value}`"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
