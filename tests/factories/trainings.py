"""Pages and sessions by the situation they are in, free of surprises: what is not said is plain."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Locale, Page, Site

from trainings.domain import scheduling
from trainings.models import (
    ProgrammePage,
    TrainingIndexPage,
    TrainingPage,
    TrainingSession,
    Venue,
)

#: An instant some weeks before the mornings below.
AT = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
#: When the pages below were published.
PUBLISHED = AT - timedelta(days=60)
#: Summer time begins on Sunday 28 March 2027.
MORNING_1 = date(2027, 3, 23)
MORNING_2 = date(2027, 3, 30)


def locale(language: str = "fr") -> Locale:
    return Locale.objects.get_or_create(language_code=language)[0]


def catalogue(**fields: Any) -> TrainingIndexPage:
    """The catalogue, under the root page of the only site."""
    root = Site.objects.get().root_page
    page = TrainingIndexPage(title="Formations", locale=root.locale, **fields)
    return publish(root, page)


def publish(parent: Page, page: Page) -> Any:
    """Live, without the revision that an editor's screen would make of it: that takes as long."""
    page.slug = page.slug or slugify(page.title)
    page.first_published_at = page.last_published_at = PUBLISHED
    parent.add_child(instance=page)
    page.refresh_from_db()
    return page


def programme_page(parent: Page, title: str = "Accompagner vers et dans le logement", **fields):
    return publish(parent, ProgrammePage(title=title, locale=parent.locale, **fields))


def training_page(parent: Page, title: str = "En recherche de logement", **fields) -> TrainingPage:
    return publish(parent, TrainingPage(title=title, locale=parent.locale, **fields))


def translated(page: Page, language: str, title: str) -> Any:
    """The page's published translation; its parents are copied when they are not translated."""
    copy = page.copy_for_translation(locale(language), copy_parents=True)
    copy.title = title
    copy.save_revision().publish()
    copy.refresh_from_db()
    return copy


def venue(**fields: Any) -> Venue:
    values = {
        "name": "Salle des Tilleuls",
        "street_address": "Rue de la Gare 1",
        "postal_code": "6000",
        "municipality": "Charleroi",
    }
    return Venue.objects.create(**{**values, **fields})


def session(page: TrainingPage, on: date = MORNING_1, **fields: Any) -> TrainingSession:
    """A morning from 9:00 to 12:30 in Brussels with 40 places; fields say otherwise."""
    values: dict[str, Any] = {
        "training": page.training,
        "starts_on": on,
        "start_time": time(9, 0),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
        "training_time": timedelta(hours=3),
        "capacity": 40,
    }
    made = TrainingSession(**{**values, **fields})
    return scheduling.schedule(made, by=None, at=AT - timedelta(days=30))


def working_day(ahead: int = 30) -> date:
    """The first Tuesday at least so many days from now that is a holiday nowhere in Belgium."""
    days = (timezone.localdate() + timedelta(days=number) for number in range(ahead, ahead + 60))
    off = holidays.country_holidays("BE")
    return next(day for day in days if day.weekday() == calendar.TUESDAY and day not in off)


def going_on(page: TrainingPage, **fields: Any) -> TrainingSession:
    """A session of today that runs, on a clock where it is broad daylight. It has one half-day."""
    now = timezone.now()
    there = next(
        local
        for zone in ("UTC", "Asia/Kolkata", "Pacific/Auckland", "America/Los_Angeles")
        if 10 <= (local := now.astimezone(ZoneInfo(zone))).hour < 20
    ).replace(second=0, microsecond=0)
    values: dict[str, Any] = {
        "start_time": (there - timedelta(minutes=60)).time(),
        "end_time": (there + timedelta(minutes=50)).time(),
        "training_time": timedelta(minutes=90),
        "time_zone": str(there.tzinfo),
    }
    return session(page, there.date(), **{**values, **fields})
