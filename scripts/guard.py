"""A second process that cleans up after us when we are killed without a chance to do it ourselves.

It holds the read end of a pipe whose write end only we hold: end of file means that we are gone. It knows our
children’s process groups and our throw-away folders. It asks nothing of the system but pipes and groups.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

MERCY_SECONDS = 3.0


class Guard:
    """Start it before the first thread, database connection or child."""

    def __init__(self) -> None:
        read, self._write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._write)
            _watch(read)
        os.close(read)

    def adopt_me(self) -> None:
        """Called in a new child before its program starts: it leads its own group, which the guard ends one day."""
        os.write(self._write, b"+%d\n" % os.getpid())

    def forget(self, group: int) -> None:
        """The group is gone; its number may soon be somebody else’s."""
        os.write(self._write, b"-%d\n" % group)

    def adopt_folder(self, folder: Path) -> None:
        """Remove this folder at the end."""
        os.write(self._write, b"/%s\n" % os.fsencode(folder))

    def leave(self) -> None:
        """Let the guard do what is left and wait until it has ended."""
        os.close(self._write)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a whole process group; False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # what macOS answers for a group of which only unburied dead are left
        return False
    return True


def end_groups(groups: Iterable[int], mercy_seconds: float = MERCY_SECONDS) -> None:
    """Ask whole process groups to end, and end those that have not when the time is up."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + mercy_seconds
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def _watch(read: int) -> None:
    """The guard’s whole life. Never returns."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # whoever reads our output must not wait for the guard
        os.dup2(nothing, stream)
    heard = b""
    while chunk := os.read(read, 4096):
        heard += chunk
    groups: set[int] = set()
    folders = []
    for line in heard.splitlines():
        if line.startswith(b"/"):
            folders.append(Path(os.fsdecode(line[1:])))
        elif line.startswith(b"+"):
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    end_groups(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
