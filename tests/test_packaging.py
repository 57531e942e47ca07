"""What somebody installs: our two apps with all that they show, and nothing of our workshop."""

import tarfile
import zipfile
from pathlib import Path

import pytest

from trainings import __version__

pytestmark = pytest.mark.sqlite

APPS = ("trainings", "registrations")


@pytest.fixture(scope="module")
def shipped(built: Path) -> set[str]:
    (wheel,) = built.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def files_of(repository: Path, app: str) -> set[str]:
    """What we wrote, without what tools left there or read there."""
    names = {
        path.relative_to(repository) for path in (repository / app).rglob("*") if path.is_file()
    }
    return {
        name.as_posix()
        for name in names
        if name.name != "ruff.toml"
        and not any(part == "__pycache__" or part.startswith(".") for part in name.parts)
    }


def test_wheel_holds_the_two_apps_and_nothing_else(repository: Path, shipped: set[str]) -> None:
    described = {name for name in shipped if ".dist-info/" in name}
    assert shipped - described == set().union(*(files_of(repository, app) for app in APPS))
    assert {name.split("/", 1)[1] for name in described} >= {"METADATA", "licenses/LICENSE"}


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize(
    ("folder", "ending"),
    [
        ("migrations", "_initial.py"),
        ("templates", ".html"),
        ("static", (".css", ".js")),
        ("locale/fr/LC_MESSAGES", "django.mo"),
        ("locale/nl/LC_MESSAGES", "django.mo"),
        ("locale/fr/LC_MESSAGES", "django.po"),
        ("locale/nl/LC_MESSAGES", "django.po"),
    ],
)
def test_wheel_holds_what_an_app_needs(
    shipped: set[str], app: str, folder: str, ending: str | tuple[str, ...]
) -> None:
    assert [
        name for name in shipped if name.startswith(f"{app}/{folder}/") and name.endswith(ending)
    ]


def test_source_archive_holds_no_workshop(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        tops = {name.split("/")[1] for name in opened.getnames() if "/" in name}
    assert tops <= {
        *APPS,
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        ".gitignore",  # hatchling adds it, to build the same wheel from the archive
    }
    assert tops >= {*APPS, "pyproject.toml", "LICENSE", "PKG-INFO"}


def test_version_is_said_once(built: Path) -> None:
    assert [wheel.name for wheel in built.glob("*.whl")] == [
        f"wagtail_trainings-{__version__}-py3-none-any.whl"
    ]
