"""The list of registrations as a file: a line for each person and session, a column a question."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.log_actions import log

from registrations.exports import as_csv, as_text
from registrations.models import FormAnswer, FormQuestion, Participation, Registration
from trainings.models import Training, TranslatedText

#: What no cell can hold; an organiser may have pasted it into the name of a service.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: Before the words of a question, so that none is one of the other columns.
ANSWER = "answer "
HEADINGS = {
    "reference": gettext_lazy("Reference"),
    "received": gettext_lazy("Received"),
    "partner": gettext_lazy("Partner service"),
    "kind": gettext_lazy("Kind of service"),
    "municipality": gettext_lazy("Municipality"),
    "booker": gettext_lazy("Registered by"),
    "booker_email": gettext_lazy("E-mail address of who registered"),
    "order_reference": gettext_lazy("Order form or reference"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "function": gettext_lazy("Function"),
    "email": gettext_lazy("E-mail address"),
    "training": gettext_lazy("Training"),
    "session": pgettext_lazy("training session", "Session"),
    "status": gettext_lazy("State"),
    "rank": gettext_lazy("Rank"),
}


class RegistrationExport:
    """For an index view of registrations: what its two buttons download, for who may view them.

    The filters of the list hold for the lines too; search finds whole registrations. Each
    training of the file has it in its history.
    """

    request: Any
    filters: Any
    permission_policy: Any

    def dispatch(self, request, *args, **kwargs):
        if self.is_export and not self.show_export_buttons:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def show_export_buttons(self) -> bool:
        return self.permission_policy.user_has_permission(self.request.user, "view")

    def as_spreadsheet(self, queryset, spreadsheet_format):
        found = list(participations_of(queryset, **self.chosen()))
        trainings = {one.session.training for one in found}
        lines = [{**facts_of(one), **answers_of(one)} for one in found]
        at = timezone.now()
        for training in trainings:
            data = {"format": spreadsheet_format, "lines": len(lines)}
            log(training, "registrations.export", user=self.request.user, timestamp=at, data=data)
        headings = {**HEADINGS, **questions_of(trainings, found)}
        self.list_export = list(headings)
        self.export_headings = {name: cell(str(words)) for name, words in headings.items()}
        rows = [{name: cell(line.get(name, "")) for name in headings} for line in lines]
        if spreadsheet_format == self.FORMAT_CSV:
            body = [row.values() for row in rows]
            return as_csv(f"{self.get_filename()}.csv", [headings.values(), *body])
        return super().as_spreadsheet(rows, spreadsheet_format)

    def chosen(self) -> dict[str, Any]:
        """Of what the list is filtered by, what is about participations rather than people."""
        said = self.filters.form.cleaned_data if self.filters.form.is_valid() else {}
        wanted = {"session": said.get("session"), "session__training": said.get("training")}
        return {name: value for name, value in wanted.items() if value}

    def to_row_dict(self, item):
        return item

    def get_heading(self, queryset, field):
        # Wagtail writes headings as they come: one that begins like a formula would be one.
        return as_text(self.export_headings[field])


def participations_of(registrations: QuerySet[Registration], **chosen: Any) -> Any:
    """Ended ones included, by registration and person, in a constant number of queries."""
    answers = FormAnswer.objects.select_related("question")
    return (
        Participation.objects.filter(
            participant__registration__in=registrations.order_by().values("pk"), **chosen
        )
        .with_rank()
        .select_related("participant__registration__partner__kind", "session__training")
        .prefetch_related(
            Prefetch("participant__answers", answers),
            Prefetch("participant__registration__answers", answers),
        )
        .order_by(
            "-participant__registration__created_at",
            "participant__registration",
            "participant__position",
            "session__starts_at",
            "pk",
        )
    )


def questions_of(trainings: set[Training], rows: list[Participation]) -> dict[str, str]:
    """Column and heading of each question: of those asked now, then of those of old answers."""
    asked = FormQuestion.objects.filter(sign_up__training__in=trainings)
    columns = dict.fromkeys(column(one.label) for one in asked)
    for row in rows:
        columns.update(dict.fromkeys(answers_of(row)))
    return {name: name.removeprefix(ANSWER) for name in columns}


def facts_of(one: Any) -> dict[str, Any]:
    """Of a participation with its rank."""
    person, registration = one.participant, one.participant.registration
    partner = registration.partner
    return {
        "reference": registration.reference,
        "received": timezone.make_naive(registration.created_at).replace(microsecond=0),
        "partner": partner.name,
        "kind": partner.kind or "",
        "municipality": partner.municipality,
        "booker": registration.booker_name,
        "booker_email": registration.booker_email,
        "order_reference": registration.order_reference,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "function": person.function,
        "email": person.email,
        "training": one.session.training,
        "session": one.session.local_start.replace(tzinfo=None),
        "status": one.get_status_display(),
        "rank": one.rank or "",
    }


def answers_of(one: Participation) -> dict[str, str]:
    """By column: those of the registration and of the person."""
    person = one.participant
    found: dict[str, str] = {}
    for answer in [*person.registration.answers.all(), *person.answers.all()]:
        name = column(answer.question.label if answer.question else answer.asked)
        # Two questions may have the same words.
        found[name] = "; ".join(filter(None, [found.get(name), answer.in_words]))
    return found


def column(words: TranslatedText) -> str:
    return f"{ANSWER}{words}"


def cell(value: Any) -> Any:
    """What a file can hold: dates and numbers as they are, all else as text."""
    if isinstance(value, datetime | int):
        return value
    return CONTROL.sub("", str(value))
