"""The sign-up form as a visitor's browser sends it."""

from __future__ import annotations

from typing import Any


def filled_form(
    *session_ids: int, address: str = "assistante@cpas.example", **said: Any
) -> dict[str, Any]:
    """The booker comes alone, from a listed service; `said` adds fields or overwrites them.

    The stamp and the CSRF token are the page's to give.
    """
    return {
        "booking-service_name": "CPAS de Charleroi",
        "booking-first_name": "Amina",
        "booking-last_name": "Diallo",
        "booking-email": address,
        "booking-may_name_partner": "yes",
        "booking-keep_together": "split",
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-0-is_booker": "on",
        "people-0-function": "assistante sociale",
        "people-0-quality": "PROFESSIONAL",
        "people-0-sessions": [str(pk) for pk in session_ids],
        **said,
    }
