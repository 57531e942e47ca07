"""The figures of a programme on a page of a host."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from registrations.blocks import ProgrammeFiguresBlock, public_figures
from registrations.enums import PresenceState
from tests.factories.presences import booked, twenty_services
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, programme_page, session, training_page, translated

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return programme_page(catalogue())


@pytest.fixture
def page(programme):
    return training_page(programme)


@pytest.fixture
def mornings(page):
    return session(page, date(2024, 3, 12)), session(page, date(2024, 3, 19))


def shown(page, heading="") -> str:
    block = ProgrammeFiguresBlock()
    value = block.to_python({"programme": page.training.programme_id, "heading": heading})
    return block.render(value)


def test_it_says_in_one_sentence_what_came_of_the_programme(page, mornings):
    older = training_page(page.get_parent().get_parent(), title="Le bail, pas à pas")
    twenty_services(session(older, date(2023, 5, 9)), *mornings)

    with translation.override("en"):
        html = shown(page, heading="<Twenty>")

    assert (
        "Accompagner vers et dans le logement in figures: 2 mornings, 20 services, "
        "34 participants, 6 services met for the first time." in html
    )
    assert "&lt;Twenty&gt;" in html
    assert html.count("<rect") == 20
    assert html.count("<tr>") == 11
    assert not {"Le Palier", "La Lanterne", "Sociale"} & set(html.split())


def test_it_is_live(page, mornings):
    booked(partner(), mornings[0], presence="")

    with translation.override("en"):
        assert "2 mornings, 1 service registered, 1 person registered." in shown(page)
        booked(partner("Forem"), mornings[1])
        assert "2 mornings, 1 service, 1 participant" in shown(page)
        booked(partner("Relais"), mornings[1], presence=PresenceState.ABSENT)
        assert "2 mornings, 1 service, 1 participant" in shown(page)


def test_it_says_how_far_a_programme_is(page, mornings):
    session(page, timezone.localdate() + timedelta(days=9))
    booked(partner(), mornings[0])

    with translation.override("en"):
        html = shown(page)

    assert "2 mornings, 1 service" in html
    assert "So far: 3 sessions are planned in all." in html


def test_it_has_the_words_of_the_language_one_reads(page, programme, mornings):
    translated(programme, "nl", "Begeleiden naar en in de woning")
    booked(partner(), mornings[0])

    with translation.override("nl"):
        assert "Begeleiden naar en in de woning" in shown(page)


@pytest.mark.parametrize("why", ["discreet", "not live", "restricted"])
def test_what_is_not_public_is_not_counted(page, mornings, why):
    booked(partner(), mornings[0])
    if why == "discreet":
        page.training.is_discreet = True
        page.training.save()
    elif why == "not live":
        page.unpublish()
    else:
        page.view_restrictions.create(restriction_type="login")

    assert public_figures(page.training.programme) == {}
    assert shown(page).strip() == ""


def test_a_programme_that_is_gone_shows_nothing():
    block = ProgrammeFiguresBlock()

    assert block.render(block.to_python({"programme": 4_000_000, "heading": ""})).strip() == ""


def test_many_take_as_many_queries_as_one(page, mornings):
    def count():
        with CaptureQueriesContext(connection) as captured:
            shown(page)
        return len(captured)

    booked(partner(), mornings[0])
    with_one = count()
    for number in range(12):
        booked(partner(f"Service {number}"), *mornings)

    assert count() == with_one
