"""The served site, with a mail server at a port of this machine."""

import os

from tests.served_settings import *  # noqa: F403 -- a settings module is a list of names

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["OUTBOX_PORT"])
REGISTRATIONS_SENDS_AT_ONCE = True
