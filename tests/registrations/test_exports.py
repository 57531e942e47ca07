import csv
from io import StringIO

import pytest

from registrations.exports import as_csv, as_text


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
