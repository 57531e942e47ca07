"""The bare host as a real site: `SERVED_DATABASE` is an address on PostgreSQL or a SQLite file.

Everything else about SQLite, above all how its transactions begin, comes from tests/settings.py.
"""

import os
from datetime import timedelta

from psycopg.conninfo import conninfo_to_dict

from tests.settings import *  # noqa: F403 -- a settings module is a list of names
from tests.settings import DATABASES

#: The control of an experiment: the same site without the lock.
SERVED_WITHOUT_LOCK = os.environ.get("SERVED_WITHOUT_LOCK") == "1"

#: Another: feeds are kept although a change is on its way.
SERVED_TRUSTING = os.environ.get("SERVED_TRUSTING") == "1"

_address = os.environ["SERVED_DATABASE"]
if _address.startswith("postgresql:"):
    _parts = conninfo_to_dict(_address)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts["dbname"],
            "HOST": _parts["host"],
            "USER": _parts["user"],
        }
    }
else:
    _database = DATABASES["default"]
    _database["NAME"] = _address
    if SERVED_WITHOUT_LOCK:
        _database["OPTIONS"] = {**_database["OPTIONS"], "transaction_mode": "DEFERRED"}  # type: ignore[dict-item]

# All visitors of a test come from one address, in the same second.
REGISTRATIONS_ATTEMPTS_PER_HOUR = 1_000_000
REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)

# Where tests look when an answer is 500.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR"}},
}
