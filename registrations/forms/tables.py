"""Read a table out of a file that somebody has in hand: CSV or XLSX, whoever wrote it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook  # type: ignore[import-untyped]

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 120
#: Of an XLSX, where the empty lines between count as well.
FURTHEST_ROW = 100_000
#: Of an XLSX, which is a ZIP: a small one can unfold to fill a memory.
MOST_UNFOLDED = 60 * 1024 * 1024
MOST_PARTS = 500

NOT_READ = _("This file cannot be read. Please save it as CSV or XLSX and try again.")
TOO_LARGE = _("This file is too large: at most 5 MB.")
TOO_MANY_ROWS = _("This file has too many lines: at most 5,000.")
TOO_MANY_COLUMNS = _("This file has too many columns: at most 120.")

Row = tuple[int, list[str]]  # the number of its line, as the reader of the file counts them


def read_table(content: bytes) -> list[Row]:
    """The lines that are not empty, cells as text without space around. Raises ValidationError.

    CSV may be UTF-8 or as Windows writes it, parted by semicolons, commas or tabs. Of an XLSX the
    first sheet is read, formulas by the value they had when it was saved.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(TOO_LARGE)
    rows = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    found = []
    for number, cells in rows:
        if any(cells):
            found.append((number, cells))
        if len(cells) > MOST_COLUMNS:
            raise ValidationError(TOO_MANY_COLUMNS)
        if len(found) > MOST_ROWS + 1:
            raise ValidationError(TOO_MANY_ROWS)
    return found


def _csv(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    if "\x00" in text:
        raise ValidationError(NOT_READ)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, _trimmed(cell.strip() for cell in cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ValidationError(NOT_READ) from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(NOT_READ)


def _delimiter(text: str) -> str:
    """What parts the headings: whatever there is most of."""
    head = text.lstrip("\r\n").partition("\n")[0]
    return max(";,\t", key=head.count)


def _xlsx(content: bytes) -> Iterator[Row]:
    _check_unfolds(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size may be wrong
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > FURTHEST_ROW:
                raise ValidationError(TOO_MANY_ROWS)
            yield number, _trimmed(_as_text(cell) for cell in cells)
    except ValidationError:
        raise
    except Exception as error:  # what a broken file makes of the reader is not foreseeable
        raise ValidationError(NOT_READ) from error


def _check_unfolds(content: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValidationError(NOT_READ) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNFOLDED:
        raise ValidationError(TOO_LARGE)


def _trimmed(cells: Iterable[str]) -> list[str]:
    """Without the empty cells at the end, which a spreadsheet adds as it likes."""
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return found


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a postal code that a spreadsheet took for a number
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip()
