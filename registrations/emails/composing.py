"""Put mails into words: at the first attempt, in their reader's language, once and for all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registrations.emails.catalogue import MESSAGES
from registrations.emails.reading import Reading
from registrations.models import AccessToken, OutgoingEmail

#: What composing writes. The same words go out at each attempt.
WORDS = ("subject", "text", "html", "calendars")


def compose(
    emails: list[OutgoingEmail], *, at: datetime
) -> tuple[list[OutgoingEmail], dict[OutgoingEmail, Exception]]:
    """Those ready to leave, in their order, and what went wrong with others; in a constant number
    of queries.

    What has nothing left to say is deleted and is in neither: that is asked at each attempt, for
    an offer may have ended since the first.
    """
    reading = Reading(emails)
    written: list[OutgoingEmail] = []
    moot: set[int] = set()
    wrong: dict[OutgoingEmail, Exception] = {}
    for email in emails:
        links = len(reading.links)
        email.reading = reading
        try:
            message = MESSAGES[email.kind](email)
            if message.is_moot(at=at):
                moot.add(email.pk)
            elif not email.subject:
                content = message.render(at=at)
                for name in WORDS:
                    setattr(email, name, getattr(content, name))
                written.append(email)
        except Exception as error:  # one that cannot be written must not keep the others
            del reading.links[links:]
            wrong[email] = error
    wrong |= _save(written, reading.links)
    if moot:
        OutgoingEmail.objects.filter(pk__in=moot).delete()
    return [email for email in emails if email not in wrong and email.pk not in moot], wrong


def _save(emails: list[OutgoingEmail], links: list[AccessToken]) -> dict[OutgoingEmail, Exception]:
    """The words with the secret links in them; what went wrong with which mail."""
    try:
        with transaction.atomic():
            AccessToken.objects.bulk_create(links)
            OutgoingEmail.objects.bulk_update(emails, WORDS)
    except Exception as error:
        if len(emails) < 2:
            return dict.fromkeys(emails, error)
        # One of them is not to be stored: find out which.
        return _save_one_by_one(emails, links)
    return {}


def _save_one_by_one(
    emails: list[OutgoingEmail], links: list[AccessToken]
) -> dict[OutgoingEmail, Exception]:
    AccessToken.objects.bulk_create(links, ignore_conflicts=True)
    wrong: dict[OutgoingEmail, Exception] = {}
    for email in emails:
        wrong |= _save([email], [])
    return wrong
