"""What each message is written for: one mail in each case that reads differently."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registrations.conf import conf
from registrations.emails import outbox
from registrations.emails.scene import Scene, Status
from registrations.enums import MessageKind, PresenceState, Readers
from registrations.models import (
    AccessToken,
    Attestation,
    AttestationFacts,
    AttestedParticipation,
    Letter,
    OutgoingEmail,
)
from trainings.enums import SessionStatus
from trainings.models import TranslatedText


@dataclass(frozen=True)
class Situation:
    """`name` is unique within a kind; `build` makes the rows and returns the mail about them."""

    kind: MessageKind
    name: str
    label: Promise
    build: Callable[[Scene], OutgoingEmail]


SITUATIONS: list[Situation] = []

Build = Callable[[Scene], OutgoingEmail]

PERSON = gettext_lazy("To a person")
BOOKER = gettext_lazy("To who registered them")
WAITS = gettext_lazy("To somebody who waits")


def situation(kind: MessageKind, name: str, label: Promise) -> Callable[[Build], Build]:
    def add(build: Build) -> Build:
        SITUATIONS.append(Situation(kind, name, label, build))
        return build

    return add


# --- signing up ----------------------------------------------------------------------------------


@situation(MessageKind.RECEIPT, "one", gettext_lazy("One person, who has a place"))
def _receipt(scene: Scene) -> OutgoingEmail:
    scene.person()
    return scene.draft(MessageKind.RECEIPT)


@situation(MessageKind.RECEIPT, "several", gettext_lazy("Several people, places without a name"))
def _receipt_of_several(scene: Scene) -> OutgoingEmail:
    later = scene.later_session()
    one = scene.person()
    scene.participation(one.participant, Status.WAITING, session=later)
    scene.person(Status.WAITING, has_address=False)
    scene.person(is_named=False)
    scene.person(Status.WAITING, is_named=False)
    return scene.draft(MessageKind.RECEIPT)


@situation(MessageKind.RECEIPT, "pending", gettext_lazy("To be confirmed"))
def _receipt_to_confirm(scene: Scene) -> OutgoingEmail:
    scene.person(Status.PENDING)
    return scene.draft(MessageKind.RECEIPT)


@situation(MessageKind.RECEIPT, "manager", gettext_lazy("Copy to a manager"))
def _receipt_of_manager(scene: Scene) -> OutgoingEmail:
    scene.person()
    return scene.draft(MessageKind.RECEIPT, recipient="manager@service.example")


@situation(MessageKind.INVITATION, "one", gettext_lazy("Registered by a colleague"))
def _invitation(scene: Scene) -> OutgoingEmail:
    return scene.to_participant(MessageKind.INVITATION, scene.person())


@situation(MessageKind.INVITATION, "several", gettext_lazy("Several sessions, waiting for one"))
def _invitation_to_several(scene: Scene) -> OutgoingEmail:
    one = scene.person()
    scene.participation(one.participant, Status.WAITING, session=scene.later_session())
    return scene.to_participant(MessageKind.INVITATION, one)


@situation(MessageKind.INVITATION, "self", gettext_lazy("Who registered themself"))
def _invitation_of_booker(scene: Scene) -> OutgoingEmail:
    return scene.to_participant(MessageKind.INVITATION, scene.person(is_booker=True))


@situation(MessageKind.INVITATION, "replaces", gettext_lazy("Who replaces a colleague"))
def _invitation_to_replace(scene: Scene) -> OutgoingEmail:
    one = scene.person()
    scene.person(Status.REPLACED, replaced_by=one)
    return scene.to_participant(MessageKind.INVITATION, one)


@situation(MessageKind.TO_CONFIRM, "one", gettext_lazy("Registered by a colleague"))
def _to_confirm(scene: Scene) -> OutgoingEmail:
    return scene.to_participant(MessageKind.TO_CONFIRM, scene.person(Status.PENDING))


@situation(MessageKind.TO_CONFIRM, "self", gettext_lazy("Who registered themself"))
def _to_confirm_of_booker(scene: Scene) -> OutgoingEmail:
    one = scene.person(Status.PENDING, is_booker=True)
    return scene.to_participant(MessageKind.TO_CONFIRM, one)


@situation(MessageKind.WAITING, "one", gettext_lazy("Registered by a colleague"))
def _waiting(scene: Scene) -> OutgoingEmail:
    return scene.to_participant(MessageKind.WAITING, scene.person(Status.WAITING))


@situation(MessageKind.WAITING, "self", gettext_lazy("Who registered themself"))
def _waiting_of_booker(scene: Scene) -> OutgoingEmail:
    return scene.to_participant(MessageKind.WAITING, scene.person(Status.WAITING, is_booker=True))


@situation(MessageKind.WAITING, "offered", gettext_lazy("A place is offered already"))
def _waiting_with_offer(scene: Scene) -> OutgoingEmail:
    return scene.to_participant(MessageKind.WAITING, scene.person(Status.OFFERED))


@situation(MessageKind.WAITING, "accepted", gettext_lazy("Accepted while every place is taken"))
def _accepted_waiting(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.WAITING, scene.person(Status.WAITING))


@situation(MessageKind.WAITING, "accepted-booker", gettext_lazy("The same, to who registered them"))
def _accepted_waiting_to_booker(scene: Scene) -> OutgoingEmail:
    people = scene.person(Status.WAITING), scene.person(Status.WAITING, has_address=False)
    return scene.news(MessageKind.WAITING, *people)


@situation(MessageKind.NAMES_NEEDED, "one", BOOKER)
def _names_needed(scene: Scene) -> OutgoingEmail:
    scene.person(is_named=False)
    scene.person(is_named=False)
    return scene.draft(MessageKind.NAMES_NEEDED)


@situation(MessageKind.RELEASED, "booker", BOOKER)
def _released(scene: Scene) -> OutgoingEmail:
    people = [scene.person(Status.WITHDRAWN, is_named=False) for _number in range(2)]
    return scene.news(MessageKind.RELEASED, *people, was=Status.CONFIRMED)


# --- what happens to a session -------------------------------------------------------------------


@situation(MessageKind.MOVED, "time", gettext_lazy("To another day"))
def _moved(scene: Scene) -> OutgoingEmail:
    return scene.news(
        MessageKind.MOVED,
        scene.person(),
        before=scene.a_week_before(),
        after={"reason": scene.reason()},
    )


@situation(MessageKind.MOVED, "place", gettext_lazy("To another place"))
def _moved_elsewhere(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.MOVED, scene.person(), before=scene.elsewhere())


@situation(MessageKind.MOVED, "both", gettext_lazy("To another day and place"))
def _moved_far(scene: Scene) -> OutgoingEmail:
    before = scene.a_week_before() | scene.elsewhere()
    return scene.news(MessageKind.MOVED, scene.person(), before=before)


@situation(MessageKind.MOVED, "online", gettext_lazy("Another online link"))
def _moved_online(scene: Scene) -> OutgoingEmail:
    before = {"online_url": scene.session.online_url}
    return scene.news(MessageKind.MOVED, scene.person(), before=before, after=scene.online())


@situation(MessageKind.MOVED, "waiting", WAITS)
def _moved_while_waiting(scene: Scene) -> OutgoingEmail:
    one = scene.person(Status.WAITING)
    return scene.news(MessageKind.MOVED, one, before=scene.a_week_before())


@situation(MessageKind.MOVED, "booker", BOOKER)
def _moved_to_booker(scene: Scene) -> OutgoingEmail:
    people = [
        scene.person(),
        scene.person(has_address=False),
        scene.person(Status.WAITING, has_address=False),
    ]
    return scene.news(MessageKind.MOVED, *people, before=scene.a_week_before())


def _of_session(
    kind: MessageKind, status: SessionStatus, *, with_reason: bool = True
) -> dict[str, Build]:
    """What is told alike when it is postponed, cancelled and restored."""

    def after(scene: Scene) -> dict[str, Any]:
        return {"status": status} | ({"reason": scene.reason()} if with_reason else {})

    def to_person(scene: Scene) -> OutgoingEmail:
        return scene.news(kind, scene.person(), after=after(scene))

    def to_waiting(scene: Scene) -> OutgoingEmail:
        return scene.news(kind, scene.person(Status.WAITING), after=after(scene))

    def to_booker(scene: Scene) -> OutgoingEmail:
        people = scene.person(), scene.person(Status.WAITING, has_address=False)
        return scene.news(kind, *people, after=after(scene))

    return {"person": to_person, "waiting": to_waiting, "booker": to_booker}


LABELS = {"person": PERSON, "waiting": WAITS, "booker": BOOKER}

for _kind, _builds in {
    MessageKind.POSTPONED: _of_session(MessageKind.POSTPONED, SessionStatus.POSTPONED),
    MessageKind.CANCELLED: _of_session(MessageKind.CANCELLED, SessionStatus.CANCELLED),
    MessageKind.RESTORED: _of_session(
        MessageKind.RESTORED, SessionStatus.SCHEDULED, with_reason=False
    ),
    MessageKind.GOES_AHEAD: _of_session(
        MessageKind.GOES_AHEAD, SessionStatus.SCHEDULED, with_reason=False
    ),
}.items():
    for _name, _build in _builds.items():
        situation(_kind, _name, LABELS[_name])(_build)


@situation(MessageKind.MINIMUM, "organiser", gettext_lazy("To the organiser"))
def _minimum(scene: Scene) -> OutgoingEmail:
    decided = {"minimum": 8, "decided_at": scene.at.isoformat()}
    return scene.to_organiser(MessageKind.MINIMUM, facts={**scene.note(), **decided})


# --- what happens to a person's place ------------------------------------------------------------


@situation(MessageKind.WITHDRAWN, "person", gettext_lazy("To a person who had a place"))
def _withdrawn(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.WITHDRAWN, scene.person(Status.WITHDRAWN), was=Status.CONFIRMED)


@situation(MessageKind.WITHDRAWN, "waiting", gettext_lazy("To somebody who waited"))
def _withdrawn_while_waiting(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.WITHDRAWN, scene.person(Status.WITHDRAWN), was=Status.WAITING)


@situation(MessageKind.WITHDRAWN, "declined", gettext_lazy("To somebody who declines an offer"))
def _declined(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.WITHDRAWN, scene.person(Status.WITHDRAWN), was=Status.OFFERED)


@situation(MessageKind.WITHDRAWN, "booker", BOOKER)
def _withdrawn_to_booker(scene: Scene) -> OutgoingEmail:
    one = scene.person(Status.WITHDRAWN)
    return scene.news(MessageKind.WITHDRAWN, one, was=Status.CONFIRMED, to_booker=True)


@situation(MessageKind.REPLACED, "person", gettext_lazy("To who is replaced"))
def _replaced(scene: Scene) -> OutgoingEmail:
    one = scene.person(Status.REPLACED, replaced_by=scene.person())
    return scene.news(MessageKind.REPLACED, one, was=Status.CONFIRMED)


@situation(MessageKind.REPLACED, "booker", BOOKER)
def _replaced_to_booker(scene: Scene) -> OutgoingEmail:
    one = scene.person(Status.REPLACED, replaced_by=scene.person(has_address=False))
    return scene.news(MessageKind.REPLACED, one, was=Status.CONFIRMED, to_booker=True)


@situation(MessageKind.OFFER, "person", PERSON)
def _offer(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.OFFER, scene.person(Status.OFFERED))


@situation(MessageKind.OFFER, "booker", BOOKER)
def _offer_to_booker(scene: Scene) -> OutgoingEmail:
    people = scene.person(Status.OFFERED), scene.person(Status.OFFERED, has_address=False)
    return scene.news(MessageKind.OFFER, *people)


@situation(MessageKind.OFFER_EXPIRED, "person", PERSON)
def _offer_expired(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.OFFER_EXPIRED, scene.person(Status.EXPIRED), was=Status.OFFERED)


@situation(MessageKind.OFFER_EXPIRED, "booker", BOOKER)
def _offer_expired_to_booker(scene: Scene) -> OutgoingEmail:
    people = scene.person(Status.EXPIRED), scene.person(Status.EXPIRED, has_address=False)
    return scene.news(MessageKind.OFFER_EXPIRED, *people, was=Status.OFFERED)


@situation(MessageKind.PROMOTED, "person", PERSON)
def _promoted(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.PROMOTED, scene.person())


@situation(MessageKind.PROMOTED, "booker", BOOKER)
def _promoted_to_booker(scene: Scene) -> OutgoingEmail:
    people = scene.person(), scene.person(has_address=False)
    return scene.news(MessageKind.PROMOTED, *people)


@situation(MessageKind.ACCEPTED, "person", PERSON)
def _accepted(scene: Scene) -> OutgoingEmail:
    return scene.news(MessageKind.ACCEPTED, scene.person())


@situation(MessageKind.ACCEPTED, "booker", BOOKER)
def _accepted_to_booker(scene: Scene) -> OutgoingEmail:
    people = scene.person(), scene.person(has_address=False)
    return scene.news(MessageKind.ACCEPTED, *people)


@situation(MessageKind.REFUSED, "person", PERSON)
def _refused(scene: Scene) -> OutgoingEmail:
    why = _("This session is for people who accompany tenants.")
    one = scene.person(Status.REFUSED, refusal_reason=why)
    return scene.news(MessageKind.REFUSED, one, was=Status.PENDING)


@situation(MessageKind.REFUSED, "booker", BOOKER)
def _refused_to_booker(scene: Scene) -> OutgoingEmail:
    people = [scene.person(Status.REFUSED, has_address=bool(number)) for number in range(2)]
    return scene.news(MessageKind.REFUSED, *people, was=Status.PENDING)


# --- around the day ------------------------------------------------------------------------------


def _around(scene: Scene, kind: MessageKind, status: Status, **options: Any) -> OutgoingEmail:
    days = {MessageKind.REMINDER: 2, MessageKind.STILL_WAITING: 2, MessageKind.THANKS: 1}[kind]
    starts_on = scene.session.starts_on.isoformat()
    noted = {"session": scene.session.pk, "days": days, "starts_on": starts_on}
    # They signed up long before.
    long_ago = scene.session.starts_at - timedelta(days=90)
    one = scene.person(status, changed_at=long_ago, **options)
    if one.address:
        person = one.participant
        return scene.draft(kind, participant=person, recipient=person.email, facts=noted)
    scene.person(status, changed_at=long_ago, **options)
    return scene.draft(kind, facts=noted)


for _kind, _status in {
    MessageKind.REMINDER: Status.CONFIRMED,
    MessageKind.STILL_WAITING: Status.WAITING,
    MessageKind.THANKS: Status.CONFIRMED,
}.items():
    situation(_kind, "person", PERSON)(partial(_around, kind=_kind, status=_status))
    situation(_kind, "booker", BOOKER)(
        partial(_around, kind=_kind, status=_status, has_address=False)
    )


def _attestation(scene: Scene, *, has_address: bool = True, more: int = 0) -> OutgoingEmail:
    """Of somebody who was there; of `more` later sessions too, added up."""
    hours = scene.session.training_time or timedelta(hours=3)
    there: dict[str, Any] = {"presence": PresenceState.PRESENT, "attended": hours}
    rows = [scene.person(has_address=has_address, **there)]
    person = rows[0].participant
    later = [scene.later_session() for _number in range(more)]
    rows += [scene.participation(person, session=one, **there) for one in later]
    about: dict[str, Any] = {"session": scene.session}
    if more:
        about = {"training": scene.session.training}
    attestation = Attestation(
        number=f"{scene.at.year}-000000",  # nobody's
        participant=person,
        language=scene.language,
        attended=hours * len(rows),
        facts=AttestationFacts(
            title=scene.session.training.name,
            first_name=person.first_name,
            last_name=person.last_name,
            function="",
            service=scene.partner.name,
            organiser=conf.organiser_name,
            trainers=[],
            funders=[],
            sessions=[],
            issued_on=scene.at.date(),
            place_of_issue="",
        ).written(),
        issued_at=scene.at,
        **about,
    )
    Attestation.objects.bulk_create([attestation])
    AttestedParticipation.objects.bulk_create(
        AttestedParticipation(attestation=attestation, participation=row, attended=hours)
        for row in rows
    )
    noted = {"attestation": attestation.pk}
    if not has_address:
        return scene.draft(MessageKind.ATTESTATION, facts=noted)
    return scene.draft(
        MessageKind.ATTESTATION, participant=person, recipient=person.email, facts=noted
    )


situation(MessageKind.ATTESTATION, "person", PERSON)(_attestation)
situation(MessageKind.ATTESTATION, "booker", BOOKER)(partial(_attestation, has_address=False))
situation(MessageKind.ATTESTATION, "whole", gettext_lazy("Of several sessions together"))(
    partial(_attestation, more=1)
)


@situation(MessageKind.DIGEST, "organiser", gettext_lazy("To the organiser"))
def _digest(scene: Scene) -> OutgoingEmail:
    coming = [scene.session, scene.later_session()]
    numbers = [(40, 34, 0, 2), (20, 20, 5, 0)]
    names = ("capacity", "taken", "waiting", "pending")
    noted = {
        "since": (scene.at - timedelta(days=7)).isoformat(),
        "sessions": [
            {"session": one.pk, **dict(zip(names, counted, strict=True))}
            for one, counted in zip(coming, numbers, strict=True)
        ],
        "undecided": [scene.session.pk],
        "registrations": 3,
        "people": 7,
        "to_check": 1,
        "failed": 1,
    }
    return scene.to_organiser(MessageKind.DIGEST, facts=noted)


# --- letters -------------------------------------------------------------------------------------


def _letter(scene: Scene, readers: Readers, **options: Any) -> Letter:
    """Something that an organiser might write."""
    words = {
        "subject": _("New dates for your team"),
        "body": _("Hello,\n\nNew dates are announced: who of {service} would like to come?"),
    }
    if readers == Readers.PEOPLE:
        words["subject"] = _("Bring your questions")
        words["body"] = _(
            "Hello {name},\n\nThe session begins with your questions: tell us which ones you "
            "have by answering this message."
        )
    letter = Letter(
        **{name: TranslatedText({scene.language: said}) for name, said in words.items()},
        readers={"readers": readers, "states": [], "sessions": [scene.session.pk]},
        written_at=scene.at,
        **options,
    )
    Letter.objects.bulk_create([letter])
    return letter


@situation(MessageKind.LETTER, "needed", gettext_lazy("To people of a session to come"))
def _letter_to_people(scene: Scene) -> OutgoingEmail:
    one = scene.person()
    person = one.participant
    noted = {"letter_people": {str(one.pk): one.status}}
    email = scene.draft(MessageKind.LETTER, participant=person, recipient=person.email, facts=noted)
    email.letter = _letter(scene, Readers.PEOPLE, is_needed=True)
    return email


@situation(MessageKind.LETTER, "services", gettext_lazy("To a partner service"))
def _letter_to_services(scene: Scene) -> OutgoingEmail:
    noted = {"letter_services": [scene.partner.pk], "may_decline": True}
    email = outbox.draft(
        MessageKind.LETTER,
        None,
        recipient=scene.partner.email,
        language=scene.language,
        key=f"specimen:{uuid.uuid4()}",
        facts=noted,
        at=scene.at,
    )
    email.letter = _letter(scene, Readers.SERVICES)
    return email


@situation(MessageKind.LETTER, "news", gettext_lazy("To who asked for the next dates"))
def _letter_to_bookers(scene: Scene) -> OutgoingEmail:
    email = scene.draft(MessageKind.LETTER, facts={"may_decline": True})
    email.letter = _letter(scene, Readers.NEWS)
    return email


# --- links ---------------------------------------------------------------------------------------


@situation(MessageKind.LINKS, "booker", gettext_lazy("To who asked for them"))
def _links(scene: Scene) -> OutgoingEmail:
    scene.person()
    return scene.draft(MessageKind.LINKS)


@situation(MessageKind.SERVICE_LINK, "service", gettext_lazy("To a partner service"))
def _service_link(scene: Scene) -> OutgoingEmail:
    link = AccessToken.for_service(scene.partner, at=scene.at)
    link.save()
    return outbox.draft(
        MessageKind.SERVICE_LINK,
        None,
        recipient="team@service.example",
        language=scene.language,
        key=f"specimen:{uuid.uuid4()}",
        facts={"link": link.pk},
        at=scene.at,
    )
