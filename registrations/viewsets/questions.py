from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from registrations.enums import Question
from registrations.models import SignUpQuestions


class SignUpQuestionsForm(WagtailAdminModelForm):
    asked = forms.MultipleChoiceField(
        label=_("Also ask"),
        choices=Question.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ask only what you need: each question costs everybody's time."),
    )


class SignUpQuestionsViewSet(SnippetViewSet):
    model = SignUpQuestions
    icon = "help"
    menu_label = _("Questions asked")
    copy_view_enabled = False
    list_display = ["training"]
    edit_handler = ObjectList(
        [FieldPanel("training"), FieldPanel("asked")], base_form_class=SignUpQuestionsForm
    )
