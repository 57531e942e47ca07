"""What an organiser does to sessions: move, postpone, call off, restore.

One screen for one session or for many. It first says what would happen and who would be told.
"""

from __future__ import annotations

from functools import cached_property

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from trainings import wording
from trainings.domain import acts
from trainings.exceptions import TrainingError
from trainings.forms.moves import MoveForm, MoveManyForm, ReasonForm
from trainings.models import TrainingSession
from trainings.sign_up import SessionAct, SignUp, get_sign_up
from trainings.viewsets.consequences import Consequences

MOST_AT_ONCE = 200


def may_change_sessions(user) -> bool:
    return policy_registry.get_by_type(TrainingSession).user_has_permission(user, "change")


def url_of(act: SessionAct, *sessions: int, back: str = "") -> str:
    """Where an organiser does this to these sessions; `back` is where they go on afterwards."""
    name = f"trainings_admin:{act.value.lower()}"
    query = QueryDict(mutable=True)
    if len(sessions) == 1:
        address = reverse(name, args=sessions)
    else:
        address = reverse(name)
        query.setlist("session", [str(pk) for pk in sessions])
    if back:
        query["next"] = back
    return f"{address}?{query.urlencode(safe='/')}" if query else address


class ActView(WagtailAdminTemplateMixin, View):
    """Says what would happen, then does it on POST.

    The sessions are the one of the address, or those of `?session=1&session=2`.
    """

    template_name = "trainings/admin/session_act.html"
    header_icon = "date"
    act: SessionAct
    title_of_one: Promise
    title_of_many: Promise
    # What subscribers will see.
    calendars: Promise
    # What those with a place will receive, where people sign up.
    invitations: Promise
    is_serious = False

    def dispatch(self, request, *args, **kwargs):
        if not may_change_sessions(request.user):
            raise PermissionDenied
        self.next_url = get_valid_next_url_from_request(request) or reverse(
            TrainingSession.snippet_viewset.get_url_name("list")
        )
        if len(self.wanted) > MOST_AT_ONCE:
            messages.error(request, too_many(len(self.wanted)))
            return redirect(self.next_url)
        self.load()
        return super().dispatch(request, *args, **kwargs)

    def load(self):
        rows = TrainingSession.objects.filter(pk__in=self.wanted)
        self.sessions = list(rows.select_related("training", "venue"))
        if not self.sessions:
            raise Http404

    @cached_property
    def wanted(self) -> set[int]:
        if "pk" in self.kwargs:
            return {self.kwargs["pk"]}
        numbers = self.request.GET.getlist("session")
        # Longer ones are no key of ours, and no database would take them.
        return {int(number) for number in numbers if number.isdecimal() and len(number) < 19}

    @property
    def is_for_one(self) -> bool:
        return len(self.sessions) == 1

    def get_page_title(self):
        return self.title_of_one if self.is_for_one else self.title_of_many

    def get_page_subtitle(self):
        if self.is_for_one:
            return str(self.sessions[0])
        number = len(self.sessions)
        return ngettext("%(number)d session", "%(number)d sessions", number) % {"number": number}

    def get_breadcrumbs_items(self):
        items = [
            {
                "url": reverse(TrainingSession.snippet_viewset.get_url_name("list")),
                "label": pgettext("training session", "Sessions"),
            },
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]
        return self.breadcrumbs_items + items

    @cached_property
    def at(self):
        return timezone.now()

    @cached_property
    def sign_up(self) -> SignUp | None:
        return get_sign_up()

    def get_form(self, data=None):
        # A link may bring a reason along, to be read over and changed.
        widget = ReasonForm.base_fields["reason"].widget
        brought = widget.value_from_datadict(self.request.GET, {}, "reason")
        known = dict(zip(widget.languages, brought, strict=True))
        return ReasonForm(
            data, initial={"reason": {code: one for code, one in known.items() if one}}
        )

    def get_moves(self, form) -> acts.Moves | None:
        return None

    def get(self, request, *args, **kwargs):
        return self.show(self.get_form(), self.first_look())

    def first_look(self) -> Consequences | None:
        """What is known before anything is typed."""
        return self.consequences(None)

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, self.first_look())
        moves = self.get_moves(form)
        found = self.consequences(moves)
        if not found.possible or not self.is_confirmed(found):
            return self.show(form, found)
        try:
            done = acts.carry_out(
                found.possible,
                self.act,
                to=moves,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=self.at,
            )
        except (TrainingError, ValidationError) as error:
            # Somebody else was quicker: shown as it is now.
            self.load()
            found = self.consequences(moves)
            if not found.refused:
                form.refuse(acts.sentences(error))
            return self.show(form, found)
        except TrainingSession.DoesNotExist as error:
            raise Http404 from error
        messages.success(request, self.report(done, told=found.written_to))
        return redirect(self.next_url)

    def consequences(self, moves: acts.Moves | None) -> Consequences:
        foreseen = acts.foresee(
            self.sessions, self.act, to=moves, at=self.at, language=get_language() or ""
        )
        possible = [one.session for one in foreseen if one.refusal is None]
        told = (
            self.sign_up.people_to_tell(possible, self.act, user=self.request.user)
            if self.sign_up and possible
            else []
        )
        return Consequences(self.act, foreseen, told)

    def is_confirmed(self, found: Consequences) -> bool:
        return True

    def show(self, form, found: Consequences | None):
        if self.is_for_one and found and found.refused and form.is_bound:
            form.refuse(acts.sentences(found.refused[0].refusal))
        return self.render_to_response(
            self.get_context_data(
                form=form,
                found=found,
                sessions=self.sessions,
                is_for_one=self.is_for_one,
                next_url=self.next_url,
                calendars=self.calendars,
                invitations=self.invitations,
                has_sign_up=self.sign_up is not None,
                is_serious=self.is_serious,
                is_move=self.act == SessionAct.MOVE,
                has_changed_since="shown" in self.request.POST and not form.errors,
            )
        )

    def report(self, done: list[TrainingSession], *, told: int) -> str:
        """What happened, and to how many it is told."""
        happened = self.done_with_one(done[0]) if len(done) == 1 else self.done_with_many(len(done))
        if not told:
            return happened
        people = ngettext(
            "%(people)d person is told by mail.", "%(people)d people are told by mail.", told
        )
        return f"{happened} {people % {'people': told}}"

    def done_with_one(self, session: TrainingSession) -> str:
        raise NotImplementedError  # every subclass answers

    def done_with_many(self, number: int) -> str:
        raise NotImplementedError  # every subclass answers


def too_many(number: int) -> str:
    return _("Choose at most %(most)d sessions at a time; you chose %(number)d.") % {
        "most": MOST_AT_ONCE,
        "number": number,
    }


class MoveView(ActView):
    act = SessionAct.MOVE
    title_of_one = gettext_lazy("Move a session")
    title_of_many = gettext_lazy("Move sessions")
    calendars = gettext_lazy(
        "Calendars keep the same entry and show the new day, hours and place when they next look: "
        "after some hours, at most about a day."
    )
    invitations = gettext_lazy(
        "People with a place receive an update by mail, which their calendar takes over at once."
    )

    def get_form(self, data=None):
        if self.is_for_one:
            return MoveForm(data, session=self.sessions[0])
        return MoveManyForm(data)

    def get_moves(self, form):
        return {session.pk: form.to(session) for session in self.sessions}

    def first_look(self):
        if self.is_for_one and not acts.is_possible(self.sessions[0], self.act):
            return self.consequences({})
        return None

    def is_confirmed(self, found: Consequences) -> bool:
        return self.request.POST.get("shown") == found.digest

    def done_with_one(self, session):
        return _("%(training)s is moved: %(when)s.") % {
            "training": session.training,
            "when": wording.when(session),
        }

    def done_with_many(self, number):
        return ngettext(
            "%(number)d session is moved.", "%(number)d sessions are moved.", number
        ) % {"number": number}


class PostponeView(ActView):
    act = SessionAct.POSTPONE
    title_of_one = gettext_lazy("Postpone a session")
    title_of_many = gettext_lazy("Postpone sessions")
    calendars = gettext_lazy(
        "Calendars keep the same entry and show that it is postponed when they next look: after "
        "some hours, at most about a day. Give it a new date later with “Move”."
    )
    invitations = gettext_lazy(
        "People with a place keep it. They receive a mail that takes the day out of their calendar."
    )
    is_serious = True

    def done_with_one(self, session):
        return _("%(training)s (%(when)s) is postponed.") % {
            "training": session.training,
            "when": wording.when(session),
        }

    def done_with_many(self, number):
        return ngettext(
            "%(number)d session is postponed.", "%(number)d sessions are postponed.", number
        ) % {"number": number}


class CancelView(ActView):
    act = SessionAct.CANCEL
    title_of_one = gettext_lazy("Call off a session")
    title_of_many = gettext_lazy("Call off sessions")
    calendars = gettext_lazy(
        "Calendars keep the same entry and show that it is cancelled when they next look: after "
        "some hours, at most about a day. You can restore it."
    )
    invitations = gettext_lazy(
        "People with a place receive a cancellation by mail, which their calendar takes over."
    )
    is_serious = True

    def done_with_one(self, session):
        return _("%(training)s (%(when)s) is called off.") % {
            "training": session.training,
            "when": wording.when(session),
        }

    def done_with_many(self, number):
        return ngettext(
            "%(number)d session is called off.", "%(number)d sessions are called off.", number
        ) % {"number": number}


class RestoreView(ActView):
    act = SessionAct.RESTORE
    title_of_one = gettext_lazy("Restore a session")
    title_of_many = gettext_lazy("Restore sessions")
    calendars = gettext_lazy(
        "Calendars keep the same entry and show that it goes ahead when they next look: after "
        "some hours, at most about a day."
    )
    invitations = gettext_lazy(
        "People with a place still have it. They receive an update by mail, which puts the day "
        "back into their calendar."
    )

    def done_with_one(self, session):
        return _("%(training)s (%(when)s) goes ahead.") % {
            "training": session.training,
            "when": wording.when(session),
        }

    def done_with_many(self, number):
        return ngettext(
            "%(number)d session goes ahead.", "%(number)d sessions go ahead.", number
        ) % {"number": number}


act_urls = [
    route
    for name, view in {
        "move": MoveView,
        "postpone": PostponeView,
        "cancel": CancelView,
        "restore": RestoreView,
    }.items()
    for route in (
        path(f"{name}/", view.as_view(), name=name),
        path(f"{name}/<int:pk>/", view.as_view(), name=name),
    )
]
