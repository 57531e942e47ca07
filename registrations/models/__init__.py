"""The public face: import models from here."""

from registrations.models.attempts import SignUpAttempt
from registrations.models.attendance import (
    AttendanceSheet,
    Presence,
    PresenceEntry,
    SelfCheckIn,
    SheetScan,
)
from registrations.models.attestation_facts import AttestationFacts, AttestedSession
from registrations.models.attestations import (
    Attestation,
    AttestationBundle,
    AttestedParticipation,
    LastNumber,
)
from registrations.models.directory import (
    Contact,
    DifferentServices,
    FormerName,
    Neighbourhood,
    PartnerImport,
    PartnerMerge,
)
from registrations.models.emails import OutgoingEmail
from registrations.models.evaluations import Evaluation
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
    "AttendanceSheet",
    "Attestation",
    "AttestationBundle",
    "AttestationFacts",
    "AttestedParticipation",
    "AttestedSession",
    "Contact",
    "DifferentServices",
    "Evaluation",
    "FormAnswer",
    "FormQuestion",
    "FormerName",
    "KindQuota",
    "LastNumber",
    "Letter",
    "MessageText",
    "Neighbourhood",
    "OptOut",
    "OutgoingEmail",
    "Participant",
    "ParticipantNeeds",
    "Participation",
    "PartnerImport",
    "PartnerMerge",
    "PartnerService",
    "Presence",
    "PresenceEntry",
    "PrivateFeed",
    "Registration",
    "Reminder",
    "SelfCheckIn",
    "ServiceCap",
    "ServiceKind",
    "SessionConfirmation",
    "SheetScan",
    "SignUpAttempt",
    "SignUpQuestions",
    "SignUpRules",
    "Workshop",
]
