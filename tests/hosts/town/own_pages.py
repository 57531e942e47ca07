"""The same site in two languages, with page classes of its own."""

from .sign_up import *  # noqa: F403 -- a settings module is a list of names
from .sign_up import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["town_pages", *INSTALLED_APPS]
# Made on the day, in TOWN_DIR: a host makes its own, from the mixins as they are then.
MIGRATION_MODULES = {"town_pages": "town_pages_migrations"}

TRAININGS_TRAINING_PAGE_MODEL = "town_pages.TownTrainingPage"
TRAININGS_PROGRAMME_PAGE_MODEL = "town_pages.TownProgrammePage"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "Europe/Brussels"

_sessions = MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
MIDDLEWARE = [
    *MIDDLEWARE[: _sessions + 1],
    "django.middleware.locale.LocaleMiddleware",
    *MIDDLEWARE[_sessions + 1 :],
]
