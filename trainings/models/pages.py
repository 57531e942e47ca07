"""Pages hold words, one per language; the row they point at holds the facts.

A host that has its own base page makes its own classes from the mixins and names them in
`TRAININGS_TRAINING_PAGE_MODEL` and `TRAININGS_PROGRAMME_PAGE_MODEL`.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.panels import TabbedInterface as Tabs
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail.utils.decorators import cached_classmethod

from trainings.blocks import AgendaBlock, BodyBlock, DocumentsBlock, TrainersBlock
from trainings.conf import conf
from trainings.models.trainings import Programme, Training
from trainings.panels import SessionsPanel

TEXT = ["bold", "italic", "ul", "ol", "link", "document-link"]


class FactsMixin(models.Model):
    """A page that points at its row of facts through the field named in `facts_field`.

    The row is made with the first page; a translation finds it by its translation key, an
    alias carries it over, and a copy made as a new page gets a row of its own, without sessions.
    """

    facts_field: str

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self._point_at_facts()
        super().save(*args, **kwargs)
        self.follow_first_page()

    def with_content_json(self, content):
        # A revision is words. Which row a page points at is never undone with them.
        page = super().with_content_json(content)
        name = f"{self.facts_field}_id"
        setattr(page, name, getattr(self, name))
        return page

    def _point_at_facts(self) -> None:
        if getattr(self, f"{self.facts_field}_id") is not None:
            return
        sibling = type(self).objects.filter(translation_key=self.translation_key).first()
        if sibling is not None:
            setattr(self, self.facts_field, getattr(sibling, self.facts_field))
        else:
            facts_model = self._meta.get_field(self.facts_field).related_model
            setattr(self, self.facts_field, facts_model.objects.create(name=self.title))

    def follow_first_page(self) -> None:
        """Let the row's `name` follow the first page made for it, so that lists can name it."""
        facts_id = getattr(self, f"{self.facts_field}_id")
        pages = type(self).objects.filter(**{self.facts_field: facts_id})
        if pages.order_by("pk").values_list("pk", flat=True).first() == self.pk:
            facts_model = self._meta.get_field(self.facts_field).related_model
            facts_model.objects.filter(pk=facts_id).update(**self.facts_from_page())

    def facts_from_page(self) -> dict:
        return {"name": self.title}


class ContactMixin(models.Model):
    contact_name = models.CharField(
        _("whom to contact"), max_length=120, blank=True, help_text=_("A team or a role.")
    )
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        abstract = True

    contact_panel = MultiFieldPanel(
        [
            FieldPanel("contact_name"),
            FieldRowPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")]),
        ],
        heading=_("Contact"),
    )


class PictureMixin(models.Model):
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("picture in words"),
        max_length=255,
        blank=True,
        help_text=_("What it shows, for those who do not see it. Empty: it only decorates."),
    )

    class Meta:
        abstract = True

    picture_panel = MultiFieldPanel(
        [FieldPanel("picture"), FieldPanel("picture_alt")], heading=_("Picture")
    )


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

    exclude_fields_in_copy = ["training"]

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
        return [] if self.training.is_discreet else super().get_sitemap_urls(request)

    @cached_classmethod
    def get_edit_handler(cls):  # noqa: N805 -- of the class, as Wagtail's own
        """Wagtail's tabs and one for the dates, with the panels that a host's class names."""
        tabs = Tabs(
            [
                ObjectList(cls.content_panels, heading=_("Content")),
                ObjectList([SessionsPanel()], heading=_("Dates")),
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

    exclude_fields_in_copy = ["programme"]

    content_panels = [
        *Page.content_panels,
        PictureMixin.picture_panel,
        FieldPanel("introduction"),
        FieldPanel("for_whom"),
        FieldPanel("organised_by"),
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
    """The catalogue: every public session to come, in date order."""

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
        from trainings.domain import queries  # noqa: PLC0415 -- models sit below the domain

        context = super().get_context(request, *args, **kwargs)
        agenda = queries.catalogue_agenda(self, request=request, at=timezone.now())
        return {**context, "agenda": agenda, "programmes": queries.programme_pages(self)}
