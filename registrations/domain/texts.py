"""The words of mails that an editor changes: each change is kept, and may be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from registrations.enums import MessageKind
from registrations.models import MessageText

#: What an editor writes of a message.
WORDS = ("subject", "opening", "closing")
#: A letter has been written by somebody already.
EDITABLE = tuple(kind for kind in MessageKind if kind != MessageKind.LETTER)


def text_of(kind: str, language: str) -> MessageText:
    """What is written for a message; not saved yet, and empty, where it is as it ships."""
    row = MessageText.objects.filter(kind=kind, language=language).first()
    return row or MessageText(kind=kind, language=language)


def write(
    kind: str, language: str, words: Mapping[str, str], *, by: Any, at: datetime
) -> MessageText:
    """Use these words from now on, with placeholders under their code names; none is as it ships.

    Mails that were put into words already keep theirs.
    """
    return _write(kind, language, words, act="registrations.write_text", by=by, at=at)


def reset(kind: str, language: str, *, by: Any, at: datetime) -> MessageText:
    """Back to the words that ship with the message."""
    return _write(kind, language, {}, act="registrations.reset_text", by=by, at=at)


@transaction.atomic
def _write(
    kind: str, language: str, words: Mapping[str, str], *, act: str, by: Any, at: datetime
) -> MessageText:
    rows = MessageText.objects.select_for_update(of=("self",))
    text, _is_new = rows.get_or_create(kind=kind, language=language)
    new = {name: words.get(name, "") for name in WORDS}
    if new == {name: getattr(text, name) for name in WORDS}:
        return text
    for name, value in new.items():
        setattr(text, name, value)
    text.save()
    revision = text.save_revision(user=by)
    log(text, act, user=by, revision=revision, timestamp=at)
    return text
