"""French and Dutch are complete: nobody meets an English word on a screen."""

import re
from pathlib import Path

import polib
import pytest

pytestmark = pytest.mark.sqlite

CATALOGUES = [
    f"{folder}/locale/{language}/LC_MESSAGES/django.po"
    for folder in ("trainings", "registrations", "site/demo")
    for language in ("fr", "nl")
]

# %(name)s and %s, {name} and {}, the two ways in which a sentence receives a value.
PLACEHOLDER = re.compile(r"%\([^)]+\)[a-z]|%[sd]|\{[\w.]*\}")


@pytest.fixture(params=CATALOGUES)
def catalogue(request: pytest.FixtureRequest, repository: Path) -> polib.POFile:
    path = repository / request.param
    assert path.exists(), f"{request.param} is missing: run `make messages`."
    return polib.pofile(str(path))


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_message_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not all(translations(entry))] == []


def test_no_translation_is_a_guess(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_no_message_is_left_from_before(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_translations_receive_the_same_values(catalogue: polib.POFile) -> None:
    """A value that nobody gives is an error on screen; one that is dropped is a lie."""
    wrong = []
    for entry in catalogue:
        allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
        for form, text in enumerate(translations(entry)):
            # «One place» may be written without its number; the other forms may not.
            singular = bool(entry.msgid_plural) and form == 0
            needed = placeholders(entry.msgid) if not entry.msgid_plural or singular else allowed
            if not needed <= placeholders(text) <= allowed:
                wrong.append((entry.msgid, text))
    assert wrong == []


def test_translations_keep_the_edges_of_the_text(catalogue: polib.POFile) -> None:
    """gettext itself insists on it: a line break lost at either end glues two paragraphs."""
    assert [
        entry.msgid
        for entry in catalogue
        for text in translations(entry)
        if text.startswith("\n") != entry.msgid.startswith("\n")
        or text.endswith("\n") != entry.msgid.endswith("\n")
    ] == []


def test_compiled_catalogue_says_the_same(catalogue: polib.POFile) -> None:
    """The .mo files are committed: installing must not need gettext."""
    compiled = Path(catalogue.fpath).with_suffix(".mo")
    assert compiled.exists(), f"{compiled.name} is missing: run `make messages`."
    assert compiled.read_bytes() == catalogue.to_binary()
