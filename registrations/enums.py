from django.db import models
from django.utils.translation import gettext_lazy as _


class ParticipationStatus(models.TextChoices):
    CONFIRMED = "CONFIRMED", _("confirmed")
    WAITING = "WAITING", _("on the waiting list")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    REPLACED = "REPLACED", _("replaced")


LIVING = (ParticipationStatus.CONFIRMED, ParticipationStatus.WAITING)


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


class RelationKind(models.TextChoices):
    """What ties a partner service to the organiser."""

    TENANT = "TENANT", _("tenant of our premises")
    PUBLIC_PARTNER = "PUBLIC_PARTNER", _("public partner")
    RELAY = "RELAY", _("relay by convention")
    MEMBER = "MEMBER", _("member of our network")
    NONE = "NONE", _("none yet")


class Origin(models.TextChoices):
    FORM = "FORM", _("form")
    STAFF = "STAFF", _("entered by the organiser")


class Answer(models.TextChoices):
    """What a person says when asked whether a session suits them."""

    KEEP = "keep", _("I come")
    WITHDRAW = "withdraw", _("I cannot come")
    REPLACE = "replace", _("A colleague replaces me")


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


class Question(models.TextChoices):
    """Questions an organiser may add to the form; nothing here is asked by default."""

    PHONE = "PHONE", _("Phone number of the person who registers")
    ORDER_REFERENCE = "ORDER_REFERENCE", _("Order form or internal reference")
    MANAGER_COPY = "MANAGER_COPY", _("Copy of the receipt to a manager")
    NEWS = "NEWS", _("Receive the next dates")
    WISH = "WISH", _("Each person's question for the morning")
    LANGUAGE = "LANGUAGE", _("Each person's language")
    MEAL = "MEAL", _("Lunch and dietary needs")
    PARTICIPANT_LIST = "PARTICIPANT_LIST", _("Name on the list given to participants")


class TokenPurpose(models.TextChoices):
    """One purpose, one secret: a link opens nothing else."""

    MANAGE = "MANAGE", _("personal link of a registration")
    ANSWER = "ANSWER", _("answer of one person for one session")
    CALENDAR = "CALENDAR", _("calendar address of one person")
