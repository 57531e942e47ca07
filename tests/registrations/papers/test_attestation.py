"""The attestation on paper: accessible, in its language, and whatever somebody is called."""

import io
import time
from datetime import date, timedelta

import pypdf
import pytest
from django.utils import translation

from registrations.models import Attestation, AttestationFacts, AttestedSession
from registrations.papers import attestation as paper

pytestmark = pytest.mark.django_db

LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3


def facts(**fields):
    values = {
        "title": "Accompagner un ménage",
        "first_name": "Zoé",
        "last_name": "Œuvre",
        "function": "assistante sociale",
        "service": "CPAS de Charleroi",
        "organiser": "Société de logement « Été »",
        "trainers": ["Relogeas"],
        "funders": ["Avec l’appui de la Wallonie."],
        "sessions": [attended()],
        "issued_on": date(2027, 3, 23),
        "place_of_issue": "Charleroi",
    }
    return AttestationFacts(**{**values, **fields})


def attended(**fields):
    values = {
        "title": "Accompagner un ménage",
        "starts_on": date(2027, 3, 23),
        "ends_on": date(2027, 3, 23),
        "place": "Charleroi",
        "half_days": 1,
        "attended": timedelta(hours=2, minutes=45),
    }
    return AttestedSession(**{**values, **fields})


def attestation(*, language="fr", **fields):
    said = facts(**fields)
    return Attestation(
        number="2027-000123",
        code="ABCD-EFGH-JKMN",
        language=language,
        attended=said.attended,
        facts=said.written(),
    )


def read(one):
    return pypdf.PdfReader(io.BytesIO(paper.as_pdf(one)))


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_facts_come_back_as_they_were_written():
    said = facts(sessions=[attended(), attended(ends_on=date(2027, 3, 24), place="")])

    assert AttestationFacts.read(said.written()) == said


def test_it_is_tagged_and_has_a_title_and_a_language():
    pdf = read(attestation())

    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == "fr"
    assert pdf.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.trailer["/Root"]["/Metadata"].get_data()
    with translation.override("fr"):
        words = paper.words_of(attestation())
    assert pdf.metadata.title == words["title"]
    assert len(pdf.pages) == 1


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_all_words_are_on_it_in_its_language(language):
    one = attestation(language=language)
    with translation.override("en"):
        words, said = paper.words_of(one), text_of(read(one))

    assert words["language"] == language
    for part in (words["kind"], words["sentence"], words["issued"], words["reference"]):
        assert " ".join(part.split()) in said
    for label, value in words["details"]:
        assert " ".join(f"{label} {value}".split()) in said
    assert words["address"] in said.replace(" ", "") or words["address"] in said
    assert words["address"].endswith("/inscriptions/check/ABCD-EFGH-JKMN/")


def test_hours_are_those_really_attended():
    one = attestation(language="fr")

    assert "2\u00a0h\u00a045" in paper.words_of(one)["sentence"]


def test_several_sessions_are_a_table_with_their_sum():
    days = [attended(starts_on=on, ends_on=on) for on in (date(2027, 3, 23), date(2027, 4, 6))]
    one = attestation(sessions=days)
    table = paper.words_of(one)["sessions"]

    assert [row[3] for row in table["rows"]] == ["2\u00a0h\u00a045", "2\u00a0h\u00a045"]
    assert table["total"][1] == "5\u00a0h\u00a030"
    said = text_of(read(one))
    assert all(" ".join(row[0].split()) in said for row in table["rows"])


def test_sessions_of_a_whole_year_go_on_over_the_page():
    days = [date(2027, 1, 5) + timedelta(days=7 * number) for number in range(50)]
    pdf = read(attestation(sessions=[attended(starts_on=on, ends_on=on) for on in days]))

    assert len(pdf.pages) > 1


def test_what_is_not_known_is_left_out():
    one = attestation(
        function="", trainers=[], funders=[], place_of_issue="", sessions=[attended(place="")]
    )
    words = paper.words_of(one)

    assert all(value for _label, value in words["details"])
    assert "  " not in words["sentence"]
    assert read(one).pages


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ánh",
        "Łukasz-Þórður Ångström",
        "d’Hoop de ’t Serclaes",
        "Γιώργος Юрий",
        "Ö" * 80,
        LONG,
        "王小明",
        "محمد",
        "🎉",
        "a\u0301e\u0301",
        "\u202eRight",
        "#set text(red) $x$ *gras* _it_ @ref <lab> `raw` \\ // /* [x] {y}",
        '"); system("x',
        "<script>alert(1)</script>&amp;",
    ],
)
def test_whatever_somebody_is_called_it_is_printed_as_text(name):
    pdf = read(attestation(first_name=name, last_name=name[:80]))

    assert len(pdf.pages) == 1
    if name.isascii() and len(name) < 40:
        assert name.replace(" ", "") in text_of(pdf).replace(" ", "")


def test_a_hundred_and_fifty_take_less_than_twenty_seconds():
    began = time.process_time()
    for number in range(150):
        paper.as_pdf(attestation(last_name=f"Sociale {number}"))

    assert time.process_time() - began < 20


def test_the_file_tells_no_name():
    assert paper.file_name(attestation()) == "attestation-2027-000123.pdf"
