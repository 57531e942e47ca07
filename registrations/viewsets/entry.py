"""People whom the organiser enters by hand: by phone, by mail, on the spot."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import Counter

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from registrations.domain.choices import choices_of, programme_as_a_whole
from registrations.domain.signup import sign_up
from registrations.enums import Origin, ParticipationStatus
from registrations.exceptions import (
    AlreadyRegisteredError,
    FormAlreadySentError,
    RegistrationError,
)
from registrations.forms.entry import ROWS, EntryForm, EntryPeopleForms
from registrations.forms.people import MOST_PEOPLE
from registrations.forms.rules import faults_of
from registrations.models import Participation, Registration
from registrations.permissions import may_change_registrations
from registrations.viewsets.people import people_url
from trainings import wording
from trainings.enums import SessionStatus
from trainings.models import Programme, TrainingSession

FORM_KEY = re.compile(r"[0-9a-f]{32}")
OUTCOMES = {
    ParticipationStatus.CONFIRMED: ngettext_lazy("%(number)d place", "%(number)d places", "number"),
    ParticipationStatus.WAITING: ngettext_lazy(
        "%(number)d on the waiting list", "%(number)d on the waiting list", "number"
    ),
    ParticipationStatus.PENDING: ngettext_lazy(
        "%(number)d to be confirmed", "%(number)d to be confirmed", "number"
    ),
}


class EntryView(WagtailAdminTemplateMixin, View):
    template_name = "registrations/admin/entry.html"
    page_title = gettext_lazy("Register people by hand")
    header_icon = "clipboard-list"

    def dispatch(self, request, *args, **kwargs):
        if not may_change_registrations(request.user):
            raise PermissionDenied
        self.at = timezone.now()
        self.load(kwargs["pk"])
        self.choices = choices_of(self.sessions, at=self.at)
        return super().dispatch(request, *args, **kwargs)

    def load(self, pk: int) -> None:
        """What one can be registered for, and the name of it."""
        raise NotImplementedError  # every subclass answers

    @staticmethod
    def still_on(sessions, at):
        found = sessions.filter(status=SessionStatus.SCHEDULED, ends_at__gt=at)
        return list(found.select_related("training__programme", "venue").order_by("starts_at"))

    def forms(self, data=None, *, checked=True):
        initial = {"language": get_language(), "keep_together": "split"}
        booking = EntryForm(
            data,
            choices=self.choices,
            is_whole=self.is_whole,
            at=self.at,
            checked=checked,
            initial=initial,
            prefix="booking",
        )
        people = EntryPeopleForms(
            data,
            prefix="people",
            form_kwargs={
                "choices": self.choices,
                "is_whole": self.is_whole,
                "language": get_language(),
                "checked": checked,
            },
        )
        return booking, people

    def get(self, request, *args, **kwargs):
        return self.show(*self.forms())

    def post(self, request, *args, **kwargs):
        if "add" in request.POST:
            return self.show(*self.forms(with_more_rows(request.POST), checked=False))
        booking, people = self.forms(request.POST)
        # Both are asked, so that all errors show at once.
        if not all([booking.is_valid(), people.is_valid()]):
            return self.show(booking, people, status=422)
        filled = people.filled()
        if not filled and not booking.cleaned_data.get("held"):
            booking.add_error(None, _("Please write down somebody, or a number of places."))
            return self.show(booking, people, status=422)
        if not FORM_KEY.fullmatch(request.POST.get("key", "")):
            booking.add_error(None, _("Please look at what you wrote once more and send it again."))
            return self.show(booking, people, status=422)
        return self.enter(booking, people, filled)

    def enter(self, booking, people, filled):
        said = booking.cleaned_data
        booker = booking.booker()
        try:
            registration = sign_up(
                [*(form.person(booker) for form in filled), *booking.unnamed()],
                partner=said["partner"],
                booker=booker,
                key=self.registration_key(),
                origin=Origin(said["origin"]),
                arrived_at=said["arrived_at"],
                overruled=said["overruled"],
                by=self.request.user,
                at=self.at,
            )
        except AlreadyRegisteredError as error:
            form = filled[error.position]
            form.add_error(
                "is_booker" if form.cleaned_data["is_booker"] else "email",
                _("%(problem)s (%(session)s)")
                % {"problem": error.message, "session": wording.when(error.session)},
            )
            return self.show(booking, people, status=422)
        except FormAlreadySentError as error:
            booking.add_error(None, str(error))
            return self.show(booking, people, status=409)
        except RegistrationError as error:
            booking.add_error(None, str(error))
            return self.show(booking, people, status=422)
        messages.success(self.request, report(registration))
        return redirect(self.back_url())

    def registration_key(self) -> str:
        """The same form sent twice is one registration, and nobody's form is somebody else's."""
        told = f"entry:{self.request.user.pk}:{self.request.POST['key']}"
        return hashlib.sha256(told.encode()).hexdigest()

    def show(self, booking, people, *, status=200):
        sent = self.request.POST.get("key", "")
        return self.render_to_response(
            self.get_context_data(
                booking=booking,
                people=people,
                sessions=self.sessions,
                is_whole=self.is_whole,
                can_add=len(people.forms) < MOST_PEOPLE,
                key=sent if FORM_KEY.fullmatch(sent) else secrets.token_hex(16),
                back=self.back_url(),
                faults=all_faults(booking, people),
            ),
            status=status,
        )


class SessionEntryView(EntryView):
    is_whole = False

    def load(self, pk):
        self.session = get_object_or_404(
            TrainingSession.objects.select_related("training__programme"), pk=pk
        )
        self.sessions = self.still_on(TrainingSession.objects.filter(pk=pk), self.at)
        if not self.sessions:
            raise Http404

    def get(self, request, *args, **kwargs):
        if whole := programme_as_a_whole(self.session.training):
            return redirect("registrations_admin:enter_programme", whole.pk)
        return super().get(request, *args, **kwargs)

    def back_url(self):
        return people_url(self.session)

    def get_page_subtitle(self):
        return f"{self.session.training}, {wording.when(self.session)}"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse(TrainingSession.snippet_viewset.get_url_name("list")),
                "label": pgettext("training session", "Sessions"),
            },
            {"url": self.back_url(), "label": _("People")},
            {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()},
        ]


class ProgrammeEntryView(EntryView):
    def load(self, pk):
        self.programme = get_object_or_404(Programme, pk=pk)
        of_programme = TrainingSession.objects.filter(
            training__programme=self.programme, training__is_discreet=False
        )
        self.sessions = self.still_on(of_programme, self.at)
        if not self.sessions:
            raise Http404
        self.is_whole = self.programme.is_indivisible

    def back_url(self):
        return reverse(Registration.snippet_viewset.get_url_name("list"))

    def get_page_subtitle(self):
        return str(self.programme)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": self.back_url(), "label": _("Registrations")},
            {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()},
        ]


def with_more_rows(sent):
    data = sent.copy()
    total = data.get("people-TOTAL_FORMS", "")
    known = int(total) if total.isascii() and total.isdigit() and len(total) <= 4 else 0
    data["people-TOTAL_FORMS"] = str(min(known + ROWS, MOST_PEOPLE))
    return data


def all_faults(booking, people) -> list[dict]:
    """Of both parts, each with the field to go to."""
    if not (booking.is_bound and booking.checked):
        return []
    found = [*faults_of(booking), *({"sentence": one} for one in people.non_form_errors())]
    for number, form in enumerate(people.forms, start=1):
        found += faults_of(form, who=_("Person %(number)d") % {"number": number})
    return found


def report(registration: Registration) -> str:
    """Its reference, and what became of it in numbers of places."""
    rows = Participation.objects.filter(participant__registration=registration).order_by()
    number = Counter(rows.values_list("status", flat=True))
    told = [
        words % {"number": number[status]} for status, words in OUTCOMES.items() if number[status]
    ]
    return _("Registered under %(reference)s: %(outcome)s.") % {
        "reference": registration.reference,
        "outcome": ", ".join(told),
    }


entry_urls = [
    path("sessions/<int:pk>/enter/", SessionEntryView.as_view(), name="enter_session"),
    path("programmes/<int:pk>/enter/", ProgrammeEntryView.as_view(), name="enter_programme"),
]
