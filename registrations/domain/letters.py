"""Letters: whom one is for, what each would read, and writing it; each address under its own mail.

`plan()` writes nothing and is what the writer is shown; `write()` sends exactly that or nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from wagtail.log_actions import log

from registrations.conf import conf
from registrations.domain import opt_outs
from registrations.domain.locking import retried
from registrations.domain.people import normalised_address
from registrations.domain.seen import services_not_seen
from registrations.emails import outbox, trial
from registrations.emails.facts import Facts
from registrations.emails.letter import LetterMail, language_for
from registrations.emails.messages import Content
from registrations.emails.reading import Reading
from registrations.enums import LIVING, MessageKind, ParticipationStatus, Readers, Seen
from registrations.exceptions import ReadersChangedError
from registrations.models import (
    Contact,
    Letter,
    OutgoingEmail,
    Participation,
    PartnerService,
    Registration,
)
from trainings.models import TrainingSession, TranslatedText

#: How long a session that is over can be written about.
LATELY = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Whom a letter is for. What is empty narrows nothing.

    Of sessions that are over, those with a place are meant, whatever `states` says.
    """

    readers: str
    sessions: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    kinds: tuple[int, ...] = ()
    places: tuple[str, ...] = ()  # municipalities and postal codes, as services have them
    seen: str = Seen.ANY
    months: int | None = None  # of Seen.NOT_LATELY


@dataclass(frozen=True)
class Somebody:
    """A person or a service that is meant, and where a mail would reach them."""

    name: str
    service: str
    address: str
    reads: str
    through: str = ""  # who is written to in their place
    participation: Participation | None = None
    partner: PartnerService | None = None
    registration: Registration | None = None

    @property
    def key(self) -> tuple[int | None, ...]:
        """Somebody at two sessions is one person."""
        person = self.participation.participant_id if self.participation else None
        return person, self.partner.pk if self.partner else None


@dataclass
class Reader:
    """One address, and all whom its mail is for."""

    address: str
    reads: str
    language: str  # of the mail
    people: list[Somebody] = field(default_factory=list)

    @property
    def registration(self) -> Registration | None:
        return next((one.registration for one in self.people if one.registration), None)


@dataclass
class Plan:
    """What would leave: `letter` is not saved."""

    letter: Letter
    readers: list[Reader]
    declined: list[Somebody]
    unreachable: list[Somebody]

    @property
    def told(self) -> list[tuple[Somebody, Reader]]:
        """Each person once."""
        found: dict[tuple[Any, ...], tuple[Somebody, Reader]] = {}
        for reader in self.readers:
            for one in reader.people:
                found.setdefault((reader.address, *one.key), (one, reader))
        return list(found.values())

    @property
    def sharing(self) -> int:
        """How many are reached by a mail that somebody else receives as well."""
        return len(self.told) - len(self.readers)

    @property
    def in_another_language(self) -> int:
        return sum(1 for reader in self.readers if reader.language != reader.reads)

    @cached_property
    def digest(self) -> str:
        """Of all that leaves: it changes when a single reader does."""
        letter = self.letter
        mails = [
            [reader.address, reader.language, _facts(reader, letter=letter)]
            for reader in self.readers
        ]
        whole = [letter.subject, letter.body, letter.readers, letter.is_needed, mails]
        text = json.dumps(whole, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def sessions_with_people(*, at: datetime) -> list[tuple[TrainingSession, int]]:
    """Those one may write about, by date, with how many: to come, and over since a year."""
    living = Participation.objects.living().filter(session__ends_at__gt=at - LATELY).order_by()
    had_a_place = Count("pk", filter=Q(status=ParticipationStatus.CONFIRMED))
    counted = living.values_list("session").annotate(all=Count("pk"), seated=had_a_place)
    number = {pk: (everybody, seated) for pk, everybody, seated in counted}
    sessions = TrainingSession.objects.filter(pk__in=number).select_related("training")
    found = []
    for session in sessions.order_by("starts_at", "pk"):
        everybody, seated = number[session.pk]
        if people := seated if session.is_past(at) else everybody:
            found.append((session, people))
    return found


# --- what would leave ---------------------------------------------------------------------------


def plan(choice: Choice, *, subject: TranslatedText, body: TranslatedText, at: datetime) -> Plan:
    """Who would get what, in a constant number of queries; nothing is written."""
    sessions = list(TrainingSession.objects.filter(pk__in=choice.sessions))
    to_come = {one.pk for one in sessions if not one.is_past(at)}
    letter = Letter(
        subject=subject,
        body=body,
        readers=asdict(choice),
        # They need it to take part: it cannot be declined.
        is_needed=choice.readers == Readers.PEOPLE and len(to_come) == len(sessions) > 0,
        written_at=at,
    )
    groups: dict[str, list[Somebody]] = {}
    unreachable = []
    # Our own address stands for a booker without one.
    nobodys = {"", normalised_address(conf.organiser_email)}
    for one in _meant(choice, to_come=to_come, at=at):
        address = normalised_address(one.address)
        if address in nobodys:
            unreachable.append(one)
        else:
            groups.setdefault(address, []).append(one)
    gone = set() if letter.is_needed else opt_outs.declined(groups)
    return Plan(
        letter,
        [_reader(people, letter=letter) for key, people in groups.items() if key not in gone],
        declined=_once(one for key in groups if key in gone for one in groups[key]),
        unreachable=_once(unreachable),
    )


def _once(people: Iterable[Somebody]) -> list[Somebody]:
    return list({(one.key, one.address): one for one in people}.values())


def _reader(people: list[Somebody], *, letter: Letter) -> Reader:
    # Whose own address it is says what is read there.
    owner = next((one for one in people if not one.through), people[0])
    language = language_for(letter.subject, owner.reads)
    return Reader(owner.address.strip(), owner.reads, language, people)


def _meant(choice: Choice, *, to_come: set[int], at: datetime) -> Iterator[Somebody]:
    if choice.readers == Readers.PEOPLE:
        return _people(choice, to_come=to_come)
    if choice.readers == Readers.SERVICES:
        return _services(choice, at=at)
    return _who_asked_for_news(choice)


def _people(choice: Choice, *, to_come: set[int]) -> Iterator[Somebody]:
    over = set(choice.sessions) - to_come
    had_a_place = Q(session__in=over, status=ParticipationStatus.CONFIRMED)
    stand_so = Q(session__in=to_come, status__in=set(choice.states) & set(LIVING))
    rows = Participation.objects.filter(had_a_place | stand_so)
    rows = rows.filter(_of_service(choice, "participant__registration__partner__"))
    booking = "participant__registration"
    rows = rows.select_related(f"{booking}__partner")
    for one in rows.order_by(f"{booking}__partner__name", booking, "participant__position", "pk"):
        yield _person(one)


def _person(one: Participation) -> Somebody:
    person, registration = one.participant, one.participant.registration
    has_address = bool(one.address)
    return Somebody(
        name=person.name,
        service=registration.partner.name,
        address=person.email if has_address else registration.booker_email,
        reads=person.language if has_address else registration.language,
        through="" if has_address else registration.booker_name,
        participation=one,
        registration=registration,
    )


def _services(choice: Choice, *, at: datetime) -> Iterator[Somebody]:
    if choice.seen == Seen.ANY:
        found = PartnerService.objects.listed()
    else:
        months = choice.months if choice.seen == Seen.NOT_LATELY else None
        found = services_not_seen(at=at, months=months)
    found = found.filter(_of_service(choice, "")).order_by("name", "pk")
    found = found.annotate(first_address=_first_address(at=at))
    spoken = _languages(found)
    for one in found:
        reads = spoken.get(one.pk, settings.LANGUAGE_CODE)
        address = one.email or one.first_address or ""
        yield Somebody(name=one.name, service="", address=address, reads=reads, partner=one)


def _first_address(*, at: datetime) -> Subquery:
    """Of the contact to write to, where a service has no address of its own: never of somebody
    who has left.
    """
    there = Q(left_on=None) | Q(left_on__gt=timezone.localdate(at))
    rows = Contact.objects.filter(there, partner=OuterRef("pk"), is_primary=True)
    return Subquery(rows.values("email")[:1])


def _languages(partners: Any) -> dict[int, str]:
    """What each service reads: the language of most of its registrations, as its calendar has."""
    of_these = Registration.objects.filter(partner__in=partners.order_by().values("pk"))
    counted = of_these.order_by().values_list("partner", "language").annotate(number=Count("pk"))
    known = dict(settings.LANGUAGES)
    ranked = sorted(counted, key=lambda row: (row[2], [-ord(letter) for letter in row[1]]))
    return {partner: language for partner, language, _number in ranked if language in known}


def _who_asked_for_news(choice: Choice) -> Iterator[Somebody]:
    rows = Registration.objects.filter(_of_service(choice, "partner__"), wants_news=True)
    known = set()
    # What they said last holds.
    for one in rows.select_related("partner").order_by("-created_at", "-pk"):
        address = normalised_address(one.booker_email)
        if address not in known:
            known.add(address)
            yield Somebody(
                name=one.booker_name,
                service=one.partner.name,
                address=one.booker_email,
                reads=one.language,
                registration=one,
            )


def _of_service(choice: Choice, path: str) -> Q:
    wanted = Q()
    if choice.kinds:
        wanted &= Q(**{f"{path}kind__in": choice.kinds})
    if choice.places:
        municipality = Q(**{f"{path}municipality__in": choice.places})
        wanted &= municipality | Q(**{f"{path}postal_code__in": choice.places})
    return wanted


# --- how it looks -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """The mail that one reader would get."""

    language: str
    content: Content


def samples(found: Plan, *, at: datetime) -> list[Sample]:
    """What the first reader of each language gets."""
    first: dict[str, Reader] = {}
    for reader in found.readers:
        first.setdefault(reader.language, reader)
    mails = [_mail(reader, letter=found.letter, at=at) for reader in first.values()]
    reading = Reading(mails)
    for mail in mails:
        mail.reading = reading
    return [Sample(mail.language, LetterMail(mail).render(at=at)) for mail in mails]


def try_out(found: Plan, *, to: str, at: datetime) -> str:
    """Send whoever writes it what the first readers would get, one in each language; returns what
    the mail server said against it, or nothing.
    """
    for sample in samples(found, at=at):
        trouble = trial.send(
            sample.content,
            kind=MessageKind.LETTER,
            language=sample.language,
            recipient=to,
            at=at,
        )
        if trouble:
            return trouble
    return ""


# --- writing it ---------------------------------------------------------------------------------


@retried
@transaction.atomic
def write(
    choice: Choice,
    *,
    subject: TranslatedText,
    body: TranslatedText,
    key: str,
    shown: str,
    by: Any,
    at: datetime,
) -> Letter:
    """Queue one mail for each address. The same form sent twice, by `key`, writes once.

    `shown` is the digest of the plan that was looked at. Raises ReadersChangedError, and nothing
    has happened, when it is no longer that.
    """
    if known := Letter.objects.filter(key=key).first():
        return known
    found = plan(choice, subject=subject, body=body, at=at)
    if found.digest != shown or not found.readers:
        raise ReadersChangedError
    said = {
        name: getattr(found.letter, name)
        for name in ("subject", "body", "readers", "is_needed", "written_at")
    }
    letter, is_new = Letter.objects.get_or_create(key=key, defaults={**said, "written_by": by})
    if is_new:
        outbox.queue(_mail(reader, letter=letter, at=at) for reader in found.readers)
        data = {"readers": len(found.readers)}
        log(letter, "registrations.write_letter", user=by, timestamp=at, data=data)
    return letter


def _mail(reader: Reader, *, letter: Letter, at: datetime) -> OutgoingEmail:
    people = {one.participation.participant for one in reader.people if one.participation}
    is_own = all(not one.through for one in reader.people)
    address = hashlib.sha256(normalised_address(reader.address).encode()).hexdigest()
    mail = outbox.draft(
        MessageKind.LETTER,
        reader.registration,
        participant=next(iter(people)) if len(people) == 1 and is_own else None,
        recipient=reader.address,
        language=reader.language,
        key=f"letter:{letter.pk}:{address[:32]}",
        facts=_facts(reader, letter=letter),
        at=at,
    )
    mail.letter = letter
    return mail


def _facts(reader: Reader, *, letter: Letter) -> Facts:
    """Whom it is about, by primary key: nobody is named."""
    noted: Facts = {} if letter.is_needed else {"may_decline": True}
    people = [one.participation for one in reader.people if one.participation]
    if people:
        noted["letter_people"] = {str(one.pk): one.status for one in people}
    if services := [one.partner.pk for one in reader.people if one.partner]:
        noted["letter_services"] = services
    return noted
