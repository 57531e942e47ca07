"""Time zones by their IANA name, as fields store them."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trainings.conf import conf


def default_time_zone() -> str:
    return conf.time_zone


@cache  # it reads a few hundred files
def available_time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in available_time_zones():
        raise ValidationError(_("This is not a time zone, such as Europe/Brussels."))
