"""Addresses that want no letters: what they are registered for still reaches them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from registrations.domain.people import normalised_address
from registrations.models import OptOut


def decline(address: str, *, at: datetime) -> bool:
    """Write no more letters to this address; returns whether that is new."""
    _row, is_new = OptOut.objects.get_or_create(
        address=normalised_address(address), defaults={"since": at}
    )
    return is_new


def undo(address: str) -> bool:
    """Write to it again; returns whether it had declined."""
    gone, _by_model = OptOut.objects.filter(address=normalised_address(address)).delete()
    return bool(gone)


def has_declined(address: str) -> bool:
    return OptOut.objects.filter(address=normalised_address(address)).exists()


def declined(addresses: Iterable[str]) -> set[str]:
    """Of these normalised addresses, those that have."""
    asked = set(addresses)
    rows = OptOut.objects.values_list("address", flat=True)
    # The shorter list is that of who declined; the other may be longer than a query can hold.
    return {address for address in rows if address in asked}
