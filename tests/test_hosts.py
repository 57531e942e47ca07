"""The plugin on somebody else's site: from its wheel, in the town's frame, with the town's pages.

Each host of tests/hosts is a process of its own, which sees the unpacked wheel and not this
checkout; it goes from an empty database to a registration and tells what it saw.
"""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.sqlite

HOSTS = Path(__file__).parent / "hosts"
#: Settings of tests/hosts/town, and the apps of ours that they install.
APPS = {
    "agenda": {"trainings"},
    "sign_up": {"trainings", "registrations"},
    "own_pages": {"trainings", "registrations"},
}
WITHIN = 300  # seconds; a busy machine needs some of them
FRAME = "Frame of the town"

Walk = dict[str, Any]


@pytest.fixture(scope="session")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the content of the wheel."""
    (wheel,) = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def walk(
    installed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Walk]]:
    """What a host saw. The three set out together: one waits for the slowest, not for the sum."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    folders = {host: tmp_path_factory.mktemp(host) for host in APPS}

    def start(host: str) -> subprocess.Popen[bytes]:
        # Into files: nobody reads along, and a full pipe would stop the walk.
        with (
            (folders[host] / "seen").open("wb") as seen,
            (folders[host] / "said").open("wb") as said,
        ):
            return subprocess.Popen(
                [sys.executable, "-m", "django", "walk"],
                cwd=HOSTS,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join([str(installed), str(folders[host])]),
                    "PYTHONDONTWRITEBYTECODE": "1",  # the walk leaves nothing in the repository
                    "DJANGO_SETTINGS_MODULE": f"town.{host}",
                    "TOWN_DIR": str(folders[host]),
                },
                stdout=seen,
                stderr=said,
            )

    def of(host: str) -> Walk:
        if not started:
            started.update((name, start(name)) for name in APPS)
        if started[host].wait(WITHIN):
            pytest.fail((folders[host] / "said").read_text())
        return json.loads((folders[host] / "seen").read_text())

    yield of
    for process in started.values():
        process.kill()  # the one whose test was not reached
        process.wait()


@pytest.fixture(params=list(APPS))
def host(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_code_is_that_of_the_wheel(host: str, walk: Callable, installed: Path) -> None:
    assert walk(host)["code"] == {app: str(installed / app / "__init__.py") for app in APPS[host]}


def test_the_host_is_configured_without_a_word_of_complaint(host: str, walk: Callable) -> None:
    assert walk(host)["checks"] == []


def test_the_pages_stand_in_the_frame_of_the_host(host: str, walk: Callable) -> None:
    pages = walk(host)["pages"]

    assert {name: page["status"] for name, page in pages.items()} == dict.fromkeys(
        ("catalogue", "programme", "training"), 200
    )
    for page in pages.values():
        assert page["html"].count(FRAME) == page["html"].count("<html") == 1
        assert "Finding a Home" in page["html"].partition(FRAME)[2]
    assert "Town Hall" in pages["training"]["html"]


def test_the_catalogue_leads_to_a_calendar_of_one_session(host: str, walk: Callable) -> None:
    feed = walk(host)["feed"]

    assert feed["status"] == 200, feed
    (event,) = feed["events"]
    assert event["is_ours"]
    assert "Finding a Home" in event["summary"]


def test_the_admin_opens(host: str, walk: Callable) -> None:
    assert {
        name: screen["status"] for name, screen in walk(host)["admin"].items()
    } == dict.fromkeys(
        ("home", "catalogue", "programme", "training", "sessions", "session", "venue"), 200
    )


@pytest.mark.parametrize(
    ("host", "languages"), [("agenda", ["en"]), ("sign_up", ["en"]), ("own_pages", ["fr", "nl"])]
)
def test_a_short_text_is_asked_in_the_languages_of_the_host(
    host: str, languages: list[str], walk: Callable
) -> None:
    """And not in the hundred that Django knows."""
    asked = re.findall(
        r'<textarea[^>]* name="parking_\w+"[^>]*>', walk(host)["admin"]["venue"]["html"]
    )
    assert [re.findall(r' lang="([^"]+)"', field) for field in asked] == [
        [one] for one in languages
    ]


def test_without_registrations_nobody_is_asked_to_sign_up(walk: Callable) -> None:
    for page in walk("agenda")["pages"].values():
        assert not re.search(r"sign[ -_]?up|registration", page["html"], re.IGNORECASE)


@pytest.mark.parametrize("of", ["training", "programme"])
@pytest.mark.parametrize("host", ["sign_up", "own_pages"])
def test_somebody_signs_up(host: str, of: str, walk: Callable) -> None:
    seen = walk(host)[f"sign_up_{of}"]

    assert seen["link"], walk(host)["pages"][of]["html"]
    assert seen["form"]["status"] == 200
    assert FRAME in seen["form"]["html"]
    assert seen["sent"]["status"] == 302, seen["sent"]["html"]
    assert seen["receipt"]["status"] == 200
    assert FRAME in seen["receipt"]["html"]
    assert f"Jean of the {of}" in seen["receipt"]["html"]


@pytest.mark.parametrize("host", ["sign_up", "own_pages"])
def test_each_registration_is_kept_and_confirmed_by_mail(host: str, walk: Callable) -> None:
    assert walk(host)["registrations"] == 2
    assert walk(host)["mails"] == [["amina@homes.example"]] * 2


@pytest.mark.parametrize("of", ["training", "programme"])
def test_a_page_of_the_host_shows_what_its_base_page_adds(of: str, walk: Callable) -> None:
    assert "Department: Housing" in walk("own_pages")["pages"][of]["html"]


@pytest.mark.parametrize("of", ["training", "programme"])
def test_the_editor_asks_what_a_page_of_the_host_adds(of: str, walk: Callable) -> None:
    assert 'name="department"' in walk("own_pages")["admin"][of]["html"]
