"""The welcome desk of a session, on a phone: a list to tap on, which is forms without a script."""

from __future__ import annotations

import uuid
from typing import Any

import segno
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from registrations.domain import self_check_in
from registrations.domain.attendance import half_days_of, sheet_of
from registrations.domain.welcome import Act, Operation, Outcome
from registrations.exceptions import RegistrationError
from registrations.forms.welcome import FORMS, WalkInForm
from registrations.models import AttendanceSheet
from registrations.views import desk_state, protection
from registrations.views.desk_phone import DeskNotesView, DeskStateView, DeskWorkerView
from registrations.views.desk_way_in import DeskLinkView, OfDesk, title_of, who_is_at


@method_decorator([gzip_page, protection.refuse_other_charsets, never_cache], name="dispatch")
class DeskView(OfDesk, TemplateView):
    """The list, where each button is a form: the script sends the same taps by itself.

    So many forms are alike: compressed, a list of two hundred is small on a phone's network.
    """

    template_name = "registrations/desk.html"
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        return self.show()

    def post(self, request, *args, **kwargs):
        do = request.POST.get("do", "")
        if do == "room":
            sheet_of(self.session)
            return redirect("registrations:room", self.session.pk)
        try:
            if do == "confirm_all":
                return self.confirm_all()
            if do == "add":
                return self.show(walk_in=self.walk_in_of_said())
            if do not in set(Act):
                raise Http404
            return self.carry_out(Act(do))
        except RegistrationError as error:
            status = protection.refusal_status(error)
            return protection.say_when_to_come_back(self.show(problem=error.message, status=status))

    def carry_out(self, act):
        sent = {"act": act, "of": self.request.POST.get("of", ""), "may_pass": False}
        sent["form"] = form = FORMS[act](self.request.POST, auto_id=f"{act}-{sent['of']}-%s")
        if not form.is_valid():
            return self.show(sent=sent, status=422)
        operation = Operation(uid=self.uid(), act=act, at=self.at, **form.fields_of_operation())
        (receipt,) = self.receive([operation])
        if receipt.outcome == Outcome.UNKNOWN:
            problem = _("This person is no longer on this list: look at how it stands now.")
            return self.show(problem=problem, status=422)
        if receipt.outcome == Outcome.REFUSED:
            form.add_error(None, receipt.sentence)
            sent["may_pass"] = receipt.may_pass
            return self.show(sent=sent, status=422)
        anchor = f"#person-{operation.of}" if act == Act.NOTE else ""
        return redirect(f"{self.request.path}?half={self.half_day}{anchor}")

    def confirm_all(self):
        pks = [one.pk for one in self.rows.self_check_ins]
        by = who_is_at(self.request)
        self_check_in.confirm(self.session, pks, by=by, at=self.at)
        return redirect(f"{self.request.path}?half={self.half_day}")

    def uid(self) -> uuid.UUID:
        """The form's own, so that what is sent twice is done once."""
        try:
            return uuid.UUID(self.request.POST.get("uid", ""))
        except ValueError:
            return uuid.uuid4()

    def walk_in_of_said(self):
        """The form for somebody who said that they are there and is on no list."""
        asked = self.request.POST.get("of", "")
        said = [one for one in self.rows.self_check_ins if str(one.pk) == asked]
        if not said:
            raise Http404
        names = {"first_name": said[0].first_name, "last_name": said[0].last_name}
        return WalkInForm(initial=names, auto_id="walk_in-%s")

    # How it is shown

    @cached_property
    def half_day(self) -> int:
        """The one asked for, else the one that people arrive for now."""
        asked = self.request.GET.get("half", "")
        numbers = [unit.number for unit in half_days_of(self.session)]
        found = (number for number in numbers if str(number) == asked)
        return next(found, None) or self_check_in.half_day_of(self.session, at=self.at)

    def show(self, *, sent=None, walk_in=None, problem="", status=200):
        """`sent` is a form that was refused, shown open where it stands."""
        self.__dict__.pop("rows", None)  # perhaps something has been done
        state = desk_state.state_of(self.rows, at=self.at)
        units = self.rows.half_days
        context = {
            "session": self.session,
            "title": title_of(self.session),
            "state": state,
            "people": [self.row(one) for one in state["people"]],
            "half_day": self.half_day,
            "half_days": [(one.number, desk_state.half_day_words(one, units)) for one in units],
            "here": self.rows.here(self.half_day),
            "expected": self.rows.counts.expected,
            "sent": sent,
            "problem": problem,
            "walk_in": self.walk_in_form(sent, walk_in),
            "walk_in_open": bool(walk_in) or (sent or {}).get("act") == Act.WALK_IN,
            "uid": self.uid() if sent else uuid.uuid4(),
            "data": self.data(state),
            "empty": {"id": "__id__"},
            "has_no_languages": True,
        }
        return self.render_to_response(context, status=status)

    def row(self, line):
        presence = line["states"].get(str(self.half_day)) or desk_state.presence_line(None)
        return {**line, **presence, "words": desk_state.in_words(presence)}

    def walk_in_form(self, sent, walk_in):
        if sent is not None and sent["act"] == Act.WALK_IN:
            return sent["form"]
        return walk_in or WalkInForm(auto_id="walk_in-%s")

    def data(self, state):
        """What the script begins with."""
        pk = self.session.pk
        return {
            "state": state,
            "words": desk_state.words(),
            "session": pk,
            "half_day": self.half_day,
            "time_zone": self.session.time_zone,
            "urls": {
                "notes": reverse("registrations:desk_notes", args=[pk]),
                "state": reverse("registrations:desk_state", args=[pk]),
                "worker": reverse("registrations:desk_worker", args=[pk]),
                "suggestions": reverse("registrations:partner_suggestions"),
            },
        }


@method_decorator([require_safe, never_cache], name="dispatch")
class RoomView(OfDesk, TemplateView):
    """To project in the room: where one says that one is here, and the code for it."""

    template_name = "registrations/room.html"

    def get_context_data(self, **kwargs):
        address = self.request.build_absolute_uri(
            reverse("registrations:here", args=[self.session.pk])
        )
        sheet = AttendanceSheet.objects.filter(session=self.session).first()
        if sheet is None:
            raise Http404  # it is made at the desk
        code = segno.make(address, error="m").svg_inline(
            title=_("Address to scan"), scale=1, omitsize=True, light="#fff", border=3
        )
        return super().get_context_data(
            session=self.session,
            title=title_of(self.session),
            address=address,
            code=sheet.room_code,
            qr=mark_safe(code),  # noqa: S308 -- drawn from our own address
            has_no_languages=True,
            **kwargs,
        )


desk_urls: list[Any] = [
    path("desk/<int:pk>/", DeskView.as_view(), name="desk"),
    path("desk/<int:pk>/notes/", DeskNotesView.as_view(), name="desk_notes"),
    path("desk/<int:pk>/state.json", DeskStateView.as_view(), name="desk_state"),
    path("desk/<int:pk>/worker.js", DeskWorkerView.as_view(), name="desk_worker"),
    path("desk/<int:pk>/room/", RoomView.as_view(), name="room"),
    path("desk/<str:token>/", DeskLinkView.as_view(), name="desk_link"),
]
