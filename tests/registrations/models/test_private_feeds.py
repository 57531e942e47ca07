import pytest
from django.db import IntegrityError, transaction

from registrations.models import PrivateFeed
from tests.factories.registrations import partner
from tests.factories.trainings import AT

pytestmark = pytest.mark.django_db

CAMILLE = "camille@cpas.example"


def made(digest, **fields):
    return PrivateFeed.objects.create(digest=digest * 64, made_at=AT, **fields)


def test_an_address_is_a_persons_or_a_services():
    one = made("1", address=CAMILLE)
    other = made("2", partner=partner())

    assert (one.holder, other.holder) == (CAMILLE, other.partner)


def test_an_address_is_not_of_both():
    service = partner()

    with pytest.raises(IntegrityError), transaction.atomic():
        made("1", address=CAMILLE, partner=service)


def test_an_address_is_not_of_nobody():
    with pytest.raises(IntegrityError), transaction.atomic():
        made("1")


def test_a_secret_is_used_once():
    made("1", address=CAMILLE)

    with pytest.raises(IntegrityError), transaction.atomic():
        made("1", address="leo@cpas.example")


def test_a_person_has_one_living_address():
    made("1", address=CAMILLE, revoked_at=AT)
    made("2", address=CAMILLE, revoked_at=AT)
    living = made("3", address=CAMILLE)
    made("4", address="leo@cpas.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        made("5", address=CAMILLE)
    assert list(PrivateFeed.objects.of(CAMILLE).living()) == [living]


def test_a_service_has_one_living_address():
    service = partner()
    made("1", partner=service, revoked_at=AT)
    made("2", partner=service, revoked_at=AT)
    living = made("3", partner=service)
    made("4", partner=partner("Forem"))

    with pytest.raises(IntegrityError), transaction.atomic():
        made("5", partner=service)
    assert list(PrivateFeed.objects.of(service).living()) == [living]


def test_nobody_is_named_where_logs_may_keep_it():
    assert "camille" not in str(made("1", address=CAMILLE))
