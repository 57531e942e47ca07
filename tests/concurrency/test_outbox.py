"""Workers die at any moment, several work at once, the clock is set back: no mail is lost.

None arrives twice but the one whose acceptance a kill hid, and that one under its own Message-ID.
Believed because the same workers without the lease double mails.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.forking import Calls, calls

pytestmark = pytest.mark.postgresql  # both databases, whatever the tests run on

MAILS, KILLS = 1_000, 200
FEWER_MAILS, FEWER_KILLS = 150, 20  # on SQLite, where workers wait for each other
LEASE = 2.0  # seconds, where workers are killed
LONG_LEASE = 60.0  # where none is: a slow machine must not look like a dead worker
LONGEST = 120.0


@dataclass
class Connection:
    accepted: list[str] = field(default_factory=list)
    is_ended: bool = False  # with QUIT: whoever sent knows what was accepted


class Server:
    """What a mail server accepts, by Message-ID, in order."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.connections: dict[int, Connection] = {}
        self.sessions: list[Session] = []  # kept: their identity is a key
        self.changed = threading.Condition()

    def connection(self, session: Session) -> Connection:
        if id(session) not in self.connections:
            self.sessions.append(session)
            self.connections[id(session)] = Connection()
        return self.connections[id(session)]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message_id = re.search(rb"(?im)^Message-ID: *(<\S+>)", envelope.original_content or b"")
        assert message_id
        with self.changed:
            self.accepted.append(message_id[1].decode())
            self.connection(session).accepted.append(message_id[1].decode())
            self.changed.notify_all()
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.connection(session).is_ended = True
        return "221 Bye"

    def wait_for(self, more: int, *, seconds: float) -> None:
        with self.changed:
            until = len(self.accepted) + more
            self.changed.wait_for(lambda: len(self.accepted) >= until, seconds)

    @property
    def repeated(self) -> Counter[str]:
        """How often too much each mail arrived."""
        return Counter(self.accepted) - Counter(set(self.accepted))

    @property
    def hidden(self) -> Counter[str]:
        """The last mail of each connection that broke off: its worker may not have known."""
        broken = [one for one in self.connections.values() if not one.is_ended]
        return Counter(one.accepted[-1] for one in broken if one.accepted)


class Workers:
    """Processes that empty an outbox of their own."""

    def __init__(self, calls: Calls) -> None:
        self.ask = calls.ask
        self.start = partial(calls.start, "work")

    def together(self, *each: dict[str, Any]) -> None:
        """These at once, until all have ended."""
        running = [self.start(**one) for one in each]
        until = time.monotonic() + LONGEST
        while any(map(is_alive, running)):
            assert time.monotonic() < until
            time.sleep(0.02)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    server = Server()
    controller = Controller(server, hostname=host, port=port)
    controller.start()
    yield server, port
    controller.stop()


@pytest.fixture(scope="module")
def databases(new_database: Callable[[str], str]) -> Callable[[str], str]:
    """By engine, one for all tests."""
    return functools.cache(new_database)


@pytest.fixture
def outbox(
    databases: Callable[[str], str], server: tuple[Server, int]
) -> Iterator[Callable[[str, int], Workers]]:
    with contextlib.ExitStack() as started:

        def filled(engine: str, mails: int) -> Workers:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.outbox_settings",
                "SERVED_DATABASE": databases(engine),
                "OUTBOX_PORT": str(server[1]),
                "TEST_DATABASE": "sqlite",
            }
            forking = calls("tests.concurrency.outbox_workers", environment)
            workers = Workers(started.enter_context(forking))
            workers.ask("prepare", mails)
            return workers

        yield filled


def kill_at_random(
    workers: Workers, server: Server, *, mails: int, kills: int, chance: random.Random
) -> tuple[int, int]:
    """Two at once; one of them is killed, and replaced, until so many were. Returns how many
    workers it took, and how many were killed while some mail had not arrived.
    """
    killed = early = started = 0
    running: list[int] = []
    until = time.monotonic() + LONGEST
    while killed < kills:
        assert time.monotonic() < until, f"{killed} killed"
        running = [process for process in running if is_alive(process)]
        while len(running) < 2:
            running.append(workers.start(lease=LEASE))
            started += 1
        # Sometimes before it has sent any; else within the time that a mail or two take.
        server.wait_for(chance.randrange(5), seconds=0.3)
        time.sleep(chance.uniform(0, 0.01))
        victim = chance.choice(running)
        if is_alive(victim):
            os.kill(victim, signal.SIGKILL)
            killed += 1
            early += len(set(server.accepted)) < mails
    for process in running:
        while is_alive(process):
            time.sleep(0.02)
    return started, early


def in_order(server: Server, mails: list[tuple[str, str]]) -> bool:
    """Whether each address got its mails, the first time each, in the order of the acts."""
    position = {message_id: number for number, (message_id, _to) in enumerate(mails)}
    recipient = dict(mails)
    arrived: dict[str, list[int]] = {}
    for message_id in dict.fromkeys(server.accepted):
        arrived.setdefault(recipient[message_id], []).append(position[message_id])
    return all(numbers == sorted(numbers) for numbers in arrived.values())


@pytest.mark.parametrize(
    ("engine", "mails", "kills"),
    [("postgresql", MAILS, KILLS), ("sqlite", FEWER_MAILS, FEWER_KILLS)],
)
def test_workers_killed_at_any_moment_lose_no_mail(outbox, server, engine, mails, kills):
    smtp, _port = server
    workers = outbox(engine, mails)
    seed = random.randrange(10**6)
    print(f"{engine}: seed {seed}")  # noqa: T201
    began = time.monotonic()
    chance = random.Random(seed)
    started, early = kill_at_random(workers, smtp, mails=mails, kills=kills, chance=chance)
    by_then = len(smtp.accepted)
    time.sleep(LEASE)
    workers.together({"lease": LONG_LEASE}, {"lease": LONG_LEASE})
    # What one worker held back for the other.
    workers.together({"lease": LONG_LEASE})
    seconds = time.monotonic() - began

    outcome = workers.ask("outcome")
    print(  # noqa: T201
        f"{mails} mails, {started} workers, {kills} killed, {early} of them while mails were"
        f" to leave, and {by_then} were accepted;"
        f" {len(smtp.accepted)} accepted, {smtp.repeated.total()} repeated,"
        f" {smtp.hidden.total()} whose acceptance a kill may have hidden; {seconds:.0f} s"
    )
    assert set(smtp.accepted) == {message_id for message_id, _to in outcome["mails"]}
    assert smtp.repeated <= smtp.hidden
    assert smtp.repeated.total() <= kills
    assert in_order(smtp, outcome["mails"])
    assert (outcome["sent"], outcome["failed"], outcome["leased"]) == (mails, 0, 0)


def test_four_workers_and_a_clock_set_back_repeat_nothing(outbox, server):
    smtp, _port = server
    workers = outbox("postgresql", MAILS)
    right, late = {"lease": LONG_LEASE}, {"lease": LONG_LEASE, "minutes": -60}
    began = time.monotonic()
    workers.together(*[right] * 2)
    of_two = len(smtp.accepted)
    workers.ask("add", MAILS)
    workers.together(*[right] * 4)
    of_four = len(smtp.accepted) - of_two
    workers.ask("add", FEWER_MAILS)
    workers.together(late)
    assert len(smtp.accepted) == of_two + of_four  # not due by that clock
    workers.together(right, late, right, late)
    seconds = time.monotonic() - began

    outcome = workers.ask("outcome")
    print(  # noqa: T201
        f"two workers {of_two} accepted, four {of_four},"
        f" with another clock {len(smtp.accepted) - of_two - of_four};"
        f" {smtp.repeated.total()} repeated; {seconds:.0f} s"
    )
    assert Counter(smtp.accepted) == Counter(message_id for message_id, _to in outcome["mails"])
    assert in_order(smtp, outcome["mails"])
    total = 2 * MAILS + FEWER_MAILS
    assert (outcome["sent"], outcome["failed"], outcome["leased"]) == (total, 0, 0)


def test_without_the_lease_two_workers_double_mails(outbox, server):
    smtp, _port = server
    workers = outbox("postgresql", FEWER_MAILS)
    workers.together(*[{"lease": LONG_LEASE, "careless": True}] * 2)

    print(f"without the lease {smtp.repeated.total()} of {FEWER_MAILS} doubled")  # noqa: T201
    assert smtp.repeated.total() > 0
