"""The processes that the supervisor looks after: started in groups of their own, watched, started again, ended."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from guard import Guard, signal_group

PAUSES = (1, 2, 4, 8, 15)
# Whoever ran for so long did start: what ends it then is not what would end it again at once.
STEADY_SECONDS = 20
_printing = threading.Lock()


def say(line: str = "") -> None:
    """Print a whole line; nothing breaks when the terminal is gone."""
    with _printing, suppress(OSError, ValueError):
        print(line, flush=True)


class Run:
    """One run of one program, from its start to its burial. Its lines are printed behind its name."""

    def __init__(self, name: str, command: list[str], folder: Path, guard: Guard) -> None:
        self.guard = guard
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=guard.adopt_me,  # one write to a pipe; after Popen it would be too late for a kill in between
        )
        self.reader = threading.Thread(target=self._read, args=(name, self.process.stdout), daemon=True)
        self.reader.start()

    def _read(self, name: str, output: IO[str]) -> None:
        with suppress(OSError, ValueError):
            for line in output:
                if line.strip():
                    say(f"{name:<9} | {line.rstrip()}")

    @property
    def code(self) -> int | None:
        """The exit status; None while it runs."""
        return self.process.poll()

    @property
    def reason(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode
        return f"killed by signal {-code}" if code < 0 else f"exit status {code}"

    def ask_to_end(self) -> None:
        """Only the main process: asking the whole group would end a worker’s job in the middle."""
        self.process.terminate()

    def bury(self) -> None:
        """End whatever is left of the group, and let the guard forget its number."""
        signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join(timeout=1)
        self.guard.forget(self.process.pid)


class Child:
    """A program that is to run all the time: started again when it ends, after longer and longer pauses."""

    def __init__(self, name: str, command: list[str], folder: Path, guard: Guard) -> None:
        self.name, self.command, self.folder, self.guard = name, command, folder, guard
        self.run: Run | None = None
        self.failures = 0
        self.again_at = 0.0

    def watch(self) -> None:
        """Look after it once; called a few times a second."""
        now = time.monotonic()
        if self.run is None:
            if now >= self.again_at:
                self.run = Run(self.name, self.command, self.folder, self.guard)
        elif self.run.code is None:
            if now - self.run.started_at > STEADY_SECONDS:
                self.failures = 0
        else:
            pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
            say(f"{self.name} stopped ({self.run.reason}). Starting it again in {pause} s.")
            self.run.bury()
            self.run, self.failures, self.again_at = None, self.failures + 1, now + pause


def end_all(runs: list[Run], seconds: float, is_hurried: Callable[[], bool]) -> None:
    """Ask all to end, wait as long as they may take (not when somebody is in a hurry), then insist."""
    for run in runs:
        run.ask_to_end()
    deadline = time.monotonic() + seconds
    while any(run.code is None for run in runs) and time.monotonic() < deadline and not is_hurried():
        time.sleep(0.05)
    for run in runs:
        run.bury()
