"""Lists as files for spreadsheets."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

#: What a spreadsheet takes for a formula, at the beginning of a cell, be it full width.
FORMULA = frozenset("=+-@\t\r\n")


def as_csv(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file to download. Excel reads it without being asked how: it is UTF-8 with a byte order
    mark, and semicolons part the cells, as where commas part whole numbers from the rest.
    """
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows([map(as_text, row) for row in rows])
    return response


def as_text(value: Any) -> str:
    """What people typed is never a formula: a spreadsheet shows the rest behind an apostrophe."""
    text = str(value)
    first = unicodedata.normalize("NFKC", text.lstrip(" ")[:1])
    return f"'{text}" if first in FORMULA else text
