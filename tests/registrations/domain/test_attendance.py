"""Note who came, and close the sheet."""

import uuid
from datetime import time, timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import answers, attendance, waiting_list
from registrations.domain.attendance import Note, close_sheet, note, reopen_sheet
from registrations.enums import ParticipationStatus, PresenceSource, PresenceState
from registrations.exceptions import SheetNotOpenError
from registrations.models import AttendanceSheet, Participation, Presence, PresenceEntry
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

PRESENT, EXCUSED, ABSENT = PresenceState.PRESENT, PresenceState.EXCUSED, PresenceState.ABSENT


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page)


@pytest.fixture
def day(page):
    """Two half-days of 4 and 3 h, 6 h of training."""
    return session(page, end_time=time(16, 0), training_time=timedelta(hours=6))


def people(session, number=1):
    made = registration(*[person(session, number=one) for one in range(number)], at=AT)
    return list(Participation.objects.filter(participant__registration=made).order_by("pk"))


def after(session, minutes):
    return session.starts_at + timedelta(minutes=minutes)


def noted(session, *notes, at=None, source=PresenceSource.DESK, **options):
    options = {"device": "", "by": None, **options}
    return note(session, notes, source=source, at=at or max(one.at for one in notes), **options)


def said(one, state, *, minutes=0, half_day=1, **fields):
    at = after(one.session, minutes)
    return Note(participation_id=one.pk, half_day=half_day, state=state, at=at, **fields)


def stands(one):
    one.refresh_from_db()
    return (one.presence, one.attended)


HOURS = {number: timedelta(hours=number) for number in range(1, 9)}


# --- one after the other ---


def test_who_came_has_the_training_time(morning):
    one, other = people(morning, 2)

    found = noted(morning, said(one, PRESENT), said(other, ABSENT))

    assert (stands(one), stands(other)) == ((PRESENT, HOURS[3]), (ABSENT, None))
    assert ([n.participation_id for n in found.counted], found.late, found.unknown) == (
        [one.pk, other.pk],
        [],
        [],
    )


def test_what_was_noted_last_counts_and_not_what_comes_in_last(morning):
    (one,) = people(morning)

    noted(morning, said(one, ABSENT, minutes=10))
    found = noted(morning, said(one, PRESENT, minutes=5), at=after(morning, 20))

    assert stands(one) == (ABSENT, None)
    assert [n.state for n in found.late] == [PRESENT]
    assert list(PresenceEntry.objects.values_list("state", "counted").order_by("pk")) == [
        (ABSENT, True),
        (PRESENT, False),
    ]


def test_within_one_message_too_the_last_counts(morning):
    (one,) = people(morning)

    noted(morning, said(one, ABSENT, minutes=10), said(one, PRESENT, minutes=5))

    assert stands(one) == (ABSENT, None)
    assert Presence.objects.count() == 1


def test_nothing_is_noted_in_the_future(morning):
    (one,) = people(morning)

    noted(morning, said(one, PRESENT, minutes=600), at=after(morning, 5))
    noted(morning, said(one, ABSENT, minutes=6))

    assert stands(one) == (ABSENT, None)


def test_what_is_sent_twice_is_noted_once(morning):
    (one,) = people(morning)
    tap = said(one, PRESENT, uid=uuid.uuid4())

    first = noted(morning, tap, tap)
    noted(morning, said(one, ABSENT, minutes=1))
    again = noted(morning, tap, at=after(morning, 2))

    assert (len(first.counted), again.counted, again.late, again.unknown) == (1, [], [], [])
    assert (stands(one), PresenceEntry.objects.count()) == ((ABSENT, None), 2)


def test_it_is_taken_back(morning):
    (one,) = people(morning)
    noted(morning, said(one, PRESENT, arrived_at=time(9, 30)))

    noted(morning, said(one, "", minutes=1))

    assert stands(one) == ("", None)
    presence = Presence.objects.get()
    assert (presence.state, presence.arrived_at) == ("", None)


def test_of_whom_nothing_can_be_noted_is_told(page, morning):
    here, waits, gone = people(morning, 3)
    (elsewhere,) = people(session(page, MORNING_2))
    Participation.objects.filter(pk=waits.pk).update(status=ParticipationStatus.WAITING)
    answers.withdraw(gone, at=AT)
    wrong = [
        said(waits, PRESENT),
        said(gone, PRESENT),
        Note(participation_id=elsewhere.pk, half_day=1, state=PRESENT, at=morning.starts_at),
        Note(participation_id=10**9, half_day=1, state=PRESENT, at=morning.starts_at),
        said(here, PRESENT, half_day=2),
        said(here, PRESENT, half_day=0),
    ]

    found = noted(morning, said(here, PRESENT), *wrong)

    assert found.unknown == wrong
    assert list(Presence.objects.values_list("participation", "half_day")) == [(here.pk, 1)]


def test_the_way_it_came_is_kept(morning):
    (one,) = people(morning)

    noted(morning, said(one, PRESENT, left_at=time(11, 0)), device="phone", source="SELF")

    entry = PresenceEntry.objects.get()
    assert (entry.source, entry.device, entry.left_at, entry.received_at) == (
        "SELF",
        "phone",
        time(11, 0),
        morning.starts_at,
    )


def test_neither_long_before_nor_where_nothing_takes_place(morning):
    (one,) = people(morning)
    early = morning.starts_at - attendance.WELCOMED_BEFORE

    noted(morning, said(one, PRESENT), at=early)
    with pytest.raises(SheetNotOpenError):
        noted(morning, said(one, PRESENT), at=early - timedelta(seconds=1))
    scheduling.postpone(morning, by=None, at=AT)
    with pytest.raises(SheetNotOpenError):
        noted(morning, said(one, PRESENT), at=early)


@pytest.mark.parametrize("number", [1, 30])
def test_many_are_noted_in_the_same_number_of_queries(morning, number, django_assert_num_queries):
    first, *others = people(morning, number + 1)
    taps = [said(one, PRESENT, uid=uuid.uuid4()) for one in others]
    noted(morning, said(first, PRESENT))

    with django_assert_num_queries(11):
        noted(morning, *taps)


# --- half-days and hours ---


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (PRESENT, "", (PRESENT, timedelta(hours=3, minutes=15))),
        (PRESENT, PRESENT, (PRESENT, HOURS[6])),
        (PRESENT, ABSENT, ("PARTLY", timedelta(hours=3, minutes=15))),
        (EXCUSED, PRESENT, ("PARTLY", timedelta(hours=2, minutes=30))),
        (EXCUSED, ABSENT, (EXCUSED, None)),
        (ABSENT, ABSENT, (ABSENT, None)),
        (ABSENT, "", ("", None)),
        ("", EXCUSED, ("", None)),
        ("", "", ("", None)),
    ],
)
def test_half_days_come_to(day, first, second, expected):
    (one,) = people(day)

    noted(day, said(one, first), said(one, second, half_day=2))

    assert stands(one) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"arrived_at": time(9, 30)}, ("PARTLY", timedelta(hours=2, minutes=30))),
        ({"left_at": time(12, 0)}, ("PARTLY", timedelta(hours=2, minutes=30))),
        ({"arrived_at": time(8, 30), "left_at": time(12, 30)}, (PRESENT, HOURS[3])),
    ],
)
def test_hours_late_and_early_are_taken_off(morning, fields, expected):
    (one,) = people(morning)

    noted(morning, said(one, PRESENT, **fields))

    assert stands(one) == expected


def test_hours_of_who_was_not_there_are_not_kept(morning):
    (one,) = people(morning)

    noted(morning, said(one, ABSENT, arrived_at=time(9, 30)))

    assert Presence.objects.get().arrived_at is None


def test_a_half_day_that_is_no_more_does_not_count(day):
    (one,) = people(day)
    noted(day, said(one, ABSENT), said(one, PRESENT, half_day=2))
    day.refresh_from_db()
    shorter = {"end_time": time(12, 0), "training_time": HOURS[3]}
    scheduling.reschedule(day, to=shorter, by=None, at=AT)

    noted(day, said(one, PRESENT, minutes=1))

    assert stands(one) == (PRESENT, HOURS[3])


# --- closing ---


def test_closed_who_was_not_noted_is_absent_or_excused(day):
    came, left, told, missing = people(day, 4)
    noted(day, said(came, PRESENT), said(came, PRESENT, half_day=2), said(left, PRESENT))
    noted(day, said(missing, PRESENT, minutes=1))
    noted(day, said(missing, "", minutes=2))

    sheet = close_sheet(day, announced=[told.pk, 10**9], by=None, at=day.ends_at)

    assert [stands(one)[0] for one in (came, left, told, missing)] == [
        PRESENT,
        "PARTLY",
        EXCUSED,
        ABSENT,
    ]
    assert sheet.closed_at == day.ends_at
    assert PresenceEntry.objects.filter(source=PresenceSource.CLOSING).count() == 5
    assert ModelLogEntry.objects.filter(action="registrations.close_sheet").count() == 1


def test_closed_twice_the_first_time_counts(morning):
    (one,) = people(morning)
    close_sheet(morning, by=None, at=morning.ends_at)

    close_sheet(morning, announced=[one.pk], by=None, at=after(morning, 600))

    assert stands(one) == (ABSENT, None)
    assert AttendanceSheet.objects.get().closed_at == morning.ends_at


def test_it_is_not_closed_before_it_begins_nor_when_it_does_not_take_place(morning):
    with pytest.raises(SheetNotOpenError):
        close_sheet(morning, by=None, at=morning.starts_at - timedelta(seconds=1))
    scheduling.cancel(morning, by=None, at=AT)
    with pytest.raises(SheetNotOpenError):
        close_sheet(morning, by=None, at=morning.ends_at)
    assert AttendanceSheet.objects.exists() is False


def test_after_it_was_closed_a_note_counts(morning):
    (one,) = people(morning)
    close_sheet(morning, by=None, at=morning.ends_at)

    noted(morning, said(one, PRESENT, minutes=600))

    assert stands(one) == (PRESENT, HOURS[3])


def test_what_a_phone_without_network_noted_before_counts_more_than_closing(morning):
    one, other = people(morning, 2)
    noted(morning, said(other, EXCUSED, minutes=60))
    close_sheet(morning, by=None, at=morning.ends_at)

    found = noted(
        morning,
        said(one, PRESENT, minutes=5),
        said(other, PRESENT, minutes=5),
        at=after(morning, 600),
    )

    assert (stands(one), stands(other)) == ((PRESENT, HOURS[3]), (EXCUSED, None))
    assert [n.participation_id for n in found.late] == [other.pk]


def test_opened_again_who_was_absent_by_closing_is_unknown(day):
    came, left, corrected = people(day, 3)
    noted(day, said(came, PRESENT), said(came, PRESENT, half_day=2), said(left, ABSENT))
    close_sheet(day, announced=[left.pk], by=None, at=day.ends_at)
    noted(day, said(corrected, PRESENT, minutes=900))

    reopen_sheet(day, by=None, at=after(day, 1000))

    assert [stands(one)[0] for one in (came, left, corrected)] == [PRESENT, "", PRESENT]
    assert AttendanceSheet.objects.get().is_closed is False
    assert {one.half_day: one.state for one in left.presences.all()} == {1: ABSENT, 2: ""}
    assert ModelLogEntry.objects.filter(action="registrations.reopen_sheet").count() == 1

    close_sheet(day, by=None, at=after(day, 1100))

    assert [stands(one)[0] for one in (came, left, corrected)] == [PRESENT, ABSENT, "PARTLY"]


def test_a_sheet_that_is_open_stays_as_it_is(morning):
    (one,) = people(morning)
    noted(morning, said(one, PRESENT))

    reopen_sheet(morning, by=None, at=morning.ends_at)

    assert stands(one) == (PRESENT, HOURS[3])
    assert ModelLogEntry.objects.filter(action="registrations.reopen_sheet").exists() is False


# --- afterwards ---


@pytest.mark.parametrize("state", [PRESENT, ABSENT])
def test_who_has_the_place_afterwards_was_not_noted(day, state):
    first, second = people(day, 2)
    noted(day, said(first, state), said(second, state))
    before = after(day, -10)

    answers.withdraw(first, at=before)
    answers.replace(second, by_person=person(day, number=9), at=before)

    assert [(*stands(one), one.presences.count()) for one in (first, second)] == [
        ("", None, 0),
        ("", None, 0),
    ]
    assert PresenceEntry.objects.count() == 2
    newcomer = second.replaced_by
    assert (newcomer.presence, newcomer.presences.count()) == ("", 0)


def test_who_gets_a_place_later_was_not_noted(page):
    full = session(page, capacity=1)
    people(full)
    waits = Participation.objects.filter(
        participant__registration=registration(person(full, number=5), at=AT)
    ).get()

    waiting_list.promote([waits], overruled="reason", by=None, at=AT)

    assert stands(waits) == ("", None)
