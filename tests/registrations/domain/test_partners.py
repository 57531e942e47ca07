from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import partners
from registrations.domain.partners import NewPartner
from registrations.enums import PartnerStatus
from registrations.exceptions import ListedAlreadyError, NotInThisStateError
from registrations.models import FormerName, PartnerService
from registrations.models.partners import search_key
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import AT, catalogue, programme_page, session, training_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        "CPAS de Charleroi",
        "cpas charleroi",
        "C.P.A.S. Charleroi",
        "Charleroi CPAS",
        "  cpas   de  CHARLEROI ",
        "C.P.A.S. de Charleroi asbl",
    ],
)
def test_a_service_is_recognised_however_it_is_written(typed):
    expected = partner("CPAS de Charleroi")
    partner("CPAS de Valsambre")

    assert partners.recognise(typed) == expected


def test_accents_are_forgiven():
    expected = partner("Médiation de dettes Équilibre")

    assert partners.recognise("mediation dettes equilibre") == expected
    assert partners.suggest("EQUIL med") == [expected]


def test_two_services_of_one_name_are_not_guessed():
    partner("Relais social", municipality="Mons")
    partner("Relais social", municipality="Charleroi")

    assert partners.recognise("relais social") is None
    assert len(partners.suggest("relais")) == 2


def test_services_to_check_are_not_shown_to_the_public():
    partner("Service inconnu", status=PartnerStatus.TO_CHECK)

    assert partners.suggest("inconnu") == []
    assert partners.recognise("Service inconnu") is None


def test_suggestions_are_a_dozen_at_most_with_the_exact_name_first():
    for number in range(20):
        partner(f"Accueil {number:02}")
    exact = partner("Zone accueil")
    partner("Accueil zone quartier")

    found = partners.suggest("accueil")
    assert len(found) == partners.MOST_SUGGESTIONS
    assert partners.suggest("zone accueil")[0] == exact


@pytest.mark.parametrize("typed", ["", "   ", "...", "%", "_", "\\"])
def test_odd_words_find_nothing_and_break_nothing(typed):
    partner("CPAS de Charleroi")

    assert partners.suggest(typed) == []
    assert partners.recognise(typed) is None


def test_a_name_of_untold_words_only_still_has_a_key():
    assert search_key("De L'") == "de l"


# --- names of before, and services that are out ---------------------------------------------------


def test_a_service_is_known_by_the_names_it_had():
    one = partner("La Sambrienne")
    for name in ("Le Val d'Heure", "Val d'Heure - Sambre"):
        FormerName.objects.create(partner=one, name=name)

    assert partners.recognise("val heure") == one
    assert partners.suggest("val heure") == [one]
    assert partners.find_or_add(NewPartner(name="Val d'Heure", municipality="charleroi")) == one

    other = partner("Val d'Heure", municipality="Mons")
    assert partners.recognise("val heure") is None
    assert partners.find_or_add(NewPartner(name="Val d'Heure", municipality="Mons")) == other


def test_who_is_out_is_offered_to_nobody():
    kept = partner("Forem")
    partner("Accueil", status=PartnerStatus.REFUSED)
    partner("Le Forem de Charleroi", status=PartnerStatus.MERGED, merged_into=kept)

    assert partners.suggest("accueil") == []
    assert partners.recognise("accueil") is None
    assert partners.recognise("forem de charleroi") is None
    typed = NewPartner(name="Forem Charleroi", municipality="Charleroi")
    assert partners.find_or_add(typed) == kept


def test_what_was_refused_does_not_come_back_to_be_checked():
    refused = partner("Une personne", status=PartnerStatus.REFUSED)

    assert (
        partners.find_or_add(NewPartner(name="Une personne", municipality="Charleroi")) == refused
    )
    assert PartnerService.objects.count() == 1


# --- what is decided -----------------------------------------------------------------------------


def test_a_service_is_listed_refused_and_listed_after_all():
    one = partner("Forem", status=PartnerStatus.TO_CHECK)

    assert partners.accept(one, by=None, at=AT).status == PartnerStatus.LISTED
    with pytest.raises(NotInThisStateError):
        partners.accept(one, by=None, at=AT)
    assert partners.refuse(one, by=None, at=AT).status == PartnerStatus.REFUSED
    with pytest.raises(NotInThisStateError):
        partners.refuse(one, by=None, at=AT)
    assert partners.accept(one, by=None, at=AT).status == PartnerStatus.LISTED

    told = ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(told) == [
        "registrations.list_partner",
        "registrations.refuse_partner",
        "registrations.list_partner",
    ]


def test_one_name_is_listed_once_in_a_municipality():
    listed = partner("CPAS de Charleroi")
    typed = partner("cpas charleroi", municipality="CHARLEROI", status=PartnerStatus.TO_CHECK)
    elsewhere = partner("cpas charleroi", municipality="Mons", status=PartnerStatus.TO_CHECK)

    with pytest.raises(ListedAlreadyError) as error:
        partners.accept(typed, by=None, at=AT)
    assert error.value.other == listed
    partners.accept(elsewhere, by=None, at=AT)


def test_who_asks_to_be_contacted_waits_since_the_first_time():
    morning = session(training_page(programme_page(catalogue())))
    one = partner("Forem")
    for number in (1, 2):
        registration(
            person(morning, number=number),
            partner=one,
            booker=booker(wants_contact=True),
            at=AT + timedelta(days=number),
        )
    one.refresh_from_db()
    assert one.wants_contact_since == AT + timedelta(days=1)

    assert partners.contacted(one, by=None, at=AT)
    assert not partners.contacted(one, by=None, at=AT)
    one.refresh_from_db()
    assert one.wants_contact_since is None
