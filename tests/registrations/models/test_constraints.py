import pytest
from django.db import IntegrityError, transaction

from registrations.enums import ParticipationStatus, TokenPurpose
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
)
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def taken(page):
    """A living participation of a person with an address."""
    registration(person(session(page, MORNING_1)))
    return Participation.objects.get()


def again(taken, **fields):
    values = {
        "participant": taken.participant,
        "session": taken.session,
        "status": ParticipationStatus.WAITING,
        "address": "",
        "changed_at": AT,
        "arrived_at": AT,
    }
    return Participation.objects.create(**{**values, **fields})


def test_one_living_participation_per_participant_and_session(taken):
    with pytest.raises(IntegrityError), transaction.atomic():
        again(taken)

    Participation.objects.update(status=ParticipationStatus.WITHDRAWN)
    again(taken)


def test_one_living_participation_per_address_and_session(taken, page):
    registration(person(session(page, MORNING_2), number=2))
    other = Participant.objects.exclude(pk=taken.participant_id).get()

    with pytest.raises(IntegrityError), transaction.atomic():
        again(taken, participant=other, address=taken.address)

    again(taken, participant=other, address="")


def test_a_form_key_is_used_once(taken):
    one = Registration.objects.get()
    one.pk, one.uid, one.reference = None, "5b0f2b52-0bb4-4b12-8f0c-3f2f7f8f9f10", "ABCDEFGH"

    with pytest.raises(IntegrityError), transaction.atomic():
        one.save(force_insert=True)


def test_a_mail_key_is_used_once(taken):
    one = OutgoingEmail.objects.first()
    one.pk, one.message_id = None, "<other@x.example>"

    with pytest.raises(IntegrityError), transaction.atomic():
        one.save(force_insert=True)


def test_a_mail_is_not_both_sent_and_given_up(taken):
    OutgoingEmail.objects.update(sent_at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingEmail.objects.update(failed_at=AT)


def test_a_service_is_listed_once_per_municipality():
    partner("CPAS de Charleroi")
    partner("CPAS de Charleroi", municipality="Mons")
    partner("cpas charleroi", status="TO_CHECK")

    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerService.objects.create(name="C.P.A.S. Charleroi", municipality="Charleroi")


@pytest.mark.parametrize("made", ["registration", "participant", "participation", "email"])
def test_nobody_is_named_where_logs_may_keep_it(taken, made):
    rows = {
        "registration": Registration.objects.get(),
        "participant": taken.participant,
        "participation": taken,
        "email": OutgoingEmail.objects.first(),
    }

    assert not any(word in str(rows[made]) for word in ("Sociale", "Assistante", "@cpas"))


def test_who_is_replaced_names_the_replacement(taken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.update(status=ParticipationStatus.REPLACED)


def test_only_who_is_replaced_names_a_replacement(taken, page):
    registration(person(session(page, MORNING_2), number=2))
    other = Participation.objects.exclude(pk=taken.pk).get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.filter(pk=taken.pk).update(replaced_by=other)


@pytest.mark.parametrize(
    ("purpose", "is_for_one"),
    [(TokenPurpose.ANSWER, False), (TokenPurpose.CALENDAR, False), (TokenPurpose.MANAGE, True)],
)
def test_a_persons_link_and_no_other_is_for_one_participation(taken, purpose, is_for_one):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessToken.objects.create(
            purpose=purpose,
            registration=taken.participant.registration,
            participation=taken if is_for_one else None,
            digest="0" * 64,
            expires_at=AT,
        )
