"""An organiser sets rules: what follows them, what stays, who is seated by it."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from recurrence import WEEKLY, Recurrence, Rule
from wagtail.models import ModelLogEntry

from registrations.domain import set_rules as domain
from registrations.domain.set_rules import Kept, Said, ServiceLimit, WorkshopSaid
from registrations.enums import Moment, ParticipationStatus, Promotion
from registrations.exceptions import WorkshopChosenError
from registrations.models import Participation, ServiceKind, SignUpRules, Workshop
from registrations.models.reminders import Distance
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
)
from tests.factories.users import user
from trainings.models import SessionSeries, TrainingSession

pytestmark = pytest.mark.django_db

CONFIRMED, WAITING = ParticipationStatus.CONFIRMED, ParticipationStatus.WAITING


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def welfare():
    return ServiceKind.objects.create(name={"fr": "CPAS"})


def said(**fields):
    """Rules that give free places at once; `fields` say more."""
    kept = fields.pop("kept", ())
    return Said(SignUpRules(promotion=Promotion.CONFIRM, **fields), kept=kept)


def set_for(page, told, *, by=None):
    return domain.set_rules(page.training, told, by=by, at=AT)


def columns(one):
    one.refresh_from_db()
    return one.capacity, one.registration_opens_at, one.registration_closes_at


def states():
    return list(Participation.objects.order_by("pk").values_list("status", flat=True))


# --- of a training -----------------------------------------------------------------------------


def test_rules_are_proposed_until_they_are_set(page):
    proposed = domain.said_of(page.training)
    assert (proposed.row.capacity, proposed.row.per_service) == (20, 2)
    assert proposed.reminders == (Distance(2), Distance(1, Moment.AFTER))
    assert not SignUpRules.objects.exists()

    set_for(page, proposed)

    row = SignUpRules.objects.get()
    assert (row.training, row.capacity, row.per_service) == (page.training, 20, 2)
    assert (row.closes_days_before, row.deadline_time) == (7, time(12))
    assert row.has_waiting_list


def test_all_that_is_said_is_kept_and_read_back(page, welfare):
    school = ServiceKind.objects.create(name={"fr": "École"})
    one = partner("Maison des Tilleuls")
    told = Said(
        SignUpRules(capacity=30, may_hold=5),
        first=(school,),
        kept=(Kept((welfare, school), 8),),
        exceptions=(ServiceLimit(4, kind=welfare), ServiceLimit(None, partner=one)),
        reminders=(Distance(9), Distance(2)),
    )
    set_for(page, said())  # what was there before is gone
    set_for(page, told)

    again = domain.said_of(page.training)
    assert (again.row.capacity, again.row.may_hold) == (30, 5)
    assert (again.first, again.kept, again.exceptions) == (told.first, told.kept, told.exceptions)
    assert again.reminders == told.reminders


def test_dates_that_say_nothing_of_their_own_follow(page):
    plain = session(page, MORNING_1, capacity=None)
    by_hand = session(page, MORNING_2, capacity=40)

    changed = set_for(page, said(capacity=12, opens_days_before=30, closes_days_before=7))

    assert {one.after.pk for one in changed} == {plain.pk, by_hand.pk}
    opens, closes = datetime(2027, 2, 21, 11, tzinfo=UTC), datetime(2027, 3, 16, 11, tzinfo=UTC)
    assert columns(plain) == (12, opens, closes)
    # Summer time has begun by then, yet the deadline is before: noon in Brussels is 11:00 UTC.
    later = timedelta(days=7)
    assert columns(by_hand) == (40, opens + later, closes + later)


def test_each_column_set_by_hand_stays_when_rules_change(page):
    set_for(page, said(capacity=12))
    plain = session(page, MORNING_1, capacity=None)
    fewer = session(page, MORNING_2, capacity=5)

    changed = set_for(page, said(capacity=15, closes_days_before=None))

    assert {one.after.pk for one in changed} == {plain.pk, fewer.pk}
    assert columns(plain) == (15, None, None)
    assert columns(fewer) == (5, None, None)


def test_a_deadline_that_would_come_before_the_opening_set_by_hand_is_not_given(page):
    opens = datetime(2027, 3, 20, 8, tzinfo=UTC)
    one = session(page, MORNING_1, capacity=None, registration_opens_at=opens)

    set_for(page, said(capacity=12, closes_days_before=7))

    assert columns(one) == (12, opens, None)


def test_past_dates_and_those_of_a_series_stay(page):
    past = session(page, AT.date() - timedelta(days=7), capacity=None)
    series = SessionSeries.objects.create(
        training=page.training,
        rule=Recurrence(rrules=[Rule(WEEKLY, count=3)]),
        first_day=MORNING_1,
        start_time=time(9),
        end_time=time(12),
    )
    of_series = session(page, MORNING_1, capacity=None, series=series, original_on=MORNING_1)

    assert set_for(page, said(capacity=12)) == []

    assert columns(past) == columns(of_series) == (None, None, None)


def test_foreseeing_writes_nothing(page):
    one = session(page, MORNING_1, capacity=None)

    (change,) = domain.foresee(page.training, said(capacity=12), at=AT)

    assert (change.before.capacity, change.after.capacity) == (None, 12)
    assert columns(one) == (None, None, None)
    assert not SignUpRules.objects.exists()


def test_what_an_organiser_may_not_expect_is_said_before(page):
    full = session(page, MORNING_1, capacity=None)
    registration(*[person(full, number=number) for number in range(1, 4)])
    near = session(page, AT.date() + timedelta(days=3), capacity=None)
    changes = domain.foresee(page.training, said(capacity=2), at=AT)

    assert domain.unusual(changes, at=AT, language="en") == [
        "Thursday 4 February 2027: registration closes at once.",
        "Tuesday 23 March 2027: 3 people have a place; nobody loses it. New places are given "
        "again once fewer than 2 are taken.",
    ]
    assert columns(near) == (None, None, None)


def test_an_earlier_deadline_far_ahead_is_nothing_to_ask_about(page):
    session(page, MORNING_1)
    changes = domain.foresee(page.training, said(), at=AT)

    assert len(changes) == 1
    assert domain.unusual(changes, at=AT, language="en") == []


def test_who_set_them_is_in_the_history(page):
    officer = user()
    set_for(page, said(), by=officer)

    entry = ModelLogEntry.objects.get(action="registrations.set_rules")
    assert (entry.user, entry.object_id, entry.timestamp) == (officer, str(page.training.pk), AT)


# --- who is seated by it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"per_service": 1}, {"per_service": 2}),
        ({"capacity": 1, "per_service": None}, {"capacity": 2, "per_service": None}),
        ({"per_service": 1}, {"per_service": None}),
    ],
)
def test_a_rule_that_loosens_seats_who_waits(page, before, after):
    set_for(page, said(**before))
    one = session(page, MORNING_1, capacity=None)
    registration(person(one), person(one, number=2))
    assert states() == [CONFIRMED, WAITING]

    set_for(page, said(**after))

    assert states() == [CONFIRMED, CONFIRMED]


def test_kept_places_that_are_given_up_seat_who_waits(page, welfare):
    set_for(page, said(capacity=2, kept=(Kept((welfare,), 2),)))
    one = session(page, MORNING_1, capacity=None)
    registration(person(one), partner=partner("Forem"))
    assert states() == [WAITING]

    set_for(page, said(capacity=2))

    assert states() == [CONFIRMED]


def test_a_rule_that_tightens_takes_nobodys_place(page):
    set_for(page, said(capacity=2))
    one = session(page, MORNING_1, capacity=None)
    registration(person(one), person(one, number=2))

    set_for(page, said(capacity=1, per_service=1))

    assert (states(), columns(one)[0]) == ([CONFIRMED, CONFIRMED], 1)


def test_sessions_that_belong_together_are_settled_together():
    programme = programme_page(catalogue())
    programme.programme.is_indivisible = True
    programme.programme.save()
    first, second = training_page(programme, "Une"), training_page(programme, "Deux")
    for page in (first, second):
        set_for(page, said(per_service=1))
    mornings = [
        session(first, MORNING_1, capacity=None),
        session(second, MORNING_2, capacity=None),
    ]
    registration(person(*mornings), person(*mornings, number=2))
    assert sorted(states()) == [CONFIRMED, CONFIRMED, WAITING, WAITING]

    set_for(first, said(per_service=2))
    assert sorted(states()) == [CONFIRMED, CONFIRMED, WAITING, WAITING]
    set_for(second, said(per_service=2))
    assert states() == [CONFIRMED] * 4


# --- of one session apart ----------------------------------------------------------------------


def apart(one, told, **changed):
    values = {
        "capacity": one.capacity,
        "registration_opens_at": one.registration_opens_at,
        "registration_closes_at": one.registration_closes_at,
        **changed,
    }
    domain.set_apart(one, told, columns=values, by=None, at=AT)
    one.refresh_from_db()


def test_a_session_apart_starts_as_a_copy_and_then_counts_alone(page, welfare):
    set_for(page, said(per_service=1, kept=(Kept((welfare,), 3),)))
    one, other = session(page, MORNING_1), session(page, MORNING_2)
    start = domain.said_apart(one)
    assert (start.row.per_service, start.kept) == (1, (Kept((welfare,), 3),))

    start.row.per_service = 5
    apart(one, start)

    assert domain.said_apart(one).row.per_service == 5
    assert domain.said_apart(other).row.per_service == 1
    set_for(page, said(per_service=2, capacity=9))
    assert domain.said_apart(one).row.per_service == 5
    assert columns(one)[0] == 40


def test_places_and_deadlines_of_a_session_apart_are_its_own(page):
    one = session(page, MORNING_1, capacity=1)
    registration(person(one), person(one, number=2))
    closes = datetime(2027, 3, 20, 8, tzinfo=UTC)

    apart(one, said(per_service=None), capacity=2, registration_closes_at=closes)

    assert columns(one) == (2, None, closes)
    assert states() == [CONFIRMED, CONFIRMED]
    (entry,) = ModelLogEntry.objects.filter(action="registrations.set_rules")
    assert entry.object_id == str(one.pk)


def test_what_contradicts_itself_changes_nothing(page):
    one = session(page, MORNING_1)

    with pytest.raises(ValidationError):
        apart(one, said(), registration_opens_at=AT, registration_closes_at=AT)

    assert not SignUpRules.objects.exists()


def test_a_session_follows_the_training_again(page):
    set_for(page, said(capacity=9, per_service=1, closes_days_before=7))
    one = session(page, MORNING_1, capacity=None)
    apart(one, said(per_service=5), capacity=3, registration_closes_at=None)

    domain.follow_training(one, by=None, at=AT)

    assert not SignUpRules.objects.filter(session=one).exists()
    assert columns(one) == (9, None, datetime(2027, 3, 16, 11, tzinfo=UTC))
    assert ModelLogEntry.objects.filter(action="registrations.follow_training").count() == 1


def test_following_a_training_with_more_places_seats_who_waits(page):
    set_for(page, said(per_service=2))
    one = session(page, MORNING_1, capacity=None)
    apart(one, said(per_service=1))
    registration(person(one), person(one, number=2))
    assert states() == [CONFIRMED, WAITING]

    domain.follow_training(one, by=None, at=AT)

    assert states() == [CONFIRMED, CONFIRMED]


def test_following_a_training_without_rules_leaves_places_and_deadlines(page):
    one = session(page, MORNING_1, capacity=40)
    apart(one, said(), capacity=3)

    domain.follow_training(one, by=None, at=AT)

    assert columns(one) == (3, None, None)


# --- workshops ---------------------------------------------------------------------------------


@pytest.fixture
def morning(page):
    return session(page, MORNING_1)


def workshops(morning, *told, remove=()):
    domain.set_workshops(morning, told, remove=remove, by=None, at=AT)
    return list(Workshop.objects.filter(session=morning))


def test_workshops_are_made_changed_and_put_in_order(morning):
    first, second = workshops(
        morning, WorkshopSaid({"fr": "Écouter"}), WorkshopSaid({"fr": "Orienter"}, "Salle 2", 20)
    )
    assert [first.title, second.title] == [{"fr": "Écouter"}, {"fr": "Orienter"}]

    found = workshops(
        morning,
        WorkshopSaid({"fr": "Orienter"}, "Salle 3", 25, pk=second.pk),
        WorkshopSaid({"fr": "Écouter", "nl": "Luisteren"}, pk=first.pk),
    )

    assert [one.pk for one in found] == [second.pk, first.pk]
    assert (found[0].room, found[0].capacity) == ("Salle 3", 25)
    assert found[1].title == {"fr": "Écouter", "nl": "Luisteren"}
    assert ModelLogEntry.objects.filter(action="registrations.set_workshops").count() == 2


def test_a_workshop_of_another_session_is_not_touched(page, morning):
    (theirs,) = workshops(session(page, MORNING_2), WorkshopSaid({"fr": "Ailleurs"}))

    (mine,) = workshops(morning, WorkshopSaid({"fr": "Ici"}, pk=theirs.pk), remove=[theirs.pk])

    assert mine.pk != theirs.pk
    theirs.refresh_from_db()
    assert str(theirs) == "Ailleurs"


def test_a_workshop_that_nobody_chose_is_removed(morning):
    first, second = workshops(
        morning, WorkshopSaid({"fr": "Écouter"}), WorkshopSaid({"fr": "Orienter"})
    )

    kept = WorkshopSaid({"fr": "Orienter"}, pk=second.pk)
    assert workshops(morning, kept, remove=[first.pk]) == [second]


@pytest.mark.parametrize("field", ["workshop", "first_choice", "second_choice"])
def test_a_workshop_that_somebody_chose_stays_and_nothing_is_changed(morning, field):
    first, second = workshops(
        morning, WorkshopSaid({"fr": "Écouter"}), WorkshopSaid({"fr": "Orienter"})
    )
    chosen = {"first_choice": first, "second_choice": second}
    wanted = {"workshop": first, **chosen}[field]
    registration(person(morning, workshops=((morning.pk, first.pk, second.pk),)))
    if field != "workshop":
        Participation.objects.update(workshop=None)

    with pytest.raises(WorkshopChosenError) as refused:
        workshops(morning, WorkshopSaid({"fr": "Neuf"}), remove=[wanted.pk])

    assert refused.value.workshop == wanted
    assert set(Workshop.objects.all()) == {first, second}


def test_more_places_in_a_workshop_are_given_to_who_has_none(morning):
    full, other = workshops(
        morning, WorkshopSaid({"fr": "Écouter"}, "", 1), WorkshopSaid({"fr": "Orienter"}, "", 1)
    )
    choice = ((morning.pk, full.pk, other.pk),)
    people = [person(morning, number=number, workshops=choice) for number in (1, 2, 3)]
    registration(*people)
    in_one = Participation.objects.order_by("pk").values_list("workshop", flat=True)
    assert list(in_one) == [full.pk, other.pk, None]

    workshops(
        morning,
        WorkshopSaid({"fr": "Écouter"}, "", 2, pk=full.pk),
        WorkshopSaid({"fr": "Orienter"}, "", 1, pk=other.pk),
    )

    assert list(in_one.all()) == [full.pk, other.pk, full.pk]


def test_sessions_keep_their_dates(page):
    one = session(page, MORNING_1, capacity=None)
    set_for(page, said(capacity=12))

    after = TrainingSession.objects.get()
    assert (after.sequence, after.starts_at, after.is_adjusted) == (0, one.starts_at, False)
