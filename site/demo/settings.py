"""The demo site. Everything a host adapts is here; the environment may overrule what varies.

DATABASE_URL   another database than the SQLite file, such as postgresql://user@host/name
PORT           where the site is served (8000); links in mails point there
SECRET_KEY     else a random one is made and kept
DEMO_DIR       the folder of everything the site writes (var/)
DEBUG          1: error pages for developers, and static files served without collecting them
"""

import os
from pathlib import Path

import dj_database_url
from django.core.management.utils import get_random_secret_key

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / "site" / "demo"
VAR = Path(os.environ.get("DEMO_DIR") or REPOSITORY / "var")
VAR.mkdir(parents=True, exist_ok=True)

PORT = os.environ.get("PORT") or "8000"
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]


def kept_secret_key(path: Path) -> str:
    """The key in this file; made at the first start, by whichever process comes first."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secret_key(VAR / "secret_key")

# --- what the site is made of ------------------------------------------------------------------

INSTALLED_APPS = [
    "demo",
    # The plugin. `trainings` alone makes a plain agenda.
    "registrations",
    "trainings",
    # Wagtail
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.sitemaps",
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
    # Django
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "demo.urls"
WSGI_APPLICATION = "demo.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps': templates/trainings/layout.html replaces the plugin's own.
        "DIRS": [REPOSITORY / "templates"],
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

# --- the database ------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR / 'demo.sqlite3'}",
        # Opening one takes longer than telling a calendar that nothing has changed.
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A transaction takes the write lock when it begins, and others wait for it: SQLite has no
        # other way to keep two people from taking the last place.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }

# --- languages and time ------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands"), ("en", "English")]  # of the screens
WAGTAIL_CONTENT_LANGUAGES = [("fr", "Français"), ("nl", "Nederlands")]  # of the pages
LOCALE_PATHS = [DEMO / "locale"]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = "Europe/Brussels"

# Public holidays on which nothing is planned: the network is on both sides of the border.
TRAININGS_HOLIDAYS = ["BE-French", "FR"]

# --- files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "staticfiles"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- people and mail ---------------------------------------------------------------------------

# Mails are written, queued, "sent" and shown in the admin; none leaves this machine.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SILENCED_SYSTEM_CHECKS = ["registrations.W004"]  # which says just that
DEFAULT_FROM_EMAIL = "formations@demo.example"
REGISTRATIONS_ORGANISER_NAME = "La Sambrienne (démo)"
REGISTRATIONS_ORGANISER_EMAIL = DEFAULT_FROM_EMAIL

# No validators: `admin` with the password `demo` is the point of a demo, and nowhere else.
LOGIN_URL = "wagtailadmin_login"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAIL_SITE_NAME = REGISTRATIONS_ORGANISER_NAME
WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{PORT}"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# The site talks to nobody outside.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
