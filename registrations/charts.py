"""Bars for people who look rather than read: arithmetic alone, a template draws them.

What is drawn in outline is the whole, what is filled is the part: no colour tells anything. The
same numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: In the units of the drawing, which is scaled to the width there is.
WIDTH = 360
LINE = 44
TEXT_AT, BAR_AT, BAR = 14, 21, 14
#: Room for the numbers behind the longest bar.
NUMBERS = 72
#: A longer label would leave the drawing.
LONGEST = 46


@dataclass(frozen=True, kw_only=True)
class Bar:
    label: str
    numbers: str
    text_y: int
    bar_y: int
    numbers_x: float
    part: float
    whole: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`name` tells apart the charts of a page: elements are named after it."""

    name: str
    title: str
    description: str
    bars: list[Bar]
    width: int = WIDTH
    bar: int = BAR

    @property
    def height(self) -> int:
        return LINE * len(self.bars)

    @property
    def numbers_down(self) -> int:
        """From the top of a bar to the line its numbers stand on."""
        return BAR - 3


def bars(
    name: str, title: str, rows: Iterable[tuple[str, int, int]], *, description: str = ""
) -> Chart:
    """Of label, part and whole; where they are the same, one number is said.

    The longest bar is as long as there is room, all others in proportion.
    """
    rows = list(rows)
    most = max((whole for _label, _part, whole in rows), default=0)
    return Chart(
        name=name,
        title=title,
        description=description,
        bars=[
            _bar(place, label, part, whole, per=(WIDTH - NUMBERS) / (most or 1))
            for place, (label, part, whole) in enumerate(rows)
        ],
    )


def _bar(place: int, label: str, part: int, whole: int, *, per: float) -> Bar:
    top = place * LINE
    return Bar(
        label=label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…",
        numbers=str(part) if part == whole else f"{part} / {whole}",
        text_y=top + TEXT_AT,
        bar_y=top + BAR_AT,
        numbers_x=round(whole * per + 6, 1),
        part=round(part * per, 1),
        whole=round(whole * per, 1),
    )
