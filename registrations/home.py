"""On the admin's home: sessions that too few people come to, to be decided."""

from __future__ import annotations

from django.utils import timezone
from wagtail.admin.ui.components import Component

from registrations.domain.minimum import undecided
from registrations.permissions import may_change_registrations, may_see_registrations
from registrations.viewsets.people import call_off_url
from trainings.viewsets.acts import may_change_sessions


class UndecidedPanel(Component):
    name = "registrations_undecided"
    template_name = "registrations/admin/undecided_panel.html"
    order = 110

    def get_context_data(self, parent_context):
        request = parent_context["request"]
        if not may_see_registrations(request.user):
            return {"sessions": []}
        found = undecided(at=timezone.now())
        may_call_off = may_change_sessions(request.user)
        return {
            "request": request,
            "sessions": [
                (one, call_off_url(one.session, back=request.path) if may_call_off else "")
                for one in found
            ],
            "may_change": may_change_registrations(request.user),
        }
