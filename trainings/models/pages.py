"""Pages hold words, one per language; the row they point at holds the facts.

A host that has its own base page makes its own classes from the mixins and names them in
`TRAININGS_TRAINING_PAGE_MODEL` and `TRAININGS_PROGRAMME_PAGE_MODEL`.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.panels import TabbedInterface as Tabs
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail.utils.decorators import cached_classmethod

from trainings.blocks import AgendaBlock, BodyBlock, DocumentsBlock, TrainersBlock
from trainings.conf import conf
from trainings.models.page_parts import ContactMixin, FactsMixin, PictureMixin
from trainings.models.trainings import Programme, Training
from trainings.panels import ProgrammePanel, SessionsPanel, panels_of_others

TEXT = ["bold", "italic", "ul", "ol", "link", "document-link"]


class TrainingPageMixin(FactsMixin, ContactMixin, PictureMixin, models.Model):
    """What one training is about, in one language."""

    facts_field = "training"

    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, related_name="+", editable=False
    )
    calendar_title = models.CharField(
        _("title in calendars"),
        max_length=120,
        blank=True,
        help_text=_("Short, the useful words first. Empty: the title of the page."),
    )
    guiding_question = models.CharField(
        _("guiding question"),
        max_length=255,
        blank=True,
        help_text=_("The question of the morning, as a social worker would ask it."),
    )
    introduction = RichTextField(
        _("introduction"), blank=True, features=TEXT, help_text=_("Two or three sentences.")
    )
    for_whom = RichTextField(_("for whom"), blank=True, features=TEXT)
    takeaways = RichTextField(_("what you take away"), blank=True, features=TEXT)
    agenda = StreamField(AgendaBlock(), verbose_name=_("timetable"), blank=True)
    trainers = StreamField(TrainersBlock(), verbose_name=_("trainers"), blank=True)
    price = models.CharField(
        _("price"), max_length=120, blank=True, help_text=_("Empty: it is free of charge.")
    )
    practical_information = RichTextField(
        _("practical information"),
        blank=True,
        features=TEXT,
        help_text=_("Address and access come from the venue: no need to repeat them."),
    )
    documents = StreamField(DocumentsBlock(), verbose_name=_("documents"), blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("more"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("guiding_question"),
        PictureMixin.picture_panel,
        FieldPanel("introduction"),
        FieldPanel("for_whom"),
        FieldPanel("takeaways"),
        FieldPanel("agenda"),
        FieldPanel("trainers"),
        MultiFieldPanel(
            [FieldPanel("practical_information"), FieldPanel("price"), FieldPanel("documents")],
            heading=_("Practical"),
        ),
        ContactMixin.contact_panel,
        FieldPanel("body"),
    ]
    promote_panels = [FieldPanel("calendar_title"), *Page.promote_panels]
    search_fields = [
        *Page.search_fields,
        index.SearchField("guiding_question"),
        index.SearchField("introduction"),
        index.SearchField("takeaways"),
        index.FilterField("training_id"),
    ]

    class Meta:
        abstract = True

    @classmethod
    def get_indexed_objects(cls):
        return super().get_indexed_objects().exclude(training__is_discreet=True)

    def get_sitemap_urls(self, request=None):
        from trainings.domain import sitemap  # noqa: PLC0415 -- models sit below the domain

        known = sitemap.changes(request, at=timezone.now()).trainings
        if self.training_id not in known:  # discreet
            return []
        return sitemap.changed(super().get_sitemap_urls(request), known[self.training_id])

    @cached_classmethod
    def get_edit_handler(cls):  # noqa: N805 -- of the class, as Wagtail's own
        """Wagtail's tabs and one for the dates, with the panels that a host's class names."""
        tabs = Tabs(
            [
                ObjectList(cls.content_panels, heading=_("Content")),
                ObjectList([SessionsPanel()], heading=_("Dates")),
                *(ObjectList([one], heading=one.heading) for one in panels_of_others()),
                ObjectList(cls.promote_panels, heading=_("Promote")),
                ObjectList(cls.settings_panels, heading=_("Settings")),
            ],
            base_form_class=cls.base_form_class,
        )
        return getattr(cls, "edit_handler", tabs).bind_to_model(cls)

    def facts_from_page(self) -> dict:
        """The training's name, and the programme whose page this one stands under."""
        parent = self.get_parent().specific
        programme_id = getattr(parent, "programme_id", None)
        return {**super().facts_from_page(), "programme_id": programme_id}

    def get_context(self, request, *args, **kwargs):
        from trainings.domain import queries  # noqa: PLC0415 -- models sit below the domain

        context = super().get_context(request, *args, **kwargs)
        agenda = queries.training_agenda(self, request=request, at=timezone.now())
        return {**context, "agenda": agenda}


class ProgrammePageMixin(FactsMixin, ContactMixin, PictureMixin, models.Model):
    """What several trainings have in common, in one language."""

    facts_field = "programme"

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", editable=False
    )
    introduction = RichTextField(_("introduction"), blank=True, features=TEXT)
    for_whom = RichTextField(_("for whom"), blank=True, features=TEXT)
    organised_by = RichTextField(
        _("who organises and supports"), blank=True, features=["bold", "link"]
    )
    body = StreamField(BodyBlock(), verbose_name=_("more"), blank=True)

    content_panels = [
        *Page.content_panels,
        PictureMixin.picture_panel,
        FieldPanel("introduction"),
        FieldPanel("for_whom"),
        FieldPanel("organised_by"),
        ProgrammePanel(),
        ContactMixin.contact_panel,
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]

    class Meta:
        abstract = True

    def get_context(self, request, *args, **kwargs):
        from trainings.domain import queries  # noqa: PLC0415 -- models sit below the domain

        context = super().get_context(request, *args, **kwargs)
        agenda = queries.programme_agenda(self, request=request, at=timezone.now())
        return {**context, "agenda": agenda}

    def get_sitemap_urls(self, request=None):
        from trainings.domain import sitemap  # noqa: PLC0415 -- models sit below the domain

        change = sitemap.changes(request, at=timezone.now()).programmes.get(self.programme_id)
        return sitemap.changed(super().get_sitemap_urls(request), change)


class TrainingPage(TrainingPageMixin, Page):  # noqa: DJ008 -- Page has it
    template = "trainings/training_page.html"
    subpage_types: list[str] = []
    parent_page_types = ["trainings.TrainingIndexPage", conf.programme_page_model]

    class Meta:
        verbose_name = _("training page")
        verbose_name_plural = _("training pages")


class ProgrammePage(ProgrammePageMixin, Page):  # noqa: DJ008 -- Page has it
    template = "trainings/programme_page.html"
    subpage_types = [conf.training_page_model]
    parent_page_types = ["trainings.TrainingIndexPage"]

    class Meta:
        verbose_name = _("programme page")
        verbose_name_plural = _("programme pages")


class TrainingIndexPage(Page):
    """The catalogue: public sessions to come in date order, by month, or of a past year."""

    introduction = RichTextField(_("introduction"), blank=True, features=TEXT)
    when_empty = RichTextField(
        _("when there is nothing to come"),
        blank=True,
        features=["bold", "link"],
        help_text=_("When to come back, and how to be told."),
    )

    template = "trainings/training_index_page.html"
    subpage_types = [conf.programme_page_model, conf.training_page_model]
    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("when_empty"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]

    class Meta:
        verbose_name = _("training catalogue")
        verbose_name_plural = _("training catalogues")

    def get_context(self, request, *args, **kwargs):
        from trainings.forms.search import Search  # noqa: PLC0415 -- models sit below the forms

        context = super().get_context(request, *args, **kwargs)
        search = Search(self, request=request, at=timezone.now())
        return {
            **context,
            "search": search,
            "agenda": search.agenda,
            "programmes": search.programmes,
        }

    def get_sitemap_urls(self, request=None):
        from trainings.domain import sitemap  # noqa: PLC0415 -- models sit below the domain

        change = sitemap.changes(request, at=timezone.now()).catalogues.get(self.translation_key)
        return sitemap.changed(super().get_sitemap_urls(request), change)
