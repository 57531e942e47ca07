"""Lists of partner services as other programs write them; nobody in them exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]

Table = Sequence[Sequence[Any]]


def network_of_129() -> list[list[Any]]:
    """129 organisations, 320 neighbourhoods, 13 000 employees and 2 500 volunteers."""
    head = ["Référence", "Nom", "Lien avec nous", "Commune", "Région", "Quartiers", "Salariés"]
    rows: list[list[Any]] = [[*head, "Bénévoles"]]
    neighbourhoods = spread(320, 129)
    employees, volunteers = spread(13_000, 129), spread(2_500, 129)
    for number in range(129):
        places = [f"Quartier {number + 1}.{nth}" for nth in range(1, neighbourhoods[number] + 1)]
        rows.append(
            [
                f"R{number + 1:03}",
                f"Régie de quartier {number + 1}",
                "membre de notre réseau" if number % 2 else "MEMBER",
                f"Ville {number % 60 + 1}",
                f"Région {number % 13 + 1}",
                "; ".join(places),
                employees[number],
                volunteers[number],
            ]
        )
    return rows


def spread(total: int, among: int) -> list[int]:
    """So many, as evenly as goes, that add up to the total."""
    return [total // among + (number < total % among) for number in range(among)]


def as_csv(rows: Table, *, delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Table) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
