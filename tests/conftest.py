"""What tests of several folders use: the database, the browser, the mail server."""

import asyncio
import contextlib
import functools
import gc
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from django.apps import apps
from django.conf import settings as django_settings
from django.core import serializers
from django.db import connections, transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils import translation
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import (
    post_delete_signal_handler,
    post_save_signal_handler,
    register_signal_handlers,
)
from wagtail.models import Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from tests import chromium, postgresql, served
from tests.demo_site import Demo
from trainings.domain import feeds

# --- the run -----------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    django_settings.TEST_DIR.mkdir(parents=True, exist_ok=True)
    # What is imported stays; looking through all of it again and again takes an eighth of a run.
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not os.environ.get("TEST_DIR"):
        shutil.rmtree(django_settings.TEST_DIR, ignore_errors=True)


#: Folders of what is shown and written. It asks the database nothing that the domain does not ask.
SHOWN = {"views", "viewsets", "forms", "journeys", "management", "templatetags", "emails", "papers"}
#: What is refused, waited for or counted otherwise by the other engine.
DIFFERS = {
    *("test_bad_input", "test_at_once", "test_delivery", "test_letter", "test_reminders"),
    *(
        "test_locking",
        "test_figures",
        "test_sharing",
        "test_seen",
        "test_letters",
        "test_importing",
    ),
}

#: Fixtures that open one.
DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to one of the two runs what need not be in both, so that both take as long.

    What a place, a waiting list, a mail or a presence comes to is tested on PostgreSQL, and what
    shows it on SQLite, which every screen asks the same questions; what strangers type, what the
    database itself refuses and what counts a lot, on both.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        marks = {mark.name for mark in item.iter_markers()}
        asks_database = "django_db" in marks or fixtures & DATABASE
        if marks & {"both", "sqlite", "postgresql"}:
            continue
        if "chromium_browser" in fixtures:
            item.add_marker("postgresql")
        elif not asks_database:
            item.add_marker("sqlite")
        elif item.path.stem in DIFFERS:
            continue
        elif SHOWN & set(item.path.parts):
            item.add_marker("sqlite")
        elif item.path.parent.name == "domain":
            item.add_marker("postgresql" if "registrations" in item.path.parts else "sqlite")


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """The host's at the beginning of each test; a page in another one would leave that behind."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def new_process() -> None:
    """A test's changes are undone behind the back of what a process keeps of feeds and sites."""
    feeds.forget()
    Site.clear_site_root_paths_cache()


# --- the database ------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def search_waits() -> None:
    """What is saved cannot be searched: for each saved row that takes longer than all the rest."""
    _stop_indexing()


@pytest.fixture
def searchable(search_waits: None) -> Iterator[None]:
    """As on a real site: what is saved from here on can be searched."""
    register_signal_handlers()
    yield
    _stop_indexing()


def _stop_indexing() -> None:
    for model in get_indexed_models():
        post_save.disconnect(post_save_signal_handler, sender=model)
        post_delete.disconnect(post_delete_signal_handler, sender=model)


@pytest.fixture(autouse=True)
def references(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nor is noted which page names it, but where a test asks for the fixture `referenced`."""
    if "referenced" in request.fixturenames:
        yield
    else:
        with disable_reference_index_auto_update():
            yield


@pytest.fixture
def referenced() -> None:
    """As on a real site: what is saved is found by what it names."""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL for the whole run, started when first asked for."""
    if os.environ.get("WITHOUT_POSTGRESQL") == "1":
        pytest.skip("WITHOUT_POSTGRESQL=1")
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Of an engine: the address of a database for processes of their own, with the tables and
    nothing else. Making the tables takes longer than most tests: they are made once, and copied.
    """
    folder = tmp_path_factory.mktemp("databases")
    numbers = count(1)

    @functools.cache
    def with_tables(engine: str) -> str:
        if engine == "postgresql":
            address = request.getfixturevalue("postgresql_server").create_database("with_tables")
        else:
            address = str(folder / "with_tables.sqlite3")
        with served.steps(address) as steps:
            steps.ask("make_tables")
        return address

    def copy(engine: str) -> str:
        original, number = with_tables(engine), next(numbers)
        if engine == "postgresql":
            server: postgresql.Server = request.getfixturevalue("postgresql_server")
            return server.create_database(f"served_{number}", like="with_tables")
        return str(shutil.copy(original, folder / f"{number}.sqlite3"))

    return copy


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Tell Django where PostgreSQL is, when the run is on PostgreSQL."""
    database = connections.databases["default"]
    if database["ENGINE"] == "django.db.backends.postgresql":
        server = request.getfixturevalue("postgresql_server")
        database.update(HOST=server.host, USER=server.user)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Keep what the migrations wrote, and write it again whenever a test has emptied the database.

    A test that commits (`transaction=True`, `live_server`) ends with every table emptied: Wagtail's
    first locale, root page, site, collection and groups would be gone for the next one. Django then
    sends `post_migrate`, which brings content types and permissions back; the rest follows here.
    """
    rebuilt_by_django = {"contenttypes.ContentType", "auth.Permission"}
    with django_db_blocker.unblock():
        written = serializers.serialize(
            "json",
            [
                row
                for model in serializers.sort_dependencies(
                    [(app, None) for app in apps.get_app_configs()], allow_cycles=True
                )
                if model._meta.managed and model._meta.label not in rebuilt_by_django
                for row in model._base_manager.order_by("pk")
            ],
            use_natural_foreign_keys=True,
        )

    def restore(**kwargs: Any) -> None:
        with transaction.atomic():  # rows may point to later ones until the end of it
            for row in serializers.deserialize("json", written):
                row.save()

    # Signals are sent app after app; the last one comes when everything Django rebuilds is there.
    last_app = [app for app in apps.get_app_configs() if app.models_module][-1]
    post_migrate.connect(restore, sender=last_app)
    yield
    post_migrate.disconnect(restore, sender=last_app)


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: Any) -> Any:
    """Behind the database: as long as that is in memory, all requests would share one connection,
    and two at the same time crash SQLite.
    """
    return live_server


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Loaded once for all tests; who changes something takes a copy."""
    demo = Demo(tmp_path_factory.mktemp("demo"))
    demo.manage("migrate", "--verbosity", "0")
    demo.manage("load_demo")
    return demo


# --- the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Any]:
    """One Chromium for the whole run. Without it tests fail: a skip would prove nothing."""
    if os.environ.get("WITHOUT_BROWSER") == "1":
        pytest.skip("WITHOUT_BROWSER=1")
    executable = chromium.path()
    if executable is None:
        pytest.fail("No Chromium: install it, name it in CHROMIUM, or set WITHOUT_BROWSER=1.")
    started = chromium.Chromium(executable)
    yield started.browser
    started.stop()


@pytest.fixture
def new_browser(chromium_browser: Any) -> Iterator[Callable[..., Any]]:
    """Open one more visitor's browser: its own cookies, a Belgian visitor unless told otherwise."""
    with contextlib.ExitStack() as contexts:

        def open_one(**options: Any) -> Any:
            options = {"locale": "fr-BE", "timezone_id": "Europe/Brussels"} | options
            context = chromium_browser.new_context(**options)
            contexts.callback(context.close)
            context.set_default_timeout(30_000)  # the other database's tests run beside
            return context

        yield open_one


@pytest.fixture
def browser(new_browser: Callable[..., Any]) -> Any:
    """A visitor's browser without history: `browser.new_page().goto(live_server.url)`."""
    return new_browser()


# --- the mail server ---------------------------------------------------------------------------


@dataclass
class MailServer:
    """What a real mail server received, and how it answers."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    #: Each message's octets as they came.
    octets: list[bytes] = field(default_factory=list)
    #: What the next messages are told instead of being taken: "451 4.3.0 Try again later".
    refusal: str = ""
    #: What is said to a recipient, by address: "550 5.1.1 No such user".
    refused: dict[str, str] = field(default_factory=dict)
    #: Messages to a connection; then it is closed with 421.
    most_per_connection: int = 1_000_000
    #: So many next messages are taken, and the connection cut before the answer.
    cuts: int = 0
    #: Seconds until a message is answered.
    pause: float = 0

    async def handle_RCPT(  # noqa: N802 -- the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address not in self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused.get(address, "250 OK")

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.refusal:
            return self.refusal
        taken = getattr(session, "taken", 0) + 1
        if taken > self.most_per_connection:
            return "421 4.3.2 Closing"
        session.taken = taken
        if self.pause:
            await asyncio.sleep(self.pause)
        octets = envelope.original_content or b""
        self.octets.append(octets)
        message = message_from_bytes(octets, policy=policy.default)
        # Who it was really for: a header may say otherwise, or nothing.
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        if self.cuts:
            self.cuts -= 1
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """A mail server on this machine, to which Django sends for the time of the test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = MailServer(*probe.getsockname())
    controller = Controller(
        server,
        hostname=server.host,
        port=server.port,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    yield server
    controller.stop()


# --- the repository ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of pyproject.toml."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the source archive, built as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, repository],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
