"""What the organiser's screens need to say of people."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy

from registrations.domain.people_of_session import Turn
from registrations.domain.places import Obstacle

register = template.Library()

WHY = {
    Obstacle.CAP: gettext_lazy("this service has as many people as it may have"),
    Obstacle.FULL: gettext_lazy("no place is free"),
    Obstacle.PRIORITY: gettext_lazy("other kinds of service come first for now"),
    Obstacle.QUOTA: gettext_lazy("the places left are kept for other kinds of service"),
    Turn.LATER: gettext_lazy("the free places go to those before"),
    Turn.NOW: gettext_lazy("a place is free, nobody has given it yet"),
}


@register.filter
def why_waiting(why: Obstacle | Turn) -> str:
    """Why somebody waits, as the end of a sentence."""
    return str(WHY[why])
