"""The served site with two bare views beside it, and a connection that stays."""

from tests.served_settings import *  # noqa: F403 -- a settings module is a list of names
from tests.served_settings import DATABASES

ROOT_URLCONF = "tests.bench.urls"
# A site that cares for its time keeps its connections; making one takes longer than asking.
DATABASES["default"]["CONN_MAX_AGE"] = None
