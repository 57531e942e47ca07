"""The same acts for sessions ticked in the list."""

from __future__ import annotations

from copy import copy
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from trainings.domain import series
from trainings.models import TrainingSession
from trainings.sign_up import SessionAct
from trainings.viewsets.acts import MOST_AT_ONCE, may_change_sessions, too_many, url_of


class OfTheListMixin:
    """ "All" are those of the list as it is filtered and searched, not all there are."""

    def get_all_objects_in_listing_query(self, parent_id):
        request = copy(self.request)
        request.GET = QueryDict(urlsplit(self.next_url).query)
        index = self.model.snippet_viewset.index_view
        view = index.view_class(**index.view_initkwargs)
        view.setup(request)
        return view.get_queryset().values_list("pk", flat=True)


class ActBulkAction(OfTheListMixin, SnippetBulkAction):
    """Leads to the screen of the act, which asks before anything happens."""

    models = [TrainingSession]
    act: SessionAct

    def dispatch(self, request, *args, **kwargs):
        if not may_change_sessions(request.user):
            raise PermissionDenied
        chosen = request.GET.getlist("id")
        if "all" in chosen:
            chosen = self.get_all_objects_in_listing_query(None)
        keys = [int(pk) for pk in chosen if str(pk).isdecimal()]
        if len(keys) > MOST_AT_ONCE:
            messages.error(request, too_many(len(keys)))
            return redirect(self.next_url)
        return redirect(url_of(self.act, *keys, back=self.next_url))


class MoveBulkAction(ActBulkAction):
    act = SessionAct.MOVE
    action_type = "move"
    display_name = SessionAct.MOVE.label
    aria_label = gettext_lazy("Move the selected sessions")
    action_priority = 10


class PostponeBulkAction(ActBulkAction):
    act = SessionAct.POSTPONE
    action_type = "postpone"
    display_name = SessionAct.POSTPONE.label
    aria_label = gettext_lazy("Postpone the selected sessions")
    action_priority = 20


class CancelBulkAction(ActBulkAction):
    act = SessionAct.CANCEL
    action_type = "cancel"
    display_name = SessionAct.CANCEL.label
    aria_label = gettext_lazy("Call off the selected sessions")
    action_priority = 30
    classes = {"serious"}


class RestoreBulkAction(ActBulkAction):
    act = SessionAct.RESTORE
    action_type = "restore"
    display_name = SessionAct.RESTORE.label
    aria_label = gettext_lazy("Restore the selected sessions")
    action_priority = 40


class DeleteSessionsBulkAction(OfTheListMixin, DeleteBulkAction):
    """Wagtail's, by our operation: no rule makes them again, and nobody loses a registration."""

    models = [TrainingSession]
    action_priority = 50

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, people_are_registered())
            return redirect(self.next_url)

    @classmethod
    def execute_action(cls, objects, user=None, **kwargs):
        by = kwargs["self"].request.user
        for session in objects:
            series.drop(session, by=by, at=timezone.now())
        return len(objects), 0


def people_are_registered() -> str:
    return _("People are registered: call off instead of deleting.")


BULK_ACTIONS = [
    MoveBulkAction,
    PostponeBulkAction,
    CancelBulkAction,
    RestoreBulkAction,
    DeleteSessionsBulkAction,
]
