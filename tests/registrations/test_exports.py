import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from docx import Document
from openpyxl import load_workbook  # type: ignore[import-untyped]

from registrations.exports import as_csv, as_docx, as_text, as_xlsx


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+32 71", "-2", "@SUM(A1)", "\tx", "\r\nx", "  =1", "\uff1d1", "\uff20x", "\uff0d1"],
)
def test_what_a_spreadsheet_would_reckon_is_text(typed):
    assert as_text(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["", " ", "Dupont", "d’Été", "'x", "1-2", "a=b", "…", "é@x"])
def test_anything_else_stays_as_it_is(typed):
    assert as_text(typed) == typed


def test_a_file_is_read_as_it_was_written():
    rows = [["Nom", "Fonction"], ["d’Été", 'dite "la; longue"\nsur deux lignes'], ["Ñ 7", 3]]

    response = as_csv("2027.csv", rows)

    assert response.content.startswith(b"\xef\xbb\xbfNom;Fonction\r\n")
    read = csv.reader(StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert list(read) == [*rows[:2], ["Ñ 7", "3"]]


TYPED = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"]


def read(response):
    return load_workbook(BytesIO(response.content))


@pytest.mark.parametrize("typed", TYPED)
def test_no_cell_of_a_workbook_is_a_formula(typed):
    (sheet,) = read(as_xlsx("a.xlsx", {typed: [[typed], [typed]]}))

    assert [cell.data_type for (cell,) in sheet] == ["s", "s"]
    assert sheet["A2"].value.strip() == typed.strip()


def test_numbers_are_numbers_and_all_else_is_text():
    rows = [["Nom", "n"], ["a\x00b\x07\ud800", 3], [None, Decimal("1.5")], [True, date(2027, 3, 9)]]

    (sheet,) = read(as_xlsx("a.xlsx", {"Chiffres": rows}))

    assert list(sheet.iter_rows(values_only=True)) == [
        ("Nom", "n"),
        ("ab", 3),
        (None, 1.5),
        ("True", "2027-03-09"),
    ]
    assert (sheet["A1"].font.bold, sheet["A2"].font.bold) == (True, False)


def test_sheets_have_names_a_spreadsheet_takes():
    long = "Par formation qui n’appartient à aucun programme"
    book = read(as_xlsx("a.xlsx", {"a/b": [], long: [], f"{long} !": [], "'": [], "A B": []}))

    assert len({name.casefold() for name in book.sheetnames}) == 5
    assert all(0 < len(name) <= 31 for name in book.sheetnames)
    assert book.sheetnames[0] == "a b"


def test_a_document_has_its_title_and_says_nothing_of_its_making():
    response = as_docx("a.docx", "Titre\x00", [("Santé (2)", " : A, B"), ("", "fin")])

    document = Document(BytesIO(response.content))
    assert [one.text for one in document.paragraphs] == ["Titre", "Santé (2) : A, B", "fin"]
    about = document.core_properties
    assert (about.title, about.author, about.comments) == ("Titre", "", "")
