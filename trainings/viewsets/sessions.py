"""Sessions in the Wagtail admin: dates are rows of their own, never part of a page's draft."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Case, ProtectedError, When
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.widgets import AdminTimeInput
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    IndexView,
    SnippetViewSet,
)

from trainings import wording
from trainings.domain import acts, scheduling, series
from trainings.domain.warnings import SessionWarning, fewer_places, warnings_for
from trainings.exceptions import TrainingError
from trainings.forms.sessions import SessionForm
from trainings.models import Training, TrainingSession
from trainings.sign_up import SessionAct, attach_states, links_of
from trainings.viewsets.acts import url_of
from trainings.viewsets.bulk import people_are_registered

ICONS = {
    SessionAct.MOVE: "arrow-right",
    SessionAct.POSTPONE: "time",
    SessionAct.CANCEL: "cross",
    SessionAct.RESTORE: "rotate",
}


class BackToNextMixin:
    """Return to the page editor one came from."""

    def get_success_url(self):
        return get_valid_next_url_from_request(self.request) or super().get_success_url()

    def get_context_data(self, **kwargs):
        next_url = get_valid_next_url_from_request(self.request)
        return super().get_context_data(**kwargs, next_url=next_url)


class SessionIndexView(IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("training", "venue")

    def order_queryset(self, queryset):
        """What is to come first, unless somebody sorts: a list may begin years ago."""
        if self.is_explicitly_ordered:
            return super().order_queryset(queryset)
        is_past = Case(When(ends_at__lte=timezone.now(), then=True), default=False)
        return queryset.order_by(is_past, "starts_at", "pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        attach_states(context["object_list"], at=timezone.now())
        return context

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        buttons += [
            Button(link.label, url=link.url, icon_name=link.icon, priority=15)
            for link in links_of(instance, user=self.request.user)
        ]
        if not self.user_has_permission("change"):
            return buttons
        query = self.request.GET.urlencode()
        back = f"{self.index_url}?{query}" if query else self.index_url
        return buttons + [
            Button(
                act.label,
                url=url_of(act, instance.pk, back=back),
                icon_name=icon,
                priority=priority,
            )
            for priority, (act, icon) in enumerate(ICONS.items(), start=20)
            if acts.is_possible(instance, act)
        ]


def state(session) -> str:
    """How full it is or what became of it, and where it was before."""
    text = session.sign_up.text if session.sign_up else str(session.get_status_display())
    if not session.is_moved:
        return text
    if session.previous_start is None:
        return _("%(state)s (moved from another venue)") % {"state": text}
    return _("%(state)s (moved from %(when)s)") % {
        "state": text,
        "when": wording.moment(session.previous_start, session.time_zone),
    }


class SaveByOperationMixin:
    """Dates are written by the domain, which keeps UID and SEQUENCE.

    What is unusual is told first; the form is then sent again with a tick that names exactly
    these warnings, so that others ask anew.
    """

    warnings: list[SessionWarning] = []
    # What the domain alone has found, such as a change by somebody else meanwhile.
    produced_error_message = None
    produced_error_code = "validation_error"

    def is_valid(self, form):
        if not super().is_valid(form):
            return False
        self.warnings = self.get_warnings(form.instance)
        self.produced_error_message = None
        return not self.warnings or self.request.POST.get("passed") == self.digest

    @property
    def digest(self):
        """Of the warnings; the value of the tick."""
        text = "\n".join(str(warning) for warning in self.warnings)
        return salted_hmac("trainings.warnings", text, algorithm="sha256").hexdigest()

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except (TrainingError, ValidationError) as error:
            for field, sentence in acts.sentences(error):
                form.add_error(field if field in form.fields else None, sentence)
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)

    def save_instance(self):
        session = self.form.save(commit=False)
        return self.operation(session, by=self.request.user, at=timezone.now())

    def get_context_data(self, **kwargs):
        return super().get_context_data(warnings=self.warnings, digest=self.digest, **kwargs)


class SessionCreateView(BackToNextMixin, SaveByOperationMixin, CreateView):
    operation = staticmethod(scheduling.schedule)

    def get_warnings(self, session):
        return warnings_for(session, at=timezone.now(), language=get_language() or "")

    def get_initial(self):
        """A training named in the address, and the usual hours of its last session."""
        number = self.request.GET.get("training", "")
        training = Training.objects.filter(pk=number).first() if number.isdecimal() else None
        if training is None:
            return super().get_initial()
        usual = training.sessions.last()
        copied = ("start_time", "end_time", "training_time", "venue", "capacity", "time_zone")
        values = {name: getattr(usual, name) for name in copied} if usual else {}
        return {**super().get_initial(), **values, "training": training}


class SessionEditView(BackToNextMixin, SaveByOperationMixin, EditView):
    """What needs nobody to be told; the verbs above the form do the rest."""

    operation = staticmethod(scheduling.change)

    def get_queryset(self):
        return super().get_queryset().select_related("training", "venue", "series")

    def get_warnings(self, session):
        return fewer_places(
            session,
            capacity=session.capacity,
            at=timezone.now(),
            language=get_language() or "",
        )

    def get_context_data(self, **kwargs):
        here = self.request.get_full_path() if self.request.method == "GET" else self.get_edit_url()
        verbs = [
            (act, url_of(act, self.object.pk, back=here))
            for act in SessionAct
            if acts.is_possible(self.object, act)
        ]
        links = links_of(self.object, user=self.request.user)
        return super().get_context_data(verbs=verbs, links=links, **kwargs)


class SessionDeleteView(DeleteView):
    def delete_action(self):
        series.drop(self.object, by=self.request.user, at=timezone.now())

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, people_are_registered())
            return redirect("trainings_admin:cancel", self.object.pk)


PLACES = MultiFieldPanel(
    [
        FieldPanel("capacity"),
        FieldRowPanel([FieldPanel("registration_opens_at"), FieldPanel("registration_closes_at")]),
    ],
    heading=gettext_lazy("Places"),
)
NEW = ObjectList(
    [
        FieldPanel("training"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
                FieldRowPanel(
                    [
                        FieldPanel("start_time", widget=AdminTimeInput(format="%H:%M")),
                        FieldPanel("end_time", widget=AdminTimeInput(format="%H:%M")),
                    ]
                ),
                FieldRowPanel([FieldPanel("training_time"), FieldPanel("time_zone")]),
            ],
            heading=gettext_lazy("When"),
        ),
        MultiFieldPanel(
            [FieldPanel("venue"), FieldPanel("online_url")], heading=gettext_lazy("Where")
        ),
        PLACES,
    ],
    base_form_class=SessionForm,
)
SAVED = ObjectList([FieldPanel("training_time"), PLACES], base_form_class=SessionForm)


class SessionViewSet(SnippetViewSet):
    model = TrainingSession
    icon = "date"
    menu_label = pgettext_lazy("training session", "Sessions")
    index_view_class = SessionIndexView
    add_view_class = SessionCreateView
    edit_view_class = SessionEditView
    delete_view_class = SessionDeleteView
    create_template_name = "trainings/admin/session_create.html"
    edit_template_name = "trainings/admin/session_edit.html"
    copy_view_enabled = False
    list_per_page = 50
    search_fields = ["training__name", "venue__name", "venue__municipality"]
    search_backend_name = None
    list_filter = {
        "starts_on": ["gte", "lte"],
        "training": ["exact"],
        "venue": ["exact"],
        "status": ["exact"],
    }
    list_display = [
        "training",
        Column("when", label=gettext_lazy("When"), accessor=wording.when, sort_key="starts_at"),
        Column("venue", label=gettext_lazy("Venue"), accessor="venue", sort_key="venue"),
        Column("taken", label=gettext_lazy("Registered"), accessor="taken"),
        Column("state", label=gettext_lazy("State"), accessor=state),
    ]
    edit_handler = NEW

    def get_edit_view_kwargs(self, **kwargs):
        saved = SAVED.bind_to_model(self.model)
        return super().get_edit_view_kwargs(
            **{"panel": saved, "form_class": saved.get_form_class(), **kwargs}
        )
