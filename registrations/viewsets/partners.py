"""The directory of partner services in the Wagtail admin: list, sheet of a service, editor."""

from __future__ import annotations

from django import forms
from django.db.models import Count, F, OuterRef, ProtectedError, RestrictedError, Subquery, Value
from django.db.models.functions import Concat, Trim
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_filters import ChoiceFilter
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import (
    DeleteView,
    EditView,
    IndexView,
    SnippetViewSet,
)

from registrations.domain import merging
from registrations.domain.partner_sheet import sheet_of
from registrations.domain.partners import totals
from registrations.domain.seen import last_seen, services_seen
from registrations.enums import PartnerStatus
from registrations.forms.directory import PartnerServiceForm
from registrations.models import Contact, PartnerService, ServiceKind
from registrations.permissions import may_see_registrations
from registrations.viewsets.calendar_addresses import PartnerCalendarView, calendar_button
from registrations.viewsets.service_links import PartnerLinkView, page_button

#: After so many months a service has not been seen lately.
LATELY = 18
#: These are looked for by their status only.
OUT = (PartnerStatus.MERGED, PartnerStatus.REFUSED)


def values_of(name: str):
    """Choices of a filter: what services have in this field."""

    def choices():
        said = PartnerService.objects.exclude(**{name: ""}).order_by(name)
        return [(one, one) for one in said.values_list(name, flat=True).distinct()]

    return choices


class PartnerFilterSet(WagtailFilterSet):
    municipality = ChoiceFilter(
        label=gettext_lazy("Municipality"), choices=values_of("municipality")
    )
    region = ChoiceFilter(label=gettext_lazy("Region"), choices=values_of("region"))
    seen = ChoiceFilter(
        label=gettext_lazy("Seen"),
        choices=[
            ("never", gettext_lazy("Never seen")),
            ("not_lately", gettext_lazy("Not seen for 18 months, or never")),
        ],
        method="by_seen",
    )
    wants = ChoiceFilter(
        label=gettext_lazy("Asked us something"),
        choices=[("contact", gettext_lazy("Would like to be contacted"))],
        method="by_wants",
    )

    class Meta:
        model = PartnerService
        fields = ["status", "kind", "relation", "municipality", "region", "seen", "wants"]

    def by_seen(self, queryset, name, value):
        months = LATELY if value == "not_lately" else None
        return queryset.exclude(pk__in=services_seen(at=timezone.now(), months=months))

    def by_wants(self, queryset, name, value):
        return queryset.filter(wants_contact_since__isnull=False)


def first_contact() -> Subquery:
    """Name of the contact to call first, for a list of services."""
    rows = Contact.objects.filter(partner=OuterRef("pk"), is_primary=True)
    return Subquery(rows.values(said=Trim(Concat("first_name", Value(" "), "last_name")))[:1])


class PartnerServiceIndexView(IndexView):
    def get_base_queryset(self):
        found = (
            super()
            .get_base_queryset()
            .select_related("kind")
            .annotate(
                booked=Count("registrations"),
                contact=first_contact(),
                seen=last_seen(at=timezone.now()),
            )
        )
        return found if self.request.GET.get("status") else found.exclude(status__in=OUT)

    def search_queryset(self, queryset):
        # A service matches once, however many of its former names do.
        found = super().search_queryset(queryset)
        if not self.is_searching:
            return found
        return queryset.filter(pk__in=found.order_by().values("pk"))

    def order_queryset(self, queryset):
        """Those never seen stand behind the others, whichever way one sorts."""
        asked = self.request.GET.get("ordering")
        if asked in ("seen", "-seen"):
            seen = F("seen")
            by = seen.asc if asked == "seen" else seen.desc
            return queryset.order_by(by(nulls_last=True), "name", "pk")
        return super().order_queryset(queryset)

    @cached_property
    def header_more_buttons(self):
        buttons = super().header_more_buttons
        if not self.user_has_permission("change"):
            return buttons
        told = [
            (_("To check"), "to_check", "help"),
            (_("Duplicates"), "duplicates", "copy"),
            (_("Import a list"), "import_partners", "upload"),
        ]
        return [
            *buttons,
            *(
                Button(
                    label,
                    url=reverse(f"registrations_admin:{name}"),
                    icon_name=icon,
                    priority=30 + place,
                )
                for place, (label, name, icon) in enumerate(told)
            ),
        ]

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.user_has_permission("change") and instance.status not in OUT:
            buttons += [calendar_button(instance), page_button(instance), merge_button(instance)]
        return buttons

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.results_only:
            context["totals"] = totals()
        return context


def merge_button(partner: PartnerService) -> Button:
    return Button(
        _("Merge with another"),
        url=reverse("registrations_admin:merge_partners", args=[partner.pk]),
        icon_name="copy",
        priority=17,
    )


def sheet_url(partner: PartnerService) -> str:
    return reverse(PartnerService.snippet_viewset.get_url_name("inspect"), args=[partner.pk])


class PartnerServiceInspectView(InspectView):
    """All that one wants to know before calling or meeting a service; it names no participant."""

    page_title = gettext_lazy("Partner service")

    def get_fields(self):
        return []

    @cached_property
    def header_more_buttons(self):
        buttons = super().header_more_buttons
        if not self.user_has_permission("change") or self.object.status in OUT:
            return buttons
        of_this = (calendar_button, page_button, merge_button)
        return [*buttons, *(make(self.object) for make in of_this)]

    def get_edit_url(self):
        """Who was merged is read, and changed no more."""
        is_merged = self.object.status == PartnerStatus.MERGED
        return None if is_merged else super().get_edit_url()

    def get_context_data(self, **kwargs):
        at = timezone.now()
        contacts = list(self.object.contacts.all())
        today = timezone.localdate(at)
        left = [one for one in contacts if one.left_on and one.left_on <= today]
        return super().get_context_data(
            sheet=sheet_of(self.object, at=at),
            contacts=[one for one in contacts if one not in left],
            left=left,
            former_names=self.object.former_names.all(),
            neighbourhoods=self.object.neighbourhoods.all(),
            trainers=self.object.trainers.all(),
            merges=merging.merges_of(self.object, at=at),
            merged_url=sheet_url(self.object.merged_into) if self.object.merged_into else "",
            may_change=self.user_has_permission("change"),
            may_see_people=may_see_registrations(self.request.user),
            history_url=reverse(
                PartnerService.snippet_viewset.get_url_name("history"), args=[self.object.pk]
            )
            if self.user_has_permission("change")
            else "",
            **kwargs,
        )


class PartnerServiceEditView(EditView):
    def dispatch(self, request, *args, **kwargs):
        if self.object.status == PartnerStatus.MERGED:
            messages.warning(request, _("This service was merged into another: change that one."))
            return redirect(sheet_url(self.object))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def header_more_buttons(self):
        buttons = super().header_more_buttons
        if self.object.status in OUT:
            return buttons
        of_this = (calendar_button, page_button, merge_button)
        return [*buttons, *(make(self.object) for make in of_this)]


class PartnerServiceDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except (ProtectedError, RestrictedError):
            messages.error(
                self.request,
                _(
                    "People were registered by this service, or another one was merged into it: "
                    "it stays. Say that it is no partner service, or merge it with another."
                ),
            )
            return redirect(sheet_url(self.object))


IDENTITY = [
    FieldPanel("name"),
    FieldPanel("names_before"),
    FieldPanel("kind"),
    FieldPanel("email"),
    FieldPanel("reference"),
]
TERRITORY = [
    FieldRowPanel([FieldPanel("postal_code"), FieldPanel("municipality")]),
    FieldPanel("region"),
    FieldPanel("neighbourhood_names"),
]
WITH_US = [
    FieldPanel("relation"),
    FieldPanel("do_not_name"),
    FieldRowPanel([FieldPanel("employees"), FieldPanel("volunteers")]),
    FieldPanel("trainers", widget=forms.CheckboxSelectMultiple),
]


class PartnerServiceViewSet(SnippetViewSet):
    model = PartnerService
    icon = "group"
    menu_label = gettext_lazy("Partner services")
    index_view_class = PartnerServiceIndexView
    inspect_view_class = PartnerServiceInspectView
    edit_view_class = PartnerServiceEditView
    delete_view_class = PartnerServiceDeleteView
    inspect_view_enabled = True
    index_template_name = "registrations/admin/partners.html"
    inspect_template_name = "registrations/admin/partner.html"
    # Wagtail's own forms have no heading of the first level, and are wider than a phone.
    create_template_name = "registrations/admin/partner_create.html"
    edit_template_name = "registrations/admin/partner_edit.html"
    copy_view_enabled = False
    ordering = ["name"]
    list_per_page = 50
    list_display = [
        "name",
        Column("kind", label=gettext_lazy("Kind of service"), accessor="kind"),
        Column("municipality", label=gettext_lazy("Municipality"), sort_key="municipality"),
        Column("relation", label=gettext_lazy("Relation"), accessor="get_relation_display"),
        Column("contact", label=gettext_lazy("First to contact")),
        DateColumn("seen", label=gettext_lazy("Last seen"), sort_key="seen"),
        Column("booked", label=gettext_lazy("Registrations"), sort_key="booked"),
        Column(
            "status", label=gettext_lazy("Status"), accessor="get_status_display", sort_key="status"
        ),
    ]
    filterset_class = PartnerFilterSet
    search_fields = ["name", "municipality", "email", "reference", "former_names__name"]
    search_backend_name = None
    edit_handler = ObjectList(
        [
            MultiFieldPanel(IDENTITY, heading=pgettext_lazy("partner service", "Who it is")),
            MultiFieldPanel(TERRITORY, heading=gettext_lazy("Territory")),
            MultiFieldPanel(WITH_US, heading=gettext_lazy("With us")),
            InlinePanel(
                "contacts", heading=gettext_lazy("Contacts"), label=gettext_lazy("contact")
            ),
        ],
        base_form_class=PartnerServiceForm,
    )

    def get_urlpatterns(self):
        calendar = path("calendar/<int:pk>/", PartnerCalendarView.as_view(), name="calendar")
        link = path("page/<int:pk>/", PartnerLinkView.as_view(), name="page_link")
        return [*super().get_urlpatterns(), calendar, link]


class ServiceKindViewSet(SnippetViewSet):
    model = ServiceKind
    icon = "tag"
    menu_label = gettext_lazy("Kinds of service")
    copy_view_enabled = False
    sort_order_field = "sort_order"
    list_display = ["__str__"]
