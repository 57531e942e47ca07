"""Registrations in the Wagtail admin: found by person, service or reference."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import HistoryView, IndexView, SnippetViewSet

from registrations.enums import LIVING, ParticipationStatus
from registrations.models import FormAnswer, Registration
from registrations.viewsets.choosers import NoChooserViewSet
from registrations.viewsets.export import RegistrationExport
from trainings.models import Training, TrainingSession


class RegistrationFilterSet(WagtailFilterSet):
    training = ModelChoiceFilter(
        label=_("Training"),
        queryset=Training.objects.all(),
        field_name="participants__participations__session__training",
        distinct=True,
    )
    session = ModelChoiceFilter(
        label=pgettext_lazy("training session", "Session"),
        queryset=TrainingSession.objects.select_related("training"),
        field_name="participants__participations__session",
        distinct=True,
    )

    class Meta:
        model = Registration
        fields = ["partner", "partner__kind", "training", "session", "origin", "language"]


class RegistrationIndexView(RegistrationExport, IndexView):
    def get_base_queryset(self):
        status = "participants__participations__status"
        return (
            super()
            .get_base_queryset()
            .select_related("partner")
            .annotate(
                people=Count("participants", filter=Q(**{f"{status}__in": LIVING}), distinct=True),
                confirmed=Count(
                    "participants__participations",
                    filter=Q(**{status: ParticipationStatus.CONFIRMED}),
                    distinct=True,
                ),
                waiting=Count(
                    "participants__participations",
                    filter=Q(**{status: ParticipationStatus.WAITING}),
                    distinct=True,
                ),
            )
        )

    @cached_property
    def header_buttons(self):
        """Filtered by one session, the list leads to its people."""
        number = self.request.GET.get("session", "")
        if not number.isdecimal() or len(number) > 18:
            return super().header_buttons
        url = reverse("registrations_admin:people", args=[int(number)])
        return [
            *super().header_buttons,
            HeaderButton(_("People of this session"), url=url, icon_name="group"),
        ]

    def search_queryset(self, queryset):
        # A registration matches once, however many of its people do.
        found = super().search_queryset(queryset)
        if not self.is_searching:
            return found
        return queryset.filter(pk__in=found.order_by().values("pk"))


class RegistrationInspectView(InspectView):
    page_title = _("Registration")

    def get_context_data(self, **kwargs):
        answers = FormAnswer.objects.select_related("question")
        people = self.object.participants.select_related("needs").with_history()
        people = people.prefetch_related(Prefetch("answers", answers))
        return super().get_context_data(
            **kwargs,
            people=people,
            answers=answers.filter(registration=self.object),
            emails=self.object.emails.order_by("pk"),
        )


class RegistrationHistoryView(HistoryView):
    any_permission_required = ["view"]


class RegistrationViewSet(SnippetViewSet):
    model = Registration
    chooser_viewset_class = NoChooserViewSet
    icon = "clipboard-list"
    menu_label = _("Registrations")
    index_view_class = RegistrationIndexView
    inspect_view_class = RegistrationInspectView
    history_view_class = RegistrationHistoryView
    inspect_view_enabled = True
    inspect_template_name = "registrations/admin/registration.html"
    copy_view_enabled = False
    ordering = ["-created_at"]
    list_per_page = 50
    export_filename = "registrations"
    filterset_class = RegistrationFilterSet
    search_backend_name = None
    search_fields = [
        "reference",
        "partner__name",
        "booker_first_name",
        "booker_last_name",
        "booker_email",
        "participants__first_name",
        "participants__last_name",
        "participants__email",
    ]
    list_display = [
        "reference",
        Column("partner", label=_("Partner service"), accessor="partner", sort_key="partner__name"),
        Column("booker_name", label=_("Registered by"), sort_key="booker_last_name"),
        Column("people", label=_("People"), sort_key="people"),
        Column("confirmed", label=_("Places"), sort_key="confirmed"),
        Column("waiting", label=_("Waiting"), sort_key="waiting"),
        DateColumn("created_at", label=_("Received"), sort_key="created_at"),
    ]
    panels = [FieldPanel("partner")]
