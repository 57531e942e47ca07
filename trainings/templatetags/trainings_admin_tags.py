"""For our additions to Wagtail's own screens."""

from __future__ import annotations

from django import template
from django.utils import timezone

from trainings.domain import guards
from trainings.viewsets.pages import sessions_url

register = template.Library()


@register.inclusion_tag("trainings/admin/before_pages_go.html")
def before_pages_go(pages) -> dict:
    """The warning that belongs on a screen which unpublishes or deletes these pages."""
    warning = guards.before_pages_go(pages, at=timezone.now())
    return {"warning": warning, "sessions_url": sessions_url()}


@register.simple_tag
def why_not_delete(pages) -> str:
    return guards.why_not_delete(pages)


@register.filter
def pages_of(items) -> list:
    """The pages themselves, of what Wagtail's screens for many pages list."""
    return [one["item"] for one in items]
