"""To the organiser: what is to come, what has come in, what waits for somebody. Numbers only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from registrations.emails.messages import Message, site_root
from registrations.emails.news import PEOPLE
from registrations.models import OutgoingEmail, PartnerService
from trainings import wording
from trainings.conf import conf as trainings_conf
from trainings.models import TrainingSession

#: An older one would only mislead.
FRESH = timedelta(days=1)


class Digest(Message):
    """`facts` has the numbers as they were counted."""

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        facts = email.facts
        keys = [one["session"] for one in facts["sessions"]] + facts["undecided"]
        self.known = TrainingSession.objects.select_related("training", "venue").in_bulk(keys)
        self.find_pages(self.known.values())

    @property
    def is_discreet(self) -> bool:
        return False  # the organiser's own

    def is_moot(self, *, at: datetime) -> bool:
        return at - self.email.queued_at > FRESH

    def values(self, *, at: datetime) -> dict[str, Any]:
        facts = self.email.facts
        root = site_root([])
        since = datetime.fromisoformat(facts["since"])
        return {
            "since": wording.moment(since, trainings_conf.time_zone),
            "sessions": [
                {**self.named(one["session"], root=root), **one}
                for one in facts["sessions"]
                if one["session"] in self.known
            ],
            "undecided": [
                self.named(pk, root=root) for pk in facts["undecided"] if pk in self.known
            ],
            "registrations": facts["registrations"],
            "people": facts["people"],
            "to_check": facts["to_check"],
            "to_check_url": f"{root}{list_url(PartnerService)}?status=TO_CHECK",
            "failed": facts["failed"],
            "failed_url": f"{root}{list_url(OutgoingEmail)}?state=failed",
        }

    def named(self, pk: int, *, root: str) -> dict[str, str]:
        session = self.known[pk]
        return {
            "title": self.title(session),
            "when": wording.when(session),
            "url": f"{root}{reverse(PEOPLE, args=[pk])}",
        }


def list_url(model: Any) -> str:
    """Of the screen that lists rows of it."""
    return reverse(model.snippet_viewset.get_url_name("list"))
