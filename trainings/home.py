"""On the admin's home: the next sessions, and how full they are."""

from __future__ import annotations

from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from trainings.models import TrainingSession
from trainings.sign_up import attach_states

SHOWN = 5


class NextSessionsPanel(Component):
    name = "trainings_next_sessions"
    template_name = "trainings/admin/next_sessions.html"
    order = 120

    def get_context_data(self, parent_context):
        request = parent_context["request"]
        policy = policy_registry.get_by_type(TrainingSession)
        if not policy.user_has_any_permission(request.user, ["add", "change", "view"]):
            return {"sessions": []}
        at = timezone.now()
        upcoming = TrainingSession.objects.upcoming(at).select_related("training", "venue")
        sessions = list(upcoming[:SHOWN])
        attach_states(sessions, at=at)
        for session in sessions:
            session.days_left = (session.starts_at - at).days
        edit_url = TrainingSession.snippet_viewset.get_url_name("edit")
        return {"sessions": sessions, "edit_url": edit_url}
