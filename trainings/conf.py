"""Our settings, read lazily so that a test or a host may change them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings


class TrainingsSettings:
    """One property a setting; `TRAININGS_<NAME>` in the host's settings overrides it."""

    @property
    def training_page_model(self) -> str:
        """The page that presents one training, as "app.Model"; made with `TrainingPageMixin`."""
        return getattr(settings, "TRAININGS_TRAINING_PAGE_MODEL", "trainings.TrainingPage")

    @property
    def programme_page_model(self) -> str:
        """The page that presents a programme, as "app.Model"; made with `ProgrammePageMixin`."""
        return getattr(settings, "TRAININGS_PROGRAMME_PAGE_MODEL", "trainings.ProgrammePage")

    @property
    def time_zone(self) -> str:
        """IANA zone proposed for a new session; the host's TIME_ZONE unless said otherwise."""
        return getattr(settings, "TRAININGS_TIME_ZONE", settings.TIME_ZONE)

    @property
    def calendar_past(self) -> timedelta:
        """How long a past session stays in the feed."""
        return getattr(settings, "TRAININGS_CALENDAR_PAST", timedelta(days=92))

    @property
    def calendar_future(self) -> timedelta:
        """How far ahead the feed looks."""
        return getattr(settings, "TRAININGS_CALENDAR_FUTURE", timedelta(days=548))

    @property
    def calendar_says_full(self) -> bool:
        """Whether the title of a full session says so; it changes calendars at each sign-up."""
        return bool(getattr(settings, "TRAININGS_CALENDAR_SAYS_FULL", False))

    @property
    def google_calendar(self) -> str:
        """Where Google takes the address of a calendar; it is put after it, in a query."""
        return getattr(
            settings, "TRAININGS_GOOGLE_CALENDAR", "https://calendar.google.com/calendar/render"
        )

    @property
    def outlook_calendar(self) -> str:
        """Where Outlook.com takes the address of a calendar; another for Microsoft 365."""
        return getattr(
            settings,
            "TRAININGS_OUTLOOK_CALENDAR",
            "https://outlook.live.com/calendar/0/addfromweb",
        )

    @property
    def series_horizon(self) -> timedelta:
        """How far ahead an open-ended series has its sessions."""
        return getattr(settings, "TRAININGS_SERIES_HORIZON", timedelta(days=365))

    @property
    def holidays(self) -> tuple[str, ...]:
        """Whose public holidays count: ISO 3166 codes, "BE" or with a region, "FR-57"."""
        return tuple(getattr(settings, "TRAININGS_HOLIDAYS", ("BE",)))

    def get_training_page_model(self) -> Any:
        return apps.get_model(self.training_page_model)

    def get_programme_page_model(self) -> Any:
        return apps.get_model(self.programme_page_model)


conf = TrainingsSettings()
