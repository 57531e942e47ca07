"""A host's own pages: the plugin's fields on the base page that all its pages share.

Not named like the plugin's classes: Wagtail reaches every kind of page from `Page` by its name.
"""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from trainings.models import ProgrammePageMixin, TrainingPageMixin


class TownPage(Page):
    department = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True


class TownTrainingPage(TrainingPageMixin, TownPage):
    template = "trainings/training_page.html"
    content_panels = [*TrainingPageMixin.content_panels, FieldPanel("department")]
    parent_page_types = ["trainings.TrainingIndexPage", "town_pages.TownProgrammePage"]


class TownProgrammePage(ProgrammePageMixin, TownPage):
    template = "trainings/programme_page.html"
    content_panels = [*ProgrammePageMixin.content_panels, FieldPanel("department")]
    parent_page_types = ["trainings.TrainingIndexPage"]
