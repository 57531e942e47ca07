"""On the admin's home: what waits for somebody to decide, and mails that do not leave."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from registrations.conf import conf
from registrations.domain.mails import late
from registrations.domain.minimum import undecided
from registrations.enums import PartnerStatus
from registrations.models import OutgoingEmail, PartnerService
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


class MailPanel(Component):
    """Says nothing while all is well."""

    name = "registrations_mails"
    template_name = "registrations/admin/mail_panel.html"
    order = 105

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        if not may_see_registrations(user):
            return {}
        given_up = OutgoingEmail.objects.filter(failed_at__isnull=False).count()
        oldest = late(at=timezone.now()).first()
        may_look = policy_registry.get_by_type(OutgoingEmail).user_has_permission(user, "view")
        return {
            "given_up": given_up,
            "late_since": oldest.due_at if oldest else None,
            "send_all_to": conf.send_all_to,
            "has_news": given_up or oldest or conf.send_all_to,
            "list_url": reverse(OutgoingEmail.snippet_viewset.get_url_name("list"))
            if may_look
            else "",
        }


class DirectoryPanel(Component):
    """Says nothing while no partner service waits to be checked, or to be contacted."""

    name = "registrations_directory"
    template_name = "registrations/admin/directory_panel.html"
    order = 115

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        policy = policy_registry.get_by_type(PartnerService)
        if not policy.user_has_permission(user, "change"):
            return {}
        asked = PartnerService.objects.filter(wants_contact_since__isnull=False, merged_into=None)
        return {
            "to_check": PartnerService.objects.filter(status=PartnerStatus.TO_CHECK).count(),
            "to_contact": asked.count(),
            "list_url": reverse(PartnerService.snippet_viewset.get_url_name("list")),
        }
