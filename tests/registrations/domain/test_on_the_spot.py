"""Who stands at the door without a place."""

from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import attendance, on_the_spot
from registrations.domain.attendance import Note
from registrations.domain.on_the_spot import let_in, replace, walk_in
from registrations.domain.partners import NewPartner
from registrations.domain.sheet import rows_of
from registrations.emails.delivery import deliver_due
from registrations.enums import Origin, PresenceSource, PresenceState, Promotion
from registrations.exceptions import (
    AlreadyRegisteredError,
    FormAlreadySentError,
    NoLongerRegisteredError,
    SessionFullError,
    SheetNotOpenError,
    WalkInsNotLetInError,
)
from registrations.models import (
    OutgoingEmail,
    Participation,
    PartnerService,
    PresenceEntry,
    Registration,
    SignUpRules,
    Workshop,
)
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
)
from trainings.domain import scheduling
from trainings.models import Programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, capacity=1)


@pytest.fixture
def at(morning):
    """A quarter of an hour after it began."""
    return morning.starts_at + timedelta(minutes=15)


def rules(session, **said):
    values = {"capacity": None, "per_service": None, "promotion": Promotion.BY_HAND, **said}
    return SignUpRules.objects.create(session=session, **values)


def lets_in(session, *, at, **said):
    values = {
        "first_name": "Sans",
        "last_name": "Inscription",
        "partner": NewPartner(name="Régie des quartiers"),
        "key": "key",
        "language": "fr",
        "half_day": 1,
    }
    return walk_in(session, **{**values, **said}, at=at)


def noted(one, state, *, at):
    note = Note(participation_id=one.pk, half_day=1, state=state, at=at)
    attendance.note(one.session, [note], source=PresenceSource.DESK, by=None, at=at)
    one.refresh_from_db()


def registered(*people, at=AT, **options):
    made = registration(*people, at=at, **options)
    return list(Participation.objects.filter(participant__registration=made).order_by("pk"))


# --- without registration ---


def test_who_is_let_in_is_registered_and_present(morning, at):
    one = lets_in(morning, function="éducateur", at=at)

    booked = one.participant.registration
    assert (one.status, one.presence, one.attended) == (
        "CONFIRMED",
        "PRESENT",
        timedelta(hours=3),
    )
    assert (booked.origin, booked.booker_name, booked.booker_email) == (
        Origin.ON_SITE,
        "Sans Inscription",
        "",
    )
    assert (booked.may_name_partner, booked.overruled) == (None, "")
    assert booked.partner.status == "TO_CHECK"
    assert one.participant.function == "éducateur"
    assert OutgoingEmail.objects.exists() is False
    assert set(ModelLogEntry.objects.for_instance(booked).values_list("action", flat=True)) == {
        "registrations.walk_in"
    }


def test_with_an_address_one_has_the_receipt_and_no_invitation(morning, at, mailoutbox):
    lets_in(morning, email="sans@cpas.example", at=at)

    assert list(OutgoingEmail.objects.values_list("kind", "recipient")) == [
        ("RECEIPT", "sans@cpas.example")
    ]
    deliver_due(at=at)
    assert "Sans Inscription" in mailoutbox[0].body


def test_the_same_key_lets_in_once(morning, at):
    first = lets_in(morning, at=at)
    again = lets_in(morning, at=at + timedelta(minutes=1))

    assert again.pk == first.pk
    assert (Registration.objects.count(), PresenceEntry.objects.count()) == (1, 1)
    with pytest.raises(FormAlreadySentError):
        lets_in(morning, last_name="Autre", at=at)
    other = lets_in(morning, key="other", beyond=True, at=at)
    assert other.pk != first.pk


def test_sent_again_it_counts_though_nobody_is_let_in_any_more(morning, at):
    first = lets_in(morning, at=at)
    rules(morning, lets_in_walk_ins=False)

    assert lets_in(morning, at=at) == first


def test_a_full_session_is_the_desks_to_decide(morning, at):
    registered(person(morning))

    with pytest.raises(SessionFullError):
        lets_in(morning, at=at)
    assert Registration.objects.count() == 1
    one = lets_in(morning, beyond=True, at=at)

    assert (one.status, one.presence) == ("CONFIRMED", "PRESENT")
    assert one.participant.registration.overruled == on_the_spot._reason()


def test_with_room_nothing_is_overruled(morning, at):
    assert lets_in(morning, beyond=True, at=at).participant.registration.overruled == ""


def test_a_place_that_is_free_is_of_who_waits_until_it_begins(morning):
    rules(morning)
    (comes,) = registered(person(morning))
    registered(person(morning, number=2))
    Participation.objects.filter(pk=comes.pk).update(status="WITHDRAWN")
    before = morning.starts_at - timedelta(minutes=15)

    with pytest.raises(SessionFullError):
        lets_in(morning, at=before)
    assert lets_in(morning, at=morning.starts_at).status == "CONFIRMED"


def test_where_the_rules_let_nobody_in(morning, at):
    rules(morning, lets_in_walk_ins=False)

    with pytest.raises(WalkInsNotLetInError):
        lets_in(morning, beyond=True, at=at)
    assert PartnerService.objects.exists() is False


def test_neither_long_before_nor_for_what_does_not_take_place(page, morning, at):
    with pytest.raises(SheetNotOpenError):
        lets_in(morning, at=morning.starts_at - timedelta(hours=13))
    scheduling.cancel(morning, by=None, at=AT)
    with pytest.raises(SheetNotOpenError):
        lets_in(morning, at=at)


def test_after_the_session_somebody_of_the_spare_lines_is_added(morning):
    one = lets_in(morning, at=morning.ends_at + timedelta(days=2))

    assert one.presence == "PRESENT"


def test_approval_and_workshops_are_not_asked_at_the_door(morning, at):
    rules(morning, needs_approval=True)
    Workshop.objects.create(session=morning, title={"fr": "Énergie"})

    assert lets_in(morning, at=at).status == "CONFIRMED"


def test_of_sessions_that_belong_together_one_is_in_this_one():
    whole = programme_page(catalogue())
    Programme.objects.update(is_indivisible=True)
    training = training_page(whole)
    first, _second = session(training), session(training, MORNING_2)

    one = lets_in(first, at=first.starts_at)

    assert list(Participation.objects.values_list("session", "status")) == [(first.pk, "CONFIRMED")]
    assert one.presence == "PRESENT"


def test_who_has_a_place_already_is_told(morning, at):
    registered(person(morning))

    with pytest.raises(AlreadyRegisteredError):
        lets_in(morning, email="personne1@cpas.example", at=at)


# --- who waited ---


@pytest.mark.parametrize("status", ["WAITING", "PENDING", "OFFERED"])
def test_who_has_no_place_yet_gets_it(page, at, status):
    morning = session(page, capacity=2)
    rules(morning)
    (one,) = registered(person(morning))
    Participation.objects.filter(pk=one.pk).update(
        status=status, offer_ends_at=morning.starts_at if status == "OFFERED" else None
    )
    sent = OutgoingEmail.objects.count()

    one = let_in(one, half_day=1, at=at)

    assert (one.status, one.presence) == ("CONFIRMED", "PRESENT")
    assert one.participant.registration.overruled == ""
    assert OutgoingEmail.objects.count() == sent


def test_who_waits_for_a_full_session_gets_in_beyond_the_places(morning, at):
    rules(morning)
    registered(person(morning))
    (one,) = registered(person(morning, number=2))

    with pytest.raises(SessionFullError):
        let_in(one, half_day=1, at=at)
    one = let_in(one, half_day=1, beyond=True, at=at)

    assert (one.status, one.presence) == ("CONFIRMED", "PRESENT")
    assert one.participant.registration.overruled == on_the_spot._reason()


def test_twice_is_once_and_who_left_is_not_let_in(morning, at):
    (one,) = registered(person(morning))
    assert let_in(one, half_day=1, at=at).sequence == let_in(one, half_day=1, at=at).sequence == 0
    Participation.objects.filter(pk=one.pk).update(status="WITHDRAWN", presence="", attended=None)
    with pytest.raises(NoLongerRegisteredError):
        let_in(one, half_day=1, at=at)


# --- instead of somebody ---


def colleague(**fields):
    values = {"first_name": "Collègue", "last_name": "Venue", "email": ""}
    return person(**{**values, **fields})


def test_a_colleague_is_there_instead_of_somebody_noted_absent(morning, at):
    (one,) = registered(person(morning))
    noted(one, PresenceState.ABSENT, at=at)

    newcomer = replace(one, by_person=colleague(), half_day=1, at=at + timedelta(minutes=1))

    one.refresh_from_db()
    assert (one.status, one.presence, one.presences.count()) == ("REPLACED", "", 0)
    assert (newcomer.participant.name, newcomer.status, newcomer.presence) == (
        "Collègue Venue",
        "CONFIRMED",
        "PRESENT",
    )
    assert newcomer.participant.registration == one.participant.registration


def test_said_twice_it_is_done_once(morning, at):
    (one,) = registered(person(morning))

    first = replace(one, by_person=colleague(), half_day=1, at=at)

    assert replace(one, by_person=colleague(), half_day=1, at=at) == first
    with pytest.raises(NoLongerRegisteredError):
        replace(one, by_person=colleague(last_name="Autre"), half_day=1, at=at)


def test_the_newcomer_gets_no_invitation_and_the_other_is_told(morning, at):
    (one,) = registered(person(morning), booker=booker(email="personne1@cpas.example"))
    OutgoingEmail.objects.all().delete()

    replace(one, by_person=colleague(email="venue@cpas.example"), half_day=1, at=at)

    assert list(OutgoingEmail.objects.values_list("kind", "recipient")) == [
        ("REPLACED", "personne1@cpas.example")
    ]


# --- the sheet ---


def test_the_sheet_has_people_by_service_and_by_name(page, at):
    morning = session(page, capacity=3)
    rules(morning)
    school, agency = partner("École"), partner("AIS")
    registered(
        person(morning, first_name="Zoé", last_name="Évrard"),
        person(morning, number=2, first_name="Ali", last_name="Zola"),
        partner=school,
    )
    (third,) = registered(person(morning, number=3), partner=agency)
    registered(person(morning, number=4), partner=agency)
    noted(third, PresenceState.PRESENT, at=at)

    rows = rows_of(morning, at)

    assert [(service.name, [one.name for one in people]) for service, people in rows.services] == [
        ("AIS", ["Assistante Sociale 3"]),
        ("École", ["Zoé Évrard", "Ali Zola"]),
    ]
    assert [(one.name, one.rank) for one in rows.without_place] == [("Assistante Sociale 4", 1)]
    assert (rows.counts.expected, rows.counts.present, rows.counts.unknown) == (3, 1, 2)
    assert (rows.here(1), rows.is_closed) == (1, False)


@pytest.mark.parametrize("number", [1, 20])
def test_the_sheet_takes_four_queries(page, at, number, django_assert_num_queries):
    morning = session(page)
    for one in range(number):
        registered(person(morning, number=one), partner=partner(f"Service {one}"))

    with django_assert_num_queries(4):
        rows = rows_of(morning, at)
        assert [one.name for one in rows.people if one.service.kind] == []
