"""Several processes write and several read: nobody is told of a calendar that was.

A reader who asks after a change is there gets it, or something newer: in a full answer, or in a
304 that stands for one. Believed because the same site fails when it keeps what it should not.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.served import Site, prepared_site

pytestmark = pytest.mark.postgresql  # both databases, whatever the tests run on

CHANGES, READERS = 25, 4
ROUNDS = 10  # at most, until the site without care is caught


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def site(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[Site]:
    with prepared_site(new_database(request.param), "Moved", "Written") as prepared:
        yield prepared


@pytest.fixture
def serve(site: Site, tmp_path: Path) -> Iterator[Callable[..., str]]:
    with contextlib.ExitStack() as servers:
        yield lambda **options: servers.enter_context(site.serving(tmp_path / "log", **options))


@dataclass
class Reader:
    """A calendar that asks again and again with what it was given."""

    address: str
    sequences: dict[str, int] = field(default_factory=dict)  # by UID of the session
    headers: dict[str, str] = field(default_factory=dict)
    #: When it asked, and what it then knew, of its own or by a 304.
    looks: list[tuple[float, dict[str, int], int]] = field(default_factory=list)

    def read_until(self, is_over: Callable[[], bool]) -> None:
        with requests.Session() as browser:
            browser.trust_env = False
            while not is_over():
                asked_at = time.monotonic()
                answer = browser.get(self.address, headers=self.headers, timeout=60)
                assert answer.status_code in (200, 304)
                if answer.status_code == 200:
                    self.headers = {"If-None-Match": answer.headers["ETag"]}
                    self.sequences = sequences(answer.text)
                self.looks.append((asked_at, self.sequences, answer.status_code))


def sequences(calendar: str) -> dict[str, int]:
    """By the UID of each entry."""
    events = calendar.split("BEGIN:VEVENT")[1:]
    return {
        re.search(r"UID:(\S+)", event)[1]: int(re.search(r"SEQUENCE:(\d+)", event)[1])  # type: ignore[index]
        for event in events
    }


def stale_looks(site: Site, address: str) -> tuple[list[str], int]:
    """What readers were told that was over when they asked; how many 304 there were."""
    writers = {
        uid: partial(site.ask, step, site.trainings[title]["session"], CHANGES)
        for title, step in (("Moved", "move_often"), ("Written", "write_often"))
        for uid in [site.trainings[title]["entry"]]
    }
    readers = [Reader(f"{address}/agenda/fr/trainings.ics") for _number in range(READERS)]
    with ThreadPoolExecutor() as pool:
        writing: dict[str, Future[Any]] = {
            uid: pool.submit(write) for uid, write in writers.items()
        }
        reading = [
            pool.submit(reader.read_until, lambda: all(one.done() for one in writing.values()))
            for reader in readers
        ]
        for one in reading:
            one.result()
        written = {uid: one.result() for uid, one in writing.items()}
    looks = [look for reader in readers for look in reader.looks]
    stale = [
        f"{uid}: told {known[uid]} although {sequence} was there"
        for asked_at, known, _status in looks
        for uid, changes in written.items()
        for sequence in [max((done for done, at in changes if at < asked_at), default=0)]
        if known[uid] < sequence
    ]
    return stale, sum(status == 304 for _at, _known, status in looks)


def test_a_site_that_trusts_what_is_not_settled_tells_what_is_over(site, serve):
    address = serve(trusting=True)
    for _round in range(ROUNDS):
        stale, unchanged = stale_looks(site, address)
        if stale and unchanged:
            return
    pytest.fail("Nobody was told what is over: nothing is proved by what follows.")


def test_nobody_who_asks_after_a_change_is_told_what_was_before(site, serve):
    stale, unchanged = stale_looks(site, serve())

    assert stale == []
    assert unchanged > 0
