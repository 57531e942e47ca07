"""Who fills in the form and who comes, as values; what becomes of them in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registrations.domain.questions import Answers, save_answers
from registrations.enums import Quality
from registrations.models import Participant, ParticipantNeeds, Registration


@dataclass(frozen=True, kw_only=True)
class Booker:
    """Who fills in the form, and what holds for the whole registration."""

    first_name: str
    last_name: str
    email: str
    language: str
    may_name_partner: bool | None
    keep_together: bool = False
    phone: str = ""
    order_reference: str = ""
    manager_email: str = ""
    wants_news: bool = False
    wants_contact: bool = False
    answers: Answers = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who comes, and to which sessions (primary keys); without a name, somebody still to be named.

    `workshops` has the first and second choice among workshops, by session.
    """

    session_ids: tuple[int, ...]
    first_name: str = ""
    last_name: str = ""
    function: str = ""
    email: str = ""
    quality: str = Quality.PROFESSIONAL
    language: str = ""
    wish: str = ""
    on_participant_list: bool = False
    access: str = ""
    wants_meal: bool | None = None
    diet: str = ""
    workshops: tuple[tuple[int, int, int | None], ...] = ()  # session, first, second choice
    answers: Answers = ()

    @property
    def is_named(self) -> bool:
        return bool(self.last_name)

    def choices_for(self, session_id: int) -> tuple[int | None, int | None]:
        """First and second choice among the workshops of a session."""
        found = ((first, second) for pk, first, second in self.workshops if pk == session_id)
        return next(found, (None, None))


def unnamed(number: int, *, session_ids: Iterable[int]) -> list[Person]:
    """So many places for people whose names follow."""
    return [Person(session_ids=tuple(session_ids))] * number


def normalised_address(email: str) -> str:
    """The address by which two entries are the same person."""
    return email.strip().casefold()


def add_people(
    registration: Registration, people: Iterable[Person], *, after: int = 0
) -> list[Participant]:
    """Save these as people of a registration, behind position `after`."""
    people = list(people)
    participants = Participant.objects.bulk_create(
        new_participant(registration, person, position=position)
        for position, person in enumerate(people, start=after + 1)
    )
    ParticipantNeeds.objects.bulk_create(
        ParticipantNeeds(
            participant=participant,
            access=person.access,
            wants_meal=person.wants_meal,
            diet=person.diet,
        )
        for participant, person in zip(participants, people, strict=True)
        if person.access or person.wants_meal is not None or person.diet
    )
    answers = [person.answers for person in people]
    save_answers(zip(participants, answers, strict=True))
    return participants


def new_participant(registration: Registration, person: Person, *, position: int) -> Participant:
    return Participant(
        registration=registration,
        position=position,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        function=person.function,
        quality=person.quality,
        language=person.language or registration.language,
        wish=person.wish,
        on_participant_list=person.on_participant_list,
    )
