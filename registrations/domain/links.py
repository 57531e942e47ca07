"""Send a booker their links again, without telling whoever asks whether there are any."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registrations.domain.locking import retried
from registrations.domain.throttle import count_attempt
from registrations.emails import outbox
from registrations.enums import LIVING, MessageKind
from registrations.exceptions import TooManyAttemptsError
from registrations.models import Registration


@retried
@transaction.atomic
def send_again(address: str, *, limit: int, at: datetime) -> None:
    """Queue one mail with the links of whoever booked with this address, if anybody did.

    At most one an hour, however often it is asked; asked for more than `limit` times in an hour,
    an address is not even looked up. Nothing tells the two apart, nor how long it takes.
    """
    try:
        count_attempt(f"link:{address.casefold()}", limit=limit, at=at)
    except TooManyAttemptsError:
        return
    registration = newest_of(address)
    if registration is not None:
        email = outbox.draft(
            MessageKind.LINKS,
            registration,
            recipient=registration.booker_email,
            language=registration.language,
            key=f"links:{registration.uid}:{at:%Y%m%d%H}",
            at=at,
        )
        outbox.queue([email])


def newest_of(address: str) -> Registration | None:
    """The latest registration of this booker in which somebody still takes part or waits."""
    theirs = Registration.objects.filter(
        booker_email__iexact=address, participants__participations__status__in=LIVING
    )
    return theirs.order_by("-created_at", "-pk").first()
