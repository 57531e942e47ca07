"""Placeholders, and the words of an editor on their way into a mail."""

import pytest
from django.utils import translation

from registrations.emails import texts

KNOWN = {"title": "Écouter <b>", "name": "{title}", "when": "mardi"}


@pytest.fixture
def in_french(monkeypatch):
    """Names as French has them, whatever is in the catalogue."""
    french = {"title": "titre", "name": "nom", "when": "date", "place": "lieu"}
    plain = dict.fromkeys(texts.NAMES, "autre") | french
    monkeypatch.setattr(texts, "NAMES", plain)


def test_what_is_put_in_is_never_read_again():
    assert texts.fill("{name}, {title}, {other}", KNOWN) == "{title}, Écouter <b>, {other}"


def test_a_paragraph_ends_at_a_blank_line():
    told = texts.paragraphs("Un\r\ndeux\n \n\nTrois <i>", KNOWN)

    assert [(one.text, one.html) for one in told] == [
        ("Un\ndeux", "Un<br>deux"),
        ("Trois <i>", "Trois &lt;i&gt;"),
    ]


def test_addresses_of_an_editor_are_links_and_those_put_in_are_not():
    [told] = texts.paragraphs("Voir https://a.example/x, {title}", {"title": "https://b.example"})

    assert told.html == (
        'Voir <a href="https://a.example/x">https://a.example/x</a>, https://b.example'
    )


def test_names_are_those_of_the_language_of_the_text_or_of_the_code(in_french):
    assert texts.to_codes("{Titre} { TITRE } {title} {autre chose}", language="fr") == (
        "{title} {title} {title} {autre chose}"
    )
    assert texts.to_local_names("{title} {strange}", language="fr") == "{titre} {strange}"


def test_all_that_stands_in_braces_and_is_not_known_is_told(in_french):
    typed = "{titre} {lieu} {Strange thing} {} a { b {titre"

    assert texts.unknown(typed, known=["title", "name"], language="fr") == [
        "{lieu}",
        "{Strange thing}",
        "{}",
    ]


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_each_name_is_one_word_and_tells_its_placeholder(language):
    with translation.override(language):
        names = [str(name) for name in texts.NAMES.values()]

    assert [name for name in names if not texts.PLACEHOLDER.fullmatch(f"{{{name}}}")] == []
    assert len({*names}) == len(texts.NAMES)
    for code in texts.NAMES:
        name = texts.local_name(code, language=language)
        assert texts.to_codes(f"{{{name}}}", language=language) == f"{{{code}}}"


def test_a_stranger_s_words_never_become_a_link():
    values = {"partner": "www.stranger.example", "language": "fr"}

    [told] = texts.shipped("service_link", "opening", values)

    assert "<a" not in told.html
