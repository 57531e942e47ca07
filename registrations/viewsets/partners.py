from __future__ import annotations

from django.db.models import Count
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet

from registrations.models import PartnerService, ServiceKind
from registrations.viewsets.calendar_addresses import PartnerCalendarView, calendar_button
from registrations.viewsets.service_links import PartnerLinkView, page_button


class PartnerServiceIndexView(IndexView):
    def get_base_queryset(self):
        return (
            super()
            .get_base_queryset()
            .select_related("kind")
            .annotate(booked=Count("registrations"))
        )

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.user_has_permission("change"):
            buttons += [calendar_button(instance), page_button(instance)]
        return buttons


class PartnerServiceEditView(EditView):
    @cached_property
    def header_more_buttons(self):
        buttons = super().header_more_buttons
        return [*buttons, calendar_button(self.object), page_button(self.object)]


class PartnerServiceViewSet(SnippetViewSet):
    model = PartnerService
    icon = "group"
    menu_label = _("Partner services")
    index_view_class = PartnerServiceIndexView
    edit_view_class = PartnerServiceEditView
    # Wagtail's own forms have no heading of the first level.
    create_template_name = "trainings/admin/fact_create.html"
    edit_template_name = "trainings/admin/fact_edit.html"
    copy_view_enabled = False
    ordering = ["name"]
    list_per_page = 50
    list_display = [
        "name",
        Column("kind", label=_("Kind of service"), accessor="kind"),
        Column("municipality", label=_("Municipality"), sort_key="municipality"),
        Column("email", label=_("E-mail address"), sort_key="email"),
        Column("relation", label=_("Relation"), accessor="get_relation_display"),
        Column("status", label=_("Status"), accessor="get_status_display", sort_key="status"),
        Column("booked", label=_("Registrations"), sort_key="booked"),
    ]
    list_filter = ["status", "kind", "relation", "municipality"]
    search_fields = ["name", "municipality", "email"]
    search_backend_name = None

    def get_urlpatterns(self):
        calendar = path("calendar/<int:pk>/", PartnerCalendarView.as_view(), name="calendar")
        link = path("page/<int:pk>/", PartnerLinkView.as_view(), name="page_link")
        return [*super().get_urlpatterns(), calendar, link]


class ServiceKindViewSet(SnippetViewSet):
    model = ServiceKind
    icon = "tag"
    menu_label = _("Kinds of service")
    copy_view_enabled = False
    sort_order_field = "sort_order"
    list_display = ["__str__"]
