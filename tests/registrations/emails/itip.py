"""A diary as a mail program keeps it, written from RFC 5546 alone and sharing no code with ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from icalendar import Calendar

from registrations.models import OutgoingEmail


@dataclass
class Diary:
    """What one person's calendar shows after invitations and cancellations, in any order.

    Of one UID the highest SEQUENCE counts, then the newest DTSTAMP (RFC 5546 §2.1.5).
    """

    known: dict[str, tuple[tuple[int, datetime], str, datetime, str]] = field(default_factory=dict)

    def receive(self, text: str) -> None:
        calendar = Calendar.from_ical(text)
        event: Any
        (event,) = calendar.walk("VEVENT")
        version = (int(event["SEQUENCE"]), event["DTSTAMP"].dt)
        uid = str(event["UID"])
        if uid not in self.known or version >= self.known[uid][0]:
            where = str(event.get("LOCATION", ""))
            self.known[uid] = (version, str(calendar["METHOD"]), event.start, where)

    @property
    def entries(self) -> list[tuple[datetime, str]]:
        """When and where, of what is not cancelled."""
        return sorted(
            (start, where)
            for _version, method, start, where in self.known.values()
            if method == "REQUEST"
        )


def diary_of(address: str, *, newest_first: bool = False) -> Diary:
    """Of the mails that have left to this address."""
    diary = Diary()
    sent = OutgoingEmail.objects.filter(recipient=address, sent_at__isnull=False)
    for email in sent.order_by("-pk" if newest_first else "pk"):
        for text in email.calendars:
            diary.receive(text)
    return diary
