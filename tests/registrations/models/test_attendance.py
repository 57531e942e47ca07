"""What the database refuses of presences."""

import uuid
from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from registrations.enums import PresenceSource, PresenceState
from registrations.models import (
    AttendanceSheet,
    Participation,
    Presence,
    PresenceEntry,
    SelfCheckIn,
)
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page

pytestmark = pytest.mark.django_db

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def one():
    registration(person(session(training_page(catalogue()))))
    return Participation.objects.select_related("session").get()


def presence(one, **fields):
    values = {"participation": one, "half_day": 1, "state": "PRESENT", "noted_at": AT}
    return Presence.objects.create(**{**values, **fields})


def refused(act, name):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert name in str(error.value)


def test_one_presence_per_half_day(one):
    presence(one)

    with pytest.raises(IntegrityError), transaction.atomic():
        presence(one)
    presence(one, half_day=2)


@pytest.mark.parametrize("state", ["PARTLY", "NONSENSE"])
def test_a_half_day_is_attended_or_not(one, state):
    refused(lambda: presence(one, state=state), "half_day_is_attended_or_not")


@pytest.mark.parametrize("state", ["", "PRESENT", "EXCUSED", "ABSENT"])
def test_of_a_half_day_these_are_noted(one, state):
    assert presence(one, state=state).state == state


@pytest.mark.parametrize("state", ["", "EXCUSED", "ABSENT"])
@pytest.mark.parametrize("hour", ["arrived_at", "left_at"])
def test_who_comes_late_or_leaves_early_was_there(one, state, hour):
    refused(
        lambda: presence(one, state=state, **{hour: time(10, 0)}),
        "who_comes_late_or_leaves_early_was_there",
    )


def test_who_was_there_has_hours(one):
    assert presence(one, arrived_at=time(10, 0), left_at=time(11, 0)).state == "PRESENT"


def summed_up(one, **fields):
    Participation.objects.filter(pk=one.pk).update(**fields)


@pytest.mark.parametrize("state", ["EXCUSED", "ABSENT"])
def test_a_presence_is_of_a_place(one, state):
    for status in ("WAITING", "PENDING", "WITHDRAWN", "EXPIRED"):
        refused(lambda status=status: summed_up(one, status=status, presence=state), "presence_is")
        summed_up(one, status=status, presence="")
    summed_up(one, status="CONFIRMED", presence=state)


@pytest.mark.parametrize(
    ("state", "hours"),
    [
        ("PRESENT", None),
        ("PARTLY", None),
        ("", AN_HOUR),
        ("ABSENT", AN_HOUR),
        ("EXCUSED", AN_HOUR),
    ],
)
def test_hours_are_of_who_came(one, state, hours):
    refused(lambda: summed_up(one, presence=state, attended=hours), "hours_are_of_who_came")


@pytest.mark.parametrize(
    ("state", "hours"),
    [
        ("PRESENT", AN_HOUR),
        ("PARTLY", timedelta(0)),
        ("", None),
        ("ABSENT", None),
        ("EXCUSED", None),
    ],
)
def test_who_came_has_hours_and_others_have_none(one, state, hours):
    summed_up(one, presence=state, attended=hours)

    one.refresh_from_db()
    assert (one.presence, one.attended) == (state, hours)
    assert one.came is (hours is not None)


def test_a_tap_is_kept_once(one):
    def tap(uid):
        PresenceEntry.objects.create(
            uid=uid,
            participation=one,
            half_day=1,
            state=PresenceState.PRESENT,
            source=PresenceSource.DESK,
            noted_at=AT,
            received_at=AT,
            counted=True,
        )

    same = uuid.uuid4()
    tap(same)
    with pytest.raises(IntegrityError), transaction.atomic():
        tap(same)
    tap(uuid.uuid4())


def test_somebody_says_once_that_they_are_there(one):
    def said(participation):
        return SelfCheckIn.objects.create(
            session=one.session, participation=participation, said_at=AT
        )

    said(one)
    with pytest.raises(IntegrityError), transaction.atomic():
        said(one)
    # Of people who are on no list there may be several.
    said(None)
    said(None)


def test_a_session_has_one_sheet_with_a_code_to_type(one):
    sheet = AttendanceSheet.objects.create(session=one.session)

    assert len(sheet.room_code) == 6
    with pytest.raises(IntegrityError), transaction.atomic():
        AttendanceSheet.objects.create(session=one.session)
