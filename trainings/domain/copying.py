"""A programme copied for another year: words, settings and the dates one chooses; nobody's place.

Everything is planned first, so that what is shown and what is done are the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from copy import copy as copy_of
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.actions.copy_page import CopyPageAction
from wagtail.coreutils import find_available_slug
from wagtail.log_actions import log
from wagtail.models import Page

from trainings.conf import conf
from trainings.domain import recurrence, scheduling
from trainings.domain.warnings import SessionWarning, WarningKind, warnings_of
from trainings.enums import SessionStatus
from trainings.exceptions import CopyPlanChangedError
from trainings.models import (
    Programme,
    SessionSeries,
    Training,
    TrainingSession,
    wall_clock,
)

# Dates after this year are typing errors; calendars and zones end some time later.
LAST_YEAR = 2200
LONGEST_TITLE = 255
LONGEST_SLUG = 240  # leaves room for the number of a slug that is taken
YEARS = re.compile(r"\b((?:19|20)\d\d)(?:([-–/])(\d\d))?\b")

PageAndCopy = tuple[Any, Any]


@dataclass(frozen=True)
class CopyLine:
    """One session to be copied; `copy` is not saved and still of the old training."""

    session: TrainingSession
    copy: TrainingSession
    warnings: tuple[SessionWarning, ...] = ()
    problem: str = ""  # why it cannot be copied

    @property
    def is_proposed(self) -> bool:
        """Whether it is ticked until somebody says otherwise."""
        kinds = {warning.kind for warning in self.warnings}
        return not self.problem and kinds.isdisjoint({WarningKind.DAY_OFF, WarningKind.PAST})


def plan(page: Any, *, weeks: int, language: str, at: datetime) -> list[CopyLine]:
    """The sessions at or below a page and its translations, as they would be copied; in order.

    Those called off or postponed are left out. A constant number of queries; writes nothing.
    """
    lines = []
    for session in _sessions(page):
        copy = _copy_of(session, weeks=weeks)
        lines.append(CopyLine(session, copy, problem=_problem(copy)))
    possible = [line.copy for line in lines if not line.problem]
    found = warnings_of(possible, at=at, language=language)
    by_copy = {id(copy): tuple(found[index]) for index, copy in enumerate(possible)}
    return [replace(line, warnings=by_copy.get(id(line.copy), ())) for line in lines]


def digest(lines: Iterable[CopyLine]) -> str:
    """Of what a plan shows: another one when anything in it has changed."""
    shown = [
        (
            line.session.pk,
            line.session.local_start.isoformat(),
            line.copy.local_start.isoformat(),
            line.copy.local_end.isoformat(),
            line.copy.venue_id,
            [str(warning) for warning in line.warnings],
            line.problem,
        )
        for line in lines
    ]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def proposed_title(page: Any) -> str:
    """The title with its years moved on by one; told to be a copy when it has none."""
    if _first_year(page.title) is not None:
        return _with_years_moved(page.title, 1)
    with translation.override(page.locale.language_code):
        return (_("%(title)s (copy)") % {"title": page.title})[:LONGEST_TITLE]


@transaction.atomic
def copy_programme(
    page: Any,
    *,
    title: str,
    weeks: int,
    session_ids: Collection[int],
    by: Any,
    at: datetime,
) -> Any:
    """Copy a programme page, or a training page that stands alone; returns the copy, a draft.

    The pages below and all translations come along, linked with one another as the originals
    are, with one new row of facts each whatever the language. The chosen sessions are moved by
    weeks at the same hour by the clock on the wall, with UIDs of their own and SEQUENCE 0; their
    series come along. No registration does.

    Raises CopyPlanChangedError when a chosen session is not to be copied (any more), and
    wagtail's CopyPagePermissionError when `by` may not add one of the pages.
    """
    chosen = list(_sessions(page).filter(pk__in=set(session_ids)))
    copies = [_copy_of(session, weeks=weeks) for session in chosen]
    if len(chosen) != len(set(session_ids)) or any(map(_problem, copies)):
        raise CopyPlanChangedError
    pairs = _copy_pages(page, title=title, by=by)
    trainings = _share_facts(pairs)
    series = _copy_series(chosen, trainings, days=timedelta(weeks=weeks))
    for session, copy in zip(chosen, copies, strict=True):
        copy.training = trainings[session.training_id]
        copy.series = series[session.series_id] if session.series_id else None
    _keep_out_of_the_rule(copies)
    scheduling.schedule_many(copies, by=by, at=at)
    key = next(copy.pk for original, copy in pairs if original.pk == page.pk)
    copied = Page.objects.get(pk=key).specific
    data = {"from": page.pk, "weeks": weeks, "sessions": len(copies)}
    log(copied, "trainings.copy", user=by, timestamp=at, data=data)
    return copied


# --- the sessions ------------------------------------------------------------------------------


def _sessions(page: Any) -> Any:
    below = Page.objects.none()
    for tree in page.get_translations(inclusive=True):
        below |= Page.objects.descendant_of(tree, inclusive=True)
    pages = conf.get_training_page_model().objects.filter(pk__in=below.values("pk"))
    sessions = TrainingSession.objects.filter(
        training__in=pages.values("training"), status=SessionStatus.SCHEDULED
    )
    return sessions.select_related("training", "venue")


def _copy_of(session: TrainingSession, *, weeks: int) -> TrainingSession:
    """The same session some weeks later; not saved, and as if nothing had ever happened to it."""
    days = timedelta(weeks=weeks)
    if session.ends_on.year > LAST_YEAR:
        days = timedelta()  # told by `_problem`

    def later(moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        local = moment.astimezone(ZoneInfo(session.time_zone))
        return wall_clock(local.date() + days, local.time(), session.time_zone)

    return TrainingSession(
        training=session.training,
        starts_on=session.starts_on + days,
        start_time=session.start_time,
        ends_on=session.ends_on + days,
        end_time=session.end_time,
        time_zone=session.time_zone,
        training_time=session.training_time,
        venue=session.venue,
        online_url=session.online_url,
        capacity=session.capacity,
        registration_opens_at=later(session.registration_opens_at),
        registration_closes_at=later(session.registration_closes_at),
        original_on=session.original_on + days if session.original_on else None,
        is_adjusted=session.is_adjusted,
    )


def _problem(copy: TrainingSession) -> str:
    if copy.ends_on.year > LAST_YEAR:
        return _("This date is too far away.")
    opens, closes = copy.registration_opens_at, copy.registration_closes_at
    if opens and closes and closes <= opens:
        return _("Registration closes after it opens.")
    try:
        copy.clean()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _copy_series(
    sessions: Iterable[TrainingSession], trainings: dict[int, Training], *, days: timedelta
) -> dict[int, SessionSeries]:
    """The series of these sessions, by the key of the original.

    A day of which the session is not copied is one that the copied rule leaves out.
    """
    copied = {session.pk for session in sessions}
    originals = SessionSeries.objects.filter(sessions__in=copied).distinct()
    made = {}
    for original in originals.prefetch_related("sessions"):
        left_out = [
            session.original_on + days
            for session in original.sessions.all()
            if session.pk not in copied and session.original_on
        ]
        series = copy_of(original)
        series.pk, series._state = None, type(original._state)()
        series.training = trainings[original.training_id]
        series.first_day = original.first_day + days
        series.rule = recurrence.without(recurrence.shifted(original.rule, days.days), left_out)
        if original.planned_until is not None:
            series.planned_until = original.planned_until + days
        series.save()
        made[original.pk] = series
    return made


def _keep_out_of_the_rule(copies: Iterable[TrainingSession]) -> None:
    """Leave alone a date that the copied rule does not give.

    The first Wednesday of June is, 52 weeks later, now and then the last one of May.
    """
    by_series: dict[SessionSeries, list[TrainingSession]] = defaultdict(list)
    for copy in copies:
        if copy.series is not None:
            by_series[copy.series].append(copy)
    for series, of_series in by_series.items():
        last = max(copy.original_on for copy in of_series if copy.original_on)
        days = recurrence.expand(series.rule, first_day=series.first_day, last_day=last)
        for copy in of_series:
            copy.is_adjusted = copy.is_adjusted or copy.original_on not in days


# --- the pages and their facts -----------------------------------------------------------------


def _copy_pages(page: Any, *, title: str, by: Any) -> list[PageAndCopy]:
    """Copy the tree of each translation beside its original, the one made first before others.

    Facts take their name from the page made first: copies speak the language of the originals.
    """
    first_year, new_year = _first_year(page.title), _first_year(title)
    years = new_year - first_year if first_year and new_year else 0
    pairs: list[PageAndCopy] = []
    for tree in page.get_translations(inclusive=True).order_by("pk").specific():
        follows_title = tree.pk == page.pk or tree.alias_of_id == page.pk
        its_title = title if follows_title else _with_years_moved(tree.title, years)
        action = CopyPageAction(
            tree,
            recursive=True,
            keep_live=False,
            user=by,
            update_attrs={"title": its_title, "slug": _free_slug(tree, its_title)},
        )
        pairs += _pairs(tree, action.execute())
    for _original, copy in pairs:
        _forget_schedule(copy, by=by)
    _link_translations(pairs)
    _link_aliases(pairs)
    return pairs


def _pairs(tree: Any, copied: Any) -> Iterable[PageAndCopy]:
    originals, copies = (
        root.get_descendants(inclusive=True).order_by("path").specific() for root in (tree, copied)
    )
    return zip(originals, copies, strict=True)


def _free_slug(page: Any, title: str) -> str:
    allow_unicode = getattr(settings, "WAGTAIL_ALLOW_UNICODE_SLUGS", True)
    slug = slugify(title, allow_unicode=allow_unicode)[:LONGEST_SLUG] or page.slug
    return str(find_available_slug(page.get_parent(), slug))


def _forget_schedule(copy: Any, *, by: Any) -> None:
    """When the original was to appear and to go is of its own year."""
    draft = copy.get_latest_revision_as_object()
    if not any((copy.go_live_at, copy.expire_at, draft.go_live_at, draft.expire_at)):
        return
    copy.go_live_at = copy.expire_at = draft.go_live_at = draft.expire_at = None
    copy.save(update_fields=["go_live_at", "expire_at"])
    draft.save_revision(user=by, changed=False, clean=False)


def _link_translations(pairs: Iterable[PageAndCopy]) -> None:
    keys: dict[Any, Any] = {}
    for original, copy in pairs:
        key = keys.setdefault(original.translation_key, copy.translation_key)
        if key != copy.translation_key:
            Page.objects.filter(pk=copy.pk).update(translation_key=key)
            copy.translation_key = key


def _link_aliases(pairs: Iterable[PageAndCopy]) -> None:
    """The copy of an alias follows the copied source, when that came along; else it is a page.

    Wagtail puts an alias above a page that is translated before the pages over it.
    """
    copies = {original.pk: copy for original, copy in pairs}
    for original, copy in pairs:
        if source := copies.get(original.alias_of_id):
            copy.alias_of, copy.latest_revision = source, None
            copy.save(update_fields=["alias_of", "latest_revision"])
            copy.revisions.all().delete()  # an alias has none


def _share_facts(pairs: list[PageAndCopy]) -> dict[int, Training]:
    """Let copies share one row of facts when their originals do; the trainings, by the old key.

    Each copy came with a row of its own: those that nothing points at any more are removed.
    """
    kept: dict[tuple[type, int], Any] = {}
    left: list[Any] = []
    for original, copy in pairs:
        field = getattr(copy, "facts_field", None)
        if field is None:
            continue
        old, own = getattr(original, field), getattr(copy, field)
        row = kept.setdefault((type(old), old.pk), own)
        if row != own:
            type(copy).objects.filter(pk=copy.pk).update(**{field: row})
            setattr(copy, field, row)
            left.append(own)
    for _original, copy in pairs:
        if hasattr(copy, "follow_first_page"):
            copy.follow_first_page()
    # A training points at its programme.
    for model in (Training, Programme):
        model.objects.filter(pk__in=[row.pk for row in left if type(row) is model]).delete()
    return {
        key: Training.objects.get(pk=row.pk)
        for (model, key), row in kept.items()
        if model is Training
    }


# --- years in titles ---------------------------------------------------------------------------


def _first_year(title: str) -> int | None:
    found = YEARS.search(title)
    return int(found[1]) if found else None


def _with_years_moved(title: str, years: int) -> str:
    """ "2026", "2026-2027" and "2026/27" that many years later."""

    def moved(found: re.Match[str]) -> str:
        year, between, short = found.groups()
        later = str(int(year) + years)
        return f"{later}{between}{(int(short) + years) % 100:02}" if short else later

    return YEARS.sub(moved, title)
