"""Each message as it would read, in the situations it is written for.

On a real session, about people who do not exist. The rows are made in a transaction that is taken
back, and rendered by the classes that write to people: what is shown here is what is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from registrations.emails.catalogue import MESSAGES
from registrations.emails.messages import Content
from registrations.emails.scene import Scene
from registrations.emails.situations import SITUATIONS, Situation
from registrations.enums import MessageKind
from registrations.models import MessageText, OutgoingEmail
from trainings.models import TrainingSession


@dataclass(frozen=True)
class Specimen:
    """A message in one situation, as it would leave."""

    kind: MessageKind
    situation: str
    label: str
    email: OutgoingEmail
    content: Content
    #: What each placeholder of an editor's text would say here.
    placeholders: dict[str, str]
    #: What it says here where no editor wrote anything.
    shipped: dict[str, str]


def specimens(
    session: TrainingSession | None,
    *,
    language: str,
    at: datetime,
    kind: str | None = None,
    situation: str | None = None,
    text: MessageText | None = None,
) -> Iterator[Specimen]:
    """Every message, of one kind or in one situation where that is given; nothing is left of it.

    `text` is what an editor is typing for it, saved or not. Without a session one is made up.
    """
    for one in situations(kind):
        if situation is None or one.name == situation:
            yield _specimen(one, session, language=language, at=at, text=text)


def situations(kind: str | None = None) -> list[Situation]:
    """Those whose message can be written, in the order of the kinds."""
    order = list(MessageKind)
    found = [one for one in SITUATIONS if one.kind in MESSAGES and kind in (None, one.kind)]
    return sorted(found, key=lambda one: order.index(one.kind))


def _specimen(
    situation: Situation,
    session: TrainingSession | None,
    *,
    language: str,
    at: datetime,
    text: MessageText | None,
) -> Specimen:
    with translation.override(language), transaction.atomic():
        if text is not None:
            _use(text)
        scene = Scene(session, language=language, at=at)
        email = situation.build(scene)
        OutgoingEmail.objects.bulk_create([email])
        message = MESSAGES[situation.kind](email)
        values = {**message.common_values(), **message.values(at=at)}
        specimen = Specimen(
            kind=situation.kind,
            situation=situation.name,
            label=str(situation.label),
            email=email,
            content=message.render(at=at),
            placeholders=message.placeholders(values),
            shipped=_as_text(message.shipped_words(values)),
        )
        transaction.set_rollback(True)
    return specimen


def _as_text(words: dict[str, Any]) -> dict[str, str]:
    parts = {name: words[name] for name in ("opening", "closing")}
    return {
        "subject": " ".join(words["subject"].split()),
        **{name: "\n\n".join(one.text for one in said) for name, said in parts.items()},
    }


def _use(text: MessageText) -> None:
    words = {name: getattr(text, name) for name in ("subject", "opening", "closing")}
    rows = MessageText.objects.filter(kind=text.kind, language=text.language)
    if not rows.update(**words):
        MessageText.objects.bulk_create(
            [MessageText(kind=text.kind, language=text.language, **words)]
        )
