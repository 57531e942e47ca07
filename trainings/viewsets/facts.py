"""What trainings are made of: trainings themselves, venues, trainers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from trainings.models import Trainer, Training, Venue
from trainings.viewsets.sessions import SessionViewSet


class TrainingViewSet(SnippetViewSet):
    """Made with its page: here one only sets what holds in every language."""

    model = Training
    icon = "form"
    menu_label = _("Trainings")
    list_display = ["name", "programme", "kind", "is_discreet"]
    list_filter = ["programme", "kind", "is_discreet"]
    search_fields = ["name"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [FieldPanel("kind"), FieldPanel("is_discreet")]


class VenueViewSet(SnippetViewSet):
    model = Venue
    icon = "home"
    menu_label = _("Venues")
    list_display = ["name", "municipality", "street_address"]
    list_filter = ["municipality"]


class TrainerViewSet(SnippetViewSet):
    model = Trainer
    icon = "user"
    menu_label = _("Trainers")
    list_display = ["name", "role", "organisation"]


class TrainingsGroup(SnippetViewSetGroup):
    menu_label = _("Trainings")
    menu_icon = "date"
    menu_order = 150
    items = (SessionViewSet, TrainingViewSet, VenueViewSet, TrainerViewSet)
