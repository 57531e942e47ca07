"""Find partner services as people type them, and take in the ones not listed yet."""

from __future__ import annotations

from dataclasses import dataclass

from registrations.enums import PartnerStatus
from registrations.models import PartnerService
from registrations.models.partners import search_key, words_of

MOST_SUGGESTIONS = 12


@dataclass(frozen=True, kw_only=True)
class NewPartner:
    """A service as its booker described it; someone checks it later."""

    name: str
    kind_id: int | None = None
    postal_code: str = ""
    municipality: str = ""


def suggest(typed: str) -> list[PartnerService]:
    """Listed services that have each typed word in their name, best first, a dozen at most."""
    if not words_of(typed):
        return []
    key = search_key(typed)
    found = PartnerService.objects.listed().matching(typed)[: MOST_SUGGESTIONS * 4]
    ranked = sorted(found, key=lambda partner: (partner.search_key != key, partner.name))
    return ranked[:MOST_SUGGESTIONS]


def recognise(typed: str) -> PartnerService | None:
    """The one listed service these words name, however they are written; None when unsure."""
    if not words_of(typed):
        return None
    exact = PartnerService.objects.listed().filter(search_key=search_key(typed))[:2]
    return exact[0] if len(exact) == 1 else None


def find_or_add(partner: PartnerService | NewPartner) -> PartnerService:
    """The service itself, or a row to check, one per name and municipality."""
    if isinstance(partner, PartnerService):
        return partner
    same = PartnerService.objects.filter(
        search_key=search_key(partner.name)[:200], municipality__iexact=partner.municipality
    )
    known = same.order_by("status", "pk").first()
    return known or PartnerService.objects.create(
        name=partner.name,
        kind_id=partner.kind_id,
        postal_code=partner.postal_code,
        municipality=partner.municipality,
        status=PartnerStatus.TO_CHECK,
    )
