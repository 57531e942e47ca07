"""The words of a message that an editor may change, and the placeholders they may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy

from registrations.emails import spoken

PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: What was meant as one.
TYPED = re.compile(r"\{([^{}\n]*)\}")

#: By code name, as people write it in the language of their text.
NAMES = {
    "organiser": pgettext_lazy("placeholder", "organiser"),
    "name": pgettext_lazy("placeholder", "name"),
    "service": pgettext_lazy("placeholder", "service"),
    "reference": pgettext_lazy("placeholder", "reference"),
    "title": pgettext_lazy("placeholder", "title"),
    "when": pgettext_lazy("placeholder", "date"),
    "place": pgettext_lazy("placeholder", "place"),
}


@dataclass(frozen=True)
class Paragraph:
    """The same words for both parts of a mail."""

    text: str
    html: SafeString


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in; once, so that a name such as "{title}" stays what somebody typed."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def paragraphs(text: str, values: Mapping[str, str], *, with_links: bool = True) -> list[Paragraph]:
    """Of an editor's text. Addresses of pages in it become links; what is put in never does."""
    values = {name: spoken.line(value) for name, value in values.items()}
    escaped = {name: escape(value) for name, value in values.items()}

    def as_html(part: str) -> str:
        safe = escape(part)
        return urlize(safe, nofollow=False) if with_links else safe

    return [
        Paragraph(
            text=fill(part, values),
            html=mark_safe(  # noqa: S308 -- each piece is escaped above
                fill(as_html(part), escaped).replace("\n", "<br>")
            ),
        )
        for part in re.split(r"\n\s*\n", spoken.lines(text))
        if part
    ]


def shipped(name: str, part: str, values: dict[str, Any]) -> list[Paragraph]:
    """Of our own template `emails/<name>.<part>.txt`, where the message has one."""
    try:
        text = render_to_string(f"registrations/emails/{name}.{part}.txt", values)
    except TemplateDoesNotExist:
        return []
    # It is filled in already, with names that strangers gave.
    return paragraphs(text, {}, with_links=False)


# --- placeholders as people write them -----------------------------------------------------------


def local_name(code: str, *, language: str) -> str:
    with translation.override(language):
        return str(NAMES[code])


def unknown(text: str, *, known: Collection[str], language: str) -> list[str]:
    """What stands in braces and is none of these, as it was typed."""
    codes = _codes(known, language=language)
    return [found[0] for found in TYPED.finditer(text) if _plain(found[1]) not in codes]


def to_codes(text: str, *, language: str) -> str:
    """With placeholders under their code name, whichever of their names was typed."""
    codes = _codes(NAMES, language=language)

    def code(found: re.Match[str]) -> str:
        name = codes.get(_plain(found[1]))
        return f"{{{name}}}" if name else found[0]

    return TYPED.sub(code, text)


def to_local_names(text: str, *, language: str) -> str:
    """As `to_codes()` had it, in the language of the text."""
    names = {code: f"{{{local_name(code, language=language)}}}" for code in NAMES}
    return fill(text, names)


def _codes(known: Collection[str], *, language: str) -> dict[str, str]:
    """By each name that may be typed, plain, the code."""
    codes = {_plain(local_name(code, language=language)): code for code in known}
    return codes | {code: code for code in known}


def _plain(name: str) -> str:
    """Without case, accents and blanks around it."""
    decomposed = unicodedata.normalize("NFKD", name).casefold().strip()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
