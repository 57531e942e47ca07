"""Chromium, driven from a thread of its own.

Playwright's synchronous API runs an event loop in the thread that uses it, and Django refuses to
query the database from such a thread. So the browser lives in a worker, and tests hold stand-ins:
whatever they ask of one is done over there. Tests keep the plain API
(`page.get_by_role("button").click()`) and the ORM keeps its safety.
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright import sync_api

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chromium")

ARGUMENTS = [
    "--no-sandbox",  # the sandbox refuses to start as root, and only our own pages are opened
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-features=MediaRouter,OptimizationHints,Translate",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # A page that needs somebody else's server must fail here, not on the day that server is gone.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


class Remote:
    """Stands for an object, or a function, that must be used in the browser's thread."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return _wrap(_worker.submit(getattr, self._target, name).result())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _wrap(_worker.submit(self._target, *_unwrap(args), **_unwrap(kwargs)).result())

    def __enter__(self) -> Any:
        return _wrap(_worker.submit(self._target.__enter__).result())

    def __exit__(self, *error: Any) -> Any:
        return _worker.submit(self._target.__exit__, *error).result()

    def __repr__(self) -> str:
        return f"<Remote {self._target!r}>"


def _wrap(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_wrap(item) for item in value)
    if callable(value) or type(value).__module__.startswith("playwright."):
        return Remote(value)
    return value


def _unwrap(value: Any) -> Any:
    if isinstance(value, Remote):
        return value._target
    if isinstance(value, list | tuple):
        return type(value)(_unwrap(item) for item in value)
    if isinstance(value, dict):
        return {key: _unwrap(item) for key, item in value.items()}
    return value


#: Playwright's assertions that wait: `expect(page.get_by_role("alert")).to_be_visible()`.
expect = Remote(sync_api.expect)


def path() -> str | None:
    """Where Chromium is, or None: $CHROMIUM first, then where Debian and the PATH have it."""
    for candidate in (os.environ.get("CHROMIUM"), "/usr/bin/chromium", "chromium"):
        if candidate and (found := shutil.which(candidate)):
            return found
    return None


class Chromium:
    """Playwright and one browser, started together and stopped together."""

    def __init__(self, executable: str) -> None:
        self.playwright = Remote(lambda: sync_api.sync_playwright().start())()
        self.browser = self.playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)

    def stop(self) -> None:
        self.browser.close()
        self.playwright.stop()
