from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import serializers
from wagtail.models import ModelLogEntry

from registrations.domain import merging, partners, private_feeds, service_links
from registrations.domain.partners import NewPartner
from registrations.enums import PartnerStatus, TokenPurpose
from registrations.exceptions import CannotMergeError, CannotUndoMergeError
from registrations.models import (
    AccessToken,
    Contact,
    DifferentServices,
    FormerName,
    Neighbourhood,
    PartnerMerge,
    PartnerService,
    PrivateFeed,
    Registration,
    ServiceCap,
    ServiceKind,
    SignUpRules,
)
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, catalogue, programme_page, session, training_page
from trainings.exceptions import RetiredFeedError
from trainings.models import Trainer

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=2)


@pytest.fixture
def morning():
    return session(training_page(programme_page(catalogue())))


@pytest.fixture
def kept(morning):
    one = partner("CPAS de Charleroi")
    registration(person(morning, number=1), partner=one)
    Contact.objects.create(partner=one, last_name="Directrice", is_primary=True)
    Neighbourhood.objects.create(partner=one, name="Dampremy")
    return one


@pytest.fixture
def merged(morning, kept):
    """Typed in a form, then filled in by somebody who did not know of the other one."""
    kind = ServiceKind.objects.create(name={"fr": "Aide"})
    one = partner(
        "Centre d'action sociale",
        status=PartnerStatus.TO_CHECK,
        kind=kind,
        email="accueil@cpas.example",
        reference="17",
        employees=300,
        do_not_name=True,
        wants_contact_since=datetime(2027, 1, 5, 8, 30, 1, 123456, tzinfo=UTC),
    )
    registration(person(morning, number=2), person(morning, number=3), partner=one)
    Contact.objects.create(partner=one, last_name="Accueil", is_primary=True)
    FormerName.objects.create(partner=one, name="Commission d'assistance")
    for name in ("Dampremy", "Marcinelle"):
        Neighbourhood.objects.create(partner=one, name=name)
    one.trainers.add(Trainer.objects.create(name="Formatrice"))
    rules = SignUpRules.objects.create(session=morning)
    ServiceCap.objects.create(rules=rules, partner=one, places=3)
    return one


def everything():
    """All that a merge may touch, but for its own row and the links that it ends for good."""
    models = [
        PartnerService,
        Registration,
        Contact,
        FormerName,
        Neighbourhood,
        ServiceCap,
        DifferentServices,
    ]
    return {
        model.__name__: serializers.serialize("python", model.objects.order_by("pk"))
        for model in models
    }


def test_what_hangs_from_the_one_follows_to_the_other(kept, merged):
    assert merging.foresee(kept, merged) == {
        "registrations": 1,
        "contacts": 1,
        "former_names": 1,
        "neighbourhoods": 1,
        "caps": 1,
        "trainers": 1,
    }

    merging.merge(kept, merged, by=None, at=AT)

    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (merged.status, merged.merged_into) == (PartnerStatus.MERGED, kept)
    assert kept.registrations.count() == 2
    assert [one.name for one in kept.contacts.all()] == ["Directrice", "Accueil"]
    assert [one.is_primary for one in kept.contacts.all()] == [True, False]
    assert {one.name for one in kept.former_names.all()} == {
        "Commission d'assistance",
        "Centre d'action sociale",
    }
    assert {one.name for one in kept.neighbourhoods.all()} == {"Dampremy", "Marcinelle"}
    assert [one.name for one in kept.trainers.all()] == ["Formatrice"]
    assert ServiceCap.objects.get().partner == kept
    assert (kept.kind, kept.email, kept.reference, kept.employees, kept.do_not_name) == (
        merged.kind,
        "accueil@cpas.example",
        "17",
        300,
        True,
    )
    assert kept.wants_contact_since == merged.wants_contact_since
    assert kept.name == "CPAS de Charleroi"


def test_both_histories_tell_it(kept, merged):
    merging.merge(kept, merged, by=None, at=AT)

    told = ModelLogEntry.objects.filter(action="registrations.merge_partners")
    assert {one.object_id for one in told} == {str(kept.pk), str(merged.pk)}


def test_undone_everything_is_where_it_was(kept, merged):
    first, second = sorted([kept.pk, merged.pk])
    DifferentServices.objects.create(first_id=first, second_id=second)
    before, coached = everything(), list(merged.trainers.all())
    made = merging.merge(kept, merged, by=None, at=AT)

    merging.undo(made, by=None, at=LATER)

    after = everything()
    for rows in (before, after):
        for row in rows["DifferentServices"]:
            row.pop("pk")
    assert after == before
    assert list(merged.trainers.all()) == coached
    assert list(kept.trainers.all()) == []
    made.refresh_from_db()
    assert made.undone_at == LATER


def test_what_came_since_stays_where_it_came(kept, merged, morning):
    made = merging.merge(kept, merged, by=None, at=AT)
    since = registration(person(morning, number=9), partner=kept, at=LATER)
    kept.refresh_from_db()
    kept.email = "autre@cpas.example"
    kept.save()
    Contact.objects.filter(last_name="Accueil").delete()

    merging.undo(made, by=None, at=LATER)

    kept.refresh_from_db()
    merged.refresh_from_db()
    assert since in kept.registrations.all()
    assert kept.email == "autre@cpas.example"
    assert merged.email == "accueil@cpas.example"
    assert merged.contacts.count() == 0


def test_its_links_open_nothing_any_more(kept, merged):
    secret = service_links.renew(merged, by=None, at=AT)
    address = private_feeds.renew(merged, at=AT)

    made = merging.merge(kept, merged, by=None, at=AT)

    assert AccessToken.find(secret, purpose=TokenPurpose.SERVICE, at=LATER) is None
    with pytest.raises(RetiredFeedError):
        private_feeds.find(address)

    merging.undo(made, by=None, at=LATER)
    assert AccessToken.find(secret, purpose=TokenPurpose.SERVICE, at=LATER) is None
    assert not PrivateFeed.objects.living().exists()


def test_a_name_of_the_merged_one_leads_to_the_other(kept, merged, morning):
    merging.merge(kept, merged, by=None, at=AT)

    assert partners.recognise("centre action sociale") == kept
    assert partners.suggest("centre action") == [kept]
    assert partners.find_or_add(merged) == kept
    typed = NewPartner(name="Centre d'action sociale", municipality="charleroi")
    assert partners.find_or_add(typed) == kept
    # Somebody who had chosen it before it was merged.
    assert registration(person(morning, number=8), partner=merged).partner == kept


def test_who_was_merged_before_leads_to_the_last_one(kept, merged):
    third = partner("Aide sociale de Charleroi")
    first = merging.merge(merged, partner("Aide", status=PartnerStatus.TO_CHECK), by=None, at=AT)
    second = merging.merge(third, merged, by=None, at=AT)

    first.merged.refresh_from_db()
    assert first.merged.merged_into == third
    with pytest.raises(CannotUndoMergeError) as error:
        merging.undo(first, by=None, at=LATER)
    assert error.value.message == CannotUndoMergeError.MERGED_SINCE

    merging.undo(second, by=None, at=LATER)
    first.merged.refresh_from_db()
    assert first.merged.merged_into == merged
    merging.undo(first, by=None, at=LATER)
    first.merged.refresh_from_db()
    assert first.merged.status == PartnerStatus.TO_CHECK


def test_an_exception_of_both_stays_that_of_the_one(kept, merged):
    rules = SignUpRules.objects.get()
    ServiceCap.objects.create(rules=rules, partner=kept, places=1)

    merging.merge(kept, merged, by=None, at=AT)

    assert set(ServiceCap.objects.values_list("partner", "places")) == {
        (kept.pk, 1),
        (merged.pk, 3),
    }


def test_a_municipality_that_would_make_two_of_one_name_is_not_taken_over(morning):
    partner("Relais social", municipality="Mons")
    kept = partner("Relais social", municipality="")
    merged = partner("Relais social de Mons", municipality="Mons")

    merging.merge(kept, merged, by=None, at=AT)

    kept.refresh_from_db()
    assert kept.municipality == ""


def test_these_are_not_merged(kept, merged):
    refused = partner("Personne", status=PartnerStatus.REFUSED)
    for one, other in [(kept, kept), (merged, kept), (kept, refused), (refused, kept)]:
        with pytest.raises(CannotMergeError):
            merging.merge(one, other, by=None, at=AT)
    merging.merge(kept, merged, by=None, at=AT)
    with pytest.raises(CannotMergeError):
        merging.merge(kept, merged, by=None, at=AT)
    assert PartnerMerge.objects.count() == 1


def test_it_is_undone_once_and_for_thirty_days(kept, merged):
    made = merging.merge(kept, merged, by=None, at=AT)
    last = AT + merging.UNDOABLE
    assert merging.merges_of(kept, at=last) == [(made, True)]
    assert merging.merges_of(kept, at=last + timedelta(seconds=1)) == [(made, False)]
    with pytest.raises(CannotUndoMergeError):
        merging.undo(made, by=None, at=AT + merging.UNDOABLE + timedelta(seconds=1))

    merging.undo(made, by=None, at=LATER)
    with pytest.raises(CannotUndoMergeError):
        merging.undo(made, by=None, at=LATER)


@pytest.mark.parametrize("fields", [{"name": "CPAS Jumet"}, {"reference": "4"}])
def test_it_is_not_undone_into_a_name_or_a_number_that_is_taken(kept, fields):
    merged = partner("CPAS de Jumet", reference="4")
    partner("Autre", reference="5")
    made = merging.merge(kept, merged, by=None, at=AT)
    kept.refresh_from_db()
    kept.reference = ""
    kept.save()
    partner(**{"name": "Nouveau service", **fields})

    with pytest.raises(CannotUndoMergeError) as error:
        merging.undo(made, by=None, at=LATER)

    assert error.value.message == CannotUndoMergeError.NAME_TAKEN
    merged.refresh_from_db()
    assert merged.status == PartnerStatus.MERGED


def test_a_contact_who_has_left_since_is_not_made_the_first_again(kept, merged):
    made = merging.merge(kept, merged, by=None, at=AT)
    Contact.objects.filter(last_name="Accueil").update(left_on=date(2027, 2, 2))

    merging.undo(made, by=None, at=LATER)

    assert not merged.contacts.get().is_primary
