import random
import time
from itertools import product

import pytest

from registrations.domain import duplicates
from registrations.enums import PartnerStatus
from registrations.exceptions import CannotMergeError
from registrations.models import FormerName, PartnerService
from registrations.models.partners import search_key
from tests.factories.registrations import partner

pytestmark = pytest.mark.django_db


def found():
    return [{one.name, other.name} for one, other in duplicates.pairs()]


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("C.P.A.S. de Charleroi", "Charleroi"),
        ("cpas charleroi", "Charleroi"),
        ("cpas charleroi", ""),
        ("cpas charleroi", "6000 Charleroi"),
        ("cpas charleroi", "Marchienne-au-Pont"),  # its name says where it is
        ("CPAS de Charleroy", "Charleroi"),
        ("Charleroi, CPAS", "charleroi"),
    ],
)
def test_the_same_service_typed_otherwise_is_proposed(typed, where):
    partner("CPAS de Charleroi", municipality="Charleroi")
    partner(typed, municipality=where, status=PartnerStatus.TO_CHECK)

    assert found() == [{"CPAS de Charleroi", typed}]


@pytest.mark.parametrize(
    ("one", "where", "other", "there"),
    [
        ("Relais social", "Mons", "Relais social", "Charleroi"),
        ("CPAS de Charleroi", "Charleroi", "CPAS de Mons", "Mons"),
        ("Régie de quartier Nord", "Mons", "Régie de quartier Sud", "Mons"),
        ("Antenne sociale 1", "Mons", "Antenne sociale 2", "Mons"),
        ("Planning familial", "Mons", "Planification sociale", "Mons"),
    ],
)
def test_others_are_not(one, where, other, there):
    partner(one, municipality=where)
    partner(other, municipality=there)

    assert found() == []


def test_names_of_before_count():
    renamed = partner("La Sambrienne", municipality="Charleroi")
    FormerName.objects.create(partner=renamed, name="Le Val d'Heure")
    partner("Val d'Heure", municipality="Charleroi", status=PartnerStatus.TO_CHECK)

    assert found() == [{"La Sambrienne", "Val d'Heure"}]


@pytest.mark.parametrize("status", [PartnerStatus.REFUSED])
def test_who_is_out_is_not_proposed(status):
    partner("CPAS de Charleroi")
    partner("cpas charleroi", status=status)

    assert found() == []


def test_the_listed_one_comes_first():
    typed = partner("cpas charleroi", status=PartnerStatus.TO_CHECK)
    listed = partner("CPAS de Charleroi")

    assert duplicates.pairs() == [(listed, typed)]
    assert duplicates.pairs({typed.pk}) == [(listed, typed)]
    assert duplicates.pairs({listed.pk + 1000}) == []


def test_what_is_said_to_be_different_is_not_proposed_again():
    one, other = partner("Forem"), partner("Le Forem", municipality="")
    assert duplicates.pairs() == [(one, other)]

    duplicates.note_different(other, one)
    duplicates.note_different(one, other)

    assert duplicates.pairs() == []
    with pytest.raises(CannotMergeError):
        duplicates.note_different(one, one)


def test_two_thousand_services_take_less_than_a_second(django_assert_num_queries):
    kinds = ("CPAS", "Régie de quartier", "Maison médicale", "Service social", "Relais")
    chosen = random.Random(1)
    rows = []
    for number in range(2000):
        words = [chosen.choice(kinds), chosen.choice(WORDS), chosen.choice(WORDS)]
        name = " ".join(words)
        town = f"Ville {number % 40}"
        rows.append(PartnerService(name=name, search_key=search_key(name), municipality=town))
    rows[1].name, rows[1].municipality = rows[0].name, rows[0].municipality
    rows[1].search_key, rows[1].status = rows[0].search_key, PartnerStatus.TO_CHECK
    PartnerService.objects.bulk_create(rows, ignore_conflicts=True)
    began = time.process_time()
    with django_assert_num_queries(4):
        pairs = duplicates.pairs()

    assert {rows[0].name} in [{one.name, other.name} for one, other in pairs]
    assert time.process_time() - began < 2  # half of one on a quiet machine


SYLLABLES = ("ba", "cor", "din", "fel", "gra", "hou", "jam", "ker", "lo", "mir")
WORDS = ["".join(three) for three in product(SYLLABLES, repeat=3)]
