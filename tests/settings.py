"""A bare host: the plugin installed on somebody else's site. Nothing here comes from the demo.

`TEST_DATABASE` chooses the engine: `sqlite` (the default) or `postgresql`, which
tests/conftest.py starts.
"""

import os
import tempfile
from pathlib import Path

# Files that a run writes. `TEST_DIR` keeps them from one run to the next, for `pytest --reuse-db`.
TEST_DIR = Path(
    os.environ.get("TEST_DIR")
    or Path(tempfile.gettempdir(), f"wagtail-trainings-{os.getuid()}-{os.getpid()}")
)

SECRET_KEY = "for tests only"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
ROOT_URLCONF = "tests.urls"

INSTALLED_APPS = [
    "registrations",
    "trainings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, object]]
if os.environ.get("TEST_DATABASE", "sqlite") == "postgresql":
    # Where the server is and who may enter is known once it has started.
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "trainings"}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ":memory:",
            "OPTIONS": {
                # A transaction takes the write lock when it begins, and others wait for it.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
            # A file: threads that share a database in memory do not wait for each other.
            "TEST": {"NAME": str(TEST_DIR / "test.sqlite3")},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fr"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]
WAGTAIL_CONTENT_LANGUAGES = [("fr", "Français"), ("nl", "Nederlands")]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = "Europe/Brussels"

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = str(TEST_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Plain: hashed names need a collected folder, which tests have not.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEFAULT_FROM_EMAIL = "trainings@host.example"
SILENCED_SYSTEM_CHECKS = ["registrations.W004"]  # mails stay in memory, or a test has a server
# A test says itself when mails leave; what leaves at once has tests of its own.
REGISTRATIONS_SENDS_AT_ONCE = False
# Quick on purpose; no password here is worth protecting.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://localhost"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# No test talks to the outside.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# A robot types before the editor has taken its first snapshot. The test of autosave turns it on.
WAGTAIL_AUTOSAVE_INTERVAL = 0
