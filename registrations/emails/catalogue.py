"""Which class writes which message."""

from registrations.emails import messages, news
from registrations.enums import MessageKind

MESSAGES: dict[str, type[messages.Message]] = {
    MessageKind.RECEIPT: messages.Receipt,
    # Whether they have a place is asked again when it leaves.
    MessageKind.INVITATION: messages.Invitation,
    MessageKind.WAITING: messages.Invitation,
    MessageKind.MOVED: news.Invited,
    MessageKind.RESTORED: news.Invited,
    MessageKind.POSTPONED: news.CalledOff,
    MessageKind.CANCELLED: news.CalledOff,
    MessageKind.WITHDRAWN: news.CalledOff,
    MessageKind.REPLACED: news.CalledOff,
}
