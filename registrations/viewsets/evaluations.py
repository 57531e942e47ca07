"""What people thought of a session, in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from wagtail.log_actions import log

from registrations.domain import evaluations
from registrations.domain.evaluations import FEWEST, Marks, Results
from registrations.exports import as_csv, as_xlsx
from registrations.models.evaluations import SCALE
from registrations.permissions import may_see_figures, may_see_registrations
from registrations.viewsets.people import SessionScreen

#: How long a bar of all answers is, in the units of its picture.
LENGTH = 200


class OfEvaluations(SessionScreen):
    page_title = gettext_lazy("Evaluations")
    header_icon = "form"
    may = staticmethod(may_see_figures)

    def path(self):
        return super().path() if may_see_registrations(self.request.user) else []


class EvaluationsView(OfEvaluations):
    """Numbers, bars and remarks of a session, from five answers up; and of all of its training."""

    template_name = "registrations/admin/evaluations.html"

    def get(self, request, *args, **kwargs):
        others = self.session.training.sessions.all()
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                answers=evaluations.answers_to(self.session),
                asked=evaluations.asked_about(self.session),
                fewest=FEWEST,
                groups=list(filter(None, [self.of_session(), self.of_training(others)])),
            )
        )

    def of_session(self) -> dict[str, Any] | None:
        found = evaluations.results_of([self.session])
        return shown(found, id="session", heading=_("This session")) if found else None

    def of_training(self, sessions) -> dict[str, Any] | None:
        """Only where it says more than the session alone."""
        found = evaluations.results_of(sessions)
        if found is None or found.sessions < 2:
            return None
        heading = ngettext(
            "All sessions of this training together: %(number)d session with answers",
            "All sessions of this training together: %(number)d sessions with answers",
            found.sessions,
        ) % {"number": found.sessions}
        return shown(found, id="training", heading=heading)


class EvaluationsFileView(OfEvaluations):
    """Each answer on a line of its own, in no order; nothing below five."""

    def get(self, request, pk, file_format):
        rows = evaluations.rows_of(self.session)
        if rows is None:
            raise Http404
        data = {"format": file_format, "lines": len(rows)}
        log(
            self.session,
            "registrations.export_evaluations",
            user=request.user,
            timestamp=timezone.now(),
            data=data,
        )
        heading = [evaluations.label_of(name) for name in rows[0]]
        table = [heading, *(list(row.values()) for row in rows)]
        name = f"evaluations-{self.session.starts_on}-{self.session.pk}.{file_format}"
        if file_format == "csv":
            return as_csv(name, table)
        return as_xlsx(name, {_("Evaluations"): table})


def shown(found: Results, *, id: str, heading: str) -> dict[str, Any]:
    return {
        "id": id,
        "heading": heading,
        "found": found,
        "questions": [question(marks) for marks in found.marks],
        "remarks": [
            (evaluations.label_of("keeps"), found.keeps),
            (evaluations.label_of("misses"), found.misses),
        ],
    }


def question(marks: Marks) -> dict[str, Any]:
    """A row of the table with its bars, as long as their share of the answers; `y` is where the
    bar of each mark stands.
    """
    numbers = list(zip(SCALE, marks.numbers, strict=True))
    return {
        "marks": marks,
        "bars": [
            {
                "mark": mark,
                "number": number,
                "y": row * 14,
                "width": LENGTH * number // marks.answers,
            }
            for row, (mark, number) in enumerate(numbers)
        ],
        "in_words": ", ".join(
            pgettext("a mark, and how many gave it", "%(mark)d: %(number)d")
            % {"mark": mark, "number": number}
            for mark, number in numbers
        ),
    }


evaluation_urls: list[Any] = [
    path("sessions/<int:pk>/evaluations/", EvaluationsView.as_view(), name="evaluations"),
    *(
        path(
            f"sessions/<int:pk>/evaluations.{file_format}",
            EvaluationsFileView.as_view(),
            {"file_format": file_format},
            name=f"evaluations_{file_format}",
        )
        for file_format in ("csv", "xlsx")
    ),
]
