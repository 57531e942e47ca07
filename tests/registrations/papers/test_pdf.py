"""Papers as PDF: accessible, whole, whatever people are called."""

import io
import time as clock
from datetime import date, time

import pytest
from django.utils import translation
from django.utils.translation import gettext
from pypdf import PdfReader

from registrations.domain.attendance import half_days_of
from registrations.domain.of_the_day import Asked, ForTrainer, Meals
from registrations.enums import PresenceState
from registrations.papers import printing
from registrations.papers.badges import badges
from registrations.papers.caterer import caterer
from registrations.papers.door import door
from registrations.papers.sheet import BLANK_LINES, sheet
from registrations.papers.trainer import trainer
from tests.registrations.papers import people
from tests.registrations.papers.people import AWKWARD, announced

pytestmark = pytest.mark.sqlite

SIZES = [0, 1, 25, 150]


def read(paper):
    """As a reader's program has it: each page's words, without the spaces of the layout."""
    pdf = PdfReader(
        io.BytesIO(printing.compile_pdf(paper.template, paper.data, images=paper.images))
    )
    assert_accessible(pdf, paper)
    return ["".join(page.extract_text().split()) for page in pdf.pages]


def assert_accessible(pdf, paper):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 -- pypdf's own kind of boolean
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"].split("-")[0] == paper.data["lang"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert pdf.metadata.title == paper.data["title"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in pdf.xmp_metadata.stream.get_data().decode()


def seconds_to_make(paper) -> float:
    """Of this process: others may be busy beside."""
    started = clock.process_time()
    printing.compile_pdf(paper.template, paper.data, images=paper.images)
    return clock.process_time() - started


def squeezed(words: str) -> str:
    return "".join(words.split())


def a_sheet(number, *, language="fr", unnamed=0, page=None, **fields):
    told = announced(language=language, page=page, **fields)
    with translation.override(language):
        return sheet(told, people.services(number, unnamed=unnamed), half_days_of(told.session))


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("number", SIZES)
def test_a_sheet_has_everybody_and_its_head_on_each_page(number, language):
    paper = a_sheet(number, language=language)

    pages = read(paper)

    words = "".join(pages)
    for said in ("Œuvrard0", "Gündoğan1", "ThịÁnh2", "O’Neil«l’été»3", "#letx=14")[:number]:
        assert said in words
    with translation.override(language):
        head = squeezed(paper.data["name"])
        signature = squeezed(gettext("Signature"))
        foot = [
            squeezed(gettext("Page %(page)s of %(pages)s") % {"page": page, "pages": len(pages)})
            for page in range(1, len(pages) + 1)
        ]
    assert all(head in page and signature in page for page in pages)
    assert [expected in page for expected, page in zip(foot, pages, strict=True)] == [True] * len(
        pages
    )
    assert (len(pages) > 1) == (number > 20)


def test_a_session_of_several_days_is_signed_for_each_half_day():
    paper = a_sheet(3, ends_on=date(2027, 3, 26), end_time=time(16, 30))

    assert [len(part) for part in paper.data["parts"]] == [6, 2]
    assert [one["day"] for one in paper.data["parts"][1]] == ["vendredi 26 mars 2027"] * 2
    words = "".join(read(paper))
    assert words.count("ThịÁnh2") == 2
    assert words.count("jeudi25mars2027") == 2


def test_a_sheet_has_lines_for_who_is_not_on_it():
    paper = a_sheet(2, unnamed=3, page=people.page())

    [group] = paper.data["groups"]
    assert [one["last_name"] != "" for one in group["people"]] == [True] * 2 + [False] * 3
    assert len(paper.data["blank"]) == BLANK_LINES >= 3
    assert [one["last_name"] for one in paper.data["trainers"]] == ["Juriste"]
    assert "Juriste" in "".join(read(paper))


@pytest.mark.parametrize("number", SIZES)
def test_badges_are_ten_to_a_page(number):
    with translation.override("fr"):
        paper = badges(announced(), people.services(number))

    pages = read(paper)

    assert len(pages) == max(1, -(-number // 10))
    assert [len(page) for page in paper.data["pages"]] == [
        min(10, number - at) for at in range(0, number, 10)
    ]
    if number:
        assert "Œuvrard0" in "".join(pages)


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_a_sign_for_the_door_leads_to_the_page(language):
    with translation.override(language):
        paper = door(announced(language=language, page=people.page()))

    [words] = read(paper)
    assert "Accompagnerunménage" in words
    assert "Commentfaire,l’été?" in words
    assert paper.data["qr"]["url"] == "https://formations.example/fr/accompagner/"
    assert b"<svg" in paper.images["qr.svg"]


def test_the_sign_of_a_discreet_session_tells_nothing():
    told = announced(page=people.page(title="Violences", guiding_question="Partir ?"))
    told.session.training.is_discreet = True

    paper = door(told)

    [words] = read(paper)
    assert "23mars2027" in words
    assert "violences" not in repr(paper.data).lower()
    assert "Partir" not in repr(paper.data)
    assert (paper.data["qr"], paper.images) == (None, {})


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("number", SIZES)
def test_a_list_for_the_trainer(number, language):
    asked = [Asked(people.kind(count), wish) for count, wish in enumerate(AWKWARD)]
    found = ForTrainer(
        has_begun=number == 25,
        services=people.services(number, unnamed=2, came=PresenceState.PRESENT),
        kinds=[],
        questions=asked if number else [],
    )
    with translation.override(language):
        paper = trainer(announced(language=language, page=people.page()), found)

    words = "".join(read(paper))

    assert "Accueil" in words
    assert ("O’Neil«l’été»" in words) == (number > 0)
    assert bool(paper.data["presence"]) == (number == 25)


def test_numbers_for_the_caterer():
    meals = Meals(25, 20, 3, 2, [(one, 1) for one in AWKWARD], are_erased=True)

    paper = caterer(announced(page=people.page()), meals)

    words = "".join(read(paper))
    assert "25" in words
    assert (
        squeezed(
            gettext("Answers about meals are erased some days after a session: these are gone.")
        )
        in words
    )


def test_a_hostile_name_reads_no_file_and_asks_nobody(tmp_path, monkeypatch):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    hostile = [
        f'#read("{secret}")',
        f'"); #read("{secret}"); ("',
        '#image("http://127.0.0.1:9/x.png")',
        '#include "/etc/passwd"',
        '#import "@preview/evil:1.0.0"',
        "#while true {}",
        "#{let f(x) = f(x); f(1)}",
        "A" * 300,
    ]
    monkeypatch.setattr(people, "AWKWARD", hostile)
    paper = a_sheet(16)

    assert seconds_to_make(paper) < 2
    words = "".join(read(paper))
    assert "TOPSECRET" not in words
    assert squeezed(hostile[2]) in words
    assert "#whiletrue{}" in words


def test_150_people_take_no_time():
    assert seconds_to_make(a_sheet(150)) < 3


def test_letters_without_a_font_are_boxes():
    with translation.override("fr"):
        paper = a_sheet(18)

    words = "".join(read(paper))

    assert "🙂" not in words
    assert printing.NO_LETTER * 2 in words
    assert "שלום" in words or "םולש" in words


def test_a_document_that_is_not_accessible_is_refused(monkeypatch, tmp_path):
    (tmp_path / "bad.typ").write_text('#image("x.svg")')
    monkeypatch.setattr(printing, "TEMPLATES", tmp_path)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

    with pytest.raises(RuntimeError):
        printing.compile_pdf("bad", {}, images={"x.svg": svg})
