"""Mails sent, waiting and given up, each as it left."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, DateFromToRangeFilter
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from registrations.domain.mails import can_try_again, try_again
from registrations.models import OutgoingEmail
from registrations.permissions import may_change_registrations
from registrations.viewsets.choosers import NoChooserViewSet
from registrations.viewsets.mails_again import may_send_again

STATES = {
    "scheduled": gettext_lazy("due later"),
    "waiting": gettext_lazy("waiting"),
    "sending": gettext_lazy("being sent"),
    "again": gettext_lazy("to be tried again"),
    "sent": gettext_lazy("sent"),
    "failed": gettext_lazy("given up"),
}


def state_of(email, *, at) -> str:
    """A key of `STATES`; the same questions in the same order as `in_state`."""
    if email.sent_at:
        return "sent"
    if email.failed_at:
        return "failed"
    if email.leased_until and email.leased_until >= at:
        return "sending"
    if email.attempts:
        return "again"
    return "scheduled" if email.due_at > at else "waiting"


def in_state(state: str, *, at) -> Q:
    unsent = Q(sent_at__isnull=True, failed_at__isnull=True)
    taken = Q(leased_until__isnull=False, leased_until__gte=at)
    free = unsent & ~taken
    return {
        "sent": Q(sent_at__isnull=False),
        "failed": Q(failed_at__isnull=False),
        "sending": unsent & taken,
        "again": free & Q(attempts__gt=0),
        "scheduled": free & Q(attempts=0, due_at__gt=at),
        "waiting": free & Q(attempts=0, due_at__lte=at),
    }[state]


class EmailFilterSet(WagtailFilterSet):
    state = ChoiceFilter(
        label=gettext_lazy("State"), choices=list(STATES.items()), method="filter_state"
    )
    queued_at = DateFromToRangeFilter(label=gettext_lazy("Queued"), widget=DateRangePickerWidget)

    class Meta:
        model = OutgoingEmail
        fields = ["state", "kind", "language", "queued_at"]

    def filter_state(self, queryset, name, value):
        return queryset.filter(in_state(value, at=timezone.now()))


class EmailInspectView(InspectView):
    def post(self, request, *args, **kwargs):
        if not may_change_registrations(request.user):
            raise PermissionDenied
        if try_again([self.object], by=request.user, at=timezone.now()):
            messages.success(request, _("The mail is sent again."))
        else:
            messages.warning(request, _("Nothing was done: the mail has left, or is leaving."))
        return redirect(request.path)

    def get_context_data(self, **kwargs):
        at = timezone.now()
        state = state_of(self.object, at=at)
        may_try = may_change_registrations(self.request.user)
        return super().get_context_data(
            **kwargs,
            state=state,
            state_in_words=STATES[state],
            may_try=may_try and can_try_again(self.object, at=at),
        )


def due(email: OutgoingEmail) -> str:
    return date_format(timezone.localtime(email.due_at), "SHORT_DATETIME_FORMAT")


class EmailIndexView(IndexView):
    """Boxes to tick only for who may do something with what is ticked."""

    @cached_property
    def columns(self):
        boxes, *others = super().columns
        return [boxes, *others] if may_send_again(self.request.user) else others

    def get_template_names(self):
        if self.results_only or may_send_again(self.request.user):
            return super().get_template_names()
        # Without what acts on boxes, whose script wants some.
        return ["wagtailadmin/generic/index.html"]


class EmailViewSet(SnippetViewSet):
    model = OutgoingEmail
    chooser_viewset_class = NoChooserViewSet
    icon = "mail"
    menu_label = gettext_lazy("Mails")
    index_view_class = EmailIndexView
    inspect_view_class = EmailInspectView
    inspect_view_enabled = True
    inspect_template_name = "registrations/admin/email.html"
    copy_view_enabled = False
    ordering = ["-queued_at"]
    list_per_page = 50
    filterset_class = EmailFilterSet
    search_backend_name = None
    search_fields = ["recipient", "subject", "registration__reference"]
    list_display = [
        "kind",
        Column("recipient", label=gettext_lazy("Recipient"), sort_key="recipient"),
        Column("subject", label=gettext_lazy("Subject")),
        Column(
            "state",
            label=gettext_lazy("State"),
            accessor=lambda email: STATES[state_of(email, at=timezone.now())],
        ),
        DateColumn("queued_at", label=gettext_lazy("Queued"), sort_key="queued_at"),
        # A moment: how long ago it is says nothing of what is still to come.
        Column("due_at", label=gettext_lazy("Due"), accessor=due, sort_key="due_at"),
        DateColumn("sent_at", label=gettext_lazy("Sent"), sort_key="sent_at"),
    ]
    panels = [FieldPanel("recipient")]
