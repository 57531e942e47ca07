"""Figures to take along: tables for spreadsheets, and what is for the press."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from registrations.domain import press
from registrations.exports import as_csv, as_docx, as_plain_text, as_xlsx, printable

#: What a screen offers to download.
FILES = ("xlsx", "csv", "press-text", "press-csv", "press-docx")


class FigureFiles:
    """For a screen of figures: its files, each download in the history of what it tells of."""

    def download(self: Any, wanted: str):
        if wanted not in FILES:
            raise Http404
        for row in self.logged_on():
            log(
                row,
                "registrations.export_figures",
                user=self.request.user,
                timestamp=self.at,
                data={"file": wanted, "of": str(self.scope.year or "")},
            )
        make = {
            "xlsx": self.as_xlsx,
            "csv": self.as_csv,
            "press-text": self.press_as_text,
            "press-csv": self.press_as_csv,
            "press-docx": self.press_as_docx,
        }[wanted]
        kind = wanted.removeprefix("press-").replace("text", "txt")
        what = _("press list") if wanted.startswith("press") else _("figures")
        return make(f"{slugify(f'{what} {self.name}')[:80]}.{kind}")

    def logged_on(self: Any) -> list[Any]:
        """In whose history the download is."""
        raise NotImplementedError

    def as_xlsx(self: Any, name: str):
        return as_xlsx(name, {one.title: one.for_spreadsheets for one in self.tables})

    def as_csv(self: Any, name: str):
        """All tables one below the other, each under its title."""
        lines: list[list[Any]] = []
        for one in self.tables:
            lines += [[one.title], *one.as_text, []]
        return as_csv(name, [[printable(value) for value in line] for line in lines])

    def press_as_text(self: Any, name: str):
        return as_plain_text(name, self.press_text)

    def press_as_csv(self: Any, name: str):
        """A line for each service, without a name where it does not want to be named."""
        with translation.override(self.language):
            lines = [[_("Press heading"), _("Partner service")]]
            for heading in self.press_list.headings:
                unnamed = [_("(not named)")] * (heading.number - len(heading.names))
                lines += [[heading.name, service] for service in [*heading.names, *unnamed]]
        return as_csv(name, [[printable(value) for value in line] for line in lines])

    def press_as_docx(self: Any, name: str):
        with translation.override(self.language):
            headings = [
                (press.counted(one), press.line_of(one).removeprefix(press.counted(one)))
                for one in self.press_list.headings
            ]
            paragraphs = [
                ("", press.in_figures(self.figures, self.name)),
                *headings,
                ("", press.total_of(self.press_list)),
            ]
        return as_docx(name, self.name, paragraphs)
