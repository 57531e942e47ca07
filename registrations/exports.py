"""Lists as files for spreadsheets."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from docx import Document
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]

#: What a spreadsheet takes for a formula, at the beginning of a cell, be it full width.
FORMULA = frozenset("=+-@\t\r\n")
#: What no file of an office holds.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: What the name of a sheet cannot have, and its length.
NOT_IN_SHEET_NAMES, SHEET_NAME = re.compile(r"[\[\]:*?/\\]"), 31
MOST_IN_A_CELL = 32_767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Rows = Iterable[Sequence[Any]]


def as_csv(name: str, rows: Rows) -> HttpResponse:
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


def as_xlsx(name: str, sheets: Mapping[str, Rows]) -> HttpResponse:
    """A workbook of these sheets; the first row of each is its headings.

    A number is a number; all else is text and nothing but text, never a formula.
    """
    book = Workbook(write_only=True)
    names: set[str] = set()
    for title, rows in sheets.items():
        sheet = book.create_sheet(_sheet_name(title, names))
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = 48
        for number, row in enumerate(rows):
            sheet.append([_cell(sheet, value, is_heading=number == 0) for value in row])
    content = BytesIO()
    book.save(content)
    return _attached(name, content.getvalue(), XLSX)


def as_docx(name: str, title: str, paragraphs: Iterable[tuple[str, str]]) -> HttpResponse:
    """A document: its title, then paragraphs that each begin in bold."""
    document = Document()
    about = document.core_properties
    about.title, about.author, about.comments = printable(title), "", ""
    document.add_heading(printable(title), level=1)
    for bold, plain in paragraphs:
        paragraph = document.add_paragraph()
        paragraph.add_run(printable(bold)).bold = True
        paragraph.add_run(printable(plain))
    content = BytesIO()
    document.save(content)
    return _attached(name, content.getvalue(), DOCX)


def as_plain_text(name: str, text: str) -> HttpResponse:
    return _attached(name, text.encode(errors="replace"), "text/plain; charset=utf-8")


def printable(value: Any) -> str:
    return CONTROL.sub("", str(value))


def _cell(sheet: Any, value: Any, *, is_heading: bool) -> Any:
    cell = WriteOnlyCell(sheet)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        cell.value = value
    elif value is not None and value != "":
        cell.value = printable(value)[:MOST_IN_A_CELL]
        cell.data_type = "s"  # what begins like a formula is none
    if is_heading:
        cell.font = Font(bold=True)
    return cell


def _sheet_name(title: str, taken: set[str]) -> str:
    """Each its own, whatever the case."""
    plain = NOT_IN_SHEET_NAMES.sub(" ", printable(title)).strip(" '") or "1"
    name, number = plain[:SHEET_NAME], 2
    while name.casefold() in taken:
        name = f"{plain[: SHEET_NAME - 4]} {number}"
        number += 1
    taken.add(name.casefold())
    return name


def _attached(name: str, content: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
