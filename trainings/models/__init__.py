"""The public face: import models from here."""

from trainings.models.calendar_state import CalendarState
from trainings.models.closed_periods import ClosedPeriod
from trainings.models.fields import TranslatedText, TranslatedTextField, content_languages
from trainings.models.funders import Funder
from trainings.models.pages import (
    ProgrammePage,
    ProgrammePageMixin,
    TrainingIndexPage,
    TrainingPage,
    TrainingPageMixin,
)
from trainings.models.series import SessionSeries
from trainings.models.sessions import TrainingSession, wall_clock
from trainings.models.themes import Audience, Theme
from trainings.models.trainers import Trainer
from trainings.models.trainings import Programme, Training
from trainings.models.venues import Venue

__all__ = [
    "Audience",
    "CalendarState",
    "ClosedPeriod",
    "Funder",
    "Programme",
    "ProgrammePage",
    "ProgrammePageMixin",
    "SessionSeries",
    "Theme",
    "Trainer",
    "Training",
    "TrainingIndexPage",
    "TrainingPage",
    "TrainingPageMixin",
    "TrainingSession",
    "TranslatedText",
    "TranslatedTextField",
    "Venue",
    "content_languages",
    "wall_clock",
]
