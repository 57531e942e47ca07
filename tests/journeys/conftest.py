"""A published programme with two mornings, one on each side of a clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from wagtail.models import Site

from tests.factories.registrations import partner
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)

BRUSSELS = ZoneInfo("Europe/Brussels")


def next_clock_change(after: date) -> date:
    """The first day from `after` on whose midnights differ in their distance to UTC."""

    def offset(day: date) -> timedelta | None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC).astimezone(BRUSSELS).utcoffset()

    day = after
    while offset(day) == offset(day + timedelta(days=1)):
        day += timedelta(days=1)
    return day


@pytest.fixture
def site(transactional_db, settings, live_server):
    """The site as visitors find it, with the words in French and Dutch."""
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)  # a robot types fast
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    change = next_clock_change(timezone.localdate() + timedelta(days=10))
    index = catalogue(introduction="<p>Pour les services partenaires.</p>")
    programme = programme_page(index, introduction="<p>Deux matinées.</p>")
    first = training_page(
        programme,
        title="Comment accompagner un ménage en recherche de logement ?",
        guiding_question="Par où commencer ?",
        introduction="<p>De la candidature à l’attribution.</p>",
    )
    second = training_page(programme, title="Comment l’aider à mieux vivre dans son logement ?")
    hall = venue()
    mornings = [
        session(first, change - timedelta(days=3), venue=hall),
        session(second, change + timedelta(days=4), venue=hall),
    ]
    for page, title in (
        (index, "Vormingen"),
        (programme, "Begeleiden naar en in de woning"),
        (first, "Hoe een huishouden begeleiden dat een woning zoekt?"),
        (second, "Hoe helpen om beter te wonen?"),
    ):
        translated_page = page.get_translation_or_none(_locale("nl"))
        if translated_page is None:
            translated(page, "nl", title)
        else:
            translated_page.title = title
            translated_page.save_revision().publish()
    partner("CPAS de Charleroi")
    return SimpleNamespace(
        url=live_server.url,
        index=index,
        programme=programme,
        pages=[first, second],
        mornings=mornings,
    )


def _locale(language):
    from wagtail.models import Locale  # noqa: PLC0415 -- beside its only use

    return Locale.objects.get_or_create(language_code=language)[0]
