from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from registrations.models import PartnerService, ServiceKind


class PartnerServiceIndexView(IndexView):
    def get_base_queryset(self):
        return (
            super()
            .get_base_queryset()
            .select_related("kind")
            .annotate(booked=Count("registrations"))
        )


class PartnerServiceViewSet(SnippetViewSet):
    model = PartnerService
    icon = "group"
    menu_label = _("Partner services")
    index_view_class = PartnerServiceIndexView
    copy_view_enabled = False
    ordering = ["name"]
    list_per_page = 50
    list_display = [
        "name",
        Column("kind", label=_("Kind of service"), accessor="kind"),
        Column("municipality", label=_("Municipality"), sort_key="municipality"),
        Column("relation", label=_("Relation"), accessor="get_relation_display"),
        Column("status", label=_("Status"), accessor="get_status_display", sort_key="status"),
        Column("booked", label=_("Registrations"), sort_key="booked"),
    ]
    list_filter = ["status", "kind", "relation", "municipality"]
    search_fields = ["name", "municipality"]
    search_backend_name = None


class ServiceKindViewSet(SnippetViewSet):
    model = ServiceKind
    icon = "tag"
    menu_label = _("Kinds of service")
    copy_view_enabled = False
    sort_order_field = "sort_order"
    list_display = ["__str__"]
