"""Mails sent, waiting and failed, each as it left."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from registrations.models import OutgoingEmail

STATES = {
    "waiting": {"sent_at__isnull": True, "failed_at__isnull": True},
    "sent": {"sent_at__isnull": False},
    "failed": {"failed_at__isnull": False},
}


class EmailFilterSet(WagtailFilterSet):
    state = ChoiceFilter(
        label=_("State"),
        choices=[("waiting", _("waiting")), ("sent", _("sent")), ("failed", _("failed"))],
        method="in_state",
    )

    class Meta:
        model = OutgoingEmail
        fields = ["state", "kind", "language"]

    def in_state(self, queryset, name, value):
        return queryset.filter(**STATES[value])


class EmailViewSet(SnippetViewSet):
    model = OutgoingEmail
    icon = "mail"
    menu_label = _("Mails")
    inspect_view_enabled = True
    inspect_template_name = "registrations/admin/email.html"
    copy_view_enabled = False
    ordering = ["-queued_at"]
    list_per_page = 50
    filterset_class = EmailFilterSet
    search_backend_name = None
    search_fields = ["recipient", "subject", "registration__reference"]
    list_display = [
        "kind",
        Column("recipient", label=_("Recipient"), sort_key="recipient"),
        Column("subject", label=_("Subject")),
        Column("state", label=_("State")),
        DateColumn("queued_at", label=_("Queued"), sort_key="queued_at"),
        DateColumn("sent_at", label=_("Sent"), sort_key="sent_at"),
    ]
    panels = [FieldPanel("recipient")]
