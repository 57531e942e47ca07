"""Figures, counted by hand and by another way."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from registrations.domain.figures import Presences, figures_of, lines_by
from registrations.domain.press import as_text, by_heading, in_figures, press_list
from registrations.domain.scopes import Scope
from registrations.enums import (
    CAME,
    ParticipationStatus,
    PartnerStatus,
    PresenceState,
    Quality,
)
from registrations.models import AttendanceSheet, Participation, PartnerService, ServiceKind
from tests.factories.presences import HALF, NEW, booked, close, twenty_services
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
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

#: The day after the second morning.
AFTER = datetime(2027, 3, 31, 9, tzinfo=UTC)
MAY, JUNE = date(2026, 5, 5), date(2026, 6, 2)
EARLIER = date(2026, 11, 10)


@pytest.fixture
def index():
    return catalogue()


@pytest.fixture
def programme(index):
    return programme_page(index)


@pytest.fixture
def page(programme):
    return training_page(programme)


@pytest.fixture
def mornings(page):
    return session(page, MORNING_1), session(page, MORNING_2)


@pytest.fixture
def earlier(index):
    return session(training_page(index, title="Le bail, pas à pas"), EARLIER)


@pytest.fixture
def twenty(earlier, mornings):
    return twenty_services(earlier, *mornings)


def of(page, **scope):
    return figures_of(Scope(programme=page.training.programme, **scope), at=AFTER)


def queries(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


# --- two mornings and twenty services ------------------------------------------------------------


def test_a_service_at_both_mornings_is_one_service(page, mornings, twenty):
    found = of(page)

    first, second = (figures_of(Scope(session=one), at=AFTER) for one in mornings)
    assert (first.services_present, second.services_present) == (17, 15)
    assert (found.services_present, found.services_registered) == (20, 20)
    assert (found.people_present, found.people_registered) == (34, 34)
    assert found.presences == Presences(registered=56, present=56, hours=56 * timedelta(hours=3))
    assert (found.sessions.total, found.sessions.begun, found.sessions.unclosed) == (2, 2, 0)
    assert found.presences.rate == 1.0


def test_six_services_come_for_the_first_time_ever(page, twenty):
    found = of(page)

    assert {line.pk for line in found.services if line.is_new} == {twenty[n].pk for n in NEW}
    assert found.services_new == 6


def test_the_press_list_counts_twenty_and_names_nineteen(page, twenty):
    with translation.override("fr"):
        found = press_list(of(page))

    assert [(one.name, one.number, len(one.names)) for one in found.headings] == [
        ("CPAS et communes", 3, 3),
        ("emploi et insertion", 2, 2),
        ("logement et quartier", 2, 2),
        ("accueil et sans-abrisme", 2, 1),
        ("santé", 2, 2),
        ("jeunesse et famille", 2, 2),
        ("dettes et énergie", 2, 2),
        ("intégration et alphabétisation", 2, 2),
        ("police et victimes", 1, 1),
        ("autres", 2, 2),
    ]
    assert (found.number, found.named) == (20, 19)
    assert [one.names for one in found.headings[:4]] == [
        [
            "CPAS de Charleroi",
            "CPAS de Valsambre (démo)",
            "Plan de cohésion sociale de Valsambre (démo)",
        ],
        ["Forem – site de Charleroi", "Service d’insertion L’Escalier asbl (démo)"],
        ["AIS Clé des Terrils (démo)", "Régie de quartier Les Deux Rives (démo)"],
        ["Maison d’accueil Le Palier (démo)"],
    ]


def test_what_is_pasted_names_nobody_who_refused(page, twenty):
    with translation.override("en"):
        figures = of(page)
        said, sentence = as_text(press_list(figures)), in_figures(figures, "P")

    assert sentence == (
        "P in figures: 2 mornings, 20 services, 34 participants, 6 services met for the first time."
    )
    lines = said.splitlines()
    assert lines[3] == (
        "Shelters and homelessness (2, 1 of them named): Maison d’accueil Le Palier (démo)"
    )
    assert lines[-1] == "In all: 20 services, 19 of them named."
    assert "La Lanterne" not in said
    assert "Sociale" not in said


def test_by_kind_place_and_heading_the_parts_come_to_the_whole(page, twenty):
    found = of(page)

    places = found.by(lambda line: line.municipality)
    assert {one.key: (one.present, one.new) for one in places} == {
        "Charleroi": (15, 6),
        "Gerpinnes": (3, 0),
        "Valsambre": (2, 0),
    }
    assert sum(one.presences.came for one in places) == 56
    with translation.override("fr"):
        headings = by_heading(found)
    assert sum(one.present for one in headings) == 20
    assert headings[0].key == "CPAS et communes"
    assert headings[-1].key == "autres"


# --- each definition -----------------------------------------------------------------------------


def test_registered_present_excused_and_absent_are_told_apart(page, mornings):
    first, _second = mornings
    for number, (presence, many) in enumerate(
        {"PRESENT": 4, "PARTLY": 3, "EXCUSED": 2, "ABSENT": 1, "": 5}.items()
    ):
        service = partner(f"Service {number}")
        booked(service, first, people=many, presence=presence, attended=HALF)
    for status in ("PENDING", "WAITING", "WITHDRAWN"):
        booked(partner(status), first, presence="", status=status)

    found = of(page)

    assert found.presences == Presences(
        registered=15, present=4, partly=3, excused=2, absent=1, hours=7 * HALF
    )
    assert (found.presences.came, found.presences.not_noted) == (7, 5)
    assert found.presences.rate == 0.7
    assert (found.services_registered, found.services_present) == (5, 2)
    assert (found.people_registered, found.people_present) == (15, 7)
    assert found.sessions.unclosed == 2


def test_one_address_is_one_person_and_without_one_each_is(page, mornings):
    first, second = mornings
    same = ("a@x.example",)
    booked(partner("One"), first, addresses=same)
    booked(partner("Other"), second, addresses=same)
    booked(partner("Third"), first, second, people=2)

    found = of(page)

    assert (found.people_registered, found.people_present) == (3, 3)


def test_people_are_counted_in_the_quality_they_came_in(page, mornings):
    first, second = mornings
    service = partner()
    booked(service, first, second, people=2, quality=Quality.VOLUNTEER)
    booked(service, first, people=3, quality=Quality.STUDENT)
    booked(service, second, quality=Quality.ELECTED, presence=PresenceState.ABSENT)

    assert of(page).qualities == {
        Quality.VOLUNTEER: 2,
        Quality.STUDENT: 3,
    }


def test_who_registered_twice_and_came_once_is_one_person_who_came(page, mornings):
    first, second = mornings
    same = ("a@x.example",)
    booked(partner("One"), first, addresses=same, presence=PresenceState.ABSENT)
    booked(partner("Other"), second, addresses=same)

    found = of(page)

    assert (found.people_registered, found.people_present) == (1, 1)
    assert found.qualities == {Quality.PROFESSIONAL: 1}


def test_what_does_not_go_ahead_counts_nowhere(page, mornings):
    first, second = mornings
    off = session(page, date(2027, 3, 9))
    booked(partner(), first, off)
    booked(partner("Forem"), off)
    scheduling.cancel(off, by=None, at=AT)
    scheduling.postpone(second, by=None, at=AT)

    found = of(page)

    assert (found.sessions.total, found.services_present, found.presences.came) == (1, 1, 1)


def test_what_turned_out_to_be_no_partner_service_is_none(page, mornings):
    booked(partner("Nobody", status=PartnerStatus.REFUSED), mornings[0], people=2)
    booked(partner("To check", status=PartnerStatus.TO_CHECK), mornings[0])

    found = of(page)

    assert [line.name for line in found.services] == ["To check"]
    assert (found.people_present, found.presences.came) == (3, 3)
    line = lines_by(found.scope, "session")[mornings[0].pk]
    assert (line.services_registered, line.services_present, line.people_present) == (1, 1, 3)


def test_a_year_has_the_sessions_that_begin_in_it(index):
    page = training_page(index)
    new_year = session(page, date(2026, 12, 31), ends_on=date(2027, 1, 2), training_time=None)
    booked(partner(), new_year)

    assert figures_of(Scope(year=2026), at=AFTER).services_present == 1
    assert figures_of(Scope(year=2027), at=AFTER).services_present == 0
    assert figures_of(Scope(), at=AFTER).services_present == 1


def test_nothing_at_all_is_nothing(page):
    found = of(page)

    assert (found.services, found.presences, found.presences.rate) == ([], Presences(), None)
    assert press_list(found).headings == []


# --- for the first time --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("presence", "is_closed", "is_new"),
    [
        (PresenceState.PRESENT, True, False),
        (PresenceState.PARTLY, False, False),
        (PresenceState.ABSENT, True, True),
        ("", False, False),  # nobody closed the sheet: a place counts
        ("", True, True),
    ],
)
def test_new_is_who_was_not_seen_before(page, mornings, earlier, presence, is_closed, is_new):
    service = partner()
    booked(service, earlier, presence=presence)
    booked(service, mornings[0])
    if is_closed:
        close(earlier)

    assert [line.is_new for line in of(page).services] == [is_new]


def test_new_is_told_by_the_first_presence_between_sessions_of_others(page, mornings, index):
    between = session(training_page(index, title="Entre-temps"), date(2027, 3, 26))
    before, after = partner("Before"), partner("After")
    booked(before, between, mornings[1])
    booked(after, mornings[0], between, mornings[1])
    close(between, *mornings)

    assert {line.name: line.is_new for line in of(page).services} == {
        "Before": False,
        "After": True,
    }


def test_to_be_registered_is_not_to_come_for_the_first_time(page, mornings):
    booked(partner(), mornings[0], presence=PresenceState.EXCUSED)

    assert of(page).services_new == 0


# --- who is not named ----------------------------------------------------------------------------


def test_a_service_that_refused_once_or_whose_row_says_so_is_not_named(page, mornings, earlier):
    first, second = mornings
    by_row, once, elsewhere, not_asked, gone = (
        partner(name) for name in ("By row", "Once", "Elsewhere", "Not asked", "Gone")
    )
    by_row.do_not_name = True
    by_row.save()
    booked(by_row, first)
    booked(once, first, may_name_partner=True)
    booked(once, second, presence=PresenceState.ABSENT, may_name_partner=False)
    booked(elsewhere, earlier, may_name_partner=False)
    booked(elsewhere, first)
    booked(not_asked, first, may_name_partner=None)
    booked(gone, first)
    booked(gone, second, presence="", status="WITHDRAWN", may_name_partner=False)

    (heading,) = press_list(of(page)).headings

    assert (heading.number, heading.names) == (5, ["Elsewhere", "Not asked"])


def test_who_came_to_a_discreet_session_only_is_not_named(page, mornings, programme):
    hidden = training_page(programme, title="Rendez-vous")
    hidden.training.is_discreet = True
    hidden.training.save()
    circle = session(hidden, date(2027, 3, 24))
    booked(partner("Discreet"), circle)
    booked(partner("Both"), circle, mornings[0])

    (heading,) = press_list(of(page)).headings

    assert (heading.number, heading.names) == (2, ["Both"])
    public = of(page, for_public=True)
    assert [line.name for line in public.services] == ["Both"]
    assert public.sessions.total == 2


def test_a_page_that_is_not_live_is_not_for_the_public(page, mornings):
    booked(partner(), mornings[0])
    page.unpublish()

    assert of(page, for_public=True).sessions.total == 0


# --- by another way ------------------------------------------------------------------------------


def seen_slowly(one: Participation, *, at: datetime) -> bool:
    sheet = AttendanceSheet.objects.filter(session=one.session, closed_at__isnull=False)
    return (
        one.status == "CONFIRMED"
        and one.session.goes_ahead
        and one.session.ends_at <= at
        and (one.presence in CAME or (one.presence == "" and not sheet.exists()))
    )


def count_slowly(sessions: list, *, at: datetime) -> dict:
    """Row by row, in Python alone."""
    everybody = list(
        Participation.objects.select_related("session", "participant__registration__partner")
    )
    service = {one.pk: one.participant.registration.partner for one in everybody}
    within = {one.pk for one in sessions}
    mine = [one for one in everybody if one.session_id in within and one.status == "CONFIRMED"]
    came = [one for one in mine if one.presence in CAME]
    new = set()
    for partner_service in {service[one.pk] for one in came}:
        here = min(one.session.starts_at for one in came if service[one.pk] == partner_service)
        elsewhere = [
            one.session.starts_at
            for one in everybody
            if service[one.pk] == partner_service
            and one.session_id not in within
            and seen_slowly(one, at=at)
        ]
        if not elsewhere or min(elsewhere) >= here:
            new.add(partner_service)
    real = {one for one in service.values() if one.status != PartnerStatus.REFUSED}
    return {
        "registered": len(mine),
        "came": len(came),
        "people": len({one.address or one.participant_id for one in came}),
        "services": len({service[one.pk] for one in came} & real),
        "new": len(new & real),
        "hours": sum((one.attended or timedelta(0) for one in came), timedelta(0)),
    }


@pytest.mark.parametrize("seed", range(4))
def test_a_slow_count_comes_to_the_same(index, seed):
    chance = random.Random(seed)
    pages = [training_page(programme_page(index, title=f"P{n}"), title=f"F{n}") for n in range(3)]
    days = [MAY, JUNE, EARLIER, date(2027, 1, 12), MORNING_1, MORNING_2, date(2027, 5, 4)]
    sessions = [session(chance.choice(pages), day) for day in days]
    statuses = [PartnerStatus.LISTED] * 4 + [PartnerStatus.REFUSED]
    services = [partner(f"S{n}", status=chance.choice(statuses)) for n in range(8)]
    for number in range(40):
        presence = chance.choice([*PresenceState, PresenceState.PRESENT, ""])
        status = chance.choice([ParticipationStatus.CONFIRMED] * 4 + [ParticipationStatus.WAITING])
        booked(
            chance.choice(services),
            *chance.sample(sessions, chance.randint(1, 3)),
            presence=presence if status == ParticipationStatus.CONFIRMED else "",
            status=status,
            addresses=(f"{number}@x.example",) if chance.random() < 0.5 else (),
            attended=chance.choice([HALF, 2 * HALF]),
        )
    # The same person again, for another service.
    booked(services[0], sessions[0], addresses=("again@x.example",))
    booked(services[1], sessions[1], addresses=("again@x.example",))
    close(*chance.sample(sessions, 4))
    scheduling.cancel(sessions[3], by=None, at=AT)

    scopes = [
        Scope(),
        Scope(year=2026),
        Scope(year=2027),
        *(Scope(programme=page.training.programme) for page in pages),
        *(Scope(training=page.training) for page in pages),
        *(Scope(session=one) for one in sessions),
    ]
    for scope in scopes:
        found = figures_of(scope, at=AFTER)
        assert {
            "registered": found.presences.registered,
            "came": found.presences.came,
            "people": found.people_present,
            "services": found.services_present,
            "new": found.services_new,
            "hours": found.presences.hours,
        } == count_slowly(list(scope.sessions()), at=AFTER)


def test_many_take_as_many_queries_as_one(page, mornings, earlier):
    kind = ServiceKind.objects.create(name={"fr": "CPAS"})
    booked(partner(kind=kind), earlier)
    booked(partner("Forem", kind=kind), mornings[0])
    close(earlier)

    def everything():
        found = of(page)
        return press_list(found), by_heading(found), lines_by(found.scope, "session")

    everything()
    with_one = queries(everything)
    for number in range(30):
        other = ServiceKind.objects.create(name={"fr": f"Type {number}"})
        service = partner(f"Service {number}", kind=other, municipality=f"Commune {number}")
        booked(service, mornings[number % 2], people=2)
    session(page, date(2027, 3, 16))

    assert queries(everything) == with_one
    assert queries(lambda: of(page)) <= 8
    assert PartnerService.objects.count() == 32
