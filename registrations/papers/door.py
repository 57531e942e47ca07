"""The sign on the door: what takes place here, when, and a QR code to its page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno
from django.utils.translation import gettext as _

from registrations.papers.frame import Paper, frame

if TYPE_CHECKING:
    from registrations.domain.of_the_day import Announced


def door(told: Announced) -> Paper:
    """Of a discreet session nothing but when: no title, no question, no address, no funder."""
    data, images = frame(told, _("Sign for the door"))
    data |= {"welcome": _("Welcome"), "room": "", "qr": None}
    session = told.session
    if session.training.is_discreet:
        neutral = {"title": data["heading"], "training": _("Meeting"), "question": ""}
        return Paper("door", {**data, **neutral, "mentions": [], "logos": []})
    data["room"] = session.venue.name if session.venue else ""
    if url := told.url.partition("#")[0]:  # the shorter it is, the larger its squares
        data["qr"] = {
            "file": "qr.svg",
            "alt": _("QR code that opens %(url)s") % {"url": url},
            "words": _("Programme, documents and contact: scan this code"),
            "url": url,
        }
        images = {**images, "qr.svg": qr_code(url, title=data["qr"]["alt"])}
    return Paper("door", data, images)


def qr_code(url: str, *, title: str = "") -> bytes:
    """SVG, with the quiet zone that readers need (ISO/IEC 18004 §6.3.8)."""
    file = io.BytesIO()
    code = segno.make(url, error="m", micro=False)
    code.save(file, kind="svg", border=4, xmldecl=False, title=title or None, omitsize=True)
    return file.getvalue()
