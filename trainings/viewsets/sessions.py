"""Sessions in the Wagtail admin: dates are rows of their own, never part of a page's draft."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminTimeInput
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    IndexView,
    SnippetViewSet,
)

from trainings import wording
from trainings.domain import scheduling
from trainings.exceptions import TrainingError
from trainings.forms.sessions import SessionForm
from trainings.models import Training, TrainingSession
from trainings.sign_up import attach_states


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

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        attach_states(context["object_list"], at=timezone.now())
        return context

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.user_has_permission("change"):
            verb, label = (
                ("restore", _("Restore")) if instance.is_cancelled else ("cancel", _("Call off"))
            )
            url = reverse(f"trainings_admin:{verb}", args=[instance.pk])
            icon = "undo" if instance.is_cancelled else "cross"
            buttons.append(Button(label, url=url, icon_name=icon, priority=30))
        return buttons


class SaveByOperationMixin:
    """Dates are written by the domain, which keeps UID and SEQUENCE."""

    def save_instance(self):
        session = self.form.save(commit=False)
        return self.operation(session, by=self.request.user, at=timezone.now())


class SessionCreateView(BackToNextMixin, SaveByOperationMixin, CreateView):
    operation = staticmethod(scheduling.schedule)

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
    operation = staticmethod(scheduling.change)

    def get_context_data(self, **kwargs):
        attach_states([self.object], at=timezone.now())
        return super().get_context_data(**kwargs)


class SessionDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request,
                _("People are registered for this session: call it off instead of deleting it."),
            )
            return redirect("trainings_admin:cancel", self.object.pk)


class StatusView(WagtailAdminTemplateMixin, TemplateView):
    """Say what will happen, then do it on POST."""

    template_name = "trainings/admin/session_status.html"
    header_icon = "date"

    def dispatch(self, request, *args, **kwargs):
        policy = policy_registry.get_by_type(TrainingSession)
        if not policy.user_has_permission(request.user, "change"):
            raise PermissionDenied
        self.session = get_object_or_404(
            TrainingSession.objects.select_related("training", "venue"), pk=kwargs["pk"]
        )
        self.next_url = get_valid_next_url_from_request(request) or reverse(
            TrainingSession.snippet_viewset.get_url_name("list")
        )
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return str(self.session)

    def get_breadcrumbs_items(self):
        items = [
            {
                "url": reverse(TrainingSession.snippet_viewset.get_url_name("list")),
                "label": pgettext("training session", "Sessions"),
            },
            {"url": "", "label": self.get_page_title(), "sublabel": str(self.session)},
        ]
        return self.breadcrumbs_items + items

    def get_context_data(self, **kwargs):
        attach_states([self.session], at=timezone.now())
        return super().get_context_data(
            **kwargs,
            session=self.session,
            next_url=self.next_url,
            explanation=self.explanation,
            asks_reason=self.asks_reason,
            label=self.page_title,
            is_serious=self.asks_reason,
        )

    def post(self, request, *args, **kwargs):
        try:
            self.act(request)
        except TrainingError as error:
            messages.error(request, error.message)
        else:
            messages.success(
                request, self.done % {"session": self.session, "when": wording.when(self.session)}
            )
        return redirect(self.next_url)


class CancelView(StatusView):
    page_title = gettext_lazy("Call off a session")
    explanation = gettext_lazy(
        "The page and every calendar will show it as cancelled, under the same entry. "
        "You can restore it."
    )
    asks_reason = True
    done = gettext_lazy("%(session)s (%(when)s) is called off.")

    def act(self, request):
        reason = " ".join(request.POST.get("reason", "").split())[:255]
        scheduling.cancel(self.session, reason=reason, by=request.user, at=timezone.now())


class RestoreView(StatusView):
    page_title = gettext_lazy("Restore a session")
    explanation = gettext_lazy("The page and every calendar will show it as going ahead.")
    asks_reason = False
    done = gettext_lazy("%(session)s (%(when)s) goes ahead.")

    def act(self, request):
        scheduling.restore(self.session, by=request.user, at=timezone.now())


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
    ordering = ["starts_at"]
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
        Column(
            "state",
            label=gettext_lazy("State"),
            accessor=lambda session: (
                session.sign_up.text if session.sign_up else session.get_status_display()
            ),
        ),
    ]
    edit_handler = ObjectList(
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
            MultiFieldPanel(
                [
                    FieldPanel("capacity"),
                    FieldRowPanel(
                        [
                            FieldPanel("registration_opens_at"),
                            FieldPanel("registration_closes_at"),
                        ]
                    ),
                ],
                heading=gettext_lazy("Places"),
            ),
        ],
        base_form_class=SessionForm,
    )


status_urls = [
    path("cancel/<int:pk>/", CancelView.as_view(), name="cancel"),
    path("restore/<int:pk>/", RestoreView.as_view(), name="restore"),
]
