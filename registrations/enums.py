from django.db import models
from django.utils.translation import gettext_lazy as _


class ParticipationStatus(models.TextChoices):
    PENDING = "PENDING", _("to be confirmed")
    CONFIRMED = "CONFIRMED", _("confirmed")
    WAITING = "WAITING", _("on the waiting list")
    OFFERED = "OFFERED", _("place offered")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    WITHDRAWN_LATE = "WITHDRAWN_LATE", _("withdrawn late")
    REPLACED = "REPLACED", _("replaced")
    REFUSED = "REFUSED", _("refused")
    EXPIRED = "EXPIRED", _("expired")


#: Not ended: this person is to be told of what happens to the session.
LIVING = (
    ParticipationStatus.PENDING,
    ParticipationStatus.CONFIRMED,
    ParticipationStatus.WAITING,
    ParticipationStatus.OFFERED,
)
#: What takes a place: one that is offered is nobody else's meanwhile.
SEATED = (ParticipationStatus.CONFIRMED, ParticipationStatus.OFFERED)


class Verb(models.TextChoices):
    """What is done to a participation; from which state to which is in `domain.states`."""

    SIGN_UP = "sign_up", _("sign up")
    ACCEPT = "accept", _("accept")
    REFUSE = "refuse", _("refuse")
    OFFER = "offer", _("offer a place")
    PROMOTE = "promote", _("give a place")
    ACCEPT_OFFER = "accept_offer", _("accept the offer")
    DECLINE_OFFER = "decline_offer", _("decline the offer")
    EXPIRE = "expire", _("let the offer expire")
    RELEASE = "release", _("release a place without a name")
    REPLACE = "replace", _("replace")
    WITHDRAW = "withdraw", _("withdraw")


class PresenceState(models.TextChoices):
    """Whether somebody with a place came; how long they stayed is counted beside it."""

    PRESENT = "PRESENT", _("present")
    PARTLY = "PARTLY", _("partly present")
    EXCUSED = "EXCUSED", _("excused")
    ABSENT = "ABSENT", _("absent")


#: Who came, be it late or for one half-day.
CAME = (PresenceState.PRESENT, PresenceState.PARTLY)
#: Who is known not to have come.
ABSENCES = (PresenceState.EXCUSED, PresenceState.ABSENT)


class PresenceSource(models.TextChoices):
    """By which way a presence was noted."""

    DESK = "DESK", _("welcome desk")
    SELF = "SELF", _("said by the person, confirmed by the desk")
    PAPER = "PAPER", _("signed sheet")
    STAFF = "STAFF", _("entered by the organiser")
    CLOSING = "CLOSING", _("closing of the sheet")


class Promotion(models.TextChoices):
    """What happens to the first in line who fits when a place is free."""

    OFFER = "OFFER", _("It is offered to the next in line, who accepts or declines")
    CONFIRM = "CONFIRM", _("It is given to the next in line at once")
    BY_HAND = "BY_HAND", _("We give it by hand")


class Quality(models.TextChoices):
    """In what quality a person comes; figures count them apart."""

    PROFESSIONAL = "PROFESSIONAL", _("professional")
    VOLUNTEER = "VOLUNTEER", _("volunteer")
    STUDENT = "STUDENT", _("student or trainee")
    ELECTED = "ELECTED", _("elected representative")
    OTHER = "OTHER", _("other")


class PartnerStatus(models.TextChoices):
    TO_CHECK = "TO_CHECK", _("to check")
    LISTED = "LISTED", _("listed")
    MERGED = "MERGED", _("merged into another")
    REFUSED = "REFUSED", _("not a partner service")


class RelationKind(models.TextChoices):
    """What ties a partner service to the organiser."""

    TENANT = "TENANT", _("tenant of our premises")
    PUBLIC_PARTNER = "PUBLIC_PARTNER", _("public partner")
    RELAY = "RELAY", _("relay by convention")
    MEMBER = "MEMBER", _("member of our network")
    NONE = "NONE", _("none yet")


class Origin(models.TextChoices):
    """By which way a registration came in."""

    FORM = "FORM", _("form")
    STAFF = "STAFF", _("entered by the organiser")
    PHONE = "PHONE", _("by phone")
    MAIL = "MAIL", _("by mail")
    PARTNER = "PARTNER", _("through a partner")
    ON_SITE = "ON_SITE", _("on site")


class Answer(models.TextChoices):
    """What a person says when asked whether a session suits them."""

    KEEP = "keep", _("I come")
    WITHDRAW = "withdraw", _("I cannot come")
    REPLACE = "replace", _("A colleague replaces me")
    ACCEPT = "accept", _("I take the place")
    DECLINE = "decline", _("No, thank you")


class MessageKind(models.TextChoices):
    RECEIPT = "RECEIPT", _("receipt")
    INVITATION = "INVITATION", _("invitation")
    WAITING = "WAITING", _("waiting list")
    MOVED = "MOVED", _("session moved")
    POSTPONED = "POSTPONED", _("session postponed")
    CANCELLED = "CANCELLED", _("session cancelled")
    RESTORED = "RESTORED", _("session takes place after all")
    WITHDRAWN = "WITHDRAWN", _("withdrawal")
    REPLACED = "REPLACED", _("replacement")
    OFFER = "OFFER", _("offer of a place")
    OFFER_EXPIRED = "OFFER_EXPIRED", _("offer expired")
    PROMOTED = "PROMOTED", _("place after waiting")
    REFUSED = "REFUSED", _("refusal")
    RELEASED = "RELEASED", _("places without a name released")
    NAMES_NEEDED = "NAMES_NEEDED", _("names needed")
    TO_CONFIRM = "TO_CONFIRM", _("to be confirmed")
    ACCEPTED = "ACCEPTED", _("registration accepted")
    MINIMUM = "MINIMUM", _("minimum not reached")
    GOES_AHEAD = "GOES_AHEAD", _("session takes place")
    LINKS = "LINKS", _("links sent again")
    SERVICE_LINK = "SERVICE_LINK", _("link of a partner service")
    REMINDER = "REMINDER", _("reminder")
    STILL_WAITING = "STILL_WAITING", _("reminder of who waits")
    THANKS = "THANKS", _("thanks and documents")
    DIGEST = "DIGEST", _("digest for the organiser")
    LETTER = "LETTER", _("letter")
    ATTESTATION = "ATTESTATION", _("attestation of participation")


class Moment(models.TextChoices):
    """On which side of a session a mail that nobody's act sends is due."""

    BEFORE = "BEFORE", _("before")
    AFTER = "AFTER", _("after")


class Readers(models.TextChoices):
    """Whom a letter is for."""

    PEOPLE = "PEOPLE", _("People of sessions")
    SERVICES = "SERVICES", _("Partner services")
    NEWS = "NEWS", _("Who asked for the next dates when registering people")


class Seen(models.TextChoices):
    """Which partner services, by whether their people came."""

    ANY = "ANY", _("All of them")
    NEVER = "NEVER", _("Those whose people never came")
    NOT_LATELY = "NOT_LATELY", _("Those whose people have not come for some time, or never did")


class Question(models.TextChoices):
    """Questions an organiser may add to the form; nothing here is asked by default."""

    PHONE = "PHONE", _("Phone number of the person who registers")
    ORDER_REFERENCE = "ORDER_REFERENCE", _("Order form or internal reference")
    MANAGER_COPY = "MANAGER_COPY", _("Copy of the receipt to a manager")
    NEWS = "NEWS", _("Receive the next dates")
    CONTACT = "CONTACT", _("Be contacted, or present one’s own work")
    WISH = "WISH", _("Each person's question for the morning")
    LANGUAGE = "LANGUAGE", _("Each person's language")
    MEAL = "MEAL", _("Lunch and dietary needs")
    PARTICIPANT_LIST = "PARTICIPANT_LIST", _("Name on the list given to participants")


class AskedOf(models.TextChoices):
    """Of whom an organiser's own question is asked."""

    PERSON = "PERSON", _("each person")
    REGISTRATION = "REGISTRATION", _("who registers, once")


class FieldType(models.TextChoices):
    """How a question is answered: the field types of Wagtail's own forms."""

    SINGLELINE = "singleline", _("Text on one line")
    MULTILINE = "multiline", _("Text on several lines")
    EMAIL = "email", _("E-mail address")
    NUMBER = "number", _("Number")
    URL = "url", _("Web address")
    CHECKBOX = "checkbox", _("One box to tick")
    CHECKBOXES = "checkboxes", _("Several boxes to tick")
    DROPDOWN = "dropdown", _("One choice, in a list that opens")
    MULTISELECT = "multiselect", _("Several choices, in a list")
    RADIO = "radio", _("One choice among buttons")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")


#: Answered by the choices that the question offers.
CHOICE_TYPES = (FieldType.CHECKBOXES, FieldType.DROPDOWN, FieldType.MULTISELECT, FieldType.RADIO)


class TokenPurpose(models.TextChoices):
    """One purpose, one secret: a link opens nothing else."""

    MANAGE = "MANAGE", _("personal link of a registration")
    ANSWER = "ANSWER", _("answer of one person for one session")
    CALENDAR = "CALENDAR", _("calendar address of one person")
    SERVICE = "SERVICE", _("page of a partner service")
    PARTICIPANT = "PARTICIPANT", _("what one person keeps of a session")
    DESK = "DESK", _("welcome desk of a session")
    TRAINER = "TRAINER", _("list for the trainer of a session")
