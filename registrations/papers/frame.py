"""What the papers of a session have in common: its heading, its funders, its pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from registrations.conf import conf
from trainings import wording
from trainings.domain.funders import mention_of
from trainings.models import Funder, TrainingSession

if TYPE_CHECKING:
    from registrations.domain.of_the_day import Announced

#: Wide enough for print; whatever the file is, the compiler reads PNG.
LOGO = "max-600x240|format-png"


@dataclass(frozen=True)
class Paper:
    """A template of this folder and of `templates/registrations/papers/`, and what it is told."""

    template: str
    data: dict[str, Any]
    images: dict[str, bytes] = field(default_factory=dict)


def frame(told: Announced, heading: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Data and images for the head and foot of a paper, in the active language."""
    session = told.session
    logos, images = logos_of(told.funders)
    return {
        "lang": told.language,
        "heading": heading,
        "title": f"{heading} – {told.title}",
        "training": told.title,
        "question": told.page.guiding_question if told.page else "",
        "when": wording.when(session),
        "place": place_of(session),
        "organiser": conf.organiser_name,
        "mentions": [mention_of(funder) for funder in told.funders],
        "logos": logos,
        "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }, images


def place_of(session: TrainingSession) -> str:
    return session.venue.address if session.venue else _("Online")


def logos_of(funders: Iterable[Funder]) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """What a page needs to show them, and the files; none of a file that is lost or unreadable."""
    logos, images = [], {}
    for number, funder in enumerate(funders, start=1):
        if funder.logo is None or funder.logo.is_svg():
            continue
        try:
            rendition = funder.logo.get_rendition(LOGO)
            with rendition.file.open("rb") as file:
                content = file.read()
        except OSError:  # Wagtail's own for a lost file is one of these
            continue
        name = f"logo-{number}.png"
        images[name] = content
        logos.append(
            {
                "file": name,
                "alt": funder.name,
                "url": rendition.url,
                "width": rendition.width,
                "height": rendition.height,
            }
        )
    return logos, images
