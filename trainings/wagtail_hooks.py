"""Registrations with Wagtail only; no logic."""

from django.urls import include, path
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from trainings.home import NextSessionsPanel
from trainings.models import Training
from trainings.permissions import MadeElsewherePolicy
from trainings.viewsets.facts import TrainingsGroup
from trainings.viewsets.sessions import status_urls

register_permission_policy(Training, MadeElsewherePolicy(Training, allowed={"view", "change"}))
register_snippet(TrainingsGroup)


@hooks.register("register_admin_urls")
def register_status_urls():
    return [path("trainings/sessions/", include((status_urls, "trainings"), "trainings_admin"))]


@hooks.register("construct_homepage_panels")
def add_next_sessions(request, panels):
    panels.append(NextSessionsPanel())


@hooks.register("register_log_actions")
def register_session_actions(actions):
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
        "trainings.cancel",
        pgettext_lazy("training session", "Call off"),
        pgettext_lazy("training session", "Called off"),
    )
    actions.register_action(
        "trainings.restore",
        pgettext_lazy("training session", "Restore"),
        pgettext_lazy("training session", "Restored"),
    )
