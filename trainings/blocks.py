"""StreamField blocks: free form where an editor needs it."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from trainings.enums import DocumentMoment


class AgendaItemBlock(blocks.StructBlock):
    """One line of the timetable of the morning."""

    time = blocks.TimeBlock(label=_("Hour"))
    title = blocks.CharBlock(label=_("What happens"), max_length=160)
    details = blocks.TextBlock(label=_("Details"), required=False)

    class Meta:
        icon = "time"
        label = _("Timetable line")
        label_format = "{time} {title}"


class AgendaBlock(blocks.StreamBlock):
    item = AgendaItemBlock()


class TrainersBlock(blocks.StreamBlock):
    trainer = SnippetChooserBlock("trainings.Trainer", label=_("Trainer"), icon="user")


class HandoutBlock(blocks.StructBlock):
    """A document that is given out at its time, to everybody or to those with a place."""

    document = DocumentChooserBlock(label=_("Document"))
    moment = blocks.ChoiceBlock(
        choices=DocumentMoment.choices, default=DocumentMoment.AFTER, label=_("Given out")
    )
    only_participants = blocks.BooleanBlock(
        label=_("For participants only"),
        required=False,
        help_text=_("It opens by their personal link and nowhere else."),
    )

    class Meta:
        icon = "doc-full"
        label = _("Document for a moment")
        label_format = "{document}"


class DocumentsBlock(blocks.StreamBlock):
    document = DocumentChooserBlock(label=_("Document for everybody"))
    handout = HandoutBlock()


class BodyBlock(blocks.StreamBlock):
    heading = blocks.CharBlock(
        label=_("Heading"),
        icon="title",
        form_classname="title",
        template="trainings/blocks/heading.html",
    )
    text = blocks.RichTextBlock(
        label=_("Text"), features=["bold", "italic", "ul", "ol", "link", "document-link"]
    )
    picture = ImageBlock(label=_("Picture"), template="trainings/blocks/picture.html")
    quote = blocks.BlockQuoteBlock(label=_("Quote"))
