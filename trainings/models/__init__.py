"""The public face: import models from here."""

from trainings.models.calendar_state import CalendarState
from trainings.models.fields import TranslatedText, TranslatedTextField, content_languages
from trainings.models.pages import (
    ProgrammePage,
    ProgrammePageMixin,
    TrainingIndexPage,
    TrainingPage,
    TrainingPageMixin,
)
from trainings.models.sessions import TrainingSession
from trainings.models.trainers import Trainer
from trainings.models.trainings import Programme, Training
from trainings.models.venues import Venue

__all__ = [
    "CalendarState",
    "Programme",
    "ProgrammePage",
    "ProgrammePageMixin",
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
]
