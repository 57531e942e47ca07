"""Rules in words, sentence by sentence."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from registrations.enums import Promotion
from registrations.models import ServiceKind, SessionConfirmation, SignUpRules, Workshop
from registrations.publication import rules_in_words
from registrations.wording import Rules
from tests.factories.registrations import partner
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
)
from trainings.models import Programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


@pytest.fixture
def morning(page):
    """Of 24 places, on Tuesday 23 March 2027 from 9:00."""
    return session(page, MORNING_1, capacity=24)


@pytest.fixture
def kinds():
    return SimpleNamespace(
        police=ServiceKind.objects.create(name={"fr": "Police", "nl": "Politie"}),
        welfare=ServiceKind.objects.create(name={"fr": "CPAS", "nl": "OCMW"}),
        school=ServiceKind.objects.create(name={"fr": "École sociale", "nl": "Sociale school"}),
    )


def rules(page, **fields):
    """Of the training; nothing is limited but by what `fields` say."""
    plain = {"per_service": None, "closes_days_before": None}
    return SignUpRules.objects.create(training=page.training, **{**plain, **fields})


def say(morning, *, at=AT, language="fr"):
    with override(language):
        return rules_in_words([morning], at=at)[morning.pk]


WAITING = (
    "Une place qui se libère est proposée à la personne suivante sur la liste d’attente, qui a "
    "2\xa0jours ouvrables pour répondre, moins si la séance est proche."
)


def test_without_rules_only_the_waiting_list_is_told(morning):
    assert say(morning) == [WAITING]


def test_without_any_limit_nothing_is_told(page):
    assert say(session(page, MORNING_2, capacity=None)) == []


def test_people_per_service_and_exceptions_by_kind(page, morning, kinds):
    row = rules(page, per_service=2, has_waiting_list=False)
    row.caps.create(kind=kinds.police, places=4)
    row.caps.create(kind=kinds.welfare, places=None)
    row.caps.create(kind=kinds.school, places=0)

    assert say(morning) == [
        "2\xa0personnes au plus par service.",
        "Police\xa0: 4\xa0personnes au plus par service.",
        "CPAS\xa0: sans limite par service.",
        "École sociale\xa0: personne.",
        "Il n’y a pas de liste d’attente.",
    ]


def test_a_service_is_never_named(page, morning):
    row = rules(page, per_service=2)
    row.caps.create(partner=partner("Maison des Tilleuls"), places=6)

    assert say(morning) == ["2\xa0personnes au plus par service.", WAITING]


def test_kept_places_until_they_are_for_everybody(page, morning, kinds):
    row = rules(page, quotas_days_before=14)
    row.quotas.create(places=8).kinds.set([kinds.police])
    row.quotas.create(places=8).kinds.set([kinds.welfare, kinds.school])

    kept, *_rest = say(morning)
    assert kept == (
        "Places par type de service, jusqu’au mardi 9 mars 2027 à 12\xa0h\xa0: 8 pour Police\xa0; "
        "8 pour CPAS et École sociale\xa0; 8 pour les autres. Celles qui restent sont ensuite pour "
        "tout le monde."
    )
    over = row.quotas_until(morning)
    assert say(morning, at=over - timedelta(seconds=1))[0] == kept
    assert say(morning, at=over) == [WAITING]


def test_places_kept_to_the_end(page, morning, kinds):
    row = rules(page, quotas_days_before=None)
    row.quotas.create(places=24).kinds.set([kinds.police])

    assert say(morning)[0] == "Places par type de service\xa0: 24 pour Police."


def test_who_comes_first_and_until_when(page, morning, kinds):
    row = rules(page, priority_days_before=14)
    row.priority_kinds.set([kinds.police, kinds.welfare])

    assert say(morning)[0] == (
        "Ces services ont la priorité, jusqu’au mardi 9 mars 2027 à 12\xa0h\xa0: Police et CPAS. "
        "Les autres attendent jusque-là."
    )
    assert say(morning, at=row.priority_until(morning)) == [WAITING]


@pytest.mark.parametrize(
    ("promotion", "sentence"),
    [
        (
            Promotion.CONFIRM,
            "Une place qui se libère revient tout de suite à la personne suivante sur la liste "
            "d’attente.",
        ),
        (
            Promotion.BY_HAND,
            "Quand tout est pris, on attend, et nous attribuons les places qui se libèrent.",
        ),
    ],
)
def test_how_a_free_place_is_given(page, morning, promotion, sentence):
    rules(page, promotion=promotion)

    assert say(morning) == [sentence]


def test_time_to_answer_is_told_in_days_when_they_are_whole(page, morning):
    row = rules(page, offer_hours=5)
    assert "5\xa0heures ouvrables" in say(morning)[0]

    row.offer_hours = 8
    row.save()
    assert "1\xa0jour ouvrable " in say(morning)[0]


def test_confirmation_minimum_withdrawal_and_places_without_names(page, morning):
    rules(
        page,
        needs_approval=True,
        min_participants=8,
        decides_days_before=5,
        withdraw_days_before=3,
        may_hold=12,
        names_days_before=14,
    )

    assert say(morning) == [
        "Nous confirmons chaque inscription\xa0: avant cela, elle est «\xa0à confirmer\xa0».",
        WAITING,
        "Un service peut retenir 12\xa0places sans noms et donne les noms au plus tard le mardi "
        "9 mars 2027 à 12\xa0h\xa0; sinon les places sont libérées.",
        "La séance a lieu à partir de 8\xa0personnes. Nous décidons au plus tard le jeudi 18 mars "
        "2027 à 12\xa0h.",
        "Merci de vous désinscrire au plus tard le samedi 20 mars 2027 à 12\xa0h. Ensuite, c’est "
        "encore possible, avec la mention «\xa0tardive\xa0».",
    ]


def test_what_is_over_is_left_out(page, morning):
    row = rules(
        page, min_participants=8, decides_days_before=5, withdraw_days_before=3, may_hold=12
    )

    assert say(morning, at=row.withdraw_until(morning)) == [WAITING]


def test_a_session_that_is_confirmed_has_no_minimum_any_more(page, morning):
    rules(page, min_participants=8)
    SessionConfirmation.objects.create(session=morning, confirmed_at=AT)

    assert say(morning) == [WAITING]


def test_all_or_none_and_workshops(page, morning):
    Programme.objects.update(is_indivisible=True)
    Workshop.objects.create(session=morning, title={"fr": "Écouter"}, capacity=20)
    Workshop.objects.create(session=morning, title={"fr": "Orienter"})

    assert say(morning) == [
        "Toutes les séances ou aucune\xa0: qui s’inscrit participe à chaque séance du programme "
        "encore à venir.",
        WAITING,
        "Chaque personne choisit un de ces ateliers, et un deuxième choix\xa0: Écouter "
        "(20\xa0places)\xa0; Orienter.",
    ]


def test_rules_of_a_session_apart_count_alone(page, morning):
    rules(page, per_service=2, has_waiting_list=False)
    SignUpRules.objects.create(session=morning, per_service=5, has_waiting_list=False)

    assert say(morning)[0] == "5\xa0personnes au plus par service."


def test_a_session_that_has_begun_tells_nothing(morning):
    assert rules_in_words([morning], at=morning.starts_at) == {}


def test_what_is_proposed_is_told_in_days_before(page):
    with override("fr"):
        assert Rules(SignUpRules()).sentences() == [
            "20\xa0places.",
            "Inscriptions jusqu’à 7\xa0jours avant la séance, à 12\xa0h.",
            "2\xa0personnes au plus par service.",
            WAITING,
        ]


def test_days_before_are_told_of_each_deadline(page, kinds):
    row = rules(
        page,
        capacity=None,
        opens_days_before=60,
        closes_days_before=0,
        withdraw_days_before=1,
        min_participants=1,
        decides_days_before=None,
    )
    row.priority_kinds.set([kinds.police])

    with override("fr"):
        assert Rules(row).sentences() == [
            "Pas de limite au nombre de places.",
            "Les inscriptions ouvrent 60\xa0jours avant la séance, à 12\xa0h.",
            "Inscriptions jusqu’au jour de la séance, à 12\xa0h.",
            "Ces services ont la priorité, jusqu’à 14\xa0jours avant la séance, à 12\xa0h\xa0: "
            "Police. Les autres attendent jusque-là.",
            WAITING,
            "La séance a lieu à partir de 1\xa0personne.",
            "Merci de vous désinscrire au plus tard 1\xa0jour avant la séance, à 12\xa0h. Ensuite, "
            "c’est encore possible, avec la mention «\xa0tardive\xa0».",
        ]


def test_sentences_are_read_in_dutch_too(page, morning, kinds):
    row = rules(page, per_service=2, has_waiting_list=False)
    row.quotas.create(places=8).kinds.set([kinds.welfare])

    assert say(morning, language="nl") == [
        "Hoogstens 2 personen per dienst.",
        "Plaatsen per soort dienst, tot dinsdag 9 maart 2027 om 12.00 uur: 8 voor OCMW; 16 voor "
        "de anderen. Wat overblijft, is daarna voor iedereen.",
        "Er is geen wachtlijst.",
    ]


def test_any_number_of_sessions_takes_as_many_queries(
    page, morning, kinds, django_assert_num_queries
):
    row = rules(page, min_participants=8)
    row.quotas.create(places=8).kinds.set([kinds.police])
    row.priority_kinds.set([kinds.police])
    row.caps.create(kind=kinds.police, places=4)
    Workshop.objects.create(session=morning, title={"fr": "Écouter"})

    with django_assert_num_queries(8):
        rules_in_words([morning], at=AT)
    others = [session(page, MORNING_2 + timedelta(days=number)) for number in range(3)]
    SignUpRules.objects.create(session=others[0])

    with django_assert_num_queries(8):
        rules_in_words([morning, *others], at=AT)
