"""What trainings are made of, and the days on which there are none."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.views.snippets import (
    EditView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from trainings.models import (
    Audience,
    ClosedPeriod,
    Funder,
    Programme,
    Theme,
    Trainer,
    Training,
    Venue,
)
from trainings.viewsets.sessions import BackToNextMixin, SessionViewSet


class FactViewSet(SnippetViewSet):
    # Wagtail's own forms have no heading of the first level.
    create_template_name = "trainings/admin/fact_create.html"
    edit_template_name = "trainings/admin/fact_edit.html"


class TrainingIndexView(IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("programme")


class TrainingViewSet(FactViewSet):
    """Made with its page: here one only sets what holds in every language."""

    model = Training
    icon = "form"
    menu_label = _("Trainings")
    index_view_class = TrainingIndexView
    list_display = ["name", "programme", "kind", "is_discreet"]
    list_filter = ["programme", "kind", "is_discreet"]
    search_fields = ["name"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [
        FieldPanel("kind"),
        FieldPanel("themes", widget=forms.CheckboxSelectMultiple),
        FieldPanel("audiences", widget=forms.CheckboxSelectMultiple),
        FieldPanel("languages"),
        FieldPanel("funders", widget=forms.CheckboxSelectMultiple),
        FieldPanel("is_discreet"),
    ]


class ProgrammeEditView(BackToNextMixin, EditView):
    pass


class ProgrammeViewSet(FactViewSet):
    """Made with its page, as a training is."""

    model = Programme
    icon = "list-ul"
    menu_label = _("Programmes")
    edit_view_class = ProgrammeEditView
    list_display = ["name", "is_indivisible"]
    search_fields = ["name"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [
        FieldPanel("is_indivisible"),
        FieldPanel("funders", widget=forms.CheckboxSelectMultiple),
    ]


class VenueViewSet(FactViewSet):
    model = Venue
    icon = "home"
    menu_label = _("Venues")
    list_display = ["name", "municipality", "street_address"]
    list_filter = ["municipality"]


class TrainerViewSet(FactViewSet):
    model = Trainer
    icon = "user"
    menu_label = _("Trainers")
    list_display = ["name", "role", "organisation"]


class FunderViewSet(FactViewSet):
    model = Funder
    icon = "image"
    menu_label = _("Funders")
    list_display = ["name", "mention"]


class LabelViewSet(FactViewSet):
    icon = "tag"
    list_display = ["name", "slug"]
    panels = [FieldPanel("name"), FieldPanel("slug")]


class ThemeViewSet(LabelViewSet):
    model = Theme
    menu_label = _("Themes")


class AudienceViewSet(LabelViewSet):
    model = Audience
    icon = "group"
    menu_label = _("Audiences")


class ClosedPeriodViewSet(FactViewSet):
    model = ClosedPeriod
    icon = "calendar-alt"
    menu_label = _("Closed periods")
    list_display = ["name", "first_day", "last_day"]
    ordering = ["-first_day"]
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
    ]


class TrainingsGroup(SnippetViewSetGroup):
    menu_label = _("Trainings")
    menu_icon = "date"
    menu_order = 150
    items = (
        SessionViewSet,
        TrainingViewSet,
        ProgrammeViewSet,
        ClosedPeriodViewSet,
        ThemeViewSet,
        AudienceViewSet,
        VenueViewSet,
        TrainerViewSet,
        FunderViewSet,
    )
