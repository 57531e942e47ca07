"""Presences of a session as a file: a line for each person with a place."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from registrations.domain.sheet import SheetPerson, SheetRows, rows_of
from registrations.enums import PresenceState
from registrations.exports import as_csv, as_xlsx
from registrations.permissions import may_see_registrations
from registrations.viewsets.people import people_url
from registrations.viewsets.sheet_screen import SheetScreen, half_day_words

HOUR = timedelta(hours=1)


class PresenceExportView(SheetScreen):
    """By POST: that it was downloaded stands in the history of the session."""

    may = staticmethod(may_see_registrations)

    def get(self, request, *args, **kwargs):
        return redirect(people_url(self.session))

    def post(self, request, *args, **kwargs):
        asked = request.POST.get("format")
        if asked not in ("csv", "xlsx"):
            raise Http404
        rows = rows_of(self.session, self.at)
        log(
            self.session,
            "registrations.export_presences",
            user=request.user,
            timestamp=self.at,
            data={"format": asked, "lines": len(rows.people)},
        )
        name = f"presences-{self.session.starts_on}"
        lines = [headings(rows), *(line_of(one, rows) for one in rows.people)]
        if asked == "csv":
            return as_csv(f"{name}.csv", lines)
        return as_xlsx(f"{name}.xlsx", {_("Presences"): lines})


def headings(rows: SheetRows) -> list[str]:
    return [
        _("Last name"),
        _("First name"),
        _("Partner service"),
        _("Kind of service"),
        *(half_day_words(unit, rows.half_days) for unit in rows.half_days),
        _("Presence"),
        _("Hours attended"),
    ]


def line_of(one: SheetPerson, rows: SheetRows) -> list[str | float]:
    return [
        one.last_name or one.name,
        one.first_name,
        one.service.name,
        str(one.service.kind),
        *(half_day_of(one, unit.number) for unit in rows.half_days),
        one.presence_label,
        one.attended / HOUR if one.attended is not None else "",
    ]


def half_day_of(one: SheetPerson, number: int) -> str:
    """What was noted, with the hours of who came late or left early."""
    found = one.presences.get(number)
    if found is None:
        return ""
    hours = [f"{hour:%H:%M}" if hour else "" for hour in (found.arrived_at, found.left_at)]
    label = str(PresenceState(found.state).label)
    return f"{label} ({' – '.join(hours)})" if any(hours) else label
