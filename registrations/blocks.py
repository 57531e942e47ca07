"""Blocks for the pages of a host."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from registrations.charts import bars
from registrations.domain.figures import figures_of
from registrations.domain.press import by_heading, in_figures, number
from registrations.domain.scopes import Scope
from trainings.domain.queries import programme_page
from trainings.models import Programme


class ProgrammeFiguresBlock(blocks.StructBlock):
    """Figures of a programme, counted each time the page is read.

    Of who came; of who is registered, and it says so, as long as nobody's presence is noted. Only
    what has a public page counts, and nothing discreet; where nothing is left, there is no block.
    No service and no person is named.
    """

    programme = SnippetChooserBlock("trainings.Programme", label=gettext_lazy("Programme"))
    heading = blocks.CharBlock(
        label=gettext_lazy("Heading"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Empty: “In figures”."),
    )

    class Meta:
        icon = "table"
        label = gettext_lazy("Figures of the programme")
        label_format = "{programme}"
        template = "registrations/figures/programme.html"

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        programme = value.get("programme")
        return {**context, **(public_figures(programme) if programme else {})}


def public_figures(programme: Programme) -> dict[str, Any]:
    """What the block shows, in the active language; nothing when no session is public."""
    figures = figures_of(Scope(programme=programme, for_public=True), at=timezone.now())
    if not figures.sessions.total:
        return {}
    page = programme_page(programme, language=get_language() or "")
    counted = [
        (capfirst(one.key), one.present if figures.is_known else one.registered)
        for one in by_heading(figures)
    ]
    rows = [(heading, many) for heading, many in counted if many]
    title = (
        _("Services present, by kind") if figures.is_known else _("Services registered, by kind")
    )
    name = f"figures-{programme.pk}"
    return {
        "name": name,
        "figures": figures,
        "sentence": in_figures(figures, page.title if page else str(programme)),
        "chart": bars(name, title, [(heading, many, many) for heading, many in rows]),
        "rows": [(heading, number(many)) for heading, many in rows],
    }
