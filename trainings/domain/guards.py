"""What to say before pages go: people may be registered for the dates that they announce."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from trainings.conf import conf
from trainings.enums import SessionStatus
from trainings.models import Training, TrainingSession
from trainings.sign_up import get_sign_up

NAMED = 5


def before_pages_go(pages: Iterable[Page], *, at: datetime) -> str:
    """What to tell whoever unpublishes or deletes these pages with those below; mostly nothing.

    Counts registrations for sessions to come, those on waiting lists included. Of sessions
    called off people know already. A constant number of queries.
    """
    number = _registrations(pages, at=at)
    if not number:
        return ""
    told = ngettext(
        "There is %(number)d registration for dates to come of these pages.",
        "There are %(number)d registrations for dates to come of these pages.",
        number,
    ) % {"number": number}
    stays = _(
        "Nobody is told, and the dates stay: those that no other published page shows leave the "
        "catalogue and the public calendars. To tell people that a date does not take place, "
        "call it off."
    )
    return f"{told} {stays}"


def why_not_delete(pages: Iterable[Page]) -> str:
    """Why these pages, with those below, cannot be deleted; empty when they can.

    A training that anybody is, or was, registered for keeps its last page: it says what they
    come, or came, for. A constant number of queries.
    """
    trainings = _losing_their_last_page(pages)
    if not trainings:
        return ""
    names = [_("“%(title)s”") % {"title": training} for training in trainings[:NAMED]]
    if len(trainings) > NAMED:
        names.append("…")
    return _(
        "Nothing was deleted: people are, or were, registered for dates of %(trainings)s, which "
        "would have no page left. Call off the dates to come that do not take place, and "
        "unpublish the page."
    ) % {"trainings": ", ".join(names)}


def _registrations(pages: Iterable[Page], *, at: datetime) -> int:
    sign_up = get_sign_up()
    if sign_up is None:
        return 0
    sessions = (
        TrainingSession.objects.upcoming(at)
        .filter(training__in=_training_pages(pages).values("training"))
        .exclude(status=SessionStatus.CANCELLED)
        .select_related("training", "venue")
    )
    states = sign_up.states(sessions, at=at).values()
    return sum((state.places_taken or 0) + state.waiting for state in states)


def _losing_their_last_page(pages: Iterable[Page]) -> list[Training]:
    sign_up = get_sign_up()
    if sign_up is None:
        return []
    going = _training_pages(pages)
    ids = set(going.values_list("training", flat=True))
    others = conf.get_training_page_model().objects.filter(training__in=ids)
    ids -= set(others.exclude(pk__in=going.values("pk")).values_list("training", flat=True))
    return list(Training.objects.filter(pk__in=sign_up.has_registrations(ids)).order_by("name"))


def _training_pages(pages: Iterable[Page]) -> Any:
    """Those at or below these."""
    below = Page.objects.none()
    for page in pages:
        below |= Page.objects.descendant_of(page, inclusive=True)
    return conf.get_training_page_model().objects.filter(pk__in=below.values("pk"))
