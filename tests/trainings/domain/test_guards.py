from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from wagtail import hooks

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
)
from trainings.domain import scheduling
from trainings.domain.guards import before_pages_go, why_not_delete

pytestmark = pytest.mark.django_db

PAST = AT + timedelta(days=365)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def programme():
    return programme_page(catalogue())


@pytest.fixture
def page(programme):
    return training_page(programme)


def number_told(*pages, at=AT):
    told = before_pages_go(pages, at=at)
    return int(told.split()[2]) if told else 0


def test_registrations_are_counted_at_or_below_a_page(programme, page):
    made = session(page, capacity=1)
    registration(person(made), person(made, number=2))

    home = programme.get_parent().get_parent()
    assert [number_told(one) for one in (page, programme, home)] == [2, 2, 2]
    assert number_told(training_page(programme, title="Une autre")) == 0


def test_a_training_with_two_pages_is_counted_once(programme, page):
    dutch = translated(page, "nl", "Op zoek naar een woning")
    registration(person(session(page)))

    assert number_told(page, dutch) == 1
    assert number_told(dutch) == 1


def test_past_dates_and_those_called_off_are_not_told(page):
    one, two = session(page, MORNING_1), session(page, MORNING_2)
    registration(person(one, two))
    assert number_told(page) == 2
    assert number_told(page, at=PAST) == 0

    scheduling.cancel(one, by=None, at=AT)
    scheduling.postpone(two, by=None, at=AT)

    assert number_told(page) == 1


def test_the_last_page_of_a_training_with_registrations_stays(programme, page):
    made = session(page)
    assert why_not_delete([page]) == ""

    registration(person(made))
    scheduling.cancel(made, by=None, at=AT)

    for one in (page, programme, programme.get_parent()):
        assert f"“{page.title}”" in why_not_delete([one])


def test_a_page_goes_when_another_of_its_training_stays(programme, page):
    dutch = translated(page, "nl", "Op zoek naar een woning")
    registration(person(session(page)))

    assert why_not_delete([page]) == ""
    assert why_not_delete([programme]) == ""
    assert why_not_delete([dutch]) == ""
    assert f"“{page.title}”" in why_not_delete([page, dutch])


def test_an_alias_is_another_page(programme, page):
    alias = page.create_alias(update_slug="alias")
    registration(person(session(page)))

    assert why_not_delete([page]) == ""
    assert why_not_delete([page, alias]) != ""


def test_many_trainings_are_not_all_named(programme):
    for number in range(7):
        made = session(training_page(programme, title=f"Formation {number}"))
        registration(person(made, number=number))

    refusal = why_not_delete([programme])

    assert [f"“Formation {number}”" in refusal for number in range(7)] == [True] * 5 + [False] * 2


def test_a_site_where_nobody_signs_up_says_nothing(page):
    registration(person(session(page)))
    before = hooks.get_hooks("register_training_sign_up")

    with hooks.register_temporarily("register_training_sign_up", lambda: None, order=-1):
        assert before_pages_go([page], at=AT) == ""
        assert why_not_delete([page]) == ""
    assert hooks.get_hooks("register_training_sign_up") == before


def test_what_is_looked_up_does_not_grow_with_the_dates(programme):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            before_pages_go([programme], at=AT)
            why_not_delete([programme])
        return len(captured)

    registration(person(session(training_page(programme, title="Première"))))
    with_one = queries()
    for number in range(10):
        made = session(training_page(programme, title=f"Formation {number}"))
        registration(person(made, number=number))

    assert queries() == with_one
