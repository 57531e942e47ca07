"""Workers that can be killed at any moment, the outbox that they empty, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from registrations.emails import delivery
from registrations.enums import MessageKind
from registrations.models import OutgoingEmail, PartnerService, Registration
from tests.factories.registrations import partner

PER_ADDRESS = 5


def prepare(mails: int) -> None:
    """Nothing is in the outbox but so many mails."""
    Registration.objects.all().delete()
    PartnerService.objects.all().delete()
    service, at = partner(), timezone.now()
    bookings = Registration.objects.bulk_create(
        Registration(
            partner=service,
            booker_first_name="Assistante",
            booker_last_name="Sociale",
            booker_email=f"service{number}@cpas.example",
            language="fr",
            may_name_partner=True,
            key=f"{number:064}",
            created_at=at,
        )
        for number in range(mails // PER_ADDRESS)
    )
    add(mails, bookings=bookings)


def add(mails: int, *, bookings: list[Registration] | None = None) -> None:
    """Mails that were composed already, several to an address about one registration, mixed."""
    bookings = bookings or list(Registration.objects.order_by("pk")[: mails // PER_ADDRESS])
    at, so_far = timezone.now(), OutgoingEmail.objects.count()
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            key=f"test:{number}",
            kind=MessageKind.RECEIPT,
            registration=bookings[number % len(bookings)],
            recipient=bookings[number % len(bookings)].booker_email,
            language="fr",
            message_id=f"<{number}@host.example>",
            subject="Votre inscription",
            text="Bonjour",
            html="<p>Bonjour</p>",
            queued_at=at,
            due_at=at,
        )
        for number in range(so_far, so_far + mails)
    )


def outcome() -> dict[str, Any]:
    """Whom each mail is to, in the order of the acts, and how many are in which state."""
    rows = OutgoingEmail.objects.order_by("pk").values_list("message_id", "recipient")
    return {
        "mails": list(rows),
        "sent": OutgoingEmail.objects.exclude(sent_at=None).count(),
        "leased": OutgoingEmail.objects.exclude(leased_until=None).count(),
        "failed": OutgoingEmail.objects.exclude(failed_at=None).count(),
    }


def work(*, lease: float, careless: bool = False, minutes: float = 0) -> None:
    """Send what is due, `minutes` from now; `careless` without the lease, as the control."""
    delivery.LEASE = timedelta(seconds=lease)
    # How a mail is put into words is tested elsewhere; these are ready.
    delivery.compose = lambda emails, *, at: (list(emails), {})
    if careless:
        delivery.claim = _claim_without_care
        delivery._still_ours = lambda email: OutgoingEmail.objects.filter(pk=email.pk)

    def now() -> datetime:
        return timezone.now() + timedelta(minutes=minutes)

    delivery.drain(now=now)


def _claim_without_care(*, at: datetime, limit: int) -> list[OutgoingEmail]:
    due = OutgoingEmail.objects.filter(sent_at=None, failed_at=None, due_at__lte=at)
    return list(due.order_by("due_at", "pk")[:limit])
