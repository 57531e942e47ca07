"""Days on which people are not at work: public holidays, and what the organisation closes for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from trainings.conf import conf
from trainings.models import ClosedPeriod

# What the library has not, or only among school holidays: the feasts on which the
# administrations of a Belgian Community close (month, day, name).
COMMUNITY_DAYS = {
    "BE-Flemish": (7, 11, _("Day of the Flemish Community")),
    "BE-French": (9, 27, _("Day of the French Community")),
    "BE-German": (11, 15, _("Day of the German-speaking Community")),
}


def days_off(first: date, last: date, *, language: str) -> dict[date, list[str]]:
    """What each day off between two days inclusive is, in a language; in date order.

    Where the holidays of several countries count, a name that not all of them have on that day
    is followed by its country: "Fête nationale (FR)".
    """
    found: dict[date, list[str]] = defaultdict(list)
    for day, countries_by_name in _public_holidays(first, last, language).items():
        found[day] += [_told(name, among) for name, among in countries_by_name.items()]
    for period in ClosedPeriod.objects.filter(first_day__lte=last, last_day__gte=first):
        day = max(period.first_day, first)
        while day <= min(period.last_day, last):
            found[day].append(period.name.in_language(language))
            day += timedelta(days=1)
    return dict(sorted(found.items()))


def is_known(code: str) -> bool:
    """Whether `days_off()` can take a code of the setting TRAININGS_HOLIDAYS."""
    try:
        _calendar(code)
    except NotImplementedError:
        return False
    return True


def _public_holidays(first: date, last: date, language: str) -> dict[date, dict[str, set[str]]]:
    """By day, the countries that have each name."""
    found: dict[date, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for code in conf.holidays:
        for year in range(first.year, last.year + 1):
            for day, name in _of_year(code, year, language):
                if first <= day <= last:
                    found[day][name].add(_country(code))
    return found


def _told(name: str, countries: set[str]) -> str:
    everywhere = {_country(code) for code in conf.holidays}
    return name if countries == everywhere else f"{name} ({', '.join(sorted(countries))})"


@lru_cache(maxsize=500)
def _of_year(code: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    days = _calendar(code, year, language)
    found = [(day, name) for day in days for name in days.get_list(day)]
    if code in COMMUNITY_DAYS:
        month, number, name = COMMUNITY_DAYS[code]
        with override(language):
            found.append((date(year, month, number), gettext(name)))
    return tuple(found)


def _calendar(code: str, year: int | None = None, language: str = "") -> holidays.HolidayBase:
    """Raises NotImplementedError for a code the library does not know."""
    country, _hyphen, part = code.partition("-")
    subdivision = None if code in COMMUNITY_DAYS else part or None
    found = holidays.country_holidays(country, subdivision)
    known = (one for one in found.supported_languages if one[:2] == language[:2])
    return holidays.country_holidays(
        country, subdivision, years=year, language=next(known, found.default_language)
    )


def _country(code: str) -> str:
    return code.partition("-")[0]
