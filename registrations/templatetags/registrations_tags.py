"""What the sign-up form, the receipt and the mails need to say of people and sessions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registrations.forms.people import MOST_PEOPLE, button_words
from registrations.publication import rules_in_words
from trainings import wording
from trainings.domain import documents, queries
from trainings.domain.publishing import session_url
from trainings.subscribing import Box, box_of

register = template.Library()


@register.filter
def in_hours(length) -> str:
    """A length of time: "2 h 45"."""
    return wording.duration(length)


@register.filter
def line_of(agenda, session_pk):
    """The line of the agenda that shows this session; None when there is none."""
    lines = (line for line in agenda.sessions if str(line.session.pk) == str(session_pk))
    return next(lines, None)


@register.filter
def choice_of(choices, session_pk):
    """What one may choose in this session; None when it is not among them."""
    found = (one for one in choices if str(one.session.pk) == str(session_pk))
    return next(found, None)


@register.simple_tag
def workshops_of(form, session_pk):
    """The questions of a person about the workshops of a session; none where it has none."""
    return form.workshops_of(session_pk)


@register.simple_tag
def rules_of(agenda) -> list[dict]:
    """How the places one can sign up for are shared: `sessions` with the same `sentences`."""
    sessions = [line.session for line in agenda.sessions if line.sign_up and line.sign_up.is_open]
    words = rules_in_words(sessions, at=timezone.now())
    found: dict[tuple[str, ...], list[Any]] = {}
    for session in sessions:
        if sentences := words.get(session.pk):
            found.setdefault(tuple(sentences), []).append(session)
    return [{"sessions": told, "sentences": said} for said, told in found.items()]


@register.simple_tag
def all_button_words() -> str:
    """The words of the button for one person, two people and so on, as JSON for the script."""
    return json.dumps([button_words(number) for number in range(1, MOST_PEOPLE + 1)])


@register.simple_tag
def form_errors(booking, people, held) -> list[dict]:
    """Every error of the form in its order: `field`, `sentence`, and the `id` to go to."""
    found = [{"sentence": sentence} for sentence in booking.non_field_errors()]
    found += _field_errors(booking)
    found += [{"sentence": sentence, "id": "people"} for sentence in errors_of_all(people)]
    for number, form in enumerate(people.forms, start=1):
        who = _("Person %(number)s") % {"number": number}
        found += [
            {"sentence": sentence, "id": f"person-{number}", "field": who}
            for sentence in form.non_field_errors()
        ]
        found += _field_errors(form, who=who)
    return found + _field_errors(held, who=_("Places without names"))


@register.filter
def errors_of_all(people) -> list[str]:
    """What is wrong with the people together; an empty first row says enough by its own fields."""
    return [
        sentence
        for error in people.non_form_errors().as_data()
        if not (error.code == "too_few_forms" and any(people.errors))
        for sentence in error.messages
    ]


def _field_errors(form, *, who: str = "") -> list[dict]:
    return [
        {
            "field": f"{who}, {field.label}" if who else field.label,
            "sentence": sentence,
            # A group of choices has no label of its own: its first choice takes the focus.
            "id": f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label,
        }
        for field in form
        for sentence in field.errors
    ]


@register.simple_tag
def chosen_sessions(people, pages) -> list[dict]:
    """Each session that somebody chose, once, in date order, with its page.

    `is_public`: anyone may fetch it as a calendar entry. `is_confirmed`: somebody has a place.
    `has_moved`: since they signed up. `url`: of this very date, on a page that anyone may read.
    `handouts`: what is given out by now to who has a place.
    """
    at = timezone.now()
    chosen = {one.session.pk: one.session for person in people for one in person.living}
    saw_it_move = {one.session_id for person in people for one in person.living if one.saw_it_move}
    seated = {one.session_id for person in people for one in person.confirmed}
    public = set(
        queries.public_pages()
        .filter(training__in={session.training_id for session in chosen.values()})
        .values_list("training_id", flat=True)
    )
    given = documents.handouts_of(pages.values())
    return [
        {
            "session": session,
            "page": pages.get(session.training_id),
            "handouts": handouts_now(pages, given, session, at=at) if session.pk in seated else [],
            "is_public": session.training_id in public and not session.training.is_discreet,
            "is_confirmed": session.pk in seated,
            "has_moved": session.pk in saw_it_move,
            "url": url_of(pages.get(session.training_id), session, public),
        }
        for session in sorted(chosen.values(), key=lambda one: (one.starts_at, one.pk))
    ]


def handouts_now(pages, given, session, *, at) -> list:
    page = pages.get(session.training_id)
    handouts = given[page.pk] if page is not None else []
    return [one for one in handouts if one.has_come(session, at=at)]


def url_of(page, session, public) -> str:
    may_read = session.training_id in public and not session.training.is_discreet
    url = page.url if page is not None and page.live and may_read else ""
    return session_url(url, session) if url else ""


@register.simple_tag(takes_context=True)
def calendar_boxes(context, chosen) -> list[Box]:
    """How one subscribes to the trainings of these `chosen_sessions`, as far as they are public.

    All of one programme have its calendar; else each has its own.
    """
    public = {one["session"].training_id: one for one in chosen if one["is_public"]}
    programmes = {one["session"].training.programme_id for one in public.values()}
    of: list[Any] = []
    if len(public) > 1 and len(programmes) == 1:
        pages = queries.public_programme_pages().filter(programme__in=programmes)
        found = queries.one_each(pages, "programme_id", language=get_language() or "")
        of = [(page.programme, page.title) for page in found.values()]
    if not of:
        of = [(one["session"].training, one["page"].title) for one in public.values()]
    boxes = [box_of(facts, title, request=context.get("request")) for facts, title in of]
    # Who has registered need not know when registration opens.
    return [
        replace(box, id=f"subscribe-{number}", with_registration=None)
        for number, box in enumerate(filter(None, boxes), start=1)
    ]
