"""The demo as people run it, with a database and files of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.forking import ROOT


@dataclass(frozen=True)
class Demo:
    """All that it writes is in this folder."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "demo.settings",
            "PYTHONPATH": str(ROOT / "site"),
            "DEMO_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'demo.sqlite3'}",
            "DEBUG": "1",  # static files as they are: collecting them is not what is tested here
            "PORT": "8000",
        }

    def manage(self, *command: str) -> str:
        """Run a command and return what it says."""
        environment = {
            name: value
            for name, value in self.environment.items()
            if name not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")
        }
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        return done.stdout

    def copied(self, to: Path) -> Demo:
        return Demo(shutil.copytree(self.folder, to))
