"""The house rules that no tool checks by itself."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter import configuration
from importlinter.application.use_cases import lint_imports

pytestmark = pytest.mark.sqlite

APPS = ("trainings", "registrations")

# Made, downloaded or kept by tools: not ours to judge.
NOT_OURS = {
    ".git", ".venv", "dist", "htmlcov", "media", "staticfiles", "node_modules", "__pycache__",
    ".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache",
}  # fmt: skip

# In two pieces, or this file would be the first to name them.
REGISTRIES = [
    "".join(pieces)
    for pieces in [
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "js.com"),
        ("yarn", "pkg.com"),
        ("deb.", "debian.org"),
        ("ghcr", ".io"),
        ("docker", ".io"),
        ("docker", ".com"),
        ("jsde", "livr.net"),
        ("un", "pkg.com"),
        ("cdn", "js."),
    ]
]

# What a browser fetches by itself; a plain link to follow is not.
FETCHED = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|embed|object|use|track)\b[^>]*?
        \b(?:src|srcset|href|data|poster)\s*=\s*["']?\s*(?:https?:)?//
        | (?:url\(|@import)\s*["']?\s*(?:https?:)?//""",
    re.VERBOSE | re.IGNORECASE,
)


def files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        yield from (Path(folder, name) for name in names)


def texts(root: Path, *endings: str) -> Iterator[tuple[Path, str]]:
    for path in files(root):
        if path.name.endswith(endings or ("",)) and not path.is_symlink():
            yield path, path.read_text(encoding="utf-8", errors="ignore")


def test_site_is_a_folder_not_a_package(repository: Path) -> None:
    """With an `__init__.py`, debuggers would load it in place of the standard library's `site`."""
    assert not (repository / "site" / "__init__.py").exists()


def test_every_folder_of_tests_is_a_package(repository: Path) -> None:
    """Without `__init__.py`, tests/trainings/ would stand before trainings/ on the path."""
    folders = {path.parent for path in files(repository / "tests") if path.suffix == ".py"}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


def test_imports_go_one_way(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    # Not its command: that one silences every logger it does not know.
    configuration.configure()
    assert lint_imports(config_filename=str(repository / "pyproject.toml"), cache_dir=None)


@pytest.mark.parametrize("app", APPS)
def test_files_are_named_after_what_they_hold(repository: Path, app: str) -> None:
    """In this trade a service is a partner organisation; a drawer for everything has no name."""
    unnamed = {"services", "utils", "helpers", "common", "misc"}
    found = {path for path in files(repository / app) if {path.stem, *path.parts} & unnamed}
    assert found == set()


def test_no_file_names_a_package_registry(repository: Path) -> None:
    """Where packages come from is the business of the machine that installs them."""
    named = {
        (path.relative_to(repository).as_posix(), host)
        for path, text in texts(repository)
        for host in REGISTRIES
        if host in text.lower()
    }
    assert named == set()


def test_pages_fetch_nothing_from_elsewhere(repository: Path) -> None:
    """Who reads the agenda is nobody else's business, and a page must stand when others fall."""
    fetching = {
        path.relative_to(repository).as_posix(): found.group()
        for folder in (*APPS, "site", "templates")
        for path, text in texts(repository / folder, ".html", ".css", ".js", ".svg")
        if (found := FETCHED.search(text))
    }
    assert fetching == {}


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://example.org/a.js"></script>',
        "<link rel='stylesheet' href=//example.org/a.css>",
        '<img alt="" src="http://example.org/a.png">',
        "@import 'https://example.org/a.css';",
        "background: url(//example.org/a.png)",
    ],
    ids=["script", "style sheet", "image", "import", "background"],
)
def test_fetching_from_elsewhere_is_seen(text: str) -> None:
    assert FETCHED.search(text)


def test_a_link_to_elsewhere_is_allowed() -> None:
    assert not FETCHED.search('<a href="https://example.org/">Example</a> <img src="/a.png">')
