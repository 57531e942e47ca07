"""Functions called in processes of their own: `python -m tests.forking <module> <socket>`.

Django takes seconds to start, so one process starts it, with settings of its own, and forks another
for each call.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Calls:
    """The functions of a module, called elsewhere; what they take and return is JSON."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, name: str, *arguments: object, **options: object) -> Any:
        """What the function returns. Raises RuntimeError with its traceback."""
        with self._call(name, arguments, options) as answer:
            answer.readline()
            told = json.loads(answer.readline())
        if "error" in told:
            raise RuntimeError(told["error"])
        return told["result"]

    def start(self, name: str, *arguments: object, **options: object) -> int:
        """The number of the process that runs it; nobody waits for its end."""
        with self._call(name, arguments, options) as answer:
            return int(answer.readline())

    @contextlib.contextmanager
    def _call(self, *asked: object) -> Iterator[Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.address)
            with connection.makefile("rw") as answer:
                answer.write(json.dumps(asked) + "\n")
                answer.flush()
                yield answer


@contextlib.contextmanager
def calls(module: str, environment: dict[str, str]) -> Iterator[Calls]:
    """Start the process that forks, and end it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path has to be short
        address = f"{folder}/calls"
        with subprocess.Popen(
            [sys.executable, "-m", "tests.forking", module, address],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        ) as process:
            try:
                assert process.stdout
                assert process.stdout.readline() == b"ready\n"
                yield Calls(address)
            finally:
                process.terminate()


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 50


def _serve(module: str, address: str) -> None:
    import django  # noqa: PLC0415 -- not in the process that calls

    django.setup()
    functions = importlib.import_module(module)

    class Call(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.say(os.getpid())
            name, arguments, options = json.loads(self.rfile.readline())
            try:
                told = {"result": getattr(functions, name)(*arguments, **options)}
            except Exception:  # whatever it is, who asked has to know
                told = {"error": traceback.format_exc()}
            with contextlib.suppress(BrokenPipeError):  # who started it is not waiting
                self.say(told)

        def say(self, what: object) -> None:
            self.wfile.write(json.dumps(what).encode() + b"\n")

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who were killed need nobody to bury them
    with _Server(address, Call) as server:
        print("ready", flush=True)  # noqa: T201 -- what the other side reads
        server.serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
