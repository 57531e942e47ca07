"""The link of a partner service's own page, to whom the organiser said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registrations.emails.messages import Message, absolute_url
from registrations.models import AccessToken, OutgoingEmail
from trainings import wording
from trainings.conf import conf as trainings_conf


class ServiceLink(Message):
    """`facts` has the link; its secret is made when the mail leaves."""

    def __init__(self, email: OutgoingEmail) -> None:
        super().__init__(email)
        links = AccessToken.objects.select_related("partner").filter(revoked_at=None)
        self.link: Any = links.filter(pk=email.facts["link"]).first()

    def is_moot(self, *, at: datetime) -> bool:
        return self.link is None  # renewed or revoked since

    def values(self, *, at: datetime) -> dict[str, Any]:
        return {
            "partner": self.link.partner.name,
            "link": absolute_url("service_link", self.link.change_secret(), pages=[]),
            "until": wording.moment(self.link.expires_at, trainings_conf.time_zone),
        }
