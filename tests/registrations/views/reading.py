"""Read a page as a browser does, to see whether a text was taken for markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

EMBEDDED = {"script", "style"}
ADDRESSES = {"href", "src", "action", "formaction", "srcset", "poster", "data"}


class Page(HTMLParser):
    """Its words, and where `mark` stands but in words and values."""

    def __init__(self, html: str, mark: str) -> None:
        super().__init__(convert_charrefs=True)
        self.mark = mark
        self.words: list[str] = []
        self.misplaced: list[str] = []
        self.inside = ""
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """On one line, as one reads it."""
        return re.sub(r"\s+", " ", "".join(self.words))

    def note(self, where: str, text: str | None) -> None:
        if self.mark in (text or "").lower():
            self.misplaced.append(f"{where}: {text}"[:200])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in EMBEDDED else ""
        self.words.append(" ")  # a line break, or the next block
        self.note("tag", tag)
        for name, value in attrs:
            self.note(f"name of an attribute of {tag}", name)
            if name.startswith("on") or name == "style":
                self.note(f"{name} of {tag}", value)
            if name in ADDRESSES and not (value or "").lower().startswith(("mailto:", "tel:")):
                self.note(f"{name} of {tag}", value)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.note(self.inside, data)
        else:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.note("comment", data)
