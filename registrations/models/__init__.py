"""The public face: import models from here."""

from registrations.models.attempts import SignUpAttempt
from registrations.models.emails import OutgoingEmail
from registrations.models.participations import Participant, ParticipantNeeds, Participation
from registrations.models.partners import PartnerService, ServiceKind
from registrations.models.private_feeds import PrivateFeed
from registrations.models.registrations import Registration, SignUpQuestions
from registrations.models.tokens import AccessToken

__all__ = [
    "AccessToken",
    "OutgoingEmail",
    "Participant",
    "ParticipantNeeds",
    "Participation",
    "PartnerService",
    "PrivateFeed",
    "Registration",
    "ServiceKind",
    "SignUpAttempt",
    "SignUpQuestions",
]
