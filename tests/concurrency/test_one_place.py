"""Many people, one place, several processes: over HTTP as in life, on both databases.

The lock is believed because the same site without it fails.
"""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.factories.forms import filled_form
from tests.served import Site, Visitor, prepared_site, together

pytestmark = pytest.mark.postgresql  # both databases, whatever the tests run on

CROWD = 50
PLACES = 20


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def site(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[Site]:
    titles = ("Queue", "No lock", "Impatience", "Stranger", "Twenty")
    with prepared_site(new_database(request.param), *titles) as prepared:
        yield prepared


@pytest.fixture(scope="module")
def logs(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what the site says."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(autouse=True)
def show_logs(logs: Path) -> Iterator[None]:
    yield
    for log in logs.iterdir():
        print(log.name, log.read_text(), sep="\n")  # noqa: T201 -- pytest keeps it for failures


@pytest.fixture(scope="module")
def serve(site: Site, logs: Path) -> Iterator[Callable[..., str]]:
    """The address of the site, started once for all tests that ask for the same."""
    with contextlib.ExitStack() as servers:

        @functools.cache
        def start(**options: Any) -> str:
            log = logs / "_".join(["site", *options])
            return servers.enter_context(site.serving(log, **options))

        yield start


def form_address(site: Site, address: str, title: str) -> str:
    return f"{address}/fr/inscriptions/training/{site.trainings[title]['uid']}/"


def crowd_at(site: Site, address: str, title: str, *, size: int = CROWD) -> Counter[int]:
    """So many visitors open the form, then all send it at once; how often each status came."""
    visitors = [Visitor(form_address(site, address, title)) for _number in range(size)]
    for visitor in visitors:
        visitor.open_form()
    session = site.trainings[title]["session"]
    answers = together(
        *(
            partial(visitor.send, filled_form(session, address=f"personne{number}@cpas.example"))
            for number, visitor in enumerate(visitors)
        )
    )
    return Counter(answer.status_code for answer in answers)


def outcome(site: Site, title: str) -> dict[str, Any]:
    return site.ask("outcome", site.trainings[title]["session"])


def test_fifty_posts_for_one_place_confirm_one_and_queue_the_others(site, serve):
    answers = crowd_at(site, serve(), "Queue")

    came_to = outcome(site, "Queue")
    assert answers == {302: CROWD}
    assert came_to["participations"] == [
        ["CONFIRMED", 0],
        *(["WAITING", rank] for rank in range(1, CROWD)),
    ]
    assert came_to["registrations"] == CROWD
    assert Counter(kind for kind, _recipient in came_to["emails"]) == {
        "RECEIPT": CROWD,
        "INVITATION": 1,
        "WAITING": CROWD - 1,
    }


def test_two_hundred_at_once_for_twenty_places_seat_twenty_and_queue_the_others(site, serve):
    # SQLite lets one write after the other: fewer, so that nobody waits for longer than it allows.
    size = 200 if site.database.startswith("postgresql") else 60
    site.ask("give_places", site.trainings["Twenty"]["session"], PLACES)

    answers = crowd_at(site, serve(workers=2, pause=False), "Twenty", size=size)

    came_to = outcome(site, "Twenty")
    assert answers == {302: size}
    assert came_to["participations"] == [
        *(["CONFIRMED", 0] for _place in range(PLACES)),
        *(["WAITING", rank] for rank in range(1, size - PLACES + 1)),
    ]
    assert Counter(kind for kind, _recipient in came_to["emails"]) == {
        "RECEIPT": size,
        "INVITATION": PLACES,
        "WAITING": size - PLACES,
    }


def test_without_the_lock_the_same_crowd_overbooks_or_is_refused(site, serve, logs):
    answers = crowd_at(site, serve(lock=False), "No lock")

    statuses = Counter(status for status, _rank in outcome(site, "No lock")["participations"])
    if site.database.startswith("postgresql"):
        assert answers == {302: CROWD}
        assert statuses["CONFIRMED"] > 1
    else:
        # SQLite notices too late: people who could have waited get an error page.
        assert answers[500] > 0
        assert "database is locked" in (logs / "site_lock").read_text()


def test_a_form_sent_six_times_at_once_is_one_registration(site, serve):
    visitor = Visitor(form_address(site, serve(), "Impatience"))
    visitor.open_form()
    form = filled_form(site.trainings["Impatience"]["session"], address="amina@cpas.example")

    answers = together(*[partial(visitor.send, form)] * 6)

    came_to = outcome(site, "Impatience")
    assert [answer.status_code for answer in answers] == [302] * 6
    assert came_to["registrations"] == 1
    assert came_to["participations"] == [["CONFIRMED", 0]]
    assert came_to["emails"] == [
        ["RECEIPT", "amina@cpas.example"],
        ["INVITATION", "amina@cpas.example"],
    ]


def test_a_stranger_who_replays_a_stamp_gets_a_registration_of_his_own(site, serve):
    address = form_address(site, serve(), "Stranger")
    session = site.trainings["Stranger"]["session"]
    first, stranger = Visitor(address), Visitor(address)
    first.open_form()
    stranger.open_form()
    stranger.given["stamp"] = first.given["stamp"]

    mine = first.follow(first.send(filled_form(session, address="amina@cpas.example")))
    theirs = stranger.follow(
        stranger.send(
            filled_form(
                session,
                address="inconnu@ailleurs.example",
                **{"booking-first_name": "Zacharie", "booking-last_name": "Inconnu"},
            )
        )
    )

    assert outcome(site, "Stranger")["participations"] == [["CONFIRMED", 0], ["WAITING", 1]]
    names = ["Amina", "Diallo", "amina@cpas.example"]
    assert [name for name in names if name in theirs] == []
    assert [name in mine for name in names[:2]] == [True, True]
    assert "Zacharie" in theirs
