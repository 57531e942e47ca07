"""The people of one session in the Wagtail admin, and what an organiser does about them."""

from __future__ import annotations

import re

from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext
from django.views import View
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from registrations.domain import desk, minimum
from registrations.domain.people_of_session import people_of
from registrations.enums import ParticipationStatus, Verb
from registrations.exceptions import ReasonNeededError, RegistrationError
from registrations.forms.desk import form_of
from registrations.models import Participation, Registration
from registrations.permissions import (
    may_change_registrations,
    may_see_figures,
    may_see_registrations,
    may_welcome,
)
from trainings import wording
from trainings.models import TrainingSession, content_languages
from trainings.sign_up import SessionAct
from trainings.viewsets.acts import may_change_sessions, url_of

#: On the buttons of the waiting list.
OF_WHO_WAITS = (Verb.PROMOTE, Verb.OFFER, Verb.REFUSE, Verb.WITHDRAW)
TITLES = {
    Verb.ACCEPT: gettext_lazy("Accept registrations"),
    Verb.REFUSE: gettext_lazy("Refuse registrations"),
    Verb.OFFER: gettext_lazy("Offer places"),
    Verb.PROMOTE: gettext_lazy("Give places"),
    Verb.WITHDRAW: gettext_lazy("Withdraw people"),
    Verb.REPLACE: gettext_lazy("Replace somebody"),
}
HAPPENS = {
    Verb.ACCEPT: gettext_lazy(
        "Those who fit by the rules have a place, in the order they arrived; the others wait."
    ),
    Verb.REFUSE: gettext_lazy("They are off the list, and read the reason you write."),
    Verb.OFFER: gettext_lazy(
        "A place is kept for them until they answer. The mail says until when; after that it "
        "goes to the next in line."
    ),
    Verb.PROMOTE: gettext_lazy("They have a place at once."),
    Verb.WITHDRAW: gettext_lazy(
        "They are off the list. What becomes free goes to the next in line, as the rules say."
    ),
    Verb.REPLACE: gettext_lazy("Somebody else has the place; nobody who waits is overtaken."),
}
DONE = {
    Verb.REFUSE: ngettext_lazy(
        "%(number)d person is refused.", "%(number)d people are refused.", "number"
    ),
    Verb.OFFER: ngettext_lazy(
        "%(number)d person is offered a place.", "%(number)d people are offered a place.", "number"
    ),
    Verb.PROMOTE: ngettext_lazy(
        "%(number)d person is given a place.", "%(number)d people are given a place.", "number"
    ),
    Verb.WITHDRAW: ngettext_lazy(
        "%(number)d person is withdrawn.", "%(number)d people are withdrawn.", "number"
    ),
    Verb.REPLACE: ngettext_lazy(
        "%(number)d person is replaced.", "%(number)d people are replaced.", "number"
    ),
}
#: What a session has on its day and after, and who may open it.
OF_THE_DAY = {
    "sheet": (
        gettext_lazy("Attendance sheet"),
        lambda user: may_welcome(user) or may_change_registrations(user),
    ),
    "papers": (gettext_lazy("Papers"), may_see_registrations),
    "attestations": (gettext_lazy("Attestations"), may_see_registrations),
    "evaluations": (gettext_lazy("Evaluations"), may_see_figures),
    "figures_session": (gettext_lazy("Figures"), may_see_figures),
}
#: As the boxes have it: which participation, and under which sequence it was shown.
TICK = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")
MOST_AT_ONCE = 200


def people_url(session: TrainingSession) -> str:
    return reverse("registrations_admin:people", args=[session.pk])


def call_off_url(session: TrainingSession, *, back: str) -> str:
    """The screen that calls it off, with the reason written already."""
    query = QueryDict(mutable=True)
    for code in content_languages():
        with translation.override(code):
            query[f"reason_{code}"] = _("Too few people are registered.")
    return f"{url_of(SessionAct.CANCEL, session.pk, back=back)}&{query.urlencode()}"


class SessionScreen(WagtailAdminTemplateMixin, View):
    """Of one session, named in the address."""

    header_icon = "group"
    may = staticmethod(may_change_registrations)

    def dispatch(self, request, *args, **kwargs):
        if not self.may(request.user):
            raise PermissionDenied
        sessions = TrainingSession.objects.select_related("training__programme", "venue")
        self.session = get_object_or_404(sessions, pk=kwargs["pk"])
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.session.training}, {wording.when(self.session)}"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse(TrainingSession.snippet_viewset.get_url_name("list")),
                "label": pgettext("training session", "Sessions"),
            },
            *self.path(),
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def path(self):
        """Between the list of sessions and this screen."""
        return [{"url": people_url(self.session), "label": _("People")}]


class PeopleView(SessionScreen):
    """Who is on the list, how each stands, and boxes to tick."""

    template_name = "registrations/admin/people.html"
    page_title = gettext_lazy("People")
    may = staticmethod(may_see_registrations)

    def path(self):
        return []

    def get(self, request, *args, **kwargs):
        found = people_of(self.session, at=self.at)
        may_change = may_change_registrations(request.user)
        living = [line for _partner, lines in found.services for line in lines]
        waiting = [line for line, _group in found.queue]
        short = minimum.undecided(at=self.at, session=self.session)
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                found=found,
                inspect_url=Registration.snippet_viewset.get_url_name("inspect"),
                verbs=self.verbs(living, desk.VERBS) if may_change else [],
                queue_verbs=self.verbs(waiting, OF_WHO_WAITS) if may_change else [],
                may_change=may_change,
                undecided=short[0] if short else None,
                decided_at=found.sharing.rules[self.session.pk].decided_at(self.session),
                call_off_url=call_off_url(self.session, back=request.path)
                if short and may_change_sessions(request.user)
                else "",
                edit_url=self.edit_url() if may_change_sessions(request.user) else "",
                of_the_day=self.of_the_day(),
                can_enter=may_change
                and self.session.goes_ahead
                and not self.session.is_past(self.at),
            )
        )

    def of_the_day(self):
        """Screens about the day of the session and after, for who may open them."""
        user = self.request.user
        return [
            (reverse(f"registrations_admin:{view}", args=[self.session.pk]), name)
            for view, (name, may) in OF_THE_DAY.items()
            if may(user)
        ]

    def verbs(self, lines, among):
        """What may be done to somebody of these now."""
        open_now = desk.verbs_open(self.session, at=self.at)
        people = [line.participation for line in lines]
        return [
            (verb, capfirst(verb.label))
            for verb in among
            if verb in open_now and any(desk.may(verb, one) for one in people)
        ]

    def edit_url(self):
        name = TrainingSession.snippet_viewset.get_url_name("edit")
        return reverse(name, args=[self.session.pk])


class PeopleActView(SessionScreen):
    """First shows what would happen to those ticked and who is told, then does it.

    Always by POST: whom it is about stands in no address.
    """

    template_name = "registrations/admin/people_act.html"

    def get(self, request, *args, **kwargs):
        return redirect(people_url(self.session))

    def get_page_title(self):
        return TITLES[self.verb]

    def post(self, request, *args, **kwargs):
        try:
            self.verb = desk.VERBS[desk.VERBS.index(Verb(request.POST.get("do", "")))]
            seen = self.ticked(request.POST.getlist("person"))
        except ValueError as error:
            raise Http404 from error
        if sentence := self.wrong_choice(seen):
            messages.error(request, sentence)
            return redirect(people_url(self.session))
        chosen = self.chosen(seen)
        kept = [one for one in chosen if one.sequence == seen[one.pk] and desk.may(self.verb, one)]
        if not kept:
            messages.warning(request, self.left_out(len(chosen), 0))
            return redirect(people_url(self.session))
        beyond = desk.goes_beyond(self.verb, kept, self.session, at=self.at)
        make_form = form_of(self.verb, is_beyond=bool(beyond))
        if "confirmed" not in request.POST:
            return self.show(make_form(), kept, beyond, skipped=len(chosen) - len(kept))
        form = make_form(request.POST)
        if not form.is_valid():
            return self.show(form, kept, beyond, skipped=0, status=422)
        return self.carry_out(form, seen, kept, beyond)

    def carry_out(self, form, seen, kept, beyond):
        said = form.cleaned_data
        is_replaced = self.verb == Verb.REPLACE
        try:
            outcome = desk.carry_out(
                self.verb,
                self.session,
                seen,
                reason=said.get("reason", ""),
                person=form.person(self.session.pk) if is_replaced else None,
                by=self.request.user,
                at=self.at,
            )
        except Participation.DoesNotExist as error:
            raise Http404 from error
        except ReasonNeededError:
            # The last free place went meanwhile: the question is a new one.
            beyond = desk.goes_beyond(self.verb, kept, self.session, at=self.at)
            form = form_of(self.verb, is_beyond=True)(self.request.POST)
            return self.show(form, kept, beyond, skipped=0, status=409)
        except RegistrationError as error:
            form.add_error("email" if is_replaced and said.get("email") else None, str(error))
            return self.show(form, kept, beyond, skipped=0, status=409)
        if outcome.done:
            messages.success(self.request, self.report(outcome.done))
        if outcome.skipped:
            messages.warning(self.request, self.left_out(len(outcome.skipped), len(outcome.done)))
        return redirect(people_url(self.session))

    @staticmethod
    def ticked(values) -> dict[int, int]:
        """Participations with their sequence. Raises ValueError for what no box of ours says."""
        matches = [TICK.fullmatch(value) for value in values]
        if not all(matches):
            raise ValueError
        return {int(match[1]): int(match[2]) for match in matches if match}

    def wrong_choice(self, seen) -> str:
        if not seen:
            return _("Tick one person or more first.")
        if len(seen) > MOST_AT_ONCE:
            return _("Tick at most %(most)d people at a time.") % {"most": MOST_AT_ONCE}
        if self.verb == Verb.REPLACE and len(seen) > 1:
            return _("Replace one person at a time: each has another colleague.")
        return ""

    def chosen(self, seen) -> list[Participation]:
        rows = Participation.objects.filter(session=self.session, pk__in=seen)
        found = list(
            rows.select_related("participant__registration__partner", "session").order_by(
                "arrived_at", "pk"
            )
        )
        if len(found) != len(seen):
            raise Http404
        return found

    def show(self, form, kept, beyond, *, skipped, status=200):
        late = desk.are_late(kept, self.session, at=self.at) if self.verb == Verb.WITHDRAW else []
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                form=form,
                verb=self.verb,
                people=kept,
                beyond=beyond,
                late=late,
                happens=HAPPENS[self.verb],
                left_out=self.left_out(skipped, len(kept)) if skipped else "",
                button=capfirst(self.verb.label),
                is_serious=self.verb in (Verb.REFUSE, Verb.WITHDRAW),
                back=people_url(self.session),
            ),
            status=status,
        )

    def report(self, done: list[Participation]) -> str:
        if self.verb != Verb.ACCEPT:
            return DONE[self.verb] % {"number": len(done)}
        seated = sum(one.status == ParticipationStatus.CONFIRMED for one in done)
        told = []
        if seated:
            told.append(
                ngettext(
                    "%(number)d person has a place.", "%(number)d people have a place.", seated
                )
                % {"number": seated}
            )
        if waiting := len(done) - seated:
            told.append(
                ngettext("%(number)d person waits.", "%(number)d people wait.", waiting)
                % {"number": waiting}
            )
        return " ".join(told)

    @staticmethod
    def left_out(skipped: int, others: int) -> str:
        if not others:
            return _(
                "Nothing was done: this cannot be done to those you ticked, or they have "
                "changed meanwhile. Please look at how they stand now."
            )
        return ngettext(
            "%(number)d person was left out: this cannot be done to them, or they have changed "
            "meanwhile.",
            "%(number)d people were left out: this cannot be done to them, or they have changed "
            "meanwhile.",
            skipped,
        ) % {"number": skipped}


class GoesAheadView(SessionScreen):
    """The button "it takes place"."""

    def get(self, request, *args, **kwargs):
        return redirect(people_url(self.session))

    def post(self, request, *args, **kwargs):
        try:
            is_new = minimum.confirm(self.session, by=request.user, at=self.at)
        except RegistrationError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("It takes place, and everybody on the list is told by mail.")
                if is_new
                else _("That was said already: nobody is told twice."),
            )
        return redirect(people_url(self.session))


people_urls = [
    path("sessions/<int:pk>/", PeopleView.as_view(), name="people"),
    path("sessions/<int:pk>/act/", PeopleActView.as_view(), name="people_act"),
    path("sessions/<int:pk>/goes-ahead/", GoesAheadView.as_view(), name="goes_ahead"),
]
