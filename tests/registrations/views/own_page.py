"""Open the page of a registration as its booker does: by the link in the mail."""

from __future__ import annotations

import re
from datetime import datetime

from django.test import Client
from django.utils import timezone

from registrations.models import AccessToken, Registration
from tests.registrations.views.reading import Page


def link_to(registration: Registration, *, language: str = "en", at: datetime | None = None) -> str:
    token = AccessToken.to_manage(registration, at=at or timezone.now()).saved()
    return f"/{language}/inscriptions/receipt/{token}/"


def opened(client: Client, registration: Registration, *, language: str = "en") -> str:
    """The clean address, once this browser has followed the link."""
    url = client.get(link_to(registration, language=language))["Location"]
    assert url == f"/{language}/inscriptions/registration/{registration.reference}/"
    return url


def read(client: Client, registration: Registration) -> str:
    """The page's HTML, in English."""
    return client.get(opened(client, registration)).content.decode()


def words(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def section(response, name: str) -> str:
    """The words of the part whose class is `name`, up to the next part of the page."""
    found = re.search(
        rf'<div class="{name}".*?(?=<div class="trainings-intro")',
        response.content.decode(),
        re.DOTALL,
    )
    return " ".join(Page(found.group(), "no mark").text.split()) if found else ""


def errors(response) -> dict[str, str]:
    """The sentence beside each field that has one, by the field's name."""
    pattern = r'id="id_([\w-]+)_error">(.*?)</p>'
    return {
        name: " ".join(re.sub("<[^>]*>", " ", sentence).split())
        for name, sentence in re.findall(pattern, response.content.decode(), re.DOTALL)
    }
