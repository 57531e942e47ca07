"""What the form of a training asks beyond the usual, and what was answered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from registrations.enums import CHOICE_TYPES, AskedOf, FieldType, Question
from registrations.models.participations import Participant
from registrations.models.registrations import Registration
from trainings.models import Training, TranslatedTextField, content_languages

#: The answer to a box that is ticked; one that is not has no answer.
TICKED = "yes"


class SignUpQuestions(ClusterableModel):
    """What the form of a training also asks; without a row, nothing.

    `asked` has those of our optional questions that it asks; `questions` has the organiser's own.
    """

    training = models.OneToOneField(
        Training,
        verbose_name=_("training"),
        on_delete=models.CASCADE,
        related_name="sign_up_questions",
    )
    asked = models.JSONField(_("questions asked"), default=list, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("questions of the sign-up form")
        verbose_name_plural = _("questions of the sign-up forms")

    def __str__(self) -> str:
        return str(self.training)

    @classmethod
    def asked_for(cls, trainings) -> set[Question]:
        """Union over the trainings of one form."""
        rows = cls.objects.filter(training__in=trainings).values_list("asked", flat=True)
        return {Question(code) for row in rows for code in row if code in Question.values}

    def lock_questions(self) -> None:
        """Before they change: who signs up answers them as they were, or as they become."""
        if self.pk:
            rows = FormQuestion.objects.select_for_update(of=("self",)).order_by("pk")
            list(rows.filter(sign_up=self))

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.lock_questions()
        return super().delete(*args, **kwargs)

    @transaction.atomic
    def copy_to(self, training: Training) -> SignUpQuestions:
        """Ask the same of another training, which asks nothing yet; no answer comes along."""
        copy = SignUpQuestions.objects.create(training=training, asked=self.asked)
        own = {"id", "sign_up_id", "only_if_id"}
        names = [field.attname for field in FormQuestion._meta.concrete_fields]
        made: dict[int | None, FormQuestion] = {}
        # A condition is about an earlier question.
        for question in FormQuestion.objects.filter(sign_up=self):
            said = {name: getattr(question, name) for name in names if name not in own}
            made[question.pk] = FormQuestion.objects.create(
                sign_up=copy, only_if=made.get(question.only_if_id), **said
            )
        return copy


class FormQuestion(Orderable):
    """A question that an organiser puts on the form of a training.

    The names of its fields are those that Wagtail's form builder reads.
    """

    sign_up = ParentalKey(SignUpQuestions, on_delete=models.CASCADE, related_name="questions")
    label = TranslatedTextField(_("question"))
    help_text = TranslatedTextField(_("help"), blank=True)
    field_type = models.CharField(_("answered by"), max_length=16, choices=FieldType)
    choices = TranslatedTextField(
        _("choices"),
        blank=True,
        multiline=True,
        max_length=3000,
        help_text=_("One on each line, in the same order in each language."),
    )
    required = models.BooleanField(_("required"), default=False)
    asked_of = models.CharField(
        _("asked of"), max_length=16, choices=AskedOf, default=AskedOf.PERSON
    )
    # Asked when that earlier question of the same form is answered with this choice.
    only_if = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="follow_ups",
    )
    only_if_choice = models.CharField(max_length=255, blank=True, editable=False)

    wagtail_reference_index_ignore = True

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["sign_up_id", "sort_order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="question_does_not_depend_on_itself",
                condition=Q(only_if__isnull=True) | ~Q(only_if=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def clean_name(self) -> str:
        """Of its field; the same whatever the question's words and language."""
        return f"question_{self.pk}"

    default_value = ""

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen: the key that an answer keeps, and its words in the active language.

        The key is the line in the main content language, so lines may come and go around it.
        """
        if self.field_type == FieldType.CHECKBOX:
            return [(TICKED, gettext("Yes"))]
        if self.field_type not in CHOICE_TYPES:
            return []
        keys = lines_of(self.choices.in_language(content_languages()[0]))
        words = lines_of(str(self.choices))
        return list(zip(keys, words if len(words) == len(keys) else keys, strict=True))

    def in_words(self, text: str) -> str:
        """What is kept of an answer, as the active language says it."""
        return answer_in_words(text, self.field_type, dict(self.options))


class FormAnswer(models.Model):
    """One answer, with what was asked as it was then: a question may be reworded, or go."""

    question = models.ForeignKey(
        FormQuestion, on_delete=models.SET_NULL, null=True, related_name="answers"
    )
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, null=True, related_name="answers"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, null=True, related_name="answers"
    )
    asked = TranslatedTextField(editable=False)
    field_type = models.CharField(max_length=16, choices=FieldType, editable=False)
    # Keys of choices, one a line; dates as ISO 8601, on the clock of the site; numbers with a dot.
    text = models.TextField(editable=False)

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="answer_is_of_a_registration_or_of_a_person",
                condition=Q(registration__isnull=False, participant__isnull=True)
                | Q(registration__isnull=True, participant__isnull=False),
            ),
            models.CheckConstraint(name="answer_says_something", condition=~Q(text="")),
            models.UniqueConstraint(
                name="registration_answers_a_question_once", fields=["question", "registration"]
            ),
            models.UniqueConstraint(
                name="person_answers_a_question_once", fields=["question", "participant"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def in_words(self) -> str:
        """The answer as the active language says it; a choice that is gone in its own words."""
        options = dict(self.question.options) if self.question else {}
        return answer_in_words(self.text, self.field_type, options)


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def answer_in_words(text: str, field_type: str, options: dict[str, str]) -> str:
    match field_type:
        case FieldType.CHECKBOX:
            return gettext("Yes")
        case FieldType.NUMBER:
            return number_format(Decimal(text))
        case FieldType.DATE:
            return date_format(date.fromisoformat(text), "DATE_FORMAT")
        case FieldType.DATETIME:
            return date_format(datetime.fromisoformat(text), "DATETIME_FORMAT")
        case _ if field_type in CHOICE_TYPES:
            return ", ".join(options.get(key, key) for key in text.splitlines())
    return text
