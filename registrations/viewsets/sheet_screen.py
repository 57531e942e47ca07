"""What the screens around an attendance sheet have in common."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.models import Site

from registrations.permissions import (
    may_change_registrations,
    may_see_registrations,
    may_welcome,
)
from registrations.viewsets.people import SessionScreen
from trainings import wording
from trainings.models import TrainingSession, content_languages


def may_note(user) -> bool:
    """Who notes presences, and sees names and services for it."""
    return may_welcome(user) or may_change_registrations(user)


def sheet_url(session: TrainingSession, view: str = "sheet", *args) -> str:
    return reverse(f"registrations_admin:{view}", args=[session.pk, *args])


def public_url(view: str, session: TrainingSession) -> str:
    """Asked for here: in a template of the admin, it would be taken for one of ours there."""
    return reverse(f"registrations:{view}", args=[session.pk])


def for_others(view: str, *args) -> str:
    """The whole address of a public page, to give to people: the admin may be on another host,
    and in the language of who works there.
    """
    with translation.override(content_languages()[0]):
        url = reverse(f"registrations:{view}", args=args)
    return f"{Site.objects.get(is_default_site=True).root_url}{url}"


def half_day_words(unit, units) -> str:
    """By its day where there are several, and by its hours; of a single one, its hours."""
    hours = _("%(start)s to %(end)s") % {
        "start": wording.hour(unit.start),
        "end": wording.hour(unit.end),
    }
    if units[0].on == units[-1].on:
        return hours
    return _("%(day)s, %(hours)s") % {"day": wording.day(unit.on), "hours": hours}


@method_decorator(never_cache, name="dispatch")
class SheetScreen(SessionScreen):
    """Below the sheet; who only welcomes people comes to it from the sessions of the day."""

    header_icon = "clipboard-list"

    def get_breadcrumbs_items(self):
        if may_see_registrations(self.request.user):
            return super().get_breadcrumbs_items()
        return [
            *self.breadcrumbs_items,
            {"url": reverse("registrations_admin:welcome"), "label": _("Welcome desk of the day")},
            *self.path()[1:],
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def path(self):
        return [*super().path(), {"url": sheet_url(self.session), "label": _("Attendance sheet")}]
