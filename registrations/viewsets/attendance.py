"""The attendance sheet of a session in the Wagtail admin, and the sessions of the day."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from registrations.domain import attendance
from registrations.domain.sheet import rows_of
from registrations.enums import ParticipationStatus, PresenceSource
from registrations.exceptions import RegistrationError
from registrations.forms.attendance import SheetForm
from registrations.permissions import may_change_registrations, may_see_registrations
from registrations.viewsets.sheet_export import PresenceExportView
from registrations.viewsets.sheet_links import DayLinksView
from registrations.viewsets.sheet_paper import PaperEntryView
from registrations.viewsets.sheet_scans import ScanRemoveView, ScansView, ScanView
from registrations.viewsets.sheet_screen import (
    SheetScreen,
    for_others,
    half_day_words,
    may_note,
    public_url,
    sheet_url,
)
from trainings.conf import conf as trainings_conf
from trainings.enums import SessionStatus
from trainings.models import TrainingSession

#: Of the list of who welcomes people: today and so many days more.
DAYS_TO_COME = 2


class SheetView(SheetScreen):
    """Who was there on which half-day: one form for all; what was changed is noted."""

    template_name = "registrations/admin/sheet.html"
    page_title = gettext_lazy("Attendance sheet")
    may = staticmethod(may_note)

    def path(self):
        return super().path()[:-1]

    def get(self, request, *args, **kwargs):
        rows = rows_of(self.session, self.at)
        return self.show(rows, SheetForm(rows))

    def post(self, request, *args, **kwargs):
        rows = rows_of(self.session, self.at)
        form = SheetForm(rows, request.POST)
        if not form.is_valid():
            return self.show(rows, form, status=422)
        notes = form.notes(at=self.at)
        try:
            noted = attendance.note(
                self.session, notes, source=PresenceSource.STAFF, by=request.user, at=self.at
            )
        except RegistrationError as error:
            messages.error(request, str(error))
            return self.show(rows, form, status=422)
        messages.success(request, self.report(len(noted.counted)))
        return redirect(request.path)

    @staticmethod
    def report(number: int) -> str:
        if not number:
            return _("Nothing was changed.")
        return ngettext("%(number)d line is noted.", "%(number)d lines are noted.", number) % {
            "number": number
        }

    def show(self, rows, form, *, status=200):
        user = self.request.user
        may_change, may_see = may_change_registrations(user), may_see_registrations(user)
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                rows=rows,
                form=form,
                half_days=rows.half_days,
                services=self.services(rows, form),
                not_noted=[one for one in rows.people if len(one.presences) < len(rows.half_days)],
                attested=rows.counts.present + rows.counts.partly,
                has_begun=self.session.goes_ahead and self.session.starts_at <= self.at,
                can_note=self.can_note(),
                is_welcoming=self.can_note() and self.is_its_day(),
                here_url=for_others("here", self.session.pk),
                desk_url=public_url("desk", self.session),
                room_url=public_url("room", self.session),
                may_change=may_change,
                may_see=may_see,
            ),
            status=status,
        )

    @staticmethod
    def services(rows, form):
        """Each with its people, and these with a line for each half-day, by its hours."""
        words = {unit.number: half_day_words(unit, rows.half_days) for unit in rows.half_days}

        def lines_of(person):
            return [(words[number], form.lines[person.pk, number]) for number in words]

        return [
            (service, [(one, lines_of(one)) for one in people]) for service, people in rows.services
        ]

    def can_note(self) -> bool:
        """From the day before, without an end: somebody of a spare line is added later."""
        try:
            attendance.check_can_note(self.session, at=self.at)
        except RegistrationError:
            return False
        return True

    def is_its_day(self) -> bool:
        there = self.at.astimezone(ZoneInfo(self.session.time_zone))
        return there.date() <= self.session.ends_on


class SheetActView(SheetScreen):
    """A button of the sheet."""

    may = staticmethod(may_note)
    needs_change = True

    def get(self, request, *args, **kwargs):
        return redirect(sheet_url(self.session))

    def post(self, request, *args, **kwargs):
        if self.needs_change and not may_change_registrations(request.user):
            raise PermissionDenied
        try:
            messages.success(request, self.act())
        except RegistrationError as error:
            messages.error(request, str(error))
        return redirect(sheet_url(self.session))

    def act(self) -> str:
        """Do it; returns what to say of it."""
        raise NotImplementedError  # every subclass answers


class SheetCloseView(SheetActView):
    def act(self):
        ticked = self.request.POST.getlist("announced")
        announced = [int(pk) for pk in ticked if pk.isascii() and pk.isdigit() and len(pk) < 19]
        attendance.close_sheet(self.session, announced=announced, by=self.request.user, at=self.at)
        return _("The sheet is closed. Attestations leave by mail to those who were present.")


class SheetReopenView(SheetActView):
    def act(self):
        attendance.reopen_sheet(self.session, by=self.request.user, at=self.at)
        return _("The sheet is open again. Attestations that were sent stay valid.")


class RoomCodeView(SheetActView):
    needs_change = False

    def act(self):
        attendance.check_can_note(self.session, at=self.at)
        attendance.sheet_of(self.session)
        return _("The code for the room is there: people may say that they are here.")


class WelcomeItem(MenuItem):
    def is_shown(self, request):
        return may_note(request.user)


def welcome_item() -> MenuItem:
    """For the menu of the admin; who only welcomes people has nothing else of ours there."""
    url = reverse("registrations_admin:welcome")
    label = gettext_lazy("Welcome desk of the day")
    return WelcomeItem(label, url, name="welcome-desk", icon_name="user", order=155)


class WelcomeView(WagtailAdminTemplateMixin, TemplateView):
    """Today's sessions and those of the next two days, for who welcomes people."""

    template_name = "registrations/admin/sheet_welcome.html"
    page_title = gettext_lazy("Welcome desk of the day")
    header_icon = "user"

    def dispatch(self, request, *args, **kwargs):
        if not may_note(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        today = timezone.now().astimezone(ZoneInfo(trainings_conf.time_zone)).date()
        seated = Q(participations__status=ParticipationStatus.CONFIRMED)
        sessions = (
            TrainingSession.objects.filter(
                status=SessionStatus.SCHEDULED,
                starts_on__lte=today + timedelta(days=DAYS_TO_COME),
                ends_on__gte=today,
            )
            .select_related("training", "venue")
            .annotate(expected=Count("participations", filter=seated))
            .order_by("starts_at", "pk")
        )
        listed = [(one, public_url("desk", one)) for one in sessions]
        return super().get_context_data(sessions=listed, **kwargs)

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]


attendance_urls = [
    path("welcome/", WelcomeView.as_view(), name="welcome"),
    path("sessions/<int:pk>/sheet/", SheetView.as_view(), name="sheet"),
    path("sessions/<int:pk>/sheet/close/", SheetCloseView.as_view(), name="sheet_close"),
    path("sessions/<int:pk>/sheet/reopen/", SheetReopenView.as_view(), name="sheet_reopen"),
    path("sessions/<int:pk>/sheet/room/", RoomCodeView.as_view(), name="sheet_room"),
    path("sessions/<int:pk>/sheet/links/", DayLinksView.as_view(), name="sheet_links"),
    path("sessions/<int:pk>/sheet/paper/", PaperEntryView.as_view(), name="sheet_paper"),
    path("sessions/<int:pk>/sheet/scans/", ScansView.as_view(), name="sheet_scans"),
    path("sessions/<int:pk>/sheet/scans/<int:scan>/", ScanView.as_view(), name="sheet_scan"),
    path(
        "sessions/<int:pk>/sheet/scans/<int:scan>/remove/",
        ScanRemoveView.as_view(),
        name="sheet_scan_remove",
    ),
    path("sessions/<int:pk>/sheet/export/", PresenceExportView.as_view(), name="sheet_export"),
]
