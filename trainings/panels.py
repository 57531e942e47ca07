"""Panels of ours in Wagtail's editors."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from trainings.sign_up import attach_states

#: A training may have hundreds of dates; the list of sessions has them all.
SHOWN = 30


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
