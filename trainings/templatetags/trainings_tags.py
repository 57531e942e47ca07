"""What our templates, and a host's own, may say of sessions."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils import timezone
from django.utils.html import json_script
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from wagtail.models import Site

from trainings import wording
from trainings.domain import catalogue, documents, queries
from trainings.domain import structured_data as schema_org
from trainings.domain.funders import funders_of, funders_of_programme
from trainings.enums import DocumentMoment
from trainings.forms.search import Search
from trainings.models import Funder, Programme, Training, TrainingSession
from trainings.models.fields import content_languages
from trainings.subscribing import Box, box_of, box_of_search

register = template.Library()
register.filter("session_when", wording.when)
register.filter("session_day", lambda session: wording.day(session.starts_on))
register.filter("day_in_words", wording.day)
register.filter("session_hours", wording.hours)
register.filter(
    "rule_in_words", lambda series: wording.rule(series.rule, first_day=series.first_day)
)
register.filter(
    "rule_to_come",
    lambda series: wording.rule(
        series.rule, first_day=series.first_day, since=timezone.localdate()
    ),
)
register.filter("language_in_words", catalogue.language_name)
register.filter("training_hours", wording.training_hours)
register.filter("in_words", wording.moment)
register.filter("hour_in_words", wording.hour)


@register.filter
def moved_from(session: TrainingSession) -> str:
    """Where a moved session was announced, and where it is now."""
    said = []
    if session.previous_start is not None:
        values = {
            "before": wording.moment(session.previous_start, session.time_zone),
            "now": wording.moment(session.starts_at, session.time_zone),
        }
        said.append(_("Moved from %(before)s to %(now)s.") % values)
    if session.previous_venue is not None:
        values = {"before": session.previous_venue, "now": session.venue or _("Online")}
        said.append(_("Announced at first: %(before)s. Now: %(now)s.") % values)
    return " ".join(said)


@register.simple_tag(takes_context=True)
def training_url(context, training: Training) -> str:
    """Address of the training's public page in the active language; empty without one."""
    pages = queries.public_pages().filter(training=training)
    chosen = queries.pages_by_training(pages, language=get_language() or "")
    page = chosen.get(training.pk)
    return page.get_url(context.get("request")) if page else ""


@register.filter
def only_waiting(agenda) -> bool:
    """Whether who signs up now waits, whatever session is chosen."""
    states = [line.sign_up for line in agenda.sessions if line.sign_up and line.sign_up.is_open]
    return bool(states) and all(state.badge == "waiting" for state in states)


@register.filter
def venues(lines) -> list:
    """The places of these lines of an agenda, each once."""
    found = {line.session.venue_id: line.session.venue for line in lines}
    return [venue for venue in found.values() if venue]


@register.simple_tag(takes_context=True)
def calendar_box(context, facts: Programme | Training, title: str) -> Box | None:
    """How one subscribes to the sessions of a programme or training that anyone may read."""
    return box_of(facts, title, request=context.get("request"))


@register.filter
def search_box(search: Search) -> Box | None:
    """How one subscribes to what a catalogue is asked for."""
    return box_of_search(search)


@register.simple_tag(takes_context=True)
def catalogue_url(context, page) -> str:
    """Address of the catalogue that lists a training page; empty without one."""
    found = queries.catalogue_above(page)
    return (found.get_url(context.get("request")) or "") if found else ""


@register.simple_tag(takes_context=True)
def structured_data(context, page, agenda) -> str:
    """A training or a programme as machines read it; nothing when it is not for the public."""
    request = context["request"]
    site = Site.find_for_request(request)
    if site is None or not agenda.in_calendars:
        return ""
    is_training = hasattr(page, "training_id")
    data_of = schema_org.of_training if is_training else schema_org.of_programme
    return as_script(data_of(page, agenda, site=site, request=request, at=timezone.now()))


def as_script(data: Any) -> str:
    """JSON-LD that no text inside it can break out of."""
    # Django's own element escapes what HTML would read; only its type differs from ours.
    element = json_script(data)
    return mark_safe(element.replace("application/json", "application/ld+json", 1))  # noqa: S308


@register.simple_tag
def public_documents(page) -> dict:
    """What a training page gives out to everybody by now: `groups` of label and handouts, and
    whether it `has_more`, for participants, of which nothing is told.
    """
    given = documents.handouts_of([page])[page.pk]
    public = documents.for_everybody(page, given, at=timezone.now())
    return {
        "groups": [(moment_in_words(moment), some) for moment, some in documents.by_moment(public)],
        "has_more": any(one.only_participants for one in given),
    }


def moment_in_words(moment: str) -> str:
    """Nothing for what is there from the first day."""
    return str(DocumentMoment(moment).label) if moment else ""


@register.simple_tag(takes_context=True)
def page_path(context, page) -> list[dict]:
    """The pages above this one, the home page left out: `title` and `url` of each."""
    above = page.get_ancestors().live().filter(depth__gt=2).select_related("locale")
    links = [{"title": one.title, "url": one.get_url(context.get("request"))} for one in above]
    return [link for link in links if link["url"]]


@register.simple_tag(takes_context=True)
def other_languages(context) -> list[dict]:
    """The same page in the other languages: `code`, `name` and `url` of each.

    A page has its public translations. Anything else that is read has its address in each
    language; what was sent has none, since following it would lose what was typed, nor has what
    answers alike whatever its address (`has_no_languages`).
    """
    request, page = context.get("request"), context.get("page")
    if hasattr(page, "get_translations"):
        found = page.get_translations().live().public().select_related("locale")
        urls = {one.locale.language_code: one.get_url(request) for one in found}
    elif request and request.method == "GET" and not context.get("has_no_languages"):
        here = request.get_full_path()
        urls = {
            code: url for code in content_languages() if (url := translate_url(here, code)) != here
        }
    else:
        urls = {}
    urls.pop(get_language(), None)
    order = [code for code, _name in settings.LANGUAGES]
    return [
        {"code": code, "name": get_language_info(code)["name_local"], "url": url}
        for code, url in sorted(urls.items(), key=lambda one: order.index(one[0]))
        if url and code in order
    ]


@register.simple_tag
def funders(facts: Programme | Training) -> list[Funder]:
    """Who supports it; a training without funders of its own has those of its programme."""
    if isinstance(facts, Programme):
        return funders_of_programme(facts)
    return funders_of(facts)
