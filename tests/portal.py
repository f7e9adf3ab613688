"""A whole portal in processes of its own, as ``make serve`` or ``make run`` starts it."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection

from tests import databases

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 240  # on a machine that other tests keep busy, a new database alone takes a minute of a processor


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_database(data: Path, *, empty: bool) -> str:
    """The address of a new database of the kind that the tests run on; on SQLite it lies in the data folder."""
    name = f"portal-{secrets.token_hex(4)}"
    if connection.vendor == "sqlite":
        file = data / "portal.sqlite3"
        if not empty:
            data.mkdir(mode=0o700)
            databases.make(str(file))
        return f"sqlite:///{file}"
    if empty:
        databases.tell_server(f'CREATE DATABASE "{name}"')
    else:
        databases.make(name)
    settings = connection.settings_dict
    return f"postgres://{settings['USER']}@/{name}?host={settings['OPTIONS']['host']}"


def address_of_database() -> str:
    """Where the tests’ own database is, for a process of its own."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgres://{settings['USER']}@/{settings['NAME']}?host={settings['OPTIONS']['host']}"


class Portal:
    """Begins with ``start`` and must be ended with ``leave``. Its processes are found by its data folder.

    Its database is migrated already, unless it is to be ``empty`` as on a new machine.
    """

    def __init__(self, data: Path, *, empty: bool = False, demo: bool = False) -> None:
        self.data, self.port = data, free_port()
        self.log = data.parent / f"{data.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))},
            "KM_DATA_DIR": str(data),
            "KM_DEMO": "1" if demo else "0",
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "DATABASE_URL": new_database(data, empty=empty),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, through: Sequence[str] = ()) -> "Portal":
        """Begin; does not wait. ``through`` is a command that runs the rest of its arguments."""
        with self.log.open("ab") as log:
            command = [*through, sys.executable, str(ROOT / "scripts" / "start.py")]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of one of the machines’ pages; status 0 when nobody answers."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            client.request("GET", path)
            answer = client.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            client.close()

    def wait(self, path: str = "/healthz", seconds: float = START_SECONDS) -> None:
        """Until the page answers 200."""
        deadline = time.monotonic() + seconds
        while self.get(path)[0] != 200:
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The portal does not run:\n{self.said()}")
            time.sleep(0.1)

    def wait_to_hear(self, words: str, seconds: float = START_SECONDS) -> None:
        """Until it has printed these words: it says what has become of it a moment later than its pages show it."""
        deadline = time.monotonic() + seconds
        while words not in self.said():
            if time.monotonic() > deadline:
                raise AssertionError(f"It does not say “{words}”:\n{self.said()}")
            time.sleep(0.05)

    def said(self) -> str:
        """All that it has printed."""
        return self.log.read_text(errors="replace")

    def end(self, seconds: float = 60) -> int:
        """Its exit status, when it has ended by itself."""
        assert self.process is not None
        return self.process.wait(seconds)

    def processes(self) -> dict[int, str]:
        """Everything that runs for this data folder: number and command line."""
        found = {}
        mark = f"KM_DATA_DIR={self.data}\0".encode()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    if mark in (folder / "environ").read_bytes() + b"\0":
                        found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return {number: line for number, line in found.items() if line}  # one without a line is dead, not yet buried

    def number_of(self, part: str) -> int:
        """The lowest number of a process whose command line has this part: of a family, the first."""
        return min(number for number, line in self.processes().items() if part in line)

    def leave(self) -> None:
        """End it however it is, and whatever is left of it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
        for number in self.processes():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        if self.process:
            self.process.wait()
