"""Feeds of 200, 2,000 and 20,000 sessions, over HTTP, beside two floors.

The site is served by one process of gunicorn on this machine, over a connection that stays open.
Floors: the same bytes from memory by a bare view, and `icalendar` building them from events
that are ready, without reading any row.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Site

from tests.bench.catalogue import add_sessions, add_trainings
from tests.factories.trainings import catalogue, programme_page, venue
from trainings.conf import conf
from trainings.domain import calendar, feeds, queries, scheduling
from trainings.domain.publishing import calendar_event, session_url
from trainings.models import CalendarState, Theme, TrainingSession

FEED, BARE = "/agenda/fr/trainings.ics", "/bare.ics"
SIZES = (200, 2_000, 20_000)
MOST_TRAININGS = 2_000
CHANGES = 9
FETCHES = 60


def measure() -> None:
    sys.stdout.write("\nFeeds over HTTP (medians; a 304 and a full feed beside a bare view)\n")
    prepared = Path(str(connection.settings_dict["NAME"]))
    empty = prepared.with_name("empty.sqlite3")
    connection.close()
    shutil.copy(prepared, empty)
    for size in SIZES:
        database = prepared.with_name(f"feeds-{size}.sqlite3")
        shutil.copy(empty, database)
        connection.close()
        connection.settings_dict["NAME"] = str(database)
        fill(size)
        of_size(size, database)
    connection.close()


def fill(size: int) -> None:
    index = catalogue()
    programmes = [programme_page(index, title=f"Programme {number}") for number in range(10)]
    venues = [
        venue(name=f"Salle {number}", municipality=f"Commune {number % 6}") for number in range(12)
    ]
    theme = Theme.objects.create(name={"fr": "Énergie"}, slug="energie")
    trainings = add_trainings(programmes, [theme], min(size, MOST_TRAININGS))
    today = timezone.localdate()
    add_sessions(trainings, venues, [today + timedelta(days=1 + n % 500) for n in range(size)])
    settle()


def settle() -> None:
    """As a minute after the last save that was no transaction."""
    CalendarState.touch()
    CalendarState.objects.update(unsettled_until=None)


def of_size(size: int, database: Path) -> None:
    client = Client(headers={"host": "localhost"})
    feeds.forget()
    cold, _content = once(lambda: client.get(FEED))
    content = client.get(FEED).content
    file = database.with_suffix(".ics")
    file.write_bytes(content)
    built = from_scratch()
    with serving(database, file) as get:
        _status, etag = get(FEED)
        bare_304, feed_304 = in_turn(
            lambda: get(BARE, '"floor"'), lambda: get(FEED, etag), rounds=4 * FETCHES
        )
        bare_full, feed_full = in_turn(lambda: get(BARE), lambda: get(FEED))
        after = statistics.median(fetched_after_a_change(get) for _number in range(CHANGES))
    say(f"{size} sessions, {len(content) / 1e6:.2f} MB", "")
    say("  304", f"{feed_304:9.2f} ms  {feed_304 / bare_304:5.2f} × a bare 304 ({bare_304:.2f})")
    say("", f"{'':9}     {feed_304 / bare_full:5.2f} × the bare view ({bare_full:.2f})")
    say("  full, nothing changed", f"{feed_full:9.2f} ms  {feed_full / bare_full:5.2f} × it")
    say(
        "  full, after one change", f"{after:9.2f} ms  {built / after:5.1f} × faster than icalendar"
    )
    say(
        "  full, in a new process", f"{cold:9.2f} ms  {cold / built:5.2f} × icalendar ({built:.0f})"
    )
    say("  queries", " ".join(f"{name} {count}" for name, count in query_counts(client).items()))
    say("  peak memory", " ".join(f"{name} {mb:.1f} MB" for name, mb in peaks(client).items()))


def say(what: str, figures: str) -> None:
    sys.stdout.write(f"{what:<26}{figures}\n")
    sys.stdout.flush()


def once(work: Callable[[], object]) -> tuple[float, object]:
    begun = perf_counter()
    found = work()
    return (perf_counter() - begun) * 1000, found


def in_turn(*works: Callable[[], object], rounds: int = FETCHES) -> list[float]:
    """Medians in milliseconds, one after the other in each round: load on the machine hits all."""
    times: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for work, found in zip(works, times, strict=True):
            found.append(once(work)[0])
    return [statistics.median(found) for found in times]


def from_scratch() -> float:
    """What `icalendar` takes for the same feed, from events that are ready."""
    root, language = Site.objects.get().root_page, "fr"
    at = feeds.midnight(timezone.now())
    between = (at - conf.calendar_past, at + conf.calendar_future)
    pages: dict[int, str] = {}
    events = [
        calendar_event(
            session,
            page,
            url=session_url(pages.setdefault(page.pk, page.get_full_url()), session),
            language=language,
        )
        for session, page in queries.published_sessions(
            language=language, below=root, between=between
        )
    ]
    return once(
        lambda: calendar.published(
            events,
            name="Formations",
            description="",
            calendar_id="bench",
            language=language,
            default_zone=conf.time_zone,
        )
    )[0]


def change_one() -> None:
    session = TrainingSession.objects.upcoming(timezone.now()).order_by("?").first()
    assert session is not None
    minute = (session.start_time.minute + 1) % 60
    to = {"start_time": session.start_time.replace(minute=minute)}
    scheduling.reschedule(session, to=to, by=None, at=timezone.now())


def fetched_after_a_change(get: Callable[..., tuple[int, str]]) -> float:
    change_one()
    return once(lambda: get(FEED))[0]


def query_counts(client: Client) -> dict[str, int]:
    etag = client.get(FEED)["ETag"]
    counts = {}
    with CaptureQueriesContext(connection) as asked:
        client.get(FEED, headers={"If-None-Match": etag})
    counts["304:"] = len(asked)
    change_one()
    with CaptureQueriesContext(connection) as asked:
        client.get(FEED)
    counts["after one change:"] = len(asked)
    feeds.forget()
    with CaptureQueriesContext(connection) as asked:
        client.get(FEED)
    counts["in a new process:"] = len(asked)
    return counts


def peaks(client: Client) -> dict[str, float]:
    """Of what Python holds beyond what it held before."""
    found = {}
    client.get(FEED)
    for name, prepare in (("unchanged", lambda: None), ("after one change", change_one)):
        prepare()
        tracemalloc.start()
        client.get(FEED)
        found[name] = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    return found


@contextlib.contextmanager
def serving(database: Path, content: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """Start the site; yield a function that fetches a path, and tells its status and its ETag."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "SERVED_DATABASE": str(database),
        "BENCH_CONTENT": str(content),
        "TEST_DATABASE": "sqlite",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()"]
        options = ["--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"]
        options += ["--threads", "1", "--keep-alive", "60", "--log-level", "warning"]
        process = subprocess.Popen(
            [*command, *options, "--no-control-socket"],
            env=environment,
            pass_fds=[listener.fileno()],
        )
        connected = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

        def get(path: str, etag: str = "") -> tuple[int, str]:
            headers = {"Host": "localhost", **({"If-None-Match": etag} if etag else {})}
            connected.request("GET", path, headers=headers)
            answer = connected.getresponse()
            answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{path} answered {answer.status}")
            return answer.status, answer.headers.get("ETag", "")

        try:
            for _try in range(100):
                with contextlib.suppress(OSError):
                    get(BARE)
                    break
                time.sleep(0.1)
            yield get
        finally:
            connected.close()
            process.terminate()
            process.wait(20)
