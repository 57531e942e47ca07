"""Enter who signed the paper, then take over from it what differs."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from registrations.domain import paper_sheet
from registrations.domain.sheet import rows_of
from registrations.exceptions import RegistrationError
from registrations.forms.attendance import line_name, read_line
from registrations.viewsets.sheet_screen import SheetScreen, half_day_words, public_url


class PaperEntryView(SheetScreen):
    """One box for each signature, in the order of the printed sheet."""

    template_name = "registrations/admin/sheet_paper.html"
    page_title = gettext_lazy("Signed sheet")
    header_icon = "form"

    def get(self, request, *args, **kwargs):
        return self.show(self.rows())

    def post(self, request, *args, **kwargs):
        asked = request.POST.get("do", "save")
        if asked == "all":
            return self.show(self.rows(), all_signed=True)
        try:
            told = self.take_over() if asked == "take_over" else self.enter()
        except RegistrationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, told)
        return redirect(request.path)

    def rows(self):
        return rows_of(self.session, self.at)

    def enter(self) -> str:
        paper_sheet.enter_paper(
            self.session,
            shown=self.lines(self.request.POST.get("shown", "").split(",")),
            signed=self.lines(self.request.POST.getlist("signed")),
            by=self.request.user,
            at=self.at,
        )
        return _("The signatures are kept.")

    def take_over(self) -> str:
        ticked = set(self.lines(self.request.POST.getlist("line")))
        differing = [one for one in paper_sheet.differences(self.rows()) if one.key in ticked]
        number = paper_sheet.take_over(self.session, differing, by=self.request.user, at=self.at)
        return ngettext(
            "%(number)d line is taken over from the paper.",
            "%(number)d lines are taken over from the paper.",
            number,
        ) % {"number": number}

    @staticmethod
    def lines(names) -> list[paper_sheet.Key]:
        """Raises Http404 for what no box of ours says."""
        found = [read_line(name) for name in names if name]
        if None in found:
            raise Http404
        return [key for key in found if key]

    def show(self, rows, *, all_signed=False):
        words = {unit.number: half_day_words(unit, rows.half_days) for unit in rows.half_days}
        services = [
            (service, [(one, self.boxes(one, rows, all_signed=all_signed)) for one in people])
            for service, people in rows.services
        ]
        differing = [
            {
                "line": line_name(one.key),
                "person": one.person,
                "half_day": words[one.half_day.number],
                "is_signed": one.is_signed,
                "noted": one.person.presences.get(one.half_day.number),
            }
            for one in paper_sheet.differences(rows)
        ]
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                rows=rows,
                half_days=words,
                services=services,
                shown=",".join(
                    line_name((one.pk, unit.number))
                    for one in rows.people
                    for unit in rows.half_days
                ),
                differing=differing,
                desk_url=public_url("desk", self.session),
                was_entered=any(one.signed for one in rows.people),
            )
        )

    @staticmethod
    def boxes(person, rows, *, all_signed):
        return [
            {
                "line": line_name((person.pk, unit.number)),
                "number": unit.number,
                "is_ticked": all_signed or person.signed.get(unit.number, False),
            }
            for unit in rows.half_days
        ]
