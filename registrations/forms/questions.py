"""The organiser's own questions as fields of the sign-up form, built as Wagtail builds its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.compat import URLField
from wagtail.contrib.forms.forms import FormBuilder

from registrations.domain import questions as domain
from registrations.enums import FieldType
from registrations.forms.fields import AddressField, LongTextField, TextField, clean_human_text
from registrations.models import FormQuestion
from registrations.models.questions import TICKED

LONGEST_TEXT = 2000
CHOOSE = gettext_lazy("Please choose from the list.")


class WebField(URLField):
    def to_python(self, value):
        value = super().to_python(value)
        return clean_human_text(value) if value else value


class QuestionBuilder(FormBuilder):
    """Wagtail's types of field; text is cleaned like all that people type here."""

    def create_singleline_field(self, field, options):
        return TextField(max_length=255, **options)

    def create_multiline_field(self, field, options):
        return LongTextField(max_length=LONGEST_TEXT, **options)

    def create_email_field(self, field, options):
        return AddressField(max_length=254, **options)

    def create_url_field(self, field, options):
        return WebField(max_length=LONGEST_TEXT, **options)

    def create_number_field(self, field, options):
        # In one line of text: it takes a comma where people write one.
        widget = forms.TextInput({"inputmode": "decimal"})
        return forms.DecimalField(
            max_digits=15, decimal_places=6, localize=True, widget=widget, **options
        )

    def create_date_field(self, field, options):
        return forms.DateField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **options)

    def create_datetime_field(self, field, options):
        widget = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
        return forms.DateTimeField(widget=widget, **options)

    def create_dropdown_field(self, field, options):
        # Nothing is chosen before somebody does.
        choices = [("", _("Choose…")), *self.get_formatted_field_choices(field)]
        return forms.ChoiceField(choices=choices, **options)

    def get_formatted_field_choices(self, field):
        return field.options

    def get_formatted_field_initial(self, field):
        return []

    def get_field_options(self, field):
        help_text = [condition_in_words(field), str(field.help_text)]
        return {
            "label": str(field.label),
            "help_text": conditional_escape(" ".join(filter(None, help_text))),
            # Of a question that is not asked of all, only `clean_answers()` can tell.
            "required": field.required and field.only_if_id is None,
        }


def condition_in_words(question: FormQuestion) -> str:
    if question.only_if is None:
        return ""
    said = {
        "answer": question.only_if.in_words(question.only_if_choice),
        "question": str(question.only_if.label),
    }
    if question.only_if.field_type == FieldType.CHECKBOX:
        return _("Only if you ticked “%(question)s”.") % said
    return _("Only if you answered “%(answer)s” to “%(question)s”.") % said


def add_questions(form: forms.Form, questions: Iterable[FormQuestion]) -> None:
    """Give a form a field for each of these questions, after its own fields.

    Call it at the end of `__init__()`, and `clean_answers()` at the end of `clean()`;
    "registrations/parts/questions.html" shows them.
    """
    form.questions = list(questions)
    form.fields.update(QuestionBuilder(form.questions).formfields)
    for question in form.questions:
        field = form.fields[question.clean_name]
        field.question = question  # tells it from the other fields
        field.error_messages["required"] = required_sentence(question)
        if "invalid_choice" in field.error_messages:
            field.error_messages["invalid_choice"] = CHOOSE


def required_sentence(question: FormQuestion) -> str:
    if question.field_type == FieldType.CHECKBOX:
        return _("Please tick this box.")
    return _("Please answer this question.")


def clean_answers(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Put `answers` among the clean values, as `Person` and `Booker` take them.

    An answer to a question whose condition does not hold is dropped, and what is wrong with it is
    not told; where it holds, the question may be required.
    """
    said: dict[int, str] = {}
    for question in form.questions:
        name = question.clean_name
        text = text_of(cleaned.get(name))
        if not domain.holds(question, said):
            form.errors.pop(name, None)
        elif text:
            said[question.pk] = text
        elif question.required and not form.has_error(name):
            form.add_error(name, required_sentence(question))
    cleaned["answers"] = tuple(said.items())


def text_of(value: Any) -> str:
    """What is kept of a clean value; empty when there is no answer."""
    match value:
        case None | False:
            return ""
        case True:
            return TICKED
        case Decimal():
            return format(value, "f")
        case datetime():
            return timezone.make_naive(value).isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case list():
            return "\n".join(value)
    return str(value)
