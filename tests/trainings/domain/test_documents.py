"""What a training gives out, and which documents are for participants only."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.documents import document, give, handout
from tests.factories.trainings import catalogue, session, training_page, translated
from trainings.domain import documents, scheduling
from trainings.models import TrainingPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referenced")]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def page():
    return training_page(catalogue())


def titles(handouts):
    return [one.document.title for one in handouts]


def of(page):
    page = TrainingPage.objects.get(pk=page.pk)
    return documents.handouts_of([page])[page.pk]


def test_they_come_by_moment_and_as_the_editor_put_them(page):
    give(
        page,
        handout(document("Après")),
        handout(document("Avant"), "BEFORE"),
        ("document", document("Toujours")),
        handout(document("Pendant"), "DURING", only=False),
        handout(document("Après aussi"), only=False),
    )

    found = of(page)

    assert titles(found) == ["Toujours", "Avant", "Pendant", "Après", "Après aussi"]
    assert [(moment, len(some)) for moment, some in documents.by_moment(found)] == [
        ("", 1),
        ("BEFORE", 1),
        ("DURING", 1),
        ("AFTER", 2),
    ]
    assert [one.only_participants for one in found] == [False, True, False, True, False]


def test_what_was_deleted_since_is_left_out(page):
    gone = document("Parti")
    give(page, handout(gone), ("document", document("Resté")))
    gone.delete()

    assert titles(of(page)) == ["Resté"]


def test_of_many_pages_they_are_read_at_once(page):
    pages = [page, training_page(page.get_parent(), "Autre"), training_page(page.get_parent(), "X")]
    for one in pages:
        give(one, handout(document(f"A {one.pk}")), ("document", document(f"B {one.pk}")))
    asked = []
    for number in (1, 3):
        some = list(TrainingPage.objects.filter(pk__in=[one.pk for one in pages[:number]]))
        with CaptureQueriesContext(connection) as queries:
            assert len(documents.handouts_of(some)) == number
        asked.append(len(queries))

    assert asked == [1, 1]


def test_each_moment_comes_with_its_session(page):
    morning = session(page)
    give(page, *(handout(document(when), when) for when in ("BEFORE", "DURING", "AFTER")))

    def come(at):
        return [one.moment for one in of(page) if one.has_come(morning, at=at)]

    assert come(morning.starts_at - MINUTE) == ["BEFORE"]
    assert come(morning.starts_at) == ["BEFORE", "DURING"]
    assert come(morning.ends_at) == ["BEFORE", "DURING", "AFTER"]


def test_a_session_that_does_not_take_place_gives_out_nothing_new(page):
    morning = session(page)
    scheduling.cancel(morning, by=None, at=morning.starts_at - MINUTE)
    morning.refresh_from_db()
    give(page, handout(document("Avant"), "BEFORE"), handout(document("Après")))

    come = [one for one in of(page) if one.has_come(morning, at=morning.ends_at)]

    assert titles(come) == ["Avant"]


def test_everybody_has_them_once_a_first_session_is_over(page):
    first = session(page)
    session(page, first.starts_on + timedelta(days=7))
    give(
        page,
        handout(document("Pendant"), "DURING", only=False),
        handout(document("Après"), only=False),
        handout(document("Réservé"), "BEFORE"),
    )

    def public(at):
        return titles(documents.for_everybody(page, of(page), at=at))

    assert public(first.starts_at - MINUTE) == []
    assert public(first.starts_at) == ["Pendant"]
    assert public(first.ends_at) == ["Pendant", "Après"]


def test_without_a_session_nothing_is_over(page):
    give(page, handout(document("Après"), only=False), ("document", document("Toujours")))

    assert titles(documents.for_everybody(page, of(page), at=session(page).starts_at)) == [
        "Toujours"
    ]


# --- for participants only ---------------------------------------------------------------------


def is_closed(made):
    return documents.is_for_participants(made, documents.pages_that_give(made))


def test_it_is_for_participants_where_a_page_says_so(page):
    kept, public, elsewhere = document("Réservé"), document("Public"), document("Ailleurs")
    give(page, handout(kept), handout(public, only=False))

    assert [is_closed(one) for one in (kept, public, elsewhere)] == [True, False, False]


@pytest.mark.parametrize("live", [True, False])
def test_a_page_that_is_taken_offline_keeps_it_closed_and_opens_none(page, live):
    made = document()
    give(page, handout(made))
    other = training_page(page.get_parent(), "Autre")
    give(other, ("document", made))
    if not live:
        other.unpublish()
        page.unpublish()

    assert is_closed(made) is not live


def test_a_translation_says_it_too(page):
    made = document()
    dutch = translated(page, "nl", "Wonen")
    give(dutch, handout(made))

    assert is_closed(made)


def test_on_however_many_pages_it_takes_two_questions(page):
    made = document()
    give(page, handout(made))
    is_closed(made)  # Django keeps content types
    asked = []
    for title in ("Un", "Deux"):
        give(training_page(page.get_parent(), title), handout(made))
        with CaptureQueriesContext(connection) as queries:
            assert is_closed(made)
        asked.append(len(queries))

    assert asked == [2, 2]
