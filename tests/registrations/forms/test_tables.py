import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook  # type: ignore[import-untyped]

from registrations.forms import tables
from registrations.forms.tables import read_table
from tests.factories.lists import as_csv, as_xlsx

ROWS = [["Nom", "Commune"], ["Équipe d'aide", "Liège"]]
READ = [(1, ["Nom", "Commune"]), (2, ["Équipe d'aide", "Liège"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_is_read_whoever_wrote_it(delimiter, encoding):
    assert read_table(as_csv(ROWS, delimiter=delimiter, encoding=encoding)) == READ


def test_so_is_xlsx_with_numbers_as_they_are_read():
    rows = [*ROWS, ["6000", 6000, 6000.0, 1.5, True, None]]

    assert read_table(as_xlsx(rows)) == [*READ, (3, ["6000", "6000", "6000", "1.5", "1"])]


def test_a_formula_counts_by_its_value():
    """Which no program has worked out yet here: nothing is made up."""
    assert read_table(as_xlsx([["Nom"], ["=1+1"], ["=cmd|'/c calc'!A1", "x"]])) == [
        (1, ["Nom"]),
        (3, ["", "x"]),
    ]


def test_empty_lines_do_not_move_the_numbers_of_others():
    content = b'Nom;Note\r\n\r\nUn;\r\n;;\r\nDeux;"sur\r\ndeux lignes"\r\nTrois;\r\n'

    assert read_table(content) == [
        (1, ["Nom", "Note"]),
        (3, ["Un"]),
        (5, ["Deux", "sur\r\ndeux lignes"]),
        (7, ["Trois"]),
    ]


def bomb():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * (tables.MOST_UNFOLDED + 1))
    return written.getvalue()


def cell_at(place):
    book = Workbook()
    book.active["A1"], book.active[place] = "Nom", "x"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: bytes(range(256)) * 40, tables.NOT_READ),
        (lambda: b"Nom\x00;Commune\n", tables.NOT_READ),
        (lambda: b"PK\x03\x04 and nothing more", tables.NOT_READ),
        (lambda: as_xlsx(ROWS)[:-200], tables.NOT_READ),
        (lambda: b'Nom;Commune\n"never closed;x', tables.NOT_READ),
        (lambda: b"a" * 200_000, tables.NOT_READ),
        (lambda: "Nom\n".encode("utf-16"), tables.NOT_READ),
        (lambda: b"x;" * 100_000, tables.TOO_MANY_COLUMNS),
        (lambda: b"x\n" * (tables.MOST_ROWS + 2), tables.TOO_MANY_ROWS),
        (lambda: b"x" * (tables.MOST_BYTES + 1), tables.TOO_LARGE),
        (bomb, tables.TOO_LARGE),
        (lambda: cell_at("XFD1"), tables.TOO_MANY_COLUMNS),
        (lambda: cell_at("A1048576"), tables.TOO_MANY_ROWS),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(ValidationError) as error:
        read_table(make())

    assert error.value.messages == [str(sentence)]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n", b";;;\n;;"])
def test_an_empty_file_has_no_lines(content):
    assert read_table(content) == []
