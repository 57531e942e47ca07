"""Panels of ours in Wagtail's editors."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import Panel

from trainings.sign_up import attach_states

#: A training may have hundreds of dates; the list of sessions has them all.
SHOWN = 30


def panels_of_others() -> list[Panel]:
    """What apps above ours add to the editor of a training page, a tab each.

    They register a function under the Wagtail hook `register_training_panels`; it returns a
    panel with a heading, which is bound to the page.
    """
    return [make() for make in hooks.get_hooks("register_training_panels")]


class ProgrammePanel(Panel):
    """What holds for all sessions of a programme, in its page's editor; a row, no draft."""

    def __init__(self, **kwargs):
        kwargs.setdefault("heading", _("Sessions together"))
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        template_name = "trainings/panels/programme.html"

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            programme = self.instance.programme_id and self.instance.programme
            context.update(programme=programme, page=self.instance)
            if programme:
                context["edit_url"] = programme.snippet_viewset.get_url_name("edit")
            return context


class SessionsPanel(Panel):
    """The dates of a training, in its page's editor. They are rows, not part of the draft."""

    def __init__(self, **kwargs):
        kwargs.setdefault("heading", _("Dates"))
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        template_name = "trainings/panels/sessions.html"

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            training = self.instance.training_id and self.instance.training
            context["training"] = training
            context["page"] = self.instance
            if training:
                context.update(self.dates(training, at=timezone.now()))
            return context

        def dates(self, training, *, at):
            """The next dates, and how many there are besides."""
            upcoming = training.sessions.upcoming(at).select_related("venue", "training")
            sessions = list(upcoming[:SHOWN])
            attach_states(sessions, at=at)
            names = training.sessions.model.snippet_viewset.get_url_name
            return {
                "sessions": sessions,
                "others": training.sessions.count() - len(sessions),
                "all_series": list(training.series.all()),
                "edit_url": names("edit"),
                "add_url": names("add"),
                "list_url": names("list"),
                "training_url": training.snippet_viewset.get_url_name("edit"),
            }
