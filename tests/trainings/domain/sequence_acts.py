"""A small organisation, and what its organisers and visitors may do at any moment.

An act draws what it does from the `Random` it is given, chooses rows by their order and not by
their keys, and notes itself in the story before it begins: the same seed is the same story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import recurrence
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from wagtail.models import Site

from registrations.domain import answers
from registrations.exceptions import RegistrationError
from registrations.models import Participation
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import (
    AT,
    catalogue,
    locale,
    programme_page,
    session,
    training_page,
    venue,
)
from tests.trainings.domain.sequences import Done, Look, Memory, State
from trainings.domain import acts, copying, queries, scheduling
from trainings.domain import series as planning
from trainings.domain.series import Decisions, Fate, Line
from trainings.enums import SessionStatus
from trainings.exceptions import TrainingError
from trainings.models import (
    ClosedPeriod,
    ProgrammePage,
    SessionSeries,
    TrainingIndexPage,
    TrainingPage,
    TrainingSession,
    Venue,
)
from trainings.sign_up import SessionAct

#: What an organiser or a visitor is told instead of having it done.
REFUSALS = (TrainingError, RegistrationError, ValidationError, ProtectedError)

NOTHING = Done()
A_TUESDAY = date(2027, 3, 2)
A_WEDNESDAY = date(2027, 2, 3)
NOON = time(12, tzinfo=UTC)
AN_AGE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class BrokenError(AssertionError):
    """Something that must hold does not any more."""


@dataclass
class World:
    state: State  # as last looked at
    at: datetime = AT
    memory: Memory = field(default_factory=Memory)
    story: list[str] = field(default_factory=list)
    # A plan on somebody's screen while others go on: the series as edited, and what was ticked.
    open_plan: tuple[SessionSeries, Decisions] | None = None
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.memory.learn(self.state)

    def play(self, act: Act, draw: Random) -> None:
        """Do it, and look at everything. Raises BrokenError."""
        before, told = self.state, len(self.story)
        try:
            done = act(self, draw)
        except REFUSALS as refusal:
            self.story[-1] += f" -- refused: {type(refusal).__name__}"
            self.state = State.read()
            if self.state != before:
                raise BrokenError("what was refused has changed something") from refusal
            return
        self.state = State.read()
        look = Look(before=before, after=self.state, done=done, memory=self.memory, at=self.at)
        if faults := look.faults():
            raise BrokenError("; ".join(faults))
        self.memory.learn(self.state)
        if len(self.story) > told:
            self.done.add(act.__name__)

    def end(self) -> None:
        """What is asked of the whole after the last act. Raises BrokenError."""
        if self.at > AT:
            self.tell("all series are extended")
            self.play(extend_all, Random(0))
        for series in SessionSeries.objects.filter(pk__in={key for key, _ in self.memory.left_out}):
            lines = planning.plan(series, language="fr", at=self.at)
            new = {(series.pk, line.day) for line in lines if line.fate is Fate.ADD}
            if again := [str(day) for _key, day in sorted(new & self.memory.left_out)]:
                raise BrokenError(f"left out of a series and proposed again: {again}")
        if not self.done.isdisjoint(act.__name__ for act in OF_PAGES):
            _look_at_pages()

    def tell(self, words: str) -> None:
        self.story.append(f"{self.at:%Y-%m-%d}  {words}")

    def name(self, pk: int) -> str:
        row = self.state.sessions[pk]
        return f"{self.memory.name(pk)} ({row['starts_on']}, {row['status'].lower()})"

    def names(self, sessions: list[TrainingSession]) -> str:
        return ", ".join(self.name(one.pk) for one in sessions)

    def some_session(self, draw: Random) -> TrainingSession | None:
        keys = list(self.state.sessions)
        return TrainingSession.objects.get(pk=draw.choice(keys)) if keys else None

    def some_series(self, draw: Random) -> SessionSeries | None:
        return _some(draw, SessionSeries.objects.select_related("training"))


Act = Callable[[World, Random], Done]


def start() -> State:
    """Two series, one without end; a morning of its own; somebody registered in each."""
    index = catalogue()
    page = training_page(programme_page(index, "Accompagner 2027"), "En recherche de logement")
    page.title = "En recherche d’un logement"
    page.save_revision().publish()
    rooms = [venue(name="Salle des Tilleuls"), venue(name="Salle des Érables")]
    partner()
    ClosedPeriod.objects.create(
        name={"fr": "Congé"}, first_day=date(2028, 5, 1), last_day=date(2028, 5, 7)
    )
    common = {
        "training": page.training,
        "start_time": time(9),
        "end_time": time(12, 30),
        "time_zone": "Europe/Brussels",
        "training_time": timedelta(hours=3),
        "venue": rooms[0],
    }
    tuesdays = SessionSeries(
        rule=_rule(recurrence.Rule(recurrence.WEEKLY, count=3)),
        first_day=A_TUESDAY,
        capacity=3,
        closes_days_before=2,
        **common,
    )
    endless = SessionSeries(
        rule=_rule(recurrence.Rule(recurrence.MONTHLY, interval=4, byday=[recurrence.WE(1)])),
        first_day=A_WEDNESDAY,
        **common,
    )
    made = [session(page, A_TUESDAY, capacity=2)]
    for series in (tuesdays, endless):
        lines = planning.plan(series, language="fr", at=AT)
        add = [line.session for line in lines]
        made += planning.apply(series, Decisions(add=add), by=None, at=AT)
    alone, tuesday, _second, third, wednesday, postponed, *_others = made
    registration(
        person(alone, tuesday, third, number=1),
        person(alone, tuesday, wednesday, number=2),
        person(tuesday, postponed, email=""),
    )
    registration(person(alone, tuesday, number=3), booker=booker(email=_address(3)))
    scheduling.cancel(third, by=None, at=AT)
    scheduling.postpone(postponed, by=None, at=AT)
    return State.read()


# --- time, and visitors ------------------------------------------------------------------------


def time_passes(world: World, draw: Random) -> Done:
    world.at += timedelta(days=draw.choice([1, 2, 7, 20, 45, 120]))
    world.tell("it is another day")
    return NOTHING


def sign_up(world: World, draw: Random) -> Done:
    rows = world.state.sessions.values()
    keys = [row["id"] for row in rows if row["starts_at"] > world.at or draw.random() < 0.1]
    keys = draw.sample(keys, min(len(keys), draw.choice([1, 1, 2])))
    chosen = list(TrainingSession.objects.filter(pk__in=keys).order_by("pk"))
    if not chosen:
        return NOTHING
    people = [
        person(*chosen, number=number, **draw.choice([{}, {}, {}, {"email": ""}]))
        for number in draw.sample(range(1, 15), draw.randint(1, 3))
    ]
    options: dict[str, Any] = {
        "email": draw.choice([_address(1), _address(2), "assistante@cpas.example"])
    }
    options |= {"keep_together": draw.random() < 0.2}
    addresses = [one.email or "somebody" for one in people]
    world.tell(f"{options} signs up {addresses} for {world.names(chosen)}")
    registration(*people, booker=booker(**options), at=world.at)
    return Done(signs_up=True)


def withdraw(world: World, draw: Random) -> Done:
    # Whom a place is offered declines it instead.
    present = Participation.objects.filter(status__in=["CONFIRMED", "WAITING"])
    one = _some(draw, present.select_related("participant"))
    if one is None:
        return NOTHING
    world.tell(f"{one.address or 'somebody'} withdraws from {world.name(one.session_id)}")
    answers.withdraw(one, at=world.at)
    return Done(withdrawn=one.pk)


# --- sessions ----------------------------------------------------------------------------------


def correct(world: World, draw: Random) -> Done:
    """Other places or hours of training, or registration that opens and closes otherwise."""
    one = world.some_session(draw)
    if one is None:
        return NOTHING
    to = draw.choice(
        [
            {"capacity": draw.choice([None, 1, 1, 2, 5])},
            {"training_time": timedelta(hours=draw.choice([1, 2, 5]))},
            {"registration_closes_at": one.starts_at - timedelta(days=draw.choice([1, 5]))},
            {"registration_opens_at": one.starts_at - timedelta(days=draw.choice([3, 30]))},
        ]
    )
    world.tell(f"corrects {world.name(one.pk)}: {to}")
    for name, value in to.items():
        setattr(one, name, value)
    scheduling.change(one, by=None, at=world.at)
    return Done(touched={one.pk})


def move(world: World, draw: Random) -> Done:
    return _carry_out(world, draw, SessionAct.MOVE)


def postpone(world: World, draw: Random) -> Done:
    return _carry_out(world, draw, SessionAct.POSTPONE)


def cancel(world: World, draw: Random) -> Done:
    return _carry_out(world, draw, SessionAct.CANCEL)


def restore(world: World, draw: Random) -> Done:
    return _carry_out(world, draw, SessionAct.RESTORE, among=_off(world))


def _off(world: World) -> list[int]:
    rows = world.state.sessions.items()
    return [pk for pk, row in rows if row["status"] != SessionStatus.SCHEDULED]


def _carry_out(
    world: World, draw: Random, act: SessionAct, *, among: list[int] | None = None
) -> Done:
    """Of one session or of a few at once; what is foreseen is what happens."""
    keys = among or list(world.state.sessions)
    if not keys:
        return NOTHING
    chosen = draw.sample(keys, min(len(keys), draw.choice([1, 1, 1, 1, 2])))
    sessions = list(
        TrainingSession.objects.filter(pk__in=chosen).select_related("training", "venue")
    )
    to = _moves(world, draw, sessions) if act == SessionAct.MOVE else None
    world.tell(f"{act.lower()}s {world.names(sessions)} {list((to or {}).values())}")
    foreseen = acts.foresee(sessions, act, to=to, at=world.at, language="fr")
    refusals = {type(one.refusal) for one in foreseen if one.refusal}
    try:
        acts.carry_out(sessions, act, to=to, reason={"fr": "Grève"}, by=None, at=world.at)
    except REFUSALS as refusal:
        if type(refusal) not in refusals:
            raise BrokenError(f"refused, though {refusals or 'nothing'} was foreseen") from refusal
        raise
    if refusals:
        raise BrokenError(f"done, though {refusals} was foreseen")
    return Done(touched=set(chosen))


def _moves(
    world: World, draw: Random, sessions: list[TrainingSession]
) -> Mapping[int, Mapping[str, Any]]:
    rooms = [None, *Venue.objects.order_by("pk").values_list("pk", flat=True)]
    days = draw.choice([-7, -1, 1, 7, 7, 14, 60])
    another = draw.choice(list(world.state.sessions.values()))["starts_on"]
    same_for_all = draw.choice(
        [
            {"start_time": time(draw.choice([7, 8, 9]))},
            {"end_time": time(draw.choice([8, 12, 13]))},
            {"venue_id": draw.choice(rooms)},
            {"online_url": draw.choice(["", "https://meet.example/salle"])},
            {"time_zone": draw.choice(["Europe/Lisbon", "Europe/Brussels"])},
            {"starts_on": another, "ends_on": another},
            None,
            None,
            None,
        ]
    )
    return {one.pk: same_for_all or {**scheduling.shifted(one, days=days)} for one in sessions}


def drop(world: World, draw: Random) -> Done:
    one = world.some_session(draw)
    if one is None:
        return NOTHING
    world.tell(f"drops {world.name(one.pk)}")
    planning.drop(one, by=None, at=world.at)
    if one.series_id is not None and one.original_on is not None:
        world.memory.left_out.add((one.series_id, one.original_on))
    return Done(removed={one.pk})


# --- series ------------------------------------------------------------------------------------


def plan(world: World, draw: Random) -> Done:
    """Edit a series and do at once what is ticked of its table."""
    series = world.some_series(draw)
    if series is None:
        return NOTHING
    _edit(world, series, draw)
    decisions = _decide(world, series, draw)
    return _apply(world, series, decisions)


def plan_slowly(world: World, draw: Random) -> Done:
    """The same in two: what is ticked now is done when others have gone on."""
    if world.open_plan is None:
        if series := world.some_series(draw):
            _edit(world, series, draw)
            world.open_plan = series, _decide(world, series, draw)
        return NOTHING
    (series, decisions), world.open_plan = world.open_plan, None
    if series.pk not in world.state.series:
        return NOTHING
    world.tell("what was decided of the plan is done")
    return _apply(world, series, decisions)


def _edit(world: World, series: SessionSeries, draw: Random) -> None:
    for change in draw.sample([_other_rule, _other_hours, _other_first_day, _other_rest], 2):
        change(world, series, draw)


def _other_rule(world: World, series: SessionSeries, draw: Random) -> None:
    until = datetime.combine(series.first_day + timedelta(days=draw.choice([0, 20, 40])), NOON)
    weekly, monthly = recurrence.WEEKLY, recurrence.MONTHLY
    rule = draw.choice(
        [
            recurrence.Rule(weekly, count=draw.choice([2, 5])),
            recurrence.Rule(weekly, interval=2, count=4),
            recurrence.Rule(weekly, byday=[recurrence.TU, recurrence.TH], until=until),
            recurrence.Rule(monthly, interval=4, byday=[recurrence.WE(draw.choice([1, 2]))]),
            recurrence.Rule(monthly, interval=2, bymonthday=31),
        ]
    )
    # Days left out stand in a field of the form, and stay.
    series.rule = _rule(rule, without=series.rule.exdates)


def _other_hours(world: World, series: SessionSeries, draw: Random) -> None:
    series.start_time = time(draw.choice([8, 9, 10]))
    series.end_time = time(draw.choice([12, 13]), 30)


def _other_first_day(world: World, series: SessionSeries, draw: Random) -> None:
    series.first_day += timedelta(days=draw.choice([-7, 1, 7, 14, 90]))


def _other_rest(world: World, series: SessionSeries, draw: Random) -> None:
    series.capacity = draw.choice([None, 1, 3])
    series.venue = draw.choice([None, *Venue.objects.order_by("pk")])
    series.training_time = draw.choice([None, timedelta(hours=2), timedelta(hours=4)])
    series.closes_days_before = draw.choice([None, 3])


def _decide(world: World, series: SessionSeries, draw: Random) -> Decisions:
    decided = Decisions()
    lines = planning.plan(series, language="fr", at=world.at)
    for line in lines:
        _ticks(world, line, draw, decided)
    shown = {
        name: [line.day.isoformat() for line in lines if line.fate == name]
        for name in Fate
        if any(line.fate == name for line in lines)
    }
    told = {
        name: [str(getattr(one, "original_on", one)) for one in chosen]
        for name, chosen in vars(decided).items()
        if chosen
    }
    world.tell(
        f"edits series {list(world.state.series).index(series.pk) + 1}, "
        f"from {series.first_day} at {series.start_time:%H:%M}, {series.capacity} places, "
        f"{recurrence.serialize(series.rule)!r}: the plan is {shown}, decided {told}"
    )
    return decided


def _ticks(world: World, line: Line, draw: Random, decided: Decisions) -> None:
    """What the screen allows of a line; few of each, as each takes its time."""
    one, is_ticked = line.session, draw.random() < 0.5
    if line.fate is Fate.ADD and is_ticked and len(decided.add) < 2:
        if draw.random() < 0.2:
            one.starts_on = one.ends_on = line.day + timedelta(days=draw.choice([1, 7]))
        decided.add.append(one)
    elif line.fate is Fate.ADD and line.is_proposed:
        decided.drop.append(line.day)
    elif line.fate is Fate.FOLLOW:
        is_ticked = is_ticked and len(decided.follow) < 2
        (decided.follow if is_ticked else decided.keep).append(one)
    elif line.fate is Fate.GONE:
        # Now and then somebody has registered since the screen was drawn.
        has_people = bool(world.state.living(one.pk)) and draw.random() < 0.8
        other = decided.cancel if has_people else decided.remove
        (other if is_ticked else decided.keep).append(one)


def _apply(world: World, series: SessionSeries, decisions: Decisions) -> Done:
    # A rule as somebody saw it earlier may not know yet what was left out since.
    known = {moment.date() for moment in series.rule.exdates}
    others = {(key, day) for key, day in world.memory.left_out if key != series.pk or day in known}
    planning.apply(series, decisions, by=None, at=world.at)
    world.memory.left_out = others | {(series.pk, day) for day in decisions.drop}
    touched = [*decisions.follow, *decisions.cancel, *decisions.keep]
    standing = world.state.sessions
    return Done(
        touched={one.pk for one in touched},
        removed={
            one.pk
            for one in decisions.remove
            if one.pk in standing and not standing[one.pk]["is_adjusted"]
        },
        makes_sessions=True,
        is_by_series=True,
    )


def extend(world: World, draw: Random) -> Done:
    """What cron does some day, and once more."""
    series = world.some_series(draw)
    if series is None:
        return NOTHING
    world.at += timedelta(days=draw.choice([0, 30, 100]))
    world.tell(f"extends series {list(world.state.series).index(series.pk) + 1}")
    return _extend(world, series)


def extend_all(world: World, draw: Random) -> Done:
    return _extend(world, *SessionSeries.objects.order_by("pk"))


def _extend(world: World, *found: SessionSeries) -> Done:
    for series in found:
        planning.extend(series, at=world.at)
    number = TrainingSession.objects.count()
    again = [one for series in found for one in planning.extend(series, at=world.at)]
    if again or TrainingSession.objects.count() != number:
        raise BrokenError(f"extended twice, there are {len(again)} sessions more")
    return Done(makes_sessions=True, is_by_series=True)


def end_series(world: World, draw: Random) -> Done:
    series = world.some_series(draw)
    if series is None:
        return NOTHING
    world.tell(f"removes series {list(world.state.series).index(series.pk) + 1}")
    key = series.pk
    planning.end(series, by=None, at=world.at)
    rows = world.state.sessions.items()
    return Done(touched={pk for pk, row in rows if row["series_id"] == key}, ended=key)


# --- pages -------------------------------------------------------------------------------------


def write(world: World, draw: Random) -> Done:
    """A new draft; autosaved over the last one, or published."""
    page = _some(draw, TrainingPage.objects.filter(alias_of=None))
    over = page.get_latest_revision() if draw.random() < 0.3 else None
    is_published = draw.random() < 0.3
    world.tell(f"writes page {_number(world, page)}, published: {is_published}")
    page.guiding_question = f"Question {draw.randint(1, 99)} ?"
    revision = page.save_revision(overwrite_revision=over)
    if is_published:
        revision.publish()
    return NOTHING


def publish_an_old_revision(world: World, draw: Random) -> Done:
    page = _some(draw, TrainingPage.objects.filter(alias_of=None))
    revision = _some(draw, page.revisions)
    world.tell(f"publishes a revision of page {_number(world, page)}")
    revision.publish()
    return NOTHING


def unpublish(world: World, draw: Random) -> Done:
    page = _some(draw, TrainingPage.objects.filter(live=True))
    if page is not None:
        world.tell(f"unpublishes page {_number(world, page)}")
        page.unpublish()
    return NOTHING


def translate(world: World, draw: Random) -> Done:
    dutch = TrainingPage.objects.filter(locale__language_code="nl")
    french = TrainingPage.objects.exclude(translation_key__in=dutch.values("translation_key"))
    page = _some(draw, french)
    if page is not None:
        world.tell(f"translates page {_number(world, page)}")
        copy = page.copy_for_translation(locale("nl"), copy_parents=True)
        if draw.random() < 0.5:
            copy.save_revision().publish()
    return NOTHING


def copy_page(world: World, draw: Random) -> Done:
    page, keep_live = _some(draw, TrainingPage.objects), draw.random() < 0.5
    world.tell(f"copies page {_number(world, page)}, live: {keep_live}")
    page.copy(update_attrs=_new_address(world), keep_live=keep_live)
    return NOTHING


def copy_programme(world: World, draw: Random) -> Done:
    page = _some(draw, draw.choice([ProgrammePage, ProgrammePage, TrainingPage]).objects)
    weeks = draw.choice([0, 1, 52])
    lines = copying.plan(page, weeks=weeks, language="fr", at=world.at)
    chosen = [line.session for line in lines if not line.problem and draw.random() < 0.3]
    world.tell(f"copies {page.title!r} and {world.names(chosen)} by {weeks} weeks")
    copying.copy_programme(
        page,
        title=f"Accompagner {len(world.story)}",
        weeks=weeks,
        session_ids=[one.pk for one in chosen],
        by=None,
        at=world.at,
    )
    return Done(makes_sessions=True)


def move_page(world: World, draw: Random) -> Done:
    page = _some(draw, TrainingPage.objects)
    parents = [*TrainingIndexPage.objects.order_by("pk"), *ProgrammePage.objects.order_by("pk")]
    parent = draw.choice([one for one in parents if one.locale_id == page.locale_id])
    # No two pages below one parent have the same address.
    taken = parent.get_children().exclude(pk=page.pk).filter(slug=page.slug)
    if taken.exists():
        return NOTHING
    world.tell(f"moves page {_number(world, page)} below {parent.title!r}")
    page.move(parent, pos="last-child")
    return NOTHING


def make_alias(world: World, draw: Random) -> Done:
    page = _some(draw, TrainingPage.objects)
    world.tell(f"makes an alias of page {_number(world, page)}")
    page.create_alias(update_slug=_new_address(world)["slug"])
    return NOTHING


def _number(world: World, page: Any) -> int:
    return list(world.state.pages).index(page.pk) + 1


def _new_address(world: World) -> dict[str, str]:
    return {"title": f"Copie {len(world.story)}", "slug": f"copie-{len(world.story)}"}


def _look_at_pages() -> None:
    """Each opens in the editor, and live ones show the dates of their trainings."""
    for page in [*TrainingPage.objects.order_by("pk"), *ProgrammePage.objects.order_by("pk")]:
        draft = page.get_latest_revision_as_object()
        if getattr(draft, page.facts_field) != getattr(page, page.facts_field):
            raise BrokenError(f"the draft of {page.title!r} is of another {page.facts_field}")
    shown = TrainingPage.objects.live().values_list("training_id", flat=True).distinct()
    sessions = TrainingSession.objects.filter(training__in=shown).values_list("pk", flat=True)
    published = [
        one.pk
        for one, _page in queries.published_sessions(
            language="nl", below=Site.objects.get().root_page, between=AN_AGE
        )
    ]
    if sorted(published) != sorted(sessions):
        raise BrokenError(f"{len(published)} sessions are published, pages show {len(sessions)}")


# --- small tools -------------------------------------------------------------------------------


def _some(draw: Random, rows: Any) -> Any:
    """A row by its place in the order of keys, or None."""
    found = list(rows.order_by("pk"))
    return draw.choice(found) if found else None


def _rule(rule: recurrence.Rule, without: Any = ()) -> recurrence.Recurrence:
    return recurrence.Recurrence(rrules=[rule], exdates=list(without))


def _address(number: int) -> str:
    return person(number=number).email


#: Each with how often it is drawn.
OF_DATES: dict[Act, int] = {
    time_passes: 2,
    sign_up: 4,
    withdraw: 1,
    correct: 2,
    move: 5,
    postpone: 2,
    cancel: 2,
    restore: 2,
    drop: 2,
    plan: 2,
    plan_slowly: 2,
    extend: 2,
    end_series: 1,
}
OF_PAGES: dict[Act, int] = {
    write: 1,
    publish_an_old_revision: 2,
    unpublish: 1,
    translate: 2,
    copy_page: 1,
    copy_programme: 2,
    move_page: 1,
    make_alias: 1,
}
