from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import answers
from registrations.domain.people import unnamed
from registrations.domain.queries import places_of
from registrations.domain.rules import answers_open
from registrations.enums import Answer, MessageKind, ParticipationStatus
from registrations.exceptions import (
    AlreadyRegisteredError,
    AnswerClosedError,
    NoLongerRegisteredError,
    NoPlaceToPassOnError,
    NoWorkshopLeftError,
)
from registrations.models import (
    OutgoingEmail,
    Participation,
    Registration,
    SignUpRules,
    Workshop,
)
from registrations.signals import replaced, withdrawn
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def full(page):
    """One place, taken; somebody else waits."""
    made = session(page, capacity=1)
    registration(person(made))
    registration(person(made, number=2), booker=booker(email="autre@cpas.example"))
    return made


def of(number: int) -> Participation:
    return Participation.objects.get(address=f"personne{number}@cpas.example")


def colleague(**fields):
    return person(number=9, **fields)


def told() -> list[tuple[str, str]]:
    rows = OutgoingEmail.objects.filter(queued_at=LATER)
    return sorted(rows.values_list("kind", "recipient"))


def hearing(signal):
    heard = []

    def hear(sender, **told):
        heard.append({name: told[name] for name in told if name != "signal"})

    signal.connect(hear, weak=False)
    return heard, lambda: signal.disconnect(hear)


# --- I come ------------------------------------------------------------------------------------


def test_that_somebody_comes_is_noted_once(full):
    answers.keep(of(1), at=LATER)
    answers.keep(of(1), at=LATER + timedelta(hours=1))

    assert (of(1).answered_at, of(1).sequence) == (LATER, 0)
    assert told() == []
    assert ModelLogEntry.objects.filter(action="registrations.keep").count() == 1


# --- I cannot ----------------------------------------------------------------------------------


def test_who_withdraws_frees_the_place_for_the_next_in_line(full):
    answers.withdraw(of(1), reason="malade", at=LATER)

    one = of(1)
    assert (one.status, one.sequence, one.changed_at, one.withdrawal_reason) == (
        ParticipationStatus.WITHDRAWN,
        1,
        LATER,
        "malade",
    )
    assert of(2).status == ParticipationStatus.OFFERED
    assert places_of([full])[full.pk].is_full  # what is offered is taken: who comes now waits
    registration(person(full, number=3), booker=booker(email="tiers@cpas.example"))
    assert of(3).status == ParticipationStatus.WAITING


def test_a_withdrawal_is_told_to_the_person_and_to_the_booker(full):
    answers.withdraw(of(1), at=LATER)

    assert told() == [
        (MessageKind.OFFER, "autre@cpas.example"),
        (MessageKind.OFFER, "personne2@cpas.example"),
        (MessageKind.WITHDRAWN, "assistante@cpas.example"),
        (MessageKind.WITHDRAWN, "personne1@cpas.example"),
    ]


def test_a_booker_who_withdraws_is_told_once(page):
    registration(person(session(page), email="assistante@cpas.example"))

    answers.withdraw(Participation.objects.get(), at=LATER)

    assert told() == [(MessageKind.WITHDRAWN, "assistante@cpas.example")]


def test_a_withdrawal_is_logged_and_announced(full):
    heard, stop = hearing(withdrawn)
    try:
        answers.withdraw(of(1), at=LATER)
    finally:
        stop()

    assert heard == [{"participation": of(1), "by": None, "at": LATER}]
    entry = ModelLogEntry.objects.get(action="registrations.withdraw")
    assert (entry.timestamp, entry.data) == (LATER, {})


def test_who_waits_may_leave_the_queue(full):
    answers.withdraw(of(2), at=LATER)

    assert of(2).status == ParticipationStatus.WITHDRAWN
    assert not places_of([full])[full.pk].waiting


def test_one_withdraws_once(full):
    one = of(1)
    answers.withdraw(one, at=LATER)

    for act in (
        lambda: answers.withdraw(one, at=LATER),
        lambda: answers.keep(one, at=LATER),
        lambda: answers.replace(one, by_person=colleague(), at=LATER),
    ):
        with pytest.raises(NoLongerRegisteredError):
            act()
    assert len(told()) == 4
    assert of(1).sequence == 1


# --- somebody else -----------------------------------------------------------------------------


def test_a_replacement_keeps_the_place_of_a_full_session(full):
    replacement = answers.replace(of(1), by_person=colleague(last_name="Neuve"), at=LATER)

    assert (of(1).status, of(1).replaced_by) == (ParticipationStatus.REPLACED, replacement)
    new = of(9)
    assert (new, new.status, new.sequence) == (replacement, ParticipationStatus.CONFIRMED, 0)
    assert (new.participant.position, new.participant.name) == (2, "Assistante Neuve")
    assert new.participant.registration == of(1).participant.registration
    assert of(2).status == ParticipationStatus.WAITING
    assert places_of([full])[full.pk].taken == 1


def test_a_replacement_is_told_to_all_three(full):
    answers.replace(of(1), by_person=colleague(), at=LATER)

    assert told() == [
        (MessageKind.INVITATION, "personne9@cpas.example"),
        (MessageKind.REPLACED, "assistante@cpas.example"),
        (MessageKind.REPLACED, "personne1@cpas.example"),
    ]


def test_a_replacement_is_logged_and_announced(full):
    heard, stop = hearing(replaced)
    try:
        answers.replace(of(1), by_person=colleague(), at=LATER)
    finally:
        stop()

    assert heard == [{"participation": of(1), "replacement": of(9), "by": None, "at": LATER}]
    entry = ModelLogEntry.objects.get(action="registrations.replace")
    assert (entry.timestamp, entry.data) == (LATER, {})


def test_a_colleague_reads_what_the_one_replaced_reads(page):
    registration(person(session(page), language="nl"))

    answers.replace(of(1), by_person=colleague(), at=LATER)

    assert of(9).participant.language == "nl"


@pytest.mark.parametrize("address", ["personne2@cpas.example", "Personne1@CPAS.example"])
def test_who_is_on_the_list_already_replaces_nobody(full, address):
    with pytest.raises(AlreadyRegisteredError):
        answers.replace(of(1), by_person=colleague(email=address), at=LATER)

    assert of(1).status == ParticipationStatus.CONFIRMED
    assert Participation.objects.count() == 2


def test_a_colleague_needs_no_address(full):
    replacement = answers.replace(of(1), by_person=colleague(email=""), at=LATER)

    assert replacement.status == ParticipationStatus.CONFIRMED
    assert [kind for kind, _recipient in told()] == [MessageKind.REPLACED] * 2


def test_a_colleague_may_be_replaced_in_turn(full):
    answers.replace(of(1), by_person=colleague(), at=LATER)
    answers.replace(of(9), by_person=person(number=10), at=LATER)

    made = Registration.objects.get(booker_email="assistante@cpas.example")
    assert [one.position for one in made.participants.all()] == [1, 2, 3]
    assert [one.status for one in (of(1), of(9), of(10))] == [
        ParticipationStatus.REPLACED,
        ParticipationStatus.REPLACED,
        ParticipationStatus.CONFIRMED,
    ]


def test_only_the_session_in_question_passes_on(page):
    one, two = session(page), session(page, MORNING_2)
    registration(person(one, two))

    answers.replace(one.participations.get(), by_person=colleague(), at=LATER)

    assert two.participations.get().status == ParticipationStatus.CONFIRMED
    assert of(9).session == one


def test_who_waits_cannot_be_replaced(full):
    with pytest.raises(NoPlaceToPassOnError):
        answers.replace(of(2), by_person=colleague(), at=LATER)


# --- until when --------------------------------------------------------------------------------

ALL = [Answer.KEEP, Answer.WITHDRAW, Answer.REPLACE]


@pytest.mark.parametrize(
    ("act", "of_whom", "at", "expected"),
    [
        (None, 1, LATER, ALL),
        (None, 2, LATER, [Answer.KEEP, Answer.WITHDRAW]),
        (None, 1, "just before", ALL),
        (None, 1, "start", []),
        (scheduling.cancel, 1, LATER, []),
        (scheduling.postpone, 1, LATER, [Answer.WITHDRAW, Answer.REPLACE]),
        (scheduling.postpone, 2, LATER, [Answer.WITHDRAW]),
        (scheduling.postpone, 1, "start", [Answer.WITHDRAW, Answer.REPLACE]),
    ],
)
def test_what_may_be_answered(full, act, of_whom, at, expected):
    if act:
        act(full, by=None, at=AT)
    at = {"start": full.starts_at, "just before": full.starts_at - timedelta(seconds=1)}.get(at, at)

    assert answers_open(of(of_whom), at=at) == expected


def test_registration_that_has_closed_stops_no_answer(page):
    closed = session(page, registration_closes_at=LATER)
    registration(person(closed))

    answers.replace(of(1), by_person=colleague(), at=LATER)

    assert of(9).status == ParticipationStatus.CONFIRMED


@pytest.mark.parametrize("answer", ALL)
def test_nothing_is_answered_once_it_has_started(full, answer):
    acts = {
        Answer.KEEP: lambda: answers.keep(of(1), at=full.starts_at),
        Answer.WITHDRAW: lambda: answers.withdraw(of(1), at=full.starts_at),
        Answer.REPLACE: lambda: answers.replace(of(1), by_person=colleague(), at=full.starts_at),
    }

    with pytest.raises(AnswerClosedError):
        acts[answer]()

    assert (of(1).status, of(1).answered_at) == (ParticipationStatus.CONFIRMED, None)


def test_a_registration_with_replacements_is_erased_as_a_whole(full):
    answers.replace(of(1), by_person=colleague(), at=LATER)

    Registration.objects.filter(booker_email="assistante@cpas.example").delete()

    assert [one.address for one in Participation.objects.all()] == ["personne2@cpas.example"]


# --- naming a place ----------------------------------------------------------------------------


def test_a_name_comes_with_the_choice_of_workshops(page):
    made = session(page)
    rent, energy = (Workshop.objects.create(session=made, title={"fr": one}) for one in "AB")
    SignUpRules.objects.create(training=page.training, may_hold=1)
    (nobody,) = unnamed(1, session_ids=[made.pk])
    held = registration(nobody).participants.get()

    for chosen in ((), ((made.pk, rent.pk, rent.pk),), ((made.pk, rent.pk + 99, None),)):
        with pytest.raises(NoWorkshopLeftError):
            answers.correct(held, person=colleague(workshops=chosen), at=LATER)
    chosen = ((made.pk, energy.pk, rent.pk),)
    answers.correct(held, person=colleague(workshops=chosen), at=LATER)

    assert (of(9).first_choice, of(9).second_choice, of(9).workshop) == (energy, rent, energy)
