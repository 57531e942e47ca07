from datetime import UTC, date, datetime, time, timedelta

import pytest
import recurrence
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, training_page, venue
from trainings.domain import scheduling
from trainings.domain import series as domain
from trainings.domain.series import Decisions, Fate
from trainings.exceptions import SeriesTooLongError, SessionDayTakenError
from trainings.models import ClosedPeriod, SessionSeries, TrainingSession

pytestmark = pytest.mark.django_db

FIRST = date(2027, 3, 2)  # a Tuesday
TUESDAYS = [FIRST + timedelta(days=7 * number) for number in range(10)]


def tuesdays(**options):
    return recurrence.Recurrence(
        rrules=[recurrence.Rule(recurrence.WEEKLY, byday=[recurrence.TU], **options)]
    )


def new_series(page=None, **fields):
    values = {
        "training": (page or training_page(catalogue())).training,
        "rule": tuesdays(count=10),
        "first_day": FIRST,
        "start_time": time(9, 0),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
        "capacity": 40,
    }
    return SessionSeries(**{**values, **fields})


def plan(series, at=AT):
    return domain.plan(series, language="fr", at=at)


def apply(series, at=AT, **decisions):
    return domain.apply(series, Decisions(**decisions), by=None, at=at)


def made_series(**fields):
    """With all its sessions."""
    series = new_series(**fields)
    apply(series, add=[line.session for line in plan(series) if line.is_proposed])
    return series


def days(sessions):
    return [session.starts_on for session in sessions]


def fates(series, at=AT):
    return {line.day: line.fate for line in plan(series, at)}


def test_a_plan_makes_nothing():
    series = new_series()

    lines = plan(series)

    assert [line.day for line in lines] == TUESDAYS
    assert {line.fate for line in lines} == {Fate.ADD}
    assert not TrainingSession.objects.exists()
    assert series.pk is None


def test_days_off_are_marked_and_not_proposed():
    ClosedPeriod.objects.create(
        name={"fr": "Congés de printemps"}, first_day=TUESDAYS[2], last_day=TUESDAYS[3]
    )
    lines = plan(new_series())

    assert [line.day for line in lines if not line.is_proposed] == TUESDAYS[2:4]
    assert lines[2].days_off == ("Congés de printemps",)


def test_public_holidays_are_marked():
    mondays = recurrence.Recurrence(
        rrules=[recurrence.Rule(recurrence.WEEKLY, byday=[recurrence.MO], count=3)]
    )
    lines = plan(new_series(rule=mondays, first_day=date(2027, 3, 22)))

    assert [line.days_off for line in lines] == [(), ("Lundi de Pâques",), ()]


def test_what_was_ticked_is_made():
    series = new_series(venue=venue(), closes_days_before=7)
    lines = plan(series)

    made = apply(series, add=[line.session for line in lines[:3]])

    assert days(made) == TUESDAYS[:3]
    first, _second, last = TrainingSession.objects.all()
    assert (first.series, first.original_on, first.is_adjusted) == (series, FIRST, False)
    assert (first.venue, first.capacity, first.ends_on) == (series.venue, 40, FIRST)
    assert first.registration_closes_at == datetime(2027, 2, 23, 11, 0, tzinfo=UTC)
    assert len({session.uid for session in made}) == 3
    assert last.sequence == 0


def test_it_stays_nine_across_the_clock_change():
    series = made_series()

    local = {session.local_start.time() for session in series.sessions.all()}
    utc = [session.starts_at.hour for session in series.sessions.all()]

    assert local == {time(9, 0)}
    assert utc == [8] * 4 + [7] * 6


def test_a_day_left_out_is_not_proposed_again():
    series = new_series()
    lines = plan(series)
    apply(series, add=[line.session for line in lines[1:]], drop=[FIRST])

    assert FIRST not in fates(SessionSeries.objects.get())


def test_an_adjusted_line_is_left_alone():
    series = new_series()
    line = plan(series)[0]
    line.session.starts_on = line.session.ends_on = date(2027, 3, 3)
    apply(series, add=[line.session])
    series.start_time = time(9, 30)

    assert fates(series)[FIRST] is Fate.ADJUSTED


def test_two_lines_never_share_a_day():
    series = new_series()
    first, second, *_others = plan(series)
    first.session.starts_on = first.session.ends_on = second.day

    with pytest.raises(SessionDayTakenError):
        apply(series, add=[first.session, second.session])

    assert not TrainingSession.objects.exists()


def test_a_plan_made_twice_makes_nothing_twice():
    series = new_series()
    lines, again = plan(series), plan(series)
    apply(series, add=[line.session for line in lines])

    assert apply(series, add=[line.session for line in again]) == []
    assert days(TrainingSession.objects.all()) == TUESDAYS


def test_the_database_holds_a_day_once():
    series = made_series()
    twin = domain.new_session(series, FIRST)
    twin.starts_on = twin.ends_on = date(2027, 3, 4)

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


# --- changed later -----------------------------------------------------------------------------


def test_a_changed_rule_says_what_stays_what_comes_and_what_goes():
    series = made_series(rule=tuesdays(count=3))
    series.rule = tuesdays(count=2, interval=2)

    assert fates(series) == {
        TUESDAYS[0]: Fate.KEEP,
        TUESDAYS[1]: Fate.GONE,
        TUESDAYS[2]: Fate.KEEP,
    }
    series.rule = tuesdays(count=4)
    assert fates(series)[TUESDAYS[3]] is Fate.ADD


def test_sessions_follow_other_hours_unless_they_were_adjusted():
    series = made_series(rule=tuesdays(count=3))
    adjusted = series.sessions.first()
    scheduling.reschedule(adjusted, to={"start_time": time(8, 0)}, by=None, at=AT)
    series.start_time, series.capacity = time(9, 30), 20

    lines = plan(series)
    assert [line.fate for line in lines] == [Fate.ADJUSTED, Fate.FOLLOW, Fate.FOLLOW]
    apply(series, follow=[line.session for line in lines[1:]])

    told = [
        (one.start_time, one.capacity, one.sequence, one.is_adjusted)
        for one in series.sessions.all()
    ]
    assert told == [(time(8, 0), 40, 1, True)] + [(time(9, 30), 20, 1, False)] * 2
    assert set(fates(series).values()) == {Fate.ADJUSTED, Fate.KEEP}


def test_what_does_not_follow_is_left_alone_from_then_on():
    series = made_series(rule=tuesdays(count=2))
    series.start_time = time(9, 30)
    lines = plan(series)

    apply(series, keep=[lines[0].session], follow=[lines[1].session])

    assert list(fates(series).values()) == [Fate.ADJUSTED, Fate.KEEP]


def test_a_rule_never_removes_people():
    series = made_series(rule=tuesdays(count=2))
    with_people, without = series.sessions.all()
    registration(person(with_people))
    series.rule = tuesdays(count=1, interval=1)
    series.first_day = date(2027, 6, 1)
    lines = plan(series)
    gone = [line.session for line in lines if line.fate is Fate.GONE]
    assert gone == [with_people, without]

    with pytest.raises(ProtectedError), transaction.atomic():
        apply(series, remove=gone)
    apply(series, remove=[without], cancel=[with_people])

    assert TrainingSession.objects.get().is_cancelled


def test_what_somebody_decided_while_the_plan_was_shown_stays():
    series = made_series(rule=tuesdays(count=3))
    to_remove, to_cancel, to_follow = series.sessions.all()
    for session in (to_remove, to_cancel, to_follow):
        scheduling.reschedule(session, to={"start_time": time(8, 0)}, by=None, at=AT)
    series.start_time = time(9, 30)

    apply(series, remove=[to_remove], cancel=[to_cancel], follow=[to_follow])

    told = [(one.start_time, one.goes_ahead, one.sequence) for one in series.sessions.all()]
    assert told == [(time(8, 0), True, 1)] * 3


def test_a_session_dropped_while_the_plan_was_shown_is_passed_over():
    series = made_series(rule=tuesdays(count=3))
    stale = list(series.sessions.all())
    for session in series.sessions.all():
        scheduling.drop(session, by=None, at=AT)
    series.start_time = time(9, 30)

    apply(series, remove=stale[:1], cancel=stale[1:2], follow=stale[2:])

    assert not series.sessions.exists()


def test_a_session_that_moved_keeps_its_day_from_being_made_again():
    series = made_series(rule=tuesdays(count=2))
    first = series.sessions.first()
    scheduling.reschedule(
        first, to=scheduling.shifted(first, days=14), by=None, at=AT
    )  # where the third would be
    series.rule = tuesdays(count=3)

    lines = {line.day: line for line in plan(series)}

    assert lines[FIRST].fate is Fate.ADJUSTED
    assert (lines[TUESDAYS[2]].is_occupied, lines[TUESDAYS[2]].is_proposed) == (True, False)


def test_what_is_over_is_not_shown():
    series = made_series(rule=tuesdays(count=3))
    later = datetime(2027, 3, 10, tzinfo=UTC)

    assert list(fates(series, at=later)) == TUESDAYS[2:3]


def test_a_first_day_in_the_past_is_shown_and_not_proposed():
    lines = plan(new_series(rule=tuesdays(count=3)), at=datetime(2027, 3, 10, tzinfo=UTC))

    assert [line.is_proposed for line in lines] == [False, False, True]


def test_too_long_a_series_is_refused():
    daily = recurrence.Recurrence(rrules=[recurrence.Rule(recurrence.DAILY, count=501)])

    with pytest.raises(SeriesTooLongError):
        plan(new_series(rule=daily))


def test_a_dropped_session_is_not_made_again():
    series = made_series(rule=tuesdays(count=3))

    domain.drop(series.sessions.first(), by=None, at=AT)

    assert list(fates(SessionSeries.objects.get())) == TUESDAYS[1:3]


def test_a_session_with_people_is_not_dropped():
    series = made_series(rule=tuesdays(count=1))
    registration(person(series.sessions.get()))

    with pytest.raises(ProtectedError), transaction.atomic():
        domain.drop(series.sessions.get(), by=None, at=AT)

    assert list(fates(SessionSeries.objects.get())) == [FIRST]


def test_a_removed_series_leaves_its_sessions():
    series = made_series(rule=tuesdays(count=2))
    keys = set(series.sessions.values_list("uid", flat=True))

    domain.end(series, by=None, at=AT)

    assert set(TrainingSession.objects.values_list("uid", flat=True)) == keys


# --- open-ended --------------------------------------------------------------------------------


def first_wednesdays():
    return recurrence.Recurrence(
        rrules=[recurrence.Rule(recurrence.MONTHLY, byday=[recurrence.WE(1)])]
    )


def endless():
    return made_series(rule=first_wednesdays(), first_day=date(2027, 3, 3))


def test_an_open_ended_series_is_planned_for_a_year():
    series = endless()

    # A year from the first day, which is later than today.
    assert series.planned_until == date(2028, 3, 2)
    assert days(series.sessions.all())[-1] == date(2028, 3, 1)


def test_extending_twice_makes_nothing_twice():
    series = endless()
    later = AT + timedelta(days=120)

    first = domain.extend(series, at=later)

    assert days(first) == [date(2028, 4, 5), date(2028, 5, 3)]
    assert domain.extend(series, at=later) == []


def test_extending_passes_over_days_off_and_what_was_removed():
    series = endless()
    domain.drop(series.sessions.last(), by=None, at=AT)
    ClosedPeriod.objects.create(
        name={"fr": "Pâques"}, first_day=date(2028, 4, 1), last_day=date(2028, 4, 16)
    )

    assert days(domain.extend(series, at=AT + timedelta(days=120))) == [date(2028, 5, 3)]


def test_a_series_goes_on_however_many_dates_lie_behind_it():
    weekdays = [recurrence.MO, recurrence.TU, recurrence.WE, recurrence.TH, recurrence.FR]
    rule = recurrence.Recurrence(rrules=[recurrence.Rule(recurrence.WEEKLY, byday=weekdays)])
    series = new_series(rule=rule, first_day=date(2017, 1, 2))
    series.planned_until = date(2028, 1, 31)
    series.save()

    assert len(plan(series)) > 250
    assert days(domain.extend(series, at=AT + timedelta(days=4))) == [
        date(2028, 2, 1),
        date(2028, 2, 2),
        date(2028, 2, 3),
        date(2028, 2, 4),
    ]


def test_a_series_that_ends_is_not_extended():
    series = made_series(rule=tuesdays(count=3))

    assert domain.extend(series, at=AT + timedelta(days=120)) == []


# --- volumes -----------------------------------------------------------------------------------


def test_queries_do_not_grow_faster_than_sessions():
    page = training_page(catalogue())

    def queries(count):
        series = new_series(page, rule=tuesdays(count=count))
        with CaptureQueriesContext(connection) as planning:
            lines = plan(series)
        with CaptureQueriesContext(connection) as making:
            apply(series, add=[line.session for line in lines])
        # One statement adds the sessions; SQLite makes several of it, by the number of values.
        adding = [one for one in making if 'INTO "trainings_trainingsession"' in one["sql"]]
        return len(planning), len(making) - len(adding)

    queries(2)  # content types are looked up once
    few, more, many = queries(60), queries(110), queries(160)

    assert few[0] == more[0] == many[0]
    # Each session has its line in the log; nothing else grows.
    assert many[1] - more[1] == more[1] - few[1]
