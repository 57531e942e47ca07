"""Panels of ours in Wagtail's editors."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from trainings.sign_up import attach_states


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
                sessions = list(training.sessions.select_related("venue", "training"))
                attach_states(sessions, at=timezone.now())
                names = training.sessions.model.snippet_viewset.get_url_name
                context.update(
                    sessions=sessions,
                    edit_url=names("edit"),
                    add_url=names("add"),
                    training_url=training.snippet_viewset.get_url_name("edit"),
                )
            return context
