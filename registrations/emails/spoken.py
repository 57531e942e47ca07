"""What people typed, made fit to be read in a mail."""

from __future__ import annotations

import re
from typing import Any

from trainings.domain import plain_text as plain

#: What turns the direction of the words around it (Unicode's Bidi_Control). No form takes it, and
#: in a mail it would show an address, or our own sentence, as another one.
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Values of templates that are written on several lines.
SEVERAL_LINES = {"reason", "public_transport", "parking", "accessibility"}


def lines(text: str) -> str:
    """Without controls; each kind of line end is a newline."""
    return plain.plain_text(TURNS.sub("", text))


def line(text: str) -> str:
    """The same on one line: a name must not begin a paragraph of its own."""
    return plain.one_line(TURNS.sub("", text))


def header(text: str) -> str:
    """Of at most 255 characters, for a header: what looks like an encoded word (RFC 2047) would
    be decoded there, to whatever it hides.
    """
    return line(text).replace("=?", "= ?")[:255]


def spoken(value: Any, *, name: str = "") -> Any:
    """Values of a template with all the texts in them; what is no text, or made safe, as it is."""
    if isinstance(value, dict):
        return {key: spoken(one, name=str(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [spoken(one, name=name) for one in value]
    if type(value) is not str:
        return value
    return lines(value) if name in SEVERAL_LINES else line(value)
