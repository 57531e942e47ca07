import pytest

from registrations.domain import partners
from registrations.enums import PartnerStatus
from registrations.models.partners import search_key
from tests.factories.registrations import partner

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
