"""Links that open until the day of a session is over."""

from datetime import UTC, datetime, timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import day_links
from registrations.enums import TokenPurpose
from registrations.exceptions import SheetNotOpenError
from registrations.models import AccessToken
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from tests.factories.users import user

pytestmark = pytest.mark.django_db

DESK, TRAINER = TokenPurpose.DESK, TokenPurpose.TRAINER
LATER = AT + timedelta(hours=1)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    """On 23 March 2027, in winter time."""
    return session(page)


def opens(secret, *, purpose=DESK, at=LATER):
    return AccessToken.find(secret, purpose=purpose, at=at)


@pytest.mark.parametrize("purpose", [DESK, TRAINER])
def test_a_link_opens_until_midnight_there(morning, purpose):
    secret = day_links.renew(morning, purpose=purpose, by=None, at=AT)

    midnight = datetime(2027, 3, 23, 23, 0, tzinfo=UTC)
    found = opens(secret, purpose=purpose)
    assert (found.session, found.expires_at) == (morning, midnight)
    assert opens(secret, purpose=purpose, at=midnight - timedelta(seconds=1)) == found
    assert opens(secret, purpose=purpose, at=midnight) is None
    assert day_links.living(morning, purpose=purpose, at=midnight) is None


def test_of_several_days_it_opens_until_the_last_is_over(page):
    three_days = session(page, ends_on=MORNING_2)

    secret = day_links.renew(three_days, purpose=DESK, by=None, at=AT)

    # Summer time has begun.
    assert opens(secret).expires_at == datetime(2027, 3, 30, 22, 0, tzinfo=UTC)


def test_one_purpose_opens_nothing_else(morning):
    secret = day_links.renew(morning, purpose=DESK, by=None, at=AT)

    assert [opens(secret, purpose=one) for one in TokenPurpose if one != DESK] == [None] * 6


def test_renewed_the_one_before_opens_no_more(morning):
    first = day_links.renew(morning, purpose=DESK, by=None, at=AT)
    second = day_links.renew(morning, purpose=DESK, by=None, at=LATER)

    assert opens(first) is None
    assert opens(second) == day_links.living(morning, purpose=DESK, at=LATER)


def test_others_keep_theirs(page, morning):
    secrets = [
        day_links.renew(morning, purpose=TRAINER, by=None, at=AT),
        day_links.renew(session(page, MORNING_2), purpose=TRAINER, by=None, at=AT),
    ]

    day_links.renew(morning, purpose=DESK, by=None, at=AT)
    day_links.revoke(morning, purpose=DESK, by=None, at=LATER)

    assert None not in [opens(one, purpose=TRAINER) for one in secrets]


def test_revoked_it_opens_no_more(morning):
    secret = day_links.renew(morning, purpose=DESK, by=None, at=AT)

    assert day_links.revoke(morning, purpose=DESK, by=None, at=LATER) is True
    assert day_links.revoke(morning, purpose=DESK, by=None, at=LATER) is False
    assert opens(secret) is None


def test_when_the_day_is_over_there_is_none_to_make(morning):
    midnight = datetime(2027, 3, 23, 23, 0, tzinfo=UTC)

    with pytest.raises(SheetNotOpenError):
        day_links.renew(morning, purpose=DESK, by=None, at=midnight)
    assert AccessToken.objects.exists() is False


def test_the_history_tells_who_did_it_and_no_secret(morning):
    somebody = user("registrations.view_registration")
    secret = day_links.renew(morning, purpose=DESK, by=somebody, at=AT)
    day_links.renew(morning, purpose=TRAINER, by=somebody, at=AT)
    day_links.revoke(morning, purpose=DESK, by=somebody, at=LATER)
    day_links.revoke(morning, purpose=TRAINER, by=somebody, at=LATER)

    logged = ModelLogEntry.objects.filter(action__endswith="_link").order_by("pk")
    assert [(one.action, one.user) for one in logged] == [
        (f"registrations.{name}_link", somebody)
        for name in ("renew_desk", "renew_trainer", "revoke_desk", "revoke_trainer")
    ]
    assert secret not in str(list(logged.values()))
    assert secret not in str(list(AccessToken.objects.values()))
