"""The same site, where people sign up too."""

from datetime import timedelta

from .agenda import *  # noqa: F403 -- a settings module is a list of names
from .agenda import INSTALLED_APPS

INSTALLED_APPS = ["registrations", *INSTALLED_APPS]

REGISTRATIONS_ORGANISER_EMAIL = "trainings@town.example"
SILENCED_SYSTEM_CHECKS = ["registrations.W004"]  # its mails stay in memory
REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)  # a test types fast
