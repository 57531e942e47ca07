"""Two clicks at once leave one link."""

import pytest
from django.db import connection
from django.utils import timezone

from registrations.domain import service_links
from registrations.enums import TokenPurpose
from registrations.models import AccessToken
from tests.factories.registrations import partner
from tests.served import together


@pytest.mark.django_db(transaction=True)
def test_eight_renewals_at_once_leave_one_link_that_opens():
    service, at = partner(), timezone.now()

    def renew():
        try:
            return service_links.renew(service, by=None, at=at)
        finally:
            connection.close()

    secrets = together(*[renew] * 8)

    found = [AccessToken.find(one, purpose=TokenPurpose.SERVICE, at=at) for one in secrets]
    assert [one for one in found if one] == [service_links.living(service, at=at)]
    assert AccessToken.objects.count() == 8
