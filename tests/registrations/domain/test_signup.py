from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from registrations.domain import signup
from registrations.domain.partners import NewPartner
from registrations.enums import MessageKind, ParticipationStatus, PartnerStatus
from registrations.exceptions import (
    AlreadyRegisteredError,
    FormAlreadySentError,
    RegistrationClosedError,
    SessionGoneError,
)
from registrations.models import OutgoingEmail, Participation, PartnerService, Registration
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


def statuses(made: Registration) -> list[tuple[int, str, int]]:
    people = made.participants.with_participations()
    return [(who.position, one.status, one.rank) for who in people for one in who.living]


def test_three_people_for_two_mornings_are_one_registration(page):
    one, two = session(page, MORNING_1), session(page, MORNING_2)

    made = registration(person(one, two), person(one, number=2), person(two, number=3))

    assert made.participants.count() == 3
    assert Participation.objects.filter(status=ParticipationStatus.CONFIRMED).count() == 4
    assert sorted(OutgoingEmail.objects.values_list("kind", "recipient")) == [
        (MessageKind.INVITATION, "personne1@cpas.example"),
        (MessageKind.INVITATION, "personne2@cpas.example"),
        (MessageKind.INVITATION, "personne3@cpas.example"),
        (MessageKind.RECEIPT, "assistante@cpas.example"),
    ]


def test_a_person_without_address_gets_no_mail(page):
    registration(person(session(page), email=""))

    assert list(OutgoingEmail.objects.values_list("kind", flat=True)) == [MessageKind.RECEIPT]


def test_a_manager_gets_a_copy_of_the_receipt(page):
    registration(person(session(page), email=""), booker=booker(manager_email="chef@cpas.example"))

    receipts = OutgoingEmail.objects.filter(kind=MessageKind.RECEIPT)
    assert sorted(receipts.values_list("recipient", flat=True)) == [
        "assistante@cpas.example",
        "chef@cpas.example",
    ]


def test_who_does_not_fit_waits_with_a_rank(page):
    full = session(page, capacity=1)

    made = registration(person(full), person(full, number=2), person(full, number=3))

    assert statuses(made) == [
        (1, ParticipationStatus.CONFIRMED, 0),
        (2, ParticipationStatus.WAITING, 1),
        (3, ParticipationStatus.WAITING, 2),
    ]


def test_who_only_waits_is_told_so_and_not_invited(page):
    registration(person(session(page, capacity=1)))
    registration(person(page.training.sessions.get(), number=2))

    assert list(
        OutgoingEmail.objects.filter(recipient="personne2@cpas.example").values_list("kind")
    ) == [(MessageKind.WAITING,)]


def test_a_group_that_stays_together_waits_together(page):
    small = session(page, capacity=2)

    made = registration(
        *(person(small, number=number) for number in (1, 2, 3)), booker=booker(keep_together=True)
    )

    assert statuses(made) == [(n, ParticipationStatus.WAITING, n) for n in (1, 2, 3)]


def test_nobody_overtakes_the_queue(page):
    small = session(page, capacity=2)
    registration(*(person(small, number=number) for number in (1, 2, 3)))
    # A place comes free while one person waits.
    Participation.objects.filter(address="personne1@cpas.example").update(
        status=ParticipationStatus.WITHDRAWN
    )

    late = registration(person(small, number=4))

    assert Participation.objects.get(address="personne3@cpas.example").status == "OFFERED"
    assert statuses(late) == [(1, ParticipationStatus.WAITING, 1)]


def test_unlimited_places_confirm_everybody(page):
    made = registration(*(person(session(page, capacity=None), number=n) for n in (1,)))

    assert statuses(made) == [(1, ParticipationStatus.CONFIRMED, 0)]


def test_the_same_form_twice_is_one_registration(page):
    morning = session(page)
    partner()

    first = registration(person(morning), key="k")
    again = registration(person(morning), key="k")

    assert again == first
    assert Participation.objects.count() == 1
    assert OutgoingEmail.objects.count() == 2


def test_the_same_form_with_other_names_is_refused(page):
    morning = session(page)
    first = registration(person(morning), key="k")

    with pytest.raises(FormAlreadySentError) as refusal:
        registration(person(morning, number=2), key="k")

    assert refusal.value.registration == first
    assert Participation.objects.count() == 1


def test_an_address_is_registered_once_for_a_session(page):
    morning = session(page)
    registration(person(morning))

    with pytest.raises(AlreadyRegisteredError) as refusal:
        registration(person(number=9), person(morning, email="PERSONNE1@cpas.example"))

    assert (refusal.value.position, refusal.value.session) == (1, morning)
    assert Registration.objects.count() == 1


def test_two_people_of_one_form_do_not_share_an_address(page):
    morning = session(page)

    with pytest.raises(AlreadyRegisteredError):
        registration(person(morning), person(morning, last_name="Autre"))

    assert Registration.objects.count() == 0


def test_people_without_address_may_be_several(page):
    morning = session(page)

    made = registration(person(morning, email=""), person(morning, email="", number=2))

    assert [status for _n, status, _r in statuses(made)] == [ParticipationStatus.CONFIRMED] * 2


@pytest.mark.parametrize(
    "fields",
    [
        {"registration_closes_at": AT},
        {"registration_opens_at": AT + timedelta(seconds=1)},
    ],
    ids=["closed", "not open yet"],
)
def test_outside_its_dates_a_session_takes_nobody(page, fields):
    with pytest.raises(RegistrationClosedError):
        registration(person(session(page, **fields)))

    assert not Registration.objects.exists()


def test_a_session_that_started_takes_nobody(page):
    morning = session(page)

    with pytest.raises(RegistrationClosedError):
        registration(person(morning), at=morning.starts_at)


def test_a_cancelled_session_takes_nobody(page):
    morning = scheduling.cancel(session(page), by=None, at=AT)

    with pytest.raises(RegistrationClosedError):
        registration(person(morning))


def test_an_unknown_service_is_added_once_to_be_checked(page):
    one, two = session(page, MORNING_1), session(page, MORNING_2)
    unknown = NewPartner(name="Service neuf", municipality="Mons")

    first = registration(person(one), partner=unknown)
    second = registration(person(two), partner=NewPartner(name="SERVICE NEUF", municipality="mons"))

    assert first.partner == second.partner == PartnerService.objects.get()
    assert first.partner.status == PartnerStatus.TO_CHECK


def test_a_sign_up_is_logged(page):
    made = registration(person(session(page)))

    entry = ModelLogEntry.objects.get(action="registrations.sign_up")
    assert (entry.object_id, entry.label) == (str(made.pk), made.reference)
    assert registry.get_formatter(entry) is not None


def test_a_sign_up_that_cannot_be_logged_did_not_happen(page, monkeypatch):
    morning = session(page)

    def fail(*args, **kwargs):
        raise ValidationError("no log")

    monkeypatch.setattr("registrations.domain.signup.log", fail)
    with pytest.raises(ValidationError):
        registration(person(morning))

    assert not Registration.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_needs_are_kept_apart_and_only_when_told(page):
    morning = session(page)

    made = registration(
        person(morning, access="boucle auditive"), person(morning, number=2, email="")
    )

    first, second = made.participants.all()
    assert first.needs.access == "boucle auditive"
    assert not hasattr(second, "needs")


def test_a_session_that_is_gone_registers_nobody(page):
    morning, gone = session(page, MORNING_1), session(page, MORNING_2)
    chosen = person(morning, gone)
    gone.delete()

    with pytest.raises(SessionGoneError):
        registration(chosen)

    assert not Registration.objects.exists()


def test_a_form_that_loses_the_race_under_other_locks_is_the_same_registration(page, monkeypatch):
    """The second of two equal forms looks before the first is there, and writes after it."""
    morning = session(page)
    partner()
    first = registration(person(morning), key="k")
    looks = iter([None])
    really = signup._made_before
    monkeypatch.setattr(signup, "_made_before", lambda *told: next(looks, really(*told)))
    monkeypatch.setattr(signup, "_check_not_registered", lambda *told: None)

    assert registration(person(morning), key="k") == first
    assert Registration.objects.count() == 1


def test_what_the_database_refuses_for_another_reason_is_not_hidden(page, monkeypatch):
    morning = session(page)
    registration(person(morning), key="k")
    monkeypatch.setattr(signup, "_check_not_registered", lambda *told: None)

    with pytest.raises(IntegrityError):
        registration(person(morning), key="another")

    assert Registration.objects.count() == 1


def test_who_joins_a_registration_that_went_beyond_the_rules_does_not(page):
    morning = session(page, capacity=1)
    made = registration(person(morning), person(morning, number=2), overruled="Intervenantes")
    assert statuses(made) == [(1, "CONFIRMED", 0), (2, "CONFIRMED", 0)]

    signup.join(made, [person(morning, number=3)], at=AT)

    assert statuses(made) == [(1, "CONFIRMED", 0), (2, "CONFIRMED", 0), (3, "WAITING", 1)]
