"""Fill in the sign-up form as a browser would."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def filled_in(client: Client, url: str, *people: dict[str, Any], **booking: Any) -> dict[str, Any]:
    """What a browser that got the form at `url` sends back; `None` leaves a field out.

    Without people, one: the first of the sessions on offer. `booking` overrides the first part.
    """
    html = client.get(url).content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', html)
    offered = re.findall(r'name="people-0-sessions" value="(\d+)"', html)
    values: dict[str, Any] = {
        "stamp": stamp.group(1) if stamp else "",
        "booking-service_name": "CPAS de Charleroi",
        "booking-first_name": "Assistante",
        "booking-last_name": "Sociale",
        "booking-email": "assistante@cpas.example",
        "booking-may_name_partner": "yes",
        "booking-keep_together": "split",
        "people-TOTAL_FORMS": str(max(1, len(people))),
        "people-INITIAL_FORMS": "0",
    }
    for number, person in enumerate(people or ({},)):
        row = {
            "first_name": "Personne",
            "last_name": f"Numéro {number + 1}",
            "email": f"personne{number + 1}@cpas.example",
            "function": "assistante sociale",
            "quality": "PROFESSIONAL",
            "sessions": offered[:1],
        }
        values.update(
            {f"people-{number}-{name}": value for name, value in {**row, **person}.items()}
        )
    values.update({f"booking-{name}": value for name, value in booking.items()})
    return {name: value for name, value in values.items() if value is not None}
