import django.db.models.deletion
import modelcluster.fields
import trainings.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0004_fair_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "label",
                    trainings.models.fields.TranslatedTextField(
                        default=trainings.models.fields.TranslatedText,
                        max_length=255,
                        verbose_name="question",
                    ),
                ),
                (
                    "help_text",
                    trainings.models.fields.TranslatedTextField(
                        blank=True,
                        default=trainings.models.fields.TranslatedText,
                        max_length=255,
                        verbose_name="help",
                    ),
                ),
                (
                    "field_type",
                    models.CharField(
                        choices=[
                            ("singleline", "Text on one line"),
                            ("multiline", "Text on several lines"),
                            ("email", "E-mail address"),
                            ("number", "Number"),
                            ("url", "Web address"),
                            ("checkbox", "One box to tick"),
                            ("checkboxes", "Several boxes to tick"),
                            ("dropdown", "One choice, in a list that opens"),
                            ("multiselect", "Several choices, in a list"),
                            ("radio", "One choice among buttons"),
                            ("date", "Date"),
                            ("datetime", "Date and time"),
                        ],
                        max_length=16,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "choices",
                    trainings.models.fields.TranslatedTextField(
                        blank=True,
                        default=trainings.models.fields.TranslatedText,
                        help_text="One on each line, in the same order in each language.",
                        max_length=3000,
                        multiline=True,
                        verbose_name="choices",
                    ),
                ),
                ("required", models.BooleanField(default=False, verbose_name="required")),
                (
                    "asked_of",
                    models.CharField(
                        choices=[
                            ("PERSON", "each person"),
                            ("REGISTRATION", "who registers, once"),
                        ],
                        default="PERSON",
                        max_length=16,
                        verbose_name="asked of",
                    ),
                ),
                ("only_if_choice", models.CharField(blank=True, editable=False, max_length=255)),
                (
                    "only_if",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="follow_ups",
                        to="registrations.formquestion",
                    ),
                ),
                (
                    "sign_up",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="registrations.signupquestions",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["sign_up_id", "sort_order", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FormAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asked",
                    trainings.models.fields.TranslatedTextField(
                        default=trainings.models.fields.TranslatedText,
                        editable=False,
                        max_length=255,
                    ),
                ),
                (
                    "field_type",
                    models.CharField(
                        choices=[
                            ("singleline", "Text on one line"),
                            ("multiline", "Text on several lines"),
                            ("email", "E-mail address"),
                            ("number", "Number"),
                            ("url", "Web address"),
                            ("checkbox", "One box to tick"),
                            ("checkboxes", "Several boxes to tick"),
                            ("dropdown", "One choice, in a list that opens"),
                            ("multiselect", "Several choices, in a list"),
                            ("radio", "One choice among buttons"),
                            ("date", "Date"),
                            ("datetime", "Date and time"),
                        ],
                        editable=False,
                        max_length=16,
                    ),
                ),
                ("text", models.TextField(editable=False)),
                (
                    "participant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="registrations.participant",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="registrations.registration",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answers",
                        to="registrations.formquestion",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="formquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("only_if__isnull", True),
                    models.Q(("only_if", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="question_does_not_depend_on_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="formanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("participant__isnull", True), ("registration__isnull", False)),
                    models.Q(("participant__isnull", False), ("registration__isnull", True)),
                    _connector="OR",
                ),
                name="answer_is_of_a_registration_or_of_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="formanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="answer_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="formanswer",
            constraint=models.UniqueConstraint(
                fields=("question", "registration"), name="registration_answers_a_question_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="formanswer",
            constraint=models.UniqueConstraint(
                fields=("question", "participant"), name="person_answers_a_question_once"
            ),
        ),
    ]
