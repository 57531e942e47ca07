from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from tests.factories.trainings import catalogue, training_page, venue
from trainings.models import CalendarState, Theme
from trainings.models.calendar_state import SETTLES_WITHIN, Reading


@pytest.mark.django_db
def test_what_is_read_is_what_the_row_says():
    CalendarState.objects.all().delete()
    assert CalendarState.read() is None

    now = timezone.now().replace(microsecond=0)
    CalendarState.objects.create(pk=1, changed_at=now, unsettled_until=None)
    assert CalendarState.read() == Reading(now, None)

    later = now + timedelta(seconds=7)
    CalendarState.objects.update(unsettled_until=later)
    assert CalendarState.read() == Reading(now, later)


@pytest.mark.django_db
def test_there_is_one_row():
    CalendarState.touch()

    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarState.objects.create(pk=2, changed_at=timezone.now())


@pytest.mark.django_db
def test_no_instant_is_used_twice():
    moments = []
    for _change in range(3):
        CalendarState.touch()
        moments.append(CalendarState.read().changed_at)

    assert moments == [moments[0] + timedelta(seconds=number) for number in range(3)]
    assert {moment.microsecond for moment in moments} == {0}


@pytest.mark.django_db
def test_a_save_in_a_transaction_is_settled_with_it():
    venue()

    assert CalendarState.read().unsettled_until is None


@pytest.mark.django_db
def test_labels_of_a_training_are_a_change():
    page = training_page(catalogue())
    theme = Theme.objects.create(slug="energie", name={"fr": "Énergie"})
    before = CalendarState.read()

    page.training.themes.add(theme)
    added = CalendarState.read()
    page.training.themes.clear()

    assert before.changed_at < added.changed_at < CalendarState.read().changed_at


@pytest.mark.django_db(transaction=True)
def test_a_save_outside_a_transaction_is_announced_before_it_is_there():
    """Whoever reads, or dies, between the two commits finds that something is on its way."""
    seen = {}
    page = catalogue()

    class Restriction(PageViewRestriction):
        class Meta:
            proxy = True
            app_label = "wagtailcore"

        def save_base(self, *args, **kwargs):
            seen["before"] = CalendarState.read()
            super().save_base(*args, **kwargs)

    CalendarState.objects.update(unsettled_until=None)
    begun = timezone.now()
    Restriction(page=page, restriction_type="login").save()

    state = CalendarState.read()
    assert seen["before"].unsettled_until is None
    assert state.changed_at > seen["before"].changed_at + timedelta(seconds=1)
    assert begun + SETTLES_WITHIN <= state.unsettled_until <= timezone.now() + SETTLES_WITHIN


@pytest.mark.django_db(transaction=True)
def test_an_announced_change_that_never_comes_keeps_nothing_from_being_right():
    catalogue()
    CalendarState.objects.update(unsettled_until=None)
    site = Site.objects.get()
    site.root_page_id = 10**6

    with pytest.raises(IntegrityError):
        site.save()

    now = timezone.now()
    assert not CalendarState.read().is_settled(now)
    assert CalendarState.read().is_settled(now + SETTLES_WITHIN)
