"""Badges, ten to a page of A4, to cut out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from registrations.models.partners import search_key
from registrations.papers.frame import Paper, frame

if TYPE_CHECKING:
    from registrations.domain.of_the_day import Announced, OfService

A_PAGE = 10


def badges(told: Announced, services: Iterable[OfService]) -> Paper:
    """By last name, as they are laid out on a table."""
    data, _images = frame(told, _("Badges"))
    people = [one.participant for group in services for one in group.people]
    people.sort(key=lambda one: (search_key(one.last_name), search_key(one.first_name), one.pk))
    made = [
        {
            "first_name": one.first_name,
            "last_name": one.last_name,
            "function": one.function,
            "service": one.registration.partner.name,
        }
        for one in people
    ]
    if told.session.training.is_discreet:  # worn outside, it would tell what one came for
        data |= {"title": data["heading"], "training": ""}
    data |= {
        "pages": [made[at : at + A_PAGE] for at in range(0, len(made), A_PAGE)],
        "nobody": _("Nobody with a name is registered yet."),
    }
    return Paper("badges", data)
