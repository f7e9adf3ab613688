"""Start the portal and look after it: prepare the data, then run web, worker and timetable until Ctrl-C.

Run by ``make run`` (the demo) and ``make serve`` (the real one), in .venv. Each child has its own process group, so
Ctrl-C reaches only this process, which ends them in order; a child that dies is started again; if this process is
killed, the guard ends the children. One portal per data folder (a lock) and per port (a bind test).
"""

import errno
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import IO

from children import Child, Run, end_all, say
from guard import Guard

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 7
TICK_SECONDS = 0.2
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  only compared with what the operator asked for


def shown(path: Path) -> str:
    """A path as short as it can be understood."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


class Portal:
    """The whole: lock, port, preparation, children, signals."""

    def __init__(self, settings: ModuleType) -> None:
        self.settings = settings
        self.target = "run" if settings.DEMO else "serve"
        self.stops = 0  # how often we were asked; no lock, because a signal handler counts it
        self.make = os.getppid() if "MAKELEVEL" in os.environ else None

    # --- before anything runs ---------------------------------------------------------------------------------

    def lock(self) -> IO[str]:
        """One portal per data folder. The lock dies with this process, however it ends."""
        file = (self.settings.DATA_DIR / "running.lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SystemExit(
                f"This portal is already running with the data in {shown(self.settings.DATA_DIR)}, "
                f"at {file.read().strip()}. Use that one, or stop it first with Ctrl-C in its window."
            ) from None
        file.truncate(0)
        file.write(self.address())
        file.flush()
        return file

    def check_port(self) -> None:
        """Try to listen before anything else is done, so that the answer is a sentence and comes at once."""
        host, port = self.settings.HOST, self.settings.PORT
        another = f"Choose another: make {self.target} PORT="
        if not 0 < port < 65536:
            raise SystemExit(f"There is no port {port}; they go from 1 to 65535. {another}8000")
        try:
            family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except PermissionError:
            raise SystemExit(f"Ports below 1024, such as {port}, are kept for the system. {another}8000") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                free = port + 1 if port < 65535 else 8001
                raise SystemExit(f"Cannot listen on {host}:{port}: the port is taken. {another}{free}") from None
            raise SystemExit(
                f"This machine cannot listen on the address {host}. Use HOST=127.0.0.1 (this machine only) "
                "or HOST=0.0.0.0 (everybody on the network)."
            ) from None

    def is_prepared(self, guard: Guard) -> bool:
        """Database, static files, content and demo, all in one command. Ctrl-C ends it at once."""
        run = Run("prepare", [sys.executable, "manage.py", "prepare"], ROOT, guard)
        while run.code is None and not self.stops:
            time.sleep(0.05)
        run.bury()
        if run.code and not self.stops:
            say("The portal was not started, because it could not be prepared. The lines above say why.")
        return run.code == 0

    # --- while it runs ------------------------------------------------------------------------------------------

    def commands(self) -> dict[str, list[str]]:
        """What runs: web, worker and timetable."""
        settings, python = self.settings, sys.executable
        is_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
        web = [python, "-m", "uvicorn", "kmportal.asgi:application", "--host", settings.HOST]
        web += ["--port", str(settings.PORT), "--lifespan", "off", "--timeout-graceful-shutdown", "5"]
        web += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
        web += ["--workers", "1" if is_sqlite else os.environ.get("KM_WEB_PROCESSES", "2")]
        web += ["--proxy-headers" if hasattr(settings, "SECURE_PROXY_SSL_HEADER") else "--no-proxy-headers"]
        celery = [python, "-m", "celery", "--app", "kmportal.celery", "--quiet"]
        worker = [*celery, "worker", "--concurrency", str(settings.WORKER_PROCESSES)]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning"]
        worker += ["--max-memory-per-child", "400000"]  # in KB: drawing PDFs leaves some behind
        timetable = [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "warning"]
        return {"web": web, "worker": worker, "timetable": timetable}

    def address(self) -> str:
        """What a person on this machine types."""
        settings = self.settings
        if settings.PUBLIC_URL:
            return f"{settings.PUBLIC_URL}/"
        host = EVERYWHERE.get(settings.HOST, settings.HOST)
        return f"http://[{host}]:{settings.PORT}/" if ":" in host else f"http://{host}:{settings.PORT}/"

    def is_answering(self) -> bool:
        """Whether the web process answers. Asked directly, past any proxy of the environment."""
        host = EVERYWHERE.get(self.settings.HOST, self.settings.HOST)
        connection = http.client.HTTPConnection(host, self.settings.PORT, timeout=2)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def greet(self) -> None:
        """What the person needs to know, once the portal answers."""
        settings = self.settings
        say()
        say(f"KM Portal is running:  {self.address()}")
        if settings.HOST in EVERYWHERE:
            for name in network_addresses():
                say(f"On the same network:   http://{name}:{settings.PORT}/   (phones open this one)")
        if settings.DEMO:
            say("It is the demo: sign in with one button, or as lena@riverside.example with the password demo.")
            if not settings.LOOPBACK_ONLY:
                say("Careful: others can reach it, and everybody knows the demo’s password. Put nothing real into it.")
        say(f"The data is kept in {shown(settings.DATA_DIR)}. Stop the portal with Ctrl-C.")
        say()

    def hear(self, _number: int, _frame: object) -> None:
        """Ctrl-C and its like: the first asks everything to end, the second waits for nothing."""
        self.stops += 1

    def is_orphan(self) -> bool:
        """Whether the make that started us was killed: then nobody would know how to stop the portal."""
        return self.make is not None and os.getppid() != self.make

    def run(self) -> int:
        """Everything, from the lock to the last child’s end. Answers the exit status."""
        lock = self.lock()
        self.check_port()
        guard = Guard()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.hear)
        try:
            if self.is_prepared(guard):
                self.look_after([Child(name, command, ROOT, guard) for name, command in self.commands().items()])
                say(f"Stopped. The data is kept in {shown(self.settings.DATA_DIR)}.")
                return 0
            return 0 if self.stops else 1
        finally:
            guard.leave()
            lock.close()

    def look_after(self, children: list[Child]) -> None:
        """Keep all running until somebody says stop, then end all."""
        greeted = False
        while not self.stops and not self.is_orphan():
            for child in children:
                child.watch()
            if not greeted and self.is_answering():
                self.greet()
                greeted = True
            time.sleep(TICK_SECONDS)
        say("Stopping …")
        end_all([child.run for child in children if child.run], STOP_SECONDS, lambda: self.stops > 1)


def network_addresses() -> list[str]:
    """The addresses of this machine that others on its network can open, the most likely one first."""
    found: list[str] = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it only makes the system choose the way out
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [name for name in dict.fromkeys(found) if not name.startswith(("127.", "0."))]


def main() -> int:
    """Read the settings, then run. What is wrong with them is said in a sentence."""
    sys.path.insert(0, str(ROOT))
    try:
        from kmportal import settings
    except PermissionError as error:
        raise SystemExit(f"Cannot write in {error.filename}. Run this as its owner, or set KM_DATA_DIR.") from None
    except Exception as error:
        raise SystemExit(f"The settings cannot be read: {error}. Look at .env, PORT, HOST and PUBLIC_URL.") from None
    return Portal(settings).run()


if __name__ == "__main__":
    sys.exit(main())
