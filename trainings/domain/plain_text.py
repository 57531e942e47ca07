"""What people typed, made fit for files that programs read."""

import re
from unicodedata import category

#: Characters no XML document may have, even escaped (XML 1.0 §2.2), beside controls; and the
#: byte order mark, which libraries drop at some places and not at others.
NO_CHARACTERS = "\ufeff\ufffe\uffff"


def plain_text(text: str) -> str:
    """Line ends of any kind become newlines, other controls and lone surrogates go."""
    lines = "\n".join(text.splitlines()).replace("\t", " ")
    return "".join(c for c in lines if c == "\n" or _is_said(c)).strip()


def one_line(text: str) -> str:
    """Other spaces stay as typed: French has some that do not break."""
    return re.sub(r" *\n[\n ]*", " ", plain_text(text))


def _is_said(c: str) -> bool:
    return category(c) not in {"Cc", "Cs"} and c not in NO_CHARACTERS
