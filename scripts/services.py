"""Run a command with a throw-away PostgreSQL and Redis of its own.

    python scripts/services.py COMMAND [ARGUMENT ...]

Sets DATABASE_URL and REDIS_URL for the command, a SECRET_KEY if there is none, and answers its exit status. Both
servers listen on sockets in a folder of their own, keep nothing, and are gone afterwards: also when this process is
killed. Works as root, too (PostgreSQL is then run as another user). Status 3 says that programs are missing and nothing
was run.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from guard import Guard, signal_group

NOT_RUN = 3
START_SECONDS = 30
STOP_SECONDS = 5
DATABASE = "kmportal"


def _version_of(folder: Path) -> list[int]:
    return [int(part) for part in folder.parent.name.split(".") if part.isdigit()]


def postgres_folder() -> Path | None:
    """Where ``postgres`` and ``initdb`` are. Debian keeps them beside the PATH, by version: the highest is taken."""
    kept = Path("/usr/lib/postgresql").glob("*/bin")
    candidates = sorted((folder for folder in kept if (folder / "initdb").is_file()), key=_version_of, reverse=True)
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    return candidates[0] if candidates else None


def missing() -> list[str]:
    """The Debian packages that are not there."""
    needed = {"postgresql": postgres_folder(), "redis-server": shutil.which("redis-server")}
    return [package for package, place in needed.items() if not place]


class Services:
    """Both servers, in one folder. ``durable``: PostgreSQL keeps what it has acknowledged even when it is killed."""

    def __init__(self, *, durable: bool = False) -> None:
        self.guard = Guard()
        self.durable = durable
        # A socket’s path has about a hundred letters, and the temporary folder of macOS uses most of them up.
        short = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108  mkdtemp makes it ours alone
        self.folder = Path(tempfile.mkdtemp(prefix="km-", dir=short))
        self.guard.adopt_folder(self.folder)
        self.user = self._user()
        self.servers: dict[str, tuple[subprocess.Popen[bytes], int]] = {}

    def _user(self) -> str | None:
        """PostgreSQL refuses to run as root: then it runs as postgres, or as nobody, and owns the folder."""
        if os.geteuid() != 0:
            return None
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
        shutil.chown(self.folder, user)
        return user

    def start(self) -> dict[str, str]:
        """Start both, wait until they answer; the variables that lead to them."""
        self._make_cluster()
        self.start_postgres()
        self._do([self._place() / "createdb", "-h", self.folder, "-U", DATABASE, DATABASE])
        self.start_redis()
        return {
            "DATABASE_URL": f"postgres://{DATABASE}@/{DATABASE}?host={self.folder}",
            "REDIS_URL": f"unix://{self.folder / 'redis.sock'}",
        }

    def _place(self) -> Path:
        place = postgres_folder()
        if place is None:
            raise SystemExit(NOT_RUN)
        return place

    def _make_cluster(self) -> None:
        locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        trust: list[str | Path] = ["--no-sync", "-A", "trust", "-U", DATABASE, "-E", "UTF8", f"--locale={locale}"]
        self._do([self._place() / "initdb", *trust, "-D", self.folder / "data"])

    def start_postgres(self) -> None:
        """Also again, after it was killed: then it begins as soon as the last of the old processes is gone."""
        place = self._place()
        command: list[str | Path] = [place / "postgres", "-D", self.folder / "data", "-k", self.folder]
        command += ["-c", "listen_addresses="]
        for setting in () if self.durable else ("fsync=off", "synchronous_commit=off", "full_page_writes=off"):
            command += ["-c", setting]
        ready: list[str | Path] = [place / "pg_isready", "-q", "-h", self.folder]
        self._serve("PostgreSQL", command, signal.SIGINT)
        self._wait("PostgreSQL", lambda: subprocess.call(ready) == 0)

    def start_redis(self) -> None:
        """Also again, after it was killed: empty then, because it keeps nothing."""
        path = self.folder / "redis.sock"
        command: list[str | Path] = ["redis-server", "--port", "0", "--unixsocket", path]
        command += ["--save", "", "--appendonly", "no", "--dir", self.folder, "--logfile", self.folder / "redis.log"]
        self._serve("Redis", command, signal.SIGTERM)
        self._wait("Redis", lambda: _answers_on_port(path))

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End one of them as badly as asked, and bury it."""
        process, _stop = self.servers.pop(name)
        process.send_signal(number)
        process.wait()
        self.guard.forget(process.pid)

    def _do(self, command: list[str | Path]) -> None:
        done = subprocess.run(
            command, cwd=self.folder, user=self.user, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        if done.returncode:
            raise SystemExit(f"{Path(command[0]).name} failed:\n{done.stdout.decode(errors='replace')}")

    def _serve(self, name: str, command: list[str | Path], stop: int) -> None:
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self.guard.adopt_me,
            )
        self.servers[name] = (process, stop)

    def _wait(self, name: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.servers[name][0].poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "server.log").read_text(errors="replace")
                raise SystemExit(f"{name} did not start:\n{log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End both quickly, remove the folder."""
        for process, number in self.servers.values():
            with suppress(ProcessLookupError):
                process.send_signal(number)
        for process, _number in self.servers.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            signal_group(process.pid, signal.SIGKILL)
            process.wait()
            self.guard.forget(process.pid)
        self.guard.leave()


def _answers_on_port(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def run(command: list[str]) -> int:
    """The command’s exit status. Signals are passed on to it, and it ends when we are killed."""
    services = Services()
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            raise SystemExit(128 + number)
        child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    try:
        environment = {**os.environ, **services.start()}
        environment["SECRET_KEY"] = environment.get("SECRET_KEY") or secrets.token_urlsafe(50)
        child = subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=services.guard.adopt_me)
        code = child.wait()
        signal_group(child.pid, signal.SIGKILL)
        services.guard.forget(child.pid)
        return code if code >= 0 else 128 - code
    finally:
        services.stop()


def main() -> int:
    if not sys.argv[1:]:
        raise SystemExit(__doc__)
    if packages := missing():
        print(f"NOT RUN: {' and '.join(packages)} missing. On Debian or Ubuntu: apt install {' '.join(packages)}")
        return NOT_RUN
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
