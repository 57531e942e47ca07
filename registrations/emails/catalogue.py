"""Which class writes which message."""

from collections.abc import Callable

from registrations.emails import (
    attestation,
    digest,
    letter,
    messages,
    news,
    practical,
    service_link,
)
from registrations.enums import MessageKind
from registrations.models import OutgoingEmail


def waiting(email: OutgoingEmail) -> messages.Message:
    """Somebody waits from the moment they sign up, or since the organiser accepted them."""
    return news.Waits(email) if email.facts else messages.Invitation(email)


MESSAGES: dict[str, Callable[[OutgoingEmail], messages.Message]] = {
    MessageKind.RECEIPT: messages.Receipt,
    # Whether they have a place is asked again when it leaves.
    MessageKind.INVITATION: messages.Invitation,
    MessageKind.TO_CONFIRM: messages.Invitation,
    MessageKind.WAITING: waiting,
    MessageKind.MOVED: news.Invited,
    MessageKind.RESTORED: news.Invited,
    MessageKind.POSTPONED: news.CalledOff,
    MessageKind.CANCELLED: news.CalledOff,
    MessageKind.WITHDRAWN: news.CalledOff,
    MessageKind.REPLACED: news.CalledOff,
    MessageKind.OFFER: news.Offered,
    MessageKind.OFFER_EXPIRED: news.Ended,
    MessageKind.PROMOTED: news.Seated,
    MessageKind.ACCEPTED: news.Seated,
    MessageKind.REFUSED: news.Refused,
    MessageKind.RELEASED: news.News,
    MessageKind.NAMES_NEEDED: messages.NamesNeeded,
    MessageKind.GOES_AHEAD: news.News,
    MessageKind.MINIMUM: news.Minimum,
    MessageKind.LINKS: messages.Links,
    MessageKind.SERVICE_LINK: service_link.ServiceLink,
    MessageKind.REMINDER: practical.Reminder,
    MessageKind.STILL_WAITING: practical.StillWaiting,
    MessageKind.THANKS: practical.Thanks,
    MessageKind.ATTESTATION: attestation.AttestationMail,
    MessageKind.DIGEST: digest.Digest,
    MessageKind.LETTER: letter.LetterMail,
}
