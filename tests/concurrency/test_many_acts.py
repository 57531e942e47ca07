"""Everything at once, on several connections: after each round every promise about places holds.

Sign-ups, withdrawals, answers to offers, more and fewer places, offers that end, an organiser's
hand, cancellations. Believed because the same rounds without the lock break the promises.
`ROUNDS` asks for more than a suite has time for; a failure names its seed.
"""

from __future__ import annotations

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from wagtail.models import ModelLogEntry

from registrations.domain import answers, approval, sharing, signup, waiting_list
from registrations.enums import SEATED
from registrations.exceptions import RegistrationError
from registrations.models import OutgoingEmail, Participation, Registration
from tests.factories.registrations import booker, partner, person
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
)
from tests.registrations.domain.outcomes import rules
from tests.served import together
from trainings.domain import scheduling
from trainings.exceptions import TrainingError
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)

ON_POSTGRESQL = connection.vendor == "postgresql"
HANDS = 6 if ON_POSTGRESQL else 3  # connections at once
ACTS = 12  # of each, in a round
ROUNDS = int(os.environ.get("ROUNDS", "10" if ON_POSTGRESQL else "4"))
CAPACITY = 6
#: Where a race is lost; the same with the lock and without.
PAUSE = 0.004


class Town:
    """A session alone and two that belong together, few places, services with a number each."""

    def __init__(self) -> None:
        parent = catalogue()
        whole = programme_page(parent)
        whole.programme.is_indivisible = True
        whole.programme.save()
        pages = [training_page(parent, "Seule"), training_page(whole, "Un")]
        pages.append(training_page(whole, "Deux"))
        for page in pages[1:]:
            page.training.programme = whole.programme
            page.training.save()
        days = (MORNING_1, MORNING_2, MORNING_2 + timedelta(days=7))
        self.sessions = [
            session(page, on, capacity=CAPACITY) for page, on in zip(pages, days, strict=True)
        ]
        for one in self.sessions:
            rules(one, per_service=3, offer_hours=1)
        self.partners = [partner(f"Service {number}") for number in range(5)]

    def chosen(self, draw: random.Random) -> list[TrainingSession]:
        return draw.choice([self.sessions[:1], self.sessions[1:], self.sessions])


class Hand:
    """One connection that acts at random, as a visitor or as an organiser."""

    def __init__(self, town: Town, seed: str) -> None:
        self.town, self.draw, self.at = town, random.Random(seed), AT
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []
        self.seed = seed

    def act_often(self) -> None:
        acts: dict[Callable[[], None], int] = {
            self.sign_up: 10,
            self.withdraw: 5,
            self.answer_offer: 4,
            self.change_capacity: 3,
            self.look: 4,
            self.promote: 1,
            self.refuse: 1,
            self.cancel_or_restore: 1,
        }
        try:
            for number in range(ACTS):
                [act] = self.draw.choices(list(acts), list(acts.values()))
                self.at = AT + timedelta(minutes=20 * number)
                try:
                    act()
                    self.done[act.__name__] += 1
                except (RegistrationError, TrainingError) as refusal:
                    self.done[type(refusal).__name__] += 1
                except (OperationalError, IntegrityError) as fault:
                    self.faults.append(f"{self.seed}: {act.__name__}: {fault!r}")
        finally:
            connection.close()

    def sign_up(self) -> None:
        sessions = self.town.chosen(self.draw)
        signup.sign_up(
            [
                person(*sessions, email=f"{secrets.token_hex(6)}@cpas.example")
                for _number in range(self.draw.choice([1, 1, 2, 3]))
            ],
            partner=self.draw.choice(self.town.partners),
            booker=booker(keep_together=self.draw.random() < 0.3),
            key=secrets.token_hex(8),
            at=self.at,
        )

    def one(self, *statuses: str) -> Participation:
        found = list(Participation.objects.filter(status__in=statuses).order_by("pk"))
        if not found:
            raise RegistrationError
        return self.draw.choice(found)

    def withdraw(self) -> None:
        answers.withdraw(self.one("CONFIRMED", "WAITING"), at=self.at)

    def answer_offer(self) -> None:
        verb: Any = self.draw.choice([waiting_list.accept_offer, waiting_list.decline_offer])
        verb([self.one("OFFERED")], at=self.at)

    def refuse(self) -> None:
        approval.refuse([self.one("WAITING")], reason="Complet", by=None, at=self.at)

    def promote(self) -> None:
        """Within the rules: an offer taken on somebody's behalf."""
        waiting_list.promote([self.one("OFFERED")], by=None, at=self.at)

    def change_capacity(self) -> None:
        """More only: places taken away could not be told from places given twice."""
        morning = TrainingSession.objects.get(pk=self.draw.choice(self.town.sessions).pk)
        morning.capacity += 1
        scheduling.change(morning, by=None, at=self.at)

    def look(self) -> None:
        waiting_list.settle_now(waiting_list.due(at=self.at), at=self.at)

    def cancel_or_restore(self) -> None:
        morning = TrainingSession.objects.get(pk=self.town.sessions[0].pk)
        verb = scheduling.cancel if morning.goes_ahead else scheduling.restore
        verb(morning, by=None, at=self.at)


def round_of(town: Town, seed: str) -> tuple[list[str], Counter[str]]:
    """What went wrong in one round, and how often each act was done."""
    Registration.objects.all().delete()
    TrainingSession.objects.update(capacity=CAPACITY, status="SCHEDULED")
    hands = [Hand(town, f"{seed}.{number}") for number in range(HANDS)]
    together(*(hand.act_often for hand in hands))
    done: Counter[str] = sum((hand.done for hand in hands), Counter())
    faults = [fault for hand in hands for fault in hand.faults]
    return [*faults, *(f"{seed}: {what}" for what in broken(town))], done


def broken(town: Town) -> list[str]:
    """Promises that do not hold now that nobody acts."""
    found = []
    later = AT + timedelta(hours=6)
    for morning in TrainingSession.objects.order_by("pk"):
        rows = list(Participation.objects.filter(session=morning))
        seated = [row for row in rows if row.status in SEATED]
        if len(seated) > morning.capacity:
            found.append(f"{len(seated)} places of {morning.capacity} in {morning.pk}")
        services = Counter(row.participant.registration.partner_id for row in seated)
        if too_many := [pk for pk, number in services.items() if number > 3]:
            found.append(f"services {too_many} have more than theirs in {morning.pk}")
    for participant in Registration.objects.values_list("participants", flat=True):
        statuses = Participation.objects.filter(
            participant=participant, session__in=town.sessions[1:]
        )
        if len(set(statuses.values_list("status", flat=True))) > 1:
            found.append(f"{participant} has one of two that belong together")
    mailed = set(OutgoingEmail.objects.values_list("registration", flat=True))
    logged = set(
        ModelLogEntry.objects.filter(content_type__model="registration").values_list(
            "object_id", flat=True
        )
    )
    for pk in Registration.objects.values_list("pk", flat=True):
        if pk not in mailed or str(pk) not in logged:
            found.append(f"nobody was told of {pk}")
    waiting_list.settle_now([one.pk for one in town.sessions], at=later)
    fits = _still_fit(town, later)
    return found + [f"{key} waits and fits" for key in fits]


def _still_fit(town: Town, at: Any) -> list[int]:
    sessions = TrainingSession.objects.select_related("training__programme")
    return sorted(sharing.sharing_of(sessions, at=at).next_in_line())


@pytest.fixture
def slow_counting(monkeypatch):
    """Counting takes as long as on a busy site, so that others come in between where they may."""

    def after_a_pause(sessions: Any, **options: Any) -> Any:
        counted = sharing.sharing_of(sessions, **options)
        time.sleep(PAUSE)
        return counted

    monkeypatch.setattr(waiting_list, "sharing_of", after_a_pause)


def test_many_acts_at_once_break_no_promise(slow_counting):
    town, done = Town(), Counter[str]()
    for number in range(ROUNDS):
        faults, acts = round_of(town, f"{number}")
        assert faults == []
        done += acts

    assert sum(done.values()) == ROUNDS * HANDS * ACTS
    assert {"sign_up", "withdraw", "change_capacity", "look", "answer_offer"} <= set(done)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no other lock than the transaction's.")
def test_without_the_lock_the_same_acts_break_them(slow_counting, monkeypatch):
    def read(session_ids: Any) -> list[TrainingSession]:
        rows = TrainingSession.objects.filter(pk__in=set(session_ids))
        return list(rows.select_related("training__programme").order_by("pk"))

    monkeypatch.setattr(signup, "lock_sessions", read)
    monkeypatch.setattr(waiting_list, "lock_sessions", read)

    town = Town()
    assert any(round_of(town, f"without {number}")[0] for number in range(ROUNDS))
