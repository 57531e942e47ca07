"""What the desk and the room do: whose clock counts, which half-day it is, who is confirmed."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest

from registrations.domain import attendance, self_check_in, welcome
from registrations.domain.half_days import current, half_days
from registrations.domain.people import Person
from registrations.domain.welcome import Act, Operation, Outcome
from registrations.enums import PresenceSource
from registrations.exceptions import NotTheTimeError, SheetNotOpenError, WrongRoomCodeError
from registrations.models import Participation, PresenceEntry, SelfCheckIn
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import MORNING_1, catalogue, session, training_page
from tests.factories.users import organiser

pytestmark = pytest.mark.django_db

#: In Brussels it is ten.
DURING = datetime(2027, 3, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def one():
    """A day of two half-days, from 9:00 to 16:00."""
    return session(training_page(catalogue()), end_time=time(16, 0), training_time=None)


def there(one, number=1) -> Participation:
    registration(person(one, number=number))
    return Participation.objects.latest("pk")


def say(one, number=1, at=DURING):
    code = attendance.sheet_of(one).room_code
    names = {"first_name": "Assistante", "last_name": f"Sociale {number}"}
    self_check_in.say_here(one, code=code, **names, at=at)


def test_the_half_day_is_the_first_that_is_not_over():
    units = half_days(MORNING_1, time(9), MORNING_1 + timedelta(days=1), time(16))
    moments = ["22 18:00", "23 08:00", "23 12:59", "23 13:00", "23 23:00", "24 14:00", "25 09:00"]

    found = [current(units, datetime.fromisoformat(f"2027-03-{each}")) for each in moments]

    assert found == [1, 1, 1, 2, 3, 4, 4]


def test_a_stay_counts_each_day_until_midnight():
    units = half_days(MORNING_1, time(17), MORNING_1 + timedelta(days=2), time(12))

    assert [
        current(units, datetime.fromisoformat(f"2027-03-{day} 18:00")) for day in (23, 24, 25)
    ] == [1, 2, 3]


def test_the_clock_is_that_of_the_place(one):
    assert self_check_in.half_day_of(one, at=datetime(2027, 3, 23, 11, 59, tzinfo=UTC)) == 1
    assert self_check_in.half_day_of(one, at=datetime(2027, 3, 23, 12, 0, tzinfo=UTC)) == 2


@pytest.mark.parametrize("wrong", [0, 600, -600])
def test_a_tap_is_as_old_as_the_device_says_whatever_its_clock(one, wrong):
    sent_at = DURING + wrong * MINUTE

    noted_at = welcome.on_our_clock(sent_at - 4 * MINUTE, sent_at=sent_at, session=one, at=DURING)

    assert noted_at == DURING - 4 * MINUTE


def test_no_tap_is_of_the_future_or_before_anybody_is_welcomed(one):
    first = one.starts_at - attendance.WELCOMED_BEFORE

    def noted(ago):
        return welcome.on_our_clock(DURING - ago, sent_at=DURING, session=one, at=DURING)

    assert (noted(-MINUTE), noted(timedelta(days=90))) == (DURING, first)


def test_operations_are_done_in_their_order(one):
    """Somebody let in without network is noted once they have a place."""
    one.capacity = 1
    one.save()
    there(one)
    waits = there(one, number=2)
    common = {"at": DURING, "of": waits.pk}
    operations = [
        Operation(uid=uuid.uuid4(), act=Act.LET_IN, beyond=True, **common),
        Operation(uid=uuid.uuid4(), act=Act.NOTE, state="", **common),
        Operation(uid=uuid.uuid4(), act=Act.NOTE, problem="?", **common),
    ]

    receipts = welcome.receive(one, operations, language="fr", at=DURING)

    outcomes = [receipt.outcome for receipt in receipts]
    assert outcomes == [Outcome.COUNTED, Outcome.COUNTED, Outcome.REFUSED]
    waits.refresh_from_db()
    assert (waits.status, waits.presence) == ("CONFIRMED", "")


def test_whoever_says_so_in_the_afternoon_is_confirmed_for_the_afternoon(one):
    somebody, by = there(one), organiser()
    say(one, at=DURING + 5 * 60 * MINUTE)

    self_check_in.confirm(one, [SelfCheckIn.objects.get().pk], by=by, at=DURING + 301 * MINUTE)

    entry = PresenceEntry.objects.get()
    assert (entry.participation, entry.half_day, entry.source) == (somebody, 2, PresenceSource.SELF)
    assert (entry.by, SelfCheckIn.objects.get().settled_at) == (by, DURING + 301 * MINUTE)


def test_the_same_person_says_so_for_the_other_half_day_too(one):
    there(one)
    for hours in (0, 5):
        say(one, at=DURING + hours * 60 * MINUTE)
        pks = [each.pk for each in SelfCheckIn.objects.filter(settled_at=None)]
        self_check_in.confirm(one, pks, at=DURING + hours * 60 * MINUTE)

    assert sorted(PresenceEntry.objects.values_list("half_day", flat=True)) == [1, 2]


def test_whom_the_desk_noted_by_itself_keeps_their_hours(one):
    somebody = there(one)
    say(one)
    late = Operation(
        uid=uuid.uuid4(),
        act=Act.NOTE,
        of=somebody.pk,
        state="PRESENT",
        arrived_at=time(9, 40),
        at=DURING + MINUTE,
    )

    welcome.receive(one, [late], language="fr", at=DURING + MINUTE)

    assert SelfCheckIn.objects.get().settled_at == DURING + MINUTE
    assert somebody.presences.get().arrived_at == time(9, 40)


def test_of_two_people_with_one_name_both_may_say_so(one):
    same = {"first_name": "Assistante", "last_name": "Sociale 1"}
    registration(person(one, **same), person(one, number=2, **same))

    say(one)
    say(one)
    say(one)

    assert SelfCheckIn.objects.values("participation").distinct().count() == 2
    assert SelfCheckIn.objects.count() == 2


def test_what_stands_in_the_way(one):
    there(one)
    with pytest.raises(NotTheTimeError):
        say(one, at=one.starts_at - 61 * MINUTE)
    with pytest.raises(WrongRoomCodeError):
        self_check_in.say_here(one, code="", first_name="A", last_name="B", at=DURING)
    say(one)
    with pytest.raises(SheetNotOpenError):
        self_check_in.confirm(
            one, [SelfCheckIn.objects.get().pk], at=one.starts_at - timedelta(days=2)
        )
    assert SelfCheckIn.objects.get().settled_at is None


def test_who_is_let_in_without_network_was_there_when_it_was_tapped(one):
    one.capacity = 1
    one.save()
    somebody = there(one)
    waits = there(one, number=2)
    colleague = Person(session_ids=(), first_name="Une", last_name="Collègue")
    stranger = Person(session_ids=(), first_name="Sans", last_name="Inscription")
    operations = [
        Operation(uid=uuid.uuid4(), act=Act.LET_IN, beyond=True, of=waits.pk, at=DURING),
        Operation(
            uid=uuid.uuid4(),
            act=Act.REPLACE,
            of=somebody.pk,
            person=colleague,
            at=DURING + MINUTE,
        ),
        Operation(
            uid=uuid.uuid4(),
            act=Act.WALK_IN,
            beyond=True,
            person=stranger,
            partner=partner("Forem"),
            at=DURING + 2 * MINUTE,
        ),
    ]

    receipts = welcome.receive(one, operations, language="fr", at=DURING + 10 * MINUTE)

    assert [receipt.outcome for receipt in receipts] == [Outcome.COUNTED] * 3
    assert list(PresenceEntry.objects.values_list("noted_at", "received_at")) == [
        (DURING + number * MINUTE, DURING + 10 * MINUTE) for number in range(3)
    ]


def test_what_a_door_noted_later_of_who_came_instead_stands(one):
    """Both doors heard who comes instead; one of them, without network, tells it long after."""
    somebody = there(one)
    colleague = Person(session_ids=(), first_name="Une", last_name="Collègue")
    heard = {"act": Act.REPLACE, "of": somebody.pk, "person": colleague}
    away = Operation(uid=uuid.uuid4(), at=DURING, **heard)
    near = Operation(uid=uuid.uuid4(), at=DURING + MINUTE, **heard)
    welcome.receive(one, [near], language="fr", at=DURING + MINUTE)
    newcomer = Participation.objects.latest("pk")
    left = Operation(
        uid=uuid.uuid4(),
        act=Act.NOTE,
        of=newcomer.pk,
        state="PRESENT",
        left_at=time(10, 5),
        at=DURING + 5 * MINUTE,
    )
    welcome.receive(one, [left], language="fr", at=DURING + 5 * MINUTE)

    welcome.receive(one, [away], language="fr", at=DURING + 10 * MINUTE)

    presence = newcomer.presences.get()
    assert (presence.state, presence.left_at) == ("PRESENT", time(10, 5))
