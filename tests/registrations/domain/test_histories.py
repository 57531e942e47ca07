"""Long histories at random, told to the code and to a slow model of the same rules: both agree.

After each act every promise about places holds too, looked at in the database alone. Each history
has a number, which is its seed and stands in the failure. `HISTORIES` says how many there are
(250 make about ten thousand acts), `FIRST_HISTORY` with which number they begin.
"""

from __future__ import annotations

import os
import random
import secrets
from collections import Counter
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from wagtail.models import ModelLogEntry

from registrations.domain import answers, approval, signup, waiting_list
from registrations.domain.people import Person
from registrations.enums import LIVING, SEATED, Origin
from registrations.exceptions import RegistrationError
from registrations.models import (
    OutgoingEmail,
    Participation,
    Registration,
    ServiceKind,
    SignUpRules,
    Workshop,
)
from tests.factories.registrations import booker, partner
from tests.factories.trainings import AT, catalogue, programme_page, session, training_page
from tests.factories.users import user
from tests.registrations.domain.slow_model import Meeting, Row, Rules, SlowModel, row_key
from trainings.domain import scheduling
from trainings.domain.days_off import days_off
from trainings.exceptions import TrainingError
from trainings.models import TrainingSession

# What is proved is arithmetic; engines are told apart in tests/concurrency.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HISTORIES = int(os.environ.get("HISTORIES", "12"))
FIRST = int(os.environ.get("FIRST_HISTORY", "1"))
ACTS = 40
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("seed", range(FIRST, FIRST + HISTORIES))
def test_a_history_at_random_comes_out_as_the_slow_model_says(
    seed, world, django_capture_on_commit_callbacks
):
    history = History(world, seed)
    for _act in range(ACTS):
        with django_capture_on_commit_callbacks(execute=True):
            history.act()
        history.check()
    assert history.replayed() == history.told()


class World:
    """Four sessions, of which two belong together and one has workshops, and five services."""

    def __init__(self) -> None:
        parent = catalogue()
        whole = programme_page(parent, "Accompagner")
        whole.programme.is_indivisible = True
        whole.programme.save()
        alone = training_page(parent, "Seule")
        first, second = training_page(whole, "Matin"), training_page(whole, "Midi")
        for page in (first, second):
            page.training.programme = whole.programme
            page.training.save()
        self.sessions = [
            session(alone, date(2027, 3, 23), capacity=4),
            session(alone, date(2027, 3, 30), capacity=3),
            session(first, date(2027, 3, 25), capacity=3),
            session(second, date(2027, 4, 8), capacity=4),
        ]
        self.workshops = [
            Workshop.objects.create(
                session=self.sessions[0], title={"fr": f"Atelier {number}"}, capacity=number
            )
            for number in (1, 2)
        ]
        self.kinds = [
            ServiceKind.objects.create(name={"fr": name}) for name in ("CPAS", "École", "Régie")
        ]
        self.partners = [
            partner(f"Service {number}", kind=kind)
            for number, kind in enumerate([*self.kinds, self.kinds[0], None])
        ]
        #: Each session has rules apart, made anew by each history.
        self.rules = [SignUpRules.objects.create(session=one) for one in self.sessions]
        self.organiser = user()
        self.days_off = set(days_off(date(2027, 1, 1), date(2027, 12, 31), language="en"))


class History:
    """One series of acts, told to both, and what they say of it."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.draw = random.Random(seed)
        self.at = AT + self.draw.randrange(45 * 96) * QUARTER
        for number in range(len(world.sessions)):
            self.change_rules(number)
        self.model = SlowModel(
            map(self.meeting, range(len(world.sessions))),
            kinds={one.pk: one.kind_id for one in world.partners},
            days_off=world.days_off,
        )
        self.first_meetings = dict(self.model.meetings)
        #: By number of the booking in the model.
        self.bookings: list[Registration] = []
        self.acts: list[str] = []
        #: For the replay: the model's facts and acts in order.
        self.history: list[tuple[str, dict[str, Any]]] = []
        self.before: dict[tuple[int, int, int], tuple[str, int]] = {}
        self.logged = self.mailed = 0
        #: Whether the last act gave places beyond the rules, as an organiser may.
        self.is_by_hand = self.is_join = False
        self.numbers = iter(range(10**6))

    # --- acts ------------------------------------------------------------------------------

    def act(self) -> None:
        self.before = {key: (row.status, row.sequence) for key, row in self.database().items()}
        self.logged = max(ModelLogEntry.objects.values_list("pk", flat=True), default=0)
        self.mailed = max(OutgoingEmail.objects.values_list("pk", flat=True), default=0)
        kinds = {
            self.sign_up: 22,
            self.join: 5,
            self.withdraw: 12,
            self.replace: 3,
            self.correct: 3,
            self.answer_offer: 8,
            self.pass_time: 14,
            self.look: 9,
            self.change_capacity: 7,
            self.change_some_rules: 6,
            self.decide: 7,
            self.by_hand: 6,
            self.do_to_session: 5,
        }
        [kind] = self.draw.choices(list(kinds), list(kinds.values()))
        # A colleague takes the very place of who is replaced.
        self.is_by_hand = kind in (self.by_hand, self.replace)
        self.is_join = kind == self.join
        self.model.settled = set()
        kind()

    def both(self, name: str, told: dict[str, Any], act: Any) -> bool:
        """Tell it to the model and do it; whether it was done. They agree on that too."""
        self.acts.append(f"{self.at:%d/%m %H:%M} {name} {told}")
        self.history.append((name, told))
        expected = self.model.do(name, **self.found(self.model, told))
        try:
            with transaction.atomic():
                act()
            done = True
        except RegistrationError as refusal:
            done = False
            self.acts[-1] += f" — {type(refusal).__name__}"
        assert done == expected, self.story()
        return done

    def found(self, model: SlowModel, told: dict[str, Any]) -> dict[str, Any]:
        """Rows by their keys, as this model has them."""
        by_key = {row_key(row): row for row in model.rows}
        found = dict(told)
        if "row" in told:
            found["row"] = by_key[told["row"]]
        if "rows" in told:
            found["rows"] = [by_key[key] for key in told["rows"]]
        return found

    def sign_up(self) -> None:
        draw = self.draw
        by_form = draw.random() < 0.65
        overruled = not by_form and draw.random() < 0.2
        arrived_at = self.at - draw.randrange(1500) * QUARTER if not by_form else None
        service = draw.choice(self.world.partners)
        people = self.people()
        together = draw.random() < 0.35
        made: list[Registration] = []
        self.both(
            "sign_up",
            {
                "partner": service.pk,
                "people": [(one.is_named, one.session_ids) for one in people],
                "together": together,
                "by_form": by_form,
                "arrived_at": arrived_at,
                "overruled": overruled,
                "at": self.at,
            },
            lambda: made.append(
                signup.sign_up(
                    people,
                    partner=service,
                    booker=booker(keep_together=together),
                    key=secrets.token_hex(8),
                    origin=Origin.FORM if by_form else Origin.STAFF,
                    arrived_at=arrived_at,
                    overruled="Une place promise" if overruled else "",
                    at=self.at,
                )
            ),
        )
        self.bookings.extend(made)
        self.is_by_hand = overruled

    def join(self) -> None:
        if not self.bookings:
            return
        number = self.draw.randrange(len(self.bookings))
        people = self.people()[:2]
        by_form = self.draw.random() < 0.7
        self.both(
            "join",
            {
                "booking": number,
                "people": [(one.is_named, one.session_ids) for one in people],
                "by_form": by_form,
                "at": self.at,
            },
            lambda: signup.join(
                self.bookings[number],
                people,
                by=None if by_form else self.world.organiser,
                at=self.at,
            ),
        )

    def people(self) -> list[Person]:
        draw = self.draw
        pks = [one.pk for one in self.world.sessions]
        chosen = draw.choice([pks[:1], pks[1:2], pks[2:], pks[2:], pks[:2], pks])
        if draw.random() < 0.04:
            chosen = pks[2:3]  # one of two that belong together
        held = draw.random() < 0.15
        return [self.person(tuple(chosen), held=held) for _n in range(draw.choice([1, 1, 2, 3]))]

    def person(self, chosen: tuple[int, ...], *, held: bool = False) -> Person:
        if held:
            return Person(session_ids=chosen)
        number = next(self.numbers)
        workshops: list[tuple[int, int, int | None]] = []
        if self.world.sessions[0].pk in chosen:
            first, second = self.draw.sample([one.pk for one in self.world.workshops], 2)
            workshops = [(self.world.sessions[0].pk, first, second)]
        return Person(
            session_ids=chosen,
            first_name="Camille",
            last_name=f"N{number}",
            email=f"n{number}@cpas.example" if number % 3 else "",
            workshops=tuple(workshops),
        )

    def withdraw(self) -> None:
        if row := self.any_row(LIVING):
            self.both(
                "withdraw",
                {"row": row_key(row), "at": self.at},
                lambda: answers.withdraw(self.kept(row), at=self.at),
            )

    def replace(self) -> None:
        if row := self.any_row(["CONFIRMED"]):
            by_person = self.person(())
            self.both(
                "replace",
                {"row": row_key(row), "at": self.at},
                lambda: answers.replace(self.kept(row), by_person=by_person, at=self.at),
            )

    def correct(self) -> None:
        held = [row for row in self.model.rows if not row["named"]]
        if row := self.draw.choice(held) if held else self.any_row():
            person = self.person((self.world.sessions[0].pk,))
            self.both(
                "correct",
                {"booking": row["booking"], "position": row["position"]},
                lambda: answers.correct(self.kept(row).participant, person=person, at=self.at),
            )

    def answer_offer(self) -> None:
        if row := self.any_row(["OFFERED"]) or self.any_row():
            name = self.draw.choice(["accept_offer", "accept_offer", "decline_offer"])
            verb = getattr(waiting_list, name)
            self.both(
                name,
                {"rows": [row_key(row)], "at": self.at},
                lambda: verb([self.kept(row)], at=self.at),
            )

    def pass_time(self) -> None:
        quarters = self.draw.choice([1, 8, 30, 96, 200, 400])
        self.at += self.draw.randrange(1, quarters + 1) * QUARTER
        self.acts.append(f"{self.at:%d/%m %H:%M}")
        if self.draw.random() < 0.5:
            self.look()

    def look(self) -> None:
        """What is done every few minutes."""
        due = waiting_list.due(at=self.at)
        assert due == self.model.due(self.at), self.story()
        if due:
            self.settle_now(due)

    def settle_now(self, pks: set[int]) -> None:
        self.both(
            "look",
            {"sessions": sorted(pks), "at": self.at},
            lambda: waiting_list.settle_now(pks, at=self.at),
        )

    def change_capacity(self) -> None:
        number = self.draw.randrange(4)
        row = TrainingSession.objects.get(pk=self.world.sessions[number].pk)
        capacity = self.draw.choice([1, 2, 3, 4, 5, 6, None])
        if row.capacity == capacity:
            return
        row.capacity = capacity
        scheduling.change(row, by=None, at=self.at)
        self.learn(number)
        self.model_looks(row.pk)

    def change_some_rules(self) -> None:
        number = self.draw.randrange(4)
        self.change_rules(number)
        self.learn(number)
        self.settle_now({self.world.sessions[number].pk})

    def change_rules(self, number: int) -> None:
        draw, world = self.draw, self.world
        rules = world.rules[number]
        rules.per_service = draw.choice([None, None, 1, 2, 3])
        rules.quotas_days_before = draw.choice([None, 7, 20, 40])
        rules.priority_days_before = draw.choice([None, 14, 30])
        rules.has_waiting_list = draw.random() < 0.9
        rules.promotion = draw.choice(["OFFER", "OFFER", "OFFER", "CONFIRM", "BY_HAND"])
        rules.offer_hours = draw.choice([1, 8, 16, 40])
        rules.needs_approval = draw.random() < 0.15
        rules.may_hold = draw.choice([0, 2, 5])
        rules.names_days_before = draw.choice([7, 14, 30])
        rules.withdraw_days_before = draw.choice([None, 3, 10])
        rules.save()
        rules.priority_kinds.set(draw.sample(world.kinds, draw.choice([0, 0, 0, 1, 2])))
        rules.quotas.all().delete()
        kinds = draw.sample(world.kinds, 3)
        for kind in kinds[: draw.choice([0, 0, 1, 2])]:
            rules.quotas.create(places=draw.choice([1, 2])).kinds.set([kind])
        rules.caps.all().delete()
        if draw.random() < 0.3:
            rules.caps.create(kind=draw.choice(world.kinds), places=draw.choice([None, 1, 2]))
        if draw.random() < 0.3:
            rules.caps.create(partner=draw.choice(world.partners), places=draw.choice([0, 2, 4]))

    def decide(self) -> None:
        pending = [row for row in self.model.rows if row["status"] == "PENDING"]
        waiting = [row for row in self.model.rows if row["status"] == "WAITING"]
        name = self.draw.choice(["accept", "accept", "refuse"])
        rows = pending or waiting
        if not rows:
            return
        rows = self.draw.sample(rows, self.draw.randint(1, len(rows)))
        options = {"reason": "Complet"} if name == "refuse" else {}
        verb: Any = getattr(approval, name)
        self.both(
            name,
            {"rows": [row_key(row) for row in rows], "at": self.at},
            lambda: verb([self.kept(row) for row in rows], by=None, at=self.at, **options),
        )

    def by_hand(self) -> None:
        name = self.draw.choice(["offer", "promote"])
        rows = [row for row in self.model.rows if row["status"] in ("WAITING", "OFFERED")]
        if not rows:
            return
        rows = self.draw.sample(rows, min(len(rows), self.draw.choice([1, 1, 2])))
        verb: Any = getattr(waiting_list, name)
        self.both(
            name,
            {"rows": [row_key(row) for row in rows], "at": self.at},
            lambda: verb([self.kept(row) for row in rows], by=None, at=self.at),
        )

    def do_to_session(self) -> None:
        number = self.draw.randrange(4)
        row = TrainingSession.objects.get(pk=self.world.sessions[number].pk)
        name = self.draw.choice(["cancel", "restore", "restore", "postpone", "reschedule"])
        options: dict[str, Any] = {}
        if name == "reschedule":
            day = row.starts_on + self.draw.choice([-3, 1, 7]) * DAY
            options["to"] = {"starts_on": day, "ends_on": day}
        try:
            getattr(scheduling, name)(row, by=None, at=self.at, **options)
        except TrainingError:
            return
        self.acts.append(f"{self.at:%d/%m %H:%M} {name} {row.pk}")
        self.learn(number)
        self.history.append(("another_date", {"session": row.pk, "at": self.at}))
        assert self.model.do("another_date", session=row.pk, at=self.at)
        if name in ("restore", "reschedule"):
            self.model_looks(row.pk)

    # --- what the model is told of the organiser's facts -------------------------------------

    def learn(self, number: int) -> None:
        meeting = self.meeting(number)
        self.acts.append(f"{self.at:%d/%m %H:%M} {meeting}")
        self.history.append(("", {"meeting": meeting}))
        self.model.meetings[meeting.pk] = meeting

    def model_looks(self, pk: int) -> None:
        """The code has looked by itself."""
        self.history.append(("look", {"sessions": [pk], "at": self.at}))
        assert self.model.do("look", sessions=[pk], at=self.at)

    def meeting(self, number: int) -> Meeting:
        row = TrainingSession.objects.get(pk=self.world.sessions[number].pk)
        said = SignUpRules.objects.get(session=row)
        plain = {one.name for one in fields(Rules)} - {"caps", "quotas", "priority"}
        return Meeting(
            pk=row.pk,
            rules=Rules(
                caps=[
                    (
                        "kind" if one.kind_id else "partner",
                        one.kind_id or one.partner_id,
                        one.places,
                    )
                    for one in said.caps.all()
                ],
                quotas=[
                    (frozenset(one.kinds.values_list("pk", flat=True)), one.places)
                    for one in said.quotas.all()
                ],
                priority=frozenset(said.priority_kinds.values_list("pk", flat=True)),
                **{name: getattr(said, name) for name in plain},
            ),
            whole="whole" if number >= 2 else "",
            capacity=row.capacity,
            starts_on=row.starts_on,
            starts_at=row.starts_at.astimezone(UTC),
            ends_at=row.ends_at.astimezone(UTC),
            status=row.status,
        )

    # --- what is compared --------------------------------------------------------------------

    def any_row(self, statuses: Any = None) -> Row | None:
        rows = [row for row in self.model.rows if statuses is None or row["status"] in statuses]
        return self.draw.choice(rows) if rows else None

    def kept(self, row: Row) -> Participation:
        booking, position, session_id = row_key(row)
        return Participation.objects.get(
            participant__registration=self.bookings[booking],
            participant__position=position,
            session=session_id,
        )

    def database(self) -> dict[tuple[int, int, int], Any]:
        numbers = {one.pk: number for number, one in enumerate(self.bookings)}
        rows = Participation.objects.select_related("participant__registration__partner")
        return {
            (
                numbers[one.participant.registration_id],
                one.participant.position,
                one.session_id,
            ): one
            for one in rows.order_by("pk")
        }

    def told(self) -> dict[tuple[int, int, int], tuple[str, datetime | None]]:
        return {row_key(row): (row["status"], row["offer_ends_at"]) for row in self.model.rows}

    def replayed(self) -> dict[tuple[int, int, int], tuple[str, datetime | None]]:
        """The same from the beginning, by a model that has seen nothing but the history."""
        model = SlowModel([], kinds=self.model.kinds, days_off=self.world.days_off)
        model.meetings = dict(self.first_meetings)
        for name, told in self.history:
            if name:
                model.do(name, **self.found(model, told))
            else:
                model.meetings[told["meeting"].pk] = told["meeting"]
        return {row_key(row): (row["status"], row["offer_ends_at"]) for row in model.rows}

    def check(self) -> None:
        rows = self.database()
        assert {key: (row.status, row.offer_ends_at) for key, row in rows.items()} == self.told(), (
            self.story()
        )
        self.check_sequences(rows)
        self.check_history(rows)
        self.check_workshops(rows)
        for number, meeting in enumerate(self.model.meetings.values()):
            self.check_places(number, meeting, rows)

    def check_sequences(self, rows: dict[Any, Any]) -> None:
        for key, row in rows.items():
            status, sequence = self.before.get(key, (row.status, 0))
            assert row.sequence >= sequence + (row.status != status), self.story()

    def check_history(self, rows: dict[Any, Any]) -> None:
        """Whoever's state has changed finds a line in the log, and somebody is written to."""
        status_before = {key: status for key, (status, _sequence) in self.before.items()}
        changed = {
            row.participant.registration_id
            for key, row in rows.items()
            if status_before.get(key) != row.status
        }
        lines = ModelLogEntry.objects.filter(pk__gt=self.logged, content_type__model="registration")
        logged = set(map(int, lines.values_list("object_id", flat=True)))
        assert changed <= logged, self.story()
        mails = OutgoingEmail.objects.filter(pk__gt=self.mailed)
        # Who adds people without an address sees them on the screen.
        added = {
            self.bookings[key[0]].pk for key in rows if self.is_join and key not in self.before
        }
        written_to = set(mails.values_list("registration", flat=True)) | added
        assert changed <= written_to, self.story()

    def check_workshops(self, rows: dict[Any, Any]) -> None:
        taken = Counter(row.workshop_id for row in rows.values() if row.workshop_id)
        for one in self.world.workshops:
            assert taken[one.pk] <= one.capacity, self.story()

    def check_places(self, number: int, meeting: Meeting, rows: dict[Any, Any]) -> None:
        """I1, caps: what is newly given is given within the rules, or by hand."""
        there = [row for row in rows.values() if row.session_id == meeting.pk]
        seated = [row for row in there if row.status in SEATED]
        new = [
            row
            for key, row in rows.items()
            if row.session_id == meeting.pk
            and row.status in SEATED
            and self.before.get(key, ("", 0))[0] not in SEATED
        ]
        if new and not self.is_by_hand:
            assert meeting.capacity is None or len(seated) <= meeting.capacity, self.story()
            theirs = Counter(row.participant.registration.partner_id for row in seated)
            for row in new:
                service = row.participant.registration.partner_id
                most = self.model.most(meeting.rules, service)
                assert most is None or theirs[service] <= most, self.story()
        if meeting.pk in self.model.settled and meeting.rules.promotion != "BY_HAND":
            # I2: nobody waits who fits, first come first.
            for unit in self.model.line(self.model.with_whole([meeting.pk], self.at), self.at):
                meetings = [self.model.meetings[row["session"]] for row in unit]
                by_hand = any(one.rules.promotion == "BY_HAND" for one in meetings)
                assert by_hand or not self.model.fits(unit, self.at), self.story()

    def story(self) -> str:
        rows = "\n".join(
            f"{key} {row.status} {row.offer_ends_at}" for key, row in self.database().items()
        )
        model = "\n".join(f"{row_key(row)} {row['status']}" for row in self.model.rows)
        return "\n".join([f"History {self.seed}:", *self.acts, "Code:", rows, "Model:", model])
