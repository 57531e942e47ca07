"""Where editors write their questions, and what must hold among them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from registrations.enums import CHOICE_TYPES, Question
from registrations.forms.fields import clean_human_text
from registrations.models import FormQuestion, SignUpQuestions
from registrations.models.questions import lines_of

LONGEST_CHOICE = 255


class FormQuestionForm(WagtailAdminModelForm):
    """One question; `conditions` offers the choices of those that are saved already."""

    condition = forms.ChoiceField(
        label=gettext_lazy("Asked only if the answer was"),
        required=False,
        help_text=gettext_lazy(
            "A choice of a question above it, asked of the same people. Save that one first."
        ),
    )

    def __init__(self, *args, conditions=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["condition"].choices = [("", _("Always asked")), *conditions]
        if self.instance.only_if_id:
            said = f"{self.instance.only_if_id}:{self.instance.only_if_choice}"
            self.initial["condition"] = said

    def clean_choices(self):
        choices = self.cleaned_data["choices"]
        if self.cleaned_data.get("field_type") not in CHOICE_TYPES:
            return choices
        clean = {
            code: lines_of(clean_human_text(text, multiline=True)) for code, text in choices.items()
        }
        clean = {code: lines for code, lines in clean.items() if lines}
        if not clean:
            raise ValidationError(_("Please write down what can be chosen."))
        if len({len(lines) for lines in clean.values()}) > 1:
            raise ValidationError(_("Please write as many choices in each language."))
        if any(len(set(lines)) < len(lines) for lines in clean.values()):
            raise ValidationError(_("Please write each choice once."))
        if any(len(line) > LONGEST_CHOICE for lines in clean.values() for line in lines):
            raise ValidationError(
                _("Please write choices of %(number)d characters at most.")
                % {"number": LONGEST_CHOICE}
            )
        return type(choices)({code: "\n".join(lines) for code, lines in clean.items()})

    def clean(self):
        cleaned = super().clean()
        number, _colon, choice = (cleaned.get("condition") or "").partition(":")
        self.instance.only_if_id = int(number) if number else None
        self.instance.only_if_choice = choice
        return cleaned


class SignUpQuestionsForm(WagtailAdminModelForm):
    asked = forms.MultipleChoiceField(
        label=gettext_lazy("Also ask"),
        choices=Question.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Ask only what you need: each question costs everybody's time."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.saved = {one.pk: one for one in self._saved_questions()}
        self.formsets["questions"].form_kwargs["conditions"] = [
            (
                str(one),
                [(f"{one.pk}:{key}", f"{one} – {words}") for key, words in one.options],
            )
            for one in self.saved.values()
            if one.options
        ]

    def _saved_questions(self):
        return FormQuestion.objects.filter(sign_up=self.instance.pk) if self.instance.pk else ()

    def clean(self) -> Any:
        cleaned = super().clean()
        formset = self.formsets["questions"]
        if formset.is_valid():
            earlier: dict[int, FormQuestion] = {}
            for form in formset.ordered_forms:
                self._check_condition(form, earlier)
                if form.instance.pk:
                    earlier[form.instance.pk] = form.instance
        return cleaned

    def _check_condition(self, form: FormQuestionForm, earlier: dict[int, FormQuestion]) -> None:
        question = form.instance
        if question.only_if_id is None:
            return
        asked = earlier.get(question.only_if_id)
        if asked is None:
            form.add_error("condition", _("This question does not stand above it any more."))
        elif asked.asked_of != question.asked_of:
            form.add_error("condition", _("These questions are not asked of the same people."))
        elif key := self._key_now(asked, question.only_if_choice):
            question.only_if_choice = key
        else:
            form.add_error("condition", _("This choice is not offered any more."))

    def _key_now(self, asked: FormQuestion, key: str) -> str:
        """A choice that is only reworded stays the condition; empty when it is gone."""
        before = [one for one, _words in self.saved[asked.pk].options]
        now = [one for one, _words in asked.options]
        if key in now:
            return key
        return now[before.index(key)] if key in before and len(before) == len(now) else ""

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> SignUpQuestions:
        self.instance.lock_questions()
        return super().save(*args, **kwargs)
