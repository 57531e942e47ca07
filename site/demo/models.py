from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from registrations.blocks import ProgrammeFiguresBlock
from trainings.blocks import BodyBlock
from trainings.domain import queries
from trainings.domain.catalogue import open_catalogue
from trainings.models import TrainingIndexPage

NEXT = 3


class HomePage(Page):
    """The host's own page: a word of welcome, and the next sessions of the plugin."""

    introduction = RichTextField(_("introduction"), blank=True, features=["bold", "link"])
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    template = "home/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count_per_parent = 2  # one a language
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("picture")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        at = timezone.now()
        here = open_catalogue(self, at=at)
        pairs = queries.with_pages(here.upcoming[:NEXT], here.pages, language=here.language)
        context["agenda"] = queries.listing(pairs, request=request, at=at)
        news = NewsPage.objects.live().child_of(self).order_by("-first_published_at")
        context["story"] = news.first()
        context["catalogue"] = TrainingIndexPage.objects.live().child_of(self).first()
        return context


class StoryBlock(BodyBlock):
    """What a host writes after a programme, with the plugin's live figures."""

    figures = ProgrammeFiguresBlock()


class NewsPage(Page):
    """A story of the host."""

    introduction = models.TextField(_("introduction"), blank=True)
    body = StreamField(StoryBlock(), verbose_name=_("story"), blank=True)

    template = "home/news_page.html"
    parent_page_types = ["demo.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]

    class Meta:
        verbose_name = _("news page")
        verbose_name_plural = _("news pages")
