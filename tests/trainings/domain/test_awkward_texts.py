"""Whatever is typed as title, place or description, other people's readers give it back.

What is cleaned is written here a second time, from what `plain_text` promises: a line end of any
kind is a newline in a description and one space in a line; a tabulation is a space; other
controls, lone halves of characters, byte order marks and two non-characters go; so does white
space around the whole; a line has 255 characters.
"""

import os
import re
from unicodedata import category

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.readers import READERS
from tests.trainings.domain.test_calendar import an_event, assert_octets, feed

pytestmark = pytest.mark.sqlite

TEXTS = int(os.environ.get("TEXTS", "2500"))  # 10,000 and more for a night
#: Each example is a feed of so many events with three texts each.
EVENTS = 28
EXAMPLES = -(-TEXTS // (3 * EVENTS))

LINE_END = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
GONE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
AWKWARD = [
    *("\n", "\r\n", "\r", "\r\r\n\n", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\t", "\\n", "\\N"),
    *("\\", "\\\\", "\\,", "\\;", "\\\\n", ",", ";", ":", '"', "'", "^n", "^'", "^^", "%0A"),
    *("\x00", "\x07", "\x1b[31m", "\x7f", "\x9b", "\ud800", "\udc00\ud800", "\ufffe", "\uffff"),
    *("\ufeff", "\u200b", "\u200d", "\u200f", "\u202e", "\u2066", "\u2069", "\u00ad", "\u2060"),
    *("e\u0301", "n\u0303" * 9, "\u0301", "👩🏽\u200d🏫", "👨‍👩‍👧‍👦", "🇧🇪", "☝🏿"),
    *("ﷺ", "שלום", "ไทย", "漢字", "\N{MATHEMATICAL FRAKTUR CAPITAL U}", "\N{TAG SPACE}"),
    *(" ", "  ", "\u00a0", "\u202f", "\u3000", "\u1680", "« à »", "l’été", "œ", "€", "ÿ", "ß", "İ"),
    *("\r\nATTACH:https://evil.example/", "\r\n ", "\r\n\t", "=\r\n", "\nEND:VEVENT\nBEGIN:VEVENT"),
    *("BEGIN:VALARM", "SUMMARY;LANGUAGE=fr:", "<b>&amp;</b>", "{{ x }}", "%(x)s"),
    *("x" * 74, "é" * 37, "€" * 25, "🙂" * 19, "mot " * 80, ",;\\" * 99, "a\n" * 50),
]
TYPED = st.one_of(
    st.text(st.characters(), max_size=12),  # all of Unicode, lone surrogates too
    st.lists(st.sampled_from(AWKWARD), max_size=8).map("".join),
    st.lists(st.sampled_from(AWKWARD) | st.characters(), max_size=8).map("".join),
    st.builds(str.__mul__, st.sampled_from(AWKWARD), st.sampled_from([2, 9, 60, 254, 255, 256])),
)
EVERYWHERE = st.lists(st.tuples(TYPED, TYPED, TYPED), min_size=EVENTS, max_size=EVENTS)


def as_text(typed: str) -> str:
    return GONE.sub("", LINE_END.sub("\n", typed).replace("\t", " ")).strip()


def as_line(typed: str) -> str:
    line = re.sub(" *\n[ \n]*", " ", as_text(typed))
    return line if len(line) <= 255 else line[:254].rstrip() + "…"


def test_awkward_texts_come_back():
    read_back = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        # Not made smaller: that takes minutes, and the comparison shows the text alone.
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow],
    )
    @given(typed=EVERYWHERE)
    def come_back(typed: list[tuple[str, str, str]]) -> None:
        nonlocal read_back
        read_back += 3 * len(typed)
        ics = feed(
            *(
                an_event(uid=f"{number:02}", summary=title, location=place, description=words)
                for number, (title, place, words) in enumerate(typed)
            )
        )
        assert_octets(ics)
        expected = [
            (f"{number:02}", as_line(title), as_line(place), as_text(words))
            for number, (title, place, words) in enumerate(typed)
        ]
        for read in READERS.values():
            assert [
                (entry.uid, entry.summary, entry.location, entry.description) for entry in read(ics)
            ] == expected

    come_back()
    assert read_back >= TEXTS


def test_every_character_there_is_comes_back():
    """All that Unicode has given a meaning, and those of private use; a thousand in an entry."""
    characters = "".join(
        chr(number)
        for number in range(0x110000)
        if category(chr(number)) not in {"Cc", "Cn", "Cs"}
        and chr(number) not in "\u2028\u2029\ufeff"
    )
    texts = [f"x{characters[at : at + 1000]}x" for at in range(0, len(characters), 1000)]
    ics = feed(
        *(
            an_event(uid=f"{number:03}", summary=f"x{text[500:750]}x", description=text)
            for number, text in enumerate(texts)
        )
    )
    assert len(characters) > 270_000
    assert_octets(ics)
    expected = [(f"x{text[500:750]}x", text) for text in texts]
    for read in READERS.values():
        assert [(entry.summary, entry.description) for entry in read(ics)] == expected
