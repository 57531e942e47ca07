from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from registrations.forms.own_questions import FormQuestionForm, SignUpQuestionsForm
from registrations.models import SignUpQuestions
from registrations.viewsets.choosers import NoChooserViewSet


class QuestionsPanel(InlinePanel):
    """Wagtail's rows, each with the form of a question."""

    def get_form_options(self):
        options = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = FormQuestionForm
        return options


QUESTIONS = QuestionsPanel(
    "questions",
    heading=_("Your own questions"),
    label=_("Question"),
    help_text=_(
        "Answers are kept with the registration, also when you reword or remove a question. "
        "What people need for access or meals has questions of its own, erased after the session: "
        "do not ask about health or beliefs here."
    ),
    panels=[
        FieldPanel("label"),
        FieldPanel("help_text"),
        FieldRowPanel([FieldPanel("field_type"), FieldPanel("asked_of")]),
        FieldPanel("choices"),
        FieldPanel("required"),
        FieldPanel("condition"),
    ],
)


class SignUpQuestionsViewSet(SnippetViewSet):
    model = SignUpQuestions
    chooser_viewset_class = NoChooserViewSet
    icon = "help"
    menu_label = _("Questions asked")
    # Wagtail's own forms have no heading of the first level.
    create_template_name = "trainings/admin/fact_create.html"
    edit_template_name = "trainings/admin/fact_edit.html"
    copy_view_enabled = False
    list_display = ["training"]
    edit_handler = ObjectList(
        [FieldPanel("training"), FieldPanel("asked"), QUESTIONS],
        base_form_class=SignUpQuestionsForm,
    )
