"""The real site for a test: gunicorn with several processes, a database of its own, visitors."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import requests

from tests.forking import ROOT, Calls, calls

STARTS_WITHIN = 60


@contextlib.contextmanager
def prepared_site(database: str, *titles: str) -> Iterator[Site]:
    """With a training of one session for each title, in a database that has its tables only."""
    with steps(database) as site:
        yield Site(database, site.ask, site.ask("prepare", *titles))


def steps(database: str) -> contextlib.AbstractContextManager[Calls]:
    """The functions of tests/concurrency/steps.py, with the settings of the site."""
    return calls("tests.concurrency.steps", _environment(database))


@dataclass
class Site:
    """A database of its own; `serving()` puts processes in front of it."""

    database: str
    #: Calls one of its `steps()`.
    ask: Callable[..., Any]
    trainings: dict[str, Any]

    @contextlib.contextmanager
    def serving(self, log: Path, *, workers: int = 3, **options: bool) -> Iterator[str]:
        """Start the site, yield its address, stop it; what it said goes into `log`."""
        meeting = log.with_suffix(".meeting")
        meeting.unlink(missing_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as listener, log.open("w") as said:
            port = listener.getsockname()[1]
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "tests.served_wsgi", "--preload"),
                    *("--bind", f"fd://{listener.fileno()}", "--no-control-socket"),
                    *("--worker-class", "gthread", "--workers", str(workers)),
                    *("--threads", "4"),
                    *("--log-level", "warning", "--timeout", "120", "--graceful-timeout", "5"),
                ],
                cwd=ROOT,
                env={**_environment(self.database, **options), "SERVED_MEETING": str(meeting)},
                pass_fds=[listener.fileno()],
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait_until_it_answers(f"http://127.0.0.1:{port}/", process, log)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.send_signal(signal.SIGINT)  # at once: nobody is being served any more
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _environment(
    database: str, *, lock: bool = True, trusting: bool = False, pause: bool = True
) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SERVED_DATABASE": database,
        "SERVED_WITHOUT_LOCK": "0" if lock else "1",
        "SERVED_TRUSTING": "1" if trusting else "0",
        "SERVED_PAUSE": "0.06" if pause else "0",
        # The site's engine is told above, whatever the engine of the tests.
        "TEST_DATABASE": "sqlite",
    }


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            requests.get(address, timeout=5)
            return
    raise RuntimeError(f"The site did not start:\n{log.read_text()}")


class Visitor:
    """A browser: its own cookies, and the form as it got it."""

    def __init__(self, form_address: str) -> None:
        self.form_address = form_address
        self.browser = requests.Session()
        self.browser.trust_env = False  # no proxy between a test and its own machine
        # A connection each time: an idle one may be closed just when the form is sent.
        self.browser.headers["Connection"] = "close"
        self.given: dict[str, str] = {}

    def open_form(self) -> None:
        page = self.browser.get(self.form_address, timeout=60)
        page.raise_for_status()
        self.given = hidden_fields(page.text)

    def send(self, form: dict[str, Any]) -> requests.Response:
        """Send what was typed with what the page held; the answer, before any redirection."""
        return self.browser.post(
            self.form_address, data={**self.given, **form}, allow_redirects=False, timeout=120
        )

    def follow(self, answer: requests.Response) -> str:
        """The page that an answer leads to."""
        page = self.browser.get(requests.compat.urljoin(answer.url, answer.headers["Location"]))
        page.raise_for_status()
        return page.text


class _HiddenFields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input" and said.get("type") == "hidden" and said.get("name"):
            self.found[str(said["name"])] = said.get("value") or ""


def hidden_fields(page: str) -> dict[str, str]:
    parser = _HiddenFields()
    parser.feed(page)
    return parser.found


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What these return, each in a thread of its own, all let go at the same instant."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait(60)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
