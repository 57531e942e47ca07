"""The public face: import models from here."""

from registrations.models.attempts import SignUpAttempt
from registrations.models.emails import OutgoingEmail
from registrations.models.letters import Letter, OptOut
from registrations.models.participations import Participant, ParticipantNeeds, Participation
from registrations.models.partners import PartnerService, ServiceKind
from registrations.models.private_feeds import PrivateFeed
from registrations.models.questions import FormAnswer, FormQuestion, SignUpQuestions
from registrations.models.registrations import Registration
from registrations.models.reminders import Reminder
from registrations.models.rules import (
    KindQuota,
    ServiceCap,
    SessionConfirmation,
    SignUpRules,
    Workshop,
)
from registrations.models.texts import MessageText
from registrations.models.tokens import AccessToken

__all__ = [
    "AccessToken",
    "FormAnswer",
    "FormQuestion",
    "KindQuota",
    "Letter",
    "MessageText",
    "OptOut",
    "OutgoingEmail",
    "Participant",
    "ParticipantNeeds",
    "Participation",
    "PartnerService",
    "PrivateFeed",
    "Registration",
    "Reminder",
    "ServiceCap",
    "ServiceKind",
    "SessionConfirmation",
    "SignUpAttempt",
    "SignUpQuestions",
    "SignUpRules",
    "Workshop",
]
