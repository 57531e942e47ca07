"""Registrations with Wagtail only; no logic."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from trainings.home import NextSessionsPanel
from trainings.models import Programme, Training
from trainings.permissions import MadeElsewherePolicy
from trainings.views.documents import guard_document
from trainings.viewsets import pages
from trainings.viewsets.acts import act_urls
from trainings.viewsets.bulk import BULK_ACTIONS
from trainings.viewsets.facts import TrainingsGroup
from trainings.viewsets.series import series_urls

for model in (Training, Programme):
    register_permission_policy(model, MadeElsewherePolicy(model, allowed={"view", "change"}))
register_snippet(TrainingsGroup)


@hooks.register("register_admin_urls")
def register_status_urls():
    urls = [*pages.page_urls, *act_urls, *series_urls]
    return [path("trainings/sessions/", include((urls, "trainings"), "trainings_admin"))]


@hooks.register("construct_homepage_panels")
def add_next_sessions(request, panels):
    panels.append(NextSessionsPanel())


@hooks.register("register_log_actions")
def register_session_actions(actions):
    actions.register_action(
        "trainings.copy", _("Copy for another year"), _("Copied for another year")
    )
    actions.register_action("trainings.plan", _("Plan"), _("Planned"))
    actions.register_action(
        "trainings.schedule",
        pgettext_lazy("training session", "Schedule"),
        pgettext_lazy("training session", "Scheduled"),
    )
    actions.register_action(
        "trainings.change",
        pgettext_lazy("training session", "Change"),
        pgettext_lazy("training session", "Changed"),
    )
    actions.register_action(
        "trainings.reschedule",
        pgettext_lazy("training session", "Move"),
        pgettext_lazy("training session", "Moved"),
    )
    actions.register_action(
        "trainings.postpone",
        pgettext_lazy("training session", "Postpone"),
        pgettext_lazy("training session", "Postponed"),
    )
    actions.register_action(
        "trainings.cancel",
        pgettext_lazy("training session", "Call off"),
        pgettext_lazy("training session", "Called off"),
    )
    actions.register_action(
        "trainings.restore",
        pgettext_lazy("training session", "Restore"),
        pgettext_lazy("training session", "Restored"),
    )


hooks.register("before_serve_document", guard_document)
hooks.register("before_delete_page", pages.guard_deletion)
hooks.register("before_bulk_action", pages.guard_bulk_deletion)
hooks.register("register_page_header_buttons", pages.header_buttons)
hooks.register("register_page_listing_more_buttons", pages.listing_buttons)

for action in BULK_ACTIONS:
    # After Wagtail's own, whose "Delete" one of ours takes over.
    hooks.register("register_bulk_action", action, order=100)
