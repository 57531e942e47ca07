import hashlib
from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import private_feeds
from registrations.models import PrivateFeed
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from tests.factories.users import registrations_manager
from trainings.exceptions import RetiredFeedError, UnknownFeedError

pytestmark = pytest.mark.django_db

CAMILLE = "camille@cpas.example"
LATER = AT + timedelta(days=1)


@pytest.fixture(params=["person", "service"])
def holder(request):
    return CAMILLE if request.param == "person" else partner()


def rows():
    return list(PrivateFeed.objects.order_by("pk").values_list("made_at", "revoked_at"))


def test_an_address_is_found_by_its_secret(holder):
    secret = private_feeds.renew(holder, at=AT)

    found = private_feeds.find(secret)

    assert (found.holder, found.made_at) == (holder, AT)
    assert private_feeds.living(holder) == found


def test_the_secret_is_kept_nowhere(holder):
    secret = private_feeds.renew(holder, at=AT)

    (row,) = PrivateFeed.objects.values()
    assert len(secret) == 32
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert [name for name, value in row.items() if secret in str(value)] == []


def test_renewed_the_old_one_has_come_to_an_end(holder):
    old = private_feeds.renew(holder, at=AT)
    new = private_feeds.renew(holder, at=LATER)

    with pytest.raises(RetiredFeedError):
        private_feeds.find(old)
    assert private_feeds.find(new) == private_feeds.living(holder)
    assert rows() == [(AT, LATER), (LATER, None)]


def test_revoked_it_has_come_to_an_end(holder):
    secret = private_feeds.renew(holder, at=AT)

    assert private_feeds.revoke(holder, at=LATER) is True

    with pytest.raises(RetiredFeedError):
        private_feeds.find(secret)
    assert private_feeds.living(holder) is None
    assert rows() == [(AT, LATER)]


def test_revoked_twice_the_first_time_counts(holder):
    assert private_feeds.revoke(holder, at=AT) is False
    private_feeds.renew(holder, at=AT)
    private_feeds.revoke(holder, at=AT)

    assert private_feeds.revoke(holder, at=LATER) is False
    assert rows() == [(AT, AT)]


def test_others_keep_theirs(holder):
    service, colleague = partner("Forem"), "leo@cpas.example"
    theirs = {other: private_feeds.renew(other, at=AT) for other in (service, colleague)}

    private_feeds.renew(holder, at=LATER)
    private_feeds.revoke(holder, at=LATER)

    assert {other: private_feeds.find(secret).holder for other, secret in theirs.items()} == {
        service: service,
        colleague: colleague,
    }


@pytest.mark.parametrize("secret", ["", "x", "x" * 500, "\x00", "é"])
def test_what_was_never_made_is_unknown(secret):
    with pytest.raises(UnknownFeedError):
        private_feeds.find(secret)


def test_a_digest_opens_nothing(holder):
    private_feeds.renew(holder, at=AT)

    with pytest.raises(UnknownFeedError):
        private_feeds.find(PrivateFeed.objects.get().digest)


def test_a_service_that_goes_takes_its_address_with_it():
    service = partner()
    secret = private_feeds.renew(service, at=AT)

    service.delete()

    with pytest.raises(UnknownFeedError):
        private_feeds.find(secret)


# --- the log -----------------------------------------------------------------------------------


def logged():
    return list(
        ModelLogEntry.objects.filter(action__contains="_feed")
        .order_by("pk")
        .values_list("action", "object_id", "label", "user__username", "timestamp", "data")
    )


def test_what_an_organiser_does_for_a_service_is_logged():
    service, user = partner(), registrations_manager()

    private_feeds.revoke(service, by=user, at=AT)  # nothing to revoke, nothing done
    private_feeds.renew(service, by=user, at=AT)
    private_feeds.revoke(service, by=user, at=LATER)

    about = (str(service.pk), "CPAS de Charleroi", "inscriptions")
    assert logged() == [
        ("registrations.renew_feed", *about, AT, {}),
        ("registrations.revoke_feed", *about, LATER, {}),
    ]


def test_what_a_person_does_with_their_own_is_not_logged():
    private_feeds.renew(CAMILLE, at=AT)
    private_feeds.revoke(CAMILLE, at=LATER)

    assert logged() == []


# --- the language ------------------------------------------------------------------------------


@pytest.fixture
def mornings():
    page = training_page(catalogue())
    return [session(page, MORNING_1), session(page, MORNING_2)]


def test_a_person_reads_the_language_of_the_latest_registration(mornings):
    for morning, language in zip(mornings, ("fr", "nl"), strict=True):
        registration(person(morning, email=CAMILLE, language=language))

    assert private_feeds.language_of(CAMILLE) == "nl"


def test_a_service_reads_the_language_of_most_of_its_registrations(mornings):
    for number, language in enumerate(("nl", "nl", "fr"), start=1):
        one = registration(person(mornings[0], number=number), booker=booker(language=language))
    other = partner("Forem")
    registration(person(mornings[0], number=4), booker=booker(language="en"), partner=other)

    assert private_feeds.language_of(one.partner) == "nl"
    assert private_feeds.language_of(other) == "en"


def test_without_registration_it_is_the_hosts(holder):
    assert private_feeds.language_of(holder) == "fr"


def test_a_language_the_host_no_longer_speaks_is_the_hosts(mornings):
    one = registration(person(mornings[0], email=CAMILLE), booker=booker(language="de"))

    assert private_feeds.language_of(CAMILLE) == "fr"
    assert private_feeds.language_of(one.partner) == "fr"
