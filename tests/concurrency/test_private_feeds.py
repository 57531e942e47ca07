"""Two clicks at once leave one address."""

import pytest
from django.db import connection
from django.utils import timezone

from registrations.domain import private_feeds
from registrations.models import PrivateFeed
from tests.factories import registrations
from tests.factories.trainings import catalogue, session, training_page
from tests.served import together
from trainings.exceptions import RetiredFeedError

CAMILLE = "camille@cpas.example"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of", ["person", "service"])
def test_eight_renewals_at_once_leave_one_living_address(of):
    morning = session(training_page(catalogue()))
    booking = registrations.registration(registrations.person(morning, email=CAMILLE))
    holder = CAMILLE if of == "person" else booking.partner

    def renew():
        try:
            return private_feeds.renew(holder, at=timezone.now())
        finally:
            connection.close()

    secrets = together(*[renew] * 8)

    living = []
    for secret in secrets:
        try:
            living.append(private_feeds.find(secret))
        except RetiredFeedError:
            continue
    assert len(living) == 1
    assert living == [private_feeds.living(holder)]
    assert PrivateFeed.objects.of(holder).count() == 8
