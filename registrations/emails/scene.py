"""People who do not exist, registered for a session that does: what specimens are about."""

from __future__ import annotations

import uuid
from copy import copy
from datetime import datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from registrations.conf import conf
from registrations.emails import facts, outbox
from registrations.emails.facts import Concerned
from registrations.enums import MessageKind, Origin, ParticipationStatus, PartnerStatus
from registrations.models import (
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
)
from trainings.domain import queries
from trainings.enums import SessionStatus
from trainings.models import Training, TrainingSession, TranslatedText, Venue

Status = ParticipationStatus


def sessions_to_show(*, at: datetime, limit: int = 5) -> list[TrainingSession]:
    """The next public ones that go ahead."""
    sessions = queries.public_sessions(queries.public_pages())
    to_come = sessions.filter(status=SessionStatus.SCHEDULED, starts_at__gt=at)
    return list(to_come.select_related("training", "venue").order_by("starts_at", "pk")[:limit])


class Scene:
    """One registration by a partner service that does not exist, for a session that does.

    Rows are made in bulk, which tells no listener: no index and no calendar hears of them.
    """

    def __init__(self, session: TrainingSession | None, *, language: str, at: datetime) -> None:
        self.language = language
        self.at = at
        self.session = session or self._made_up_session()
        self.partner = self._partner()
        self.registration = self._registration()
        self.people = 0

    # --- who and what ---------------------------------------------------------------------------

    def _made_up_session(self) -> TrainingSession:
        training = Training(name=_("A training"))
        Training.objects.bulk_create([training])
        day = (self.at + timedelta(days=30)).date()
        session = TrainingSession(
            training=training,
            starts_on=day,
            ends_on=day,
            start_time=time(9),
            end_time=time(12, 30),
            venue=self.another_venue(),
        )
        return self._with_instants(session)

    def later_session(self) -> TrainingSession:
        """The next one to come after this; a week later where there is none."""
        for one in sessions_to_show(at=self.session.starts_at, limit=2):
            if one.pk != self.session.pk:
                return one
        session = copy(self.session)
        session.pk = session.series = session.original_on = None
        session.uid = uuid.uuid4()
        session.starts_on += timedelta(days=7)
        session.ends_on += timedelta(days=7)
        session.registration_opens_at = session.registration_closes_at = None
        return self._with_instants(session)

    def _with_instants(self, session: TrainingSession) -> TrainingSession:
        session.starts_at, session.ends_at = session.local_start, session.local_end
        TrainingSession.objects.bulk_create([session])
        return session

    def another_venue(self) -> Venue:
        known: Any = getattr(self, "session", None)
        venues = Venue.objects.order_by("pk")
        if known is not None and known.venue_id:
            venues = venues.exclude(pk=known.venue_id)
        venue = venues.first() or Venue(name=_("Another room"), municipality="Charleroi")
        if venue.pk is None:
            Venue.objects.bulk_create([venue])
        return venue

    def _partner(self) -> PartnerService:
        name = _("Partner social service")
        partner = PartnerService(
            name=name,
            search_key=name,
            email="team@service.example",
            status=PartnerStatus.TO_CHECK,
        )
        PartnerService.objects.bulk_create([partner])
        return partner

    def _registration(self) -> Registration:
        first_name, _space, last_name = _("Team leader").partition(" ")
        registration = Registration(
            partner=self.partner,
            reference="A2B3C4D5",
            booker_first_name=first_name,
            booker_last_name=last_name,
            booker_email="team@service.example",
            may_name_partner=True,
            language=self.language,
            origin=Origin.FORM,
            key=uuid.uuid4().hex,
            content_digest=uuid.uuid4().hex,
            names_due_at=self.names_due_at,
            created_at=self.at,
        )
        # Whoever has the same reference: the row is never kept.
        if Registration.objects.filter(reference=registration.reference).exists():
            registration.reference = "A2B3C4D6"
        Registration.objects.bulk_create([registration])
        return registration

    def person(
        self,
        status: Status = Status.CONFIRMED,
        *,
        session: TrainingSession | None = None,
        has_address: bool = True,
        is_named: bool = True,
        is_booker: bool = False,
        **fields: Any,
    ) -> Participation:
        """One more person, of this state at the session."""
        self.people += 1
        number = self.people
        first_name, _space, last_name = (
            _("Social worker %(number)d") % {"number": number}
        ).partition(" ")
        email = f"person{number}@service.example"
        if is_booker:
            email = self.registration.booker_email
            first_name = self.registration.booker_first_name
            last_name = self.registration.booker_last_name
        if not is_named:
            first_name = last_name = ""
        participant = Participant(
            registration=self.registration,
            position=number,
            first_name=first_name,
            last_name=last_name,
            email=email if has_address and is_named else "",
            language=self.language,
        )
        Participant.objects.bulk_create([participant])
        return self.participation(participant, status, session=session, **fields)

    def participation(
        self,
        participant: Participant,
        status: Status = Status.CONFIRMED,
        *,
        session: TrainingSession | None = None,
        **fields: Any,
    ) -> Participation:
        """Of somebody in one more session, too."""
        if status == Status.OFFERED:
            fields.setdefault("offer_ends_at", self.offer_ends_at)
        participation = Participation(
            participant=participant,
            session=session or self.session,
            status=status,
            address=participant.email,
            arrived_at=self.at,
            **{"changed_at": self.at, **fields},
        )
        Participation.objects.bulk_create([participation])
        return participation

    @property
    def names_due_at(self) -> datetime:
        """To come, however near the session is."""
        halfway = self.at + (self.session.starts_at - self.at) / 2
        due_at = max(self.session.starts_at - timedelta(days=10), halfway)
        return due_at.replace(minute=0, second=0, microsecond=0)

    @property
    def offer_ends_at(self) -> datetime:
        noon = (self.at + timedelta(days=2)).replace(hour=11, minute=0, second=0, microsecond=0)
        return min(noon, self.session.starts_at)

    # --- the mail -------------------------------------------------------------------------------

    def draft(self, kind: MessageKind, **options: Any) -> OutgoingEmail:
        values: dict[str, Any] = {
            "recipient": self.registration.booker_email,
            "language": self.language,
            "key": f"specimen:{uuid.uuid4()}",
            "at": self.at,
        }
        return outbox.draft(kind, self.registration, **{**values, **options})

    def to_participant(self, kind: MessageKind, one: Participation) -> OutgoingEmail:
        """What somebody receives on signing up."""
        person = one.participant
        return self.draft(kind, participant=person, recipient=person.email)

    def to_organiser(self, kind: MessageKind, **options: Any) -> OutgoingEmail:
        return outbox.draft(
            kind,
            None,
            recipient=conf.organiser_email,
            language=self.language,
            key=f"specimen:{uuid.uuid4()}",
            at=self.at,
            **options,
        )

    def news(self, kind: MessageKind, *people: Participation, **options: Any) -> OutgoingEmail:
        """Of an act: to the person where there is one alone, else to the booker."""
        if len(people) == 1 and not options.pop("to_booker", False):
            return outbox.to_person(
                kind, people[0], facts=self.note(*people, **options), at=self.at
            )
        return outbox.to_booker(
            kind, self.registration, act="specimen", facts=self.note(*people, **options), at=self.at
        )

    def note(
        self,
        *people: Participation,
        was: str = "",
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> facts.Facts:
        """`was` is the state they left; `after` what the act made of the session."""
        session = copy(self.session)
        for name, value in (after or {}).items():
            setattr(session, name, value)
        noted = [
            Concerned(
                one,
                one.sequence + 1,
                (was or one.status) == Status.CONFIRMED,
                was or one.status,
            )
            for one in people
        ]
        return facts.note(session, noted, before=before, at=self.at)

    def reason(self) -> TranslatedText:
        return TranslatedText({self.language: _("the room is not available")})

    def a_week_before(self) -> dict[str, Any]:
        """Where the session stood before it moved."""
        week = timedelta(days=7)
        session = self.session
        return {"starts_on": session.starts_on - week, "ends_on": session.ends_on - week}

    def elsewhere(self) -> dict[str, Any]:
        return {"venue_id": self.another_venue().pk}

    def online(self) -> dict[str, Any]:
        return {"online_url": "https://online.example/room"}
