"""The gate: every check there is, each with its time, a summary at the end, and the right exit status.

    python scripts/check.py [NAME ...]        only the stages whose name begins so

What this machine cannot run is skipped, and a banner at the end says so. STRICT=1 installs it (as root, with apt-get)
or fails. Nothing of your own is touched: the tests have a data folder of their own, and your .env plays no part.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import bootstrap
import services

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STRICT = os.environ.get("STRICT", "") not in {"", "0"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT = ["apt-get", "-o", "Acquire::Retries=3"]
# That `pip install .` would work, without the network: the pinned libraries must be all that pyproject.toml asks for.
INSTALLABLE = ["install", "--quiet", "--dry-run", "--no-index", "--no-build-isolation"]
TEMPLATES = "templates"
PAGES = ("pdf", "pages of a PDF")
# A stage runs without it, and its tests skip.
PROXY = "a proxy"


def chromium() -> str | None:
    """A Chromium that the browser tests can drive."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


# What a stage may need: the Debian packages, and how to see that they are there.
NEEDS: dict[str, tuple[list[str], Callable[[], bool]]] = {
    "servers": (["postgresql", "redis-server"], lambda: not services.missing()),
    "browser": (["chromium"], lambda: chromium() is not None),
    "pdf": (["libpango-1.0-0", "libpangoft2-1.0-0"], bootstrap.has_pango),
    PROXY: (["nginx-light"], lambda: shutil.which("nginx") is not None),
    "pages of a PDF": (["poppler-utils"], lambda: shutil.which("pdftoppm") is not None),
}


@dataclass(frozen=True)
class Stage:
    """One check: a command, and what the machine must have for it."""

    name: str
    command: list[str | Path]
    needs: tuple[str, ...] = ()


def templates() -> list[Path]:
    return sorted((ROOT / TEMPLATES).rglob("*.html"))


def stages(missing: Iterable[str] = ()) -> list[Stage]:
    """In the order that tells soonest what is wrong. Tests that make PDFs are left out where none can be made."""
    python = sys.executable
    manage: list[str | Path] = [python, ROOT / "manage.py"]
    pdf = " and not pdf" if set(PAGES) & set(missing) else ""
    floor = ["--fail-under=0"] if pdf else []
    servers = f"(database or services) and not browser and not drawn{pdf}"
    pytest: list[str | Path] = [python, "-m", "pytest", "-q", "-n"]
    return [
        Stage("lint: ruff", [BIN / "ruff", "check", "--quiet", "."]),
        Stage("lint: format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
        Stage("lint: djade", [BIN / "djade", "--check", "--target-version", "5.2", *templates()]),
        Stage("lint: djlint", [BIN / "djlint", "--lint", "--quiet", TEMPLATES]),
        Stage("lint: text width", [python, ROOT / "scripts" / "text_width.py"]),
        Stage("lint: imports", [BIN / "lint-imports", "--no-logo"]),
        Stage("lint: commits", [python, ROOT / "scripts" / "commit_messages.py"]),
        Stage("package", [python, "-m", "pip", *INSTALLABLE, "."]),
        Stage("types: mypy", [BIN / "mypy"]),
        Stage("django: check", [*manage, "check", "--fail-level", "WARNING"]),
        Stage("django: migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Stage("content", [*manage, "load_content", "--check"]),
        Stage("tests: SQLite", [*pytest, "2", "-p", "tests.measure", "-m", f"not browser{pdf}"], needs=PAGES),
        Stage("coverage", [python, "-m", "coverage", "report", *floor], needs=PAGES),
        Stage(
            "tests: PostgreSQL and Redis",
            [python, ROOT / "scripts" / "services.py", *pytest, "2", "-m", servers],
            needs=("servers", PROXY, *PAGES),
        ),
        # Three: each waits much for its page, and not for the processor.
        Stage("tests: browser", [*pytest, "3", "tests/browser", "-m", f"browser{pdf}"], needs=("browser", *PAGES)),
    ]


def environment(folder: Path) -> dict[str, str]:
    """Ours alone: neither the caller’s settings nor those of .env, which never overrides what is set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KM_")}
    fixed = {
        "KM_DATA_DIR": str(folder),
        "KM_DEMO": "0",
        "KM_DEBUG": "0",
        "KM_LOG_LEVEL": "INFO",
        "KM_BEHIND_PROXY": "0",
        "KM_API_REQUESTS_A_MINUTE": "300",
        "KM_SESSION_DAYS": "14",
        "KM_SESSION_IDLE_MINUTES": "240",
        "KM_WORKER_PROCESSES": "4",
        "KM_SERVER_STATEMENTS": "1",
        "KM_HEALTH_KEY": "",
        "KM_FILE_SCANNER": "",
        "KM_BACKUP_DIR": str(folder / "backups"),
        "KM_BACKUP_KEY": "",
        "KM_BACKUP_KEEP_DAYS": "14",
        "KM_BACKUP_NIGHTLY": "1",
        "KM_MAIL_FROM": "KM Portal <no-reply@localhost>",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "REDIS_URL": "",
        "SMTP_URL": "",
        "SECRET_KEY": "",
        "SECRET_KEY_FALLBACKS": "",
        "PUBLIC_URL": "",
        "ALLOWED_HOSTS": "",
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "COVERAGE_FILE": str(folder / "coverage"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "",  # each of a hundred processes would compile everything anew
    }
    return {**inherited, **fixed}


def install(packages: list[str]) -> None:
    """Debian’s packages, quietly; what then still lacks is found by looking again."""
    print(f"Installing {', '.join(packages)} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = ROOT / "var" / "apt.log"
    with log.open("w") as file:
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            if subprocess.call([*APT, *command], env=quiet, stdout=file, stderr=file):
                print(log.read_text()[-2000:])
                return


def lacking(wanted: list[Stage]) -> dict[str, list[str]]:
    """Need → Debian packages, for what these stages need and this machine has not."""
    names = dict.fromkeys(name for stage in wanted for name in stage.needs)
    found = {name: NEEDS[name][0] for name in names if not NEEDS[name][1]()}
    if found and STRICT and shutil.which("apt-get") and os.geteuid() == 0:
        install([package for packages in found.values() for package in packages])
        found = {name: packages for name, packages in found.items() if not NEEDS[name][1]()}
    return found


@dataclass(frozen=True)
class Result:
    """How a stage ended, and what it took: seconds by the clock, and of all processors that its processes used."""

    stage: Stage
    passed: bool
    seconds: float
    busy: float

    def __str__(self) -> str:
        word = "passed" if self.passed else "FAILED"
        return f"{self.stage.name}: {word} in {self.seconds:.1f} s (processors: {self.busy:.1f} s)"


def busy_seconds() -> float:
    """Of processors, by all processes that we started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(stage: Stage, variables: dict[str, str]) -> Result:
    """Its own output goes straight to the reader."""
    print(f"\n── {stage.name}", flush=True)
    started, busy = time.monotonic(), busy_seconds()
    code = subprocess.call(stage.command, cwd=ROOT, env=variables)
    result = Result(stage, code == 0, time.monotonic() - started, busy_seconds() - busy)
    print(f"── {result}", flush=True)
    return result


def main(names: list[str]) -> int:
    """Run all, or those named; 0 when all that was to be run has passed."""
    wanted = [stage for stage in stages() if not names or stage.name.startswith(tuple(names))]
    if not wanted:
        raise SystemExit(f"No stage begins so. There are: {', '.join(stage.name for stage in stages())}")
    (ROOT / "var").mkdir(exist_ok=True)
    missing = lacking(wanted)
    wanted = [stage for stage in stages(missing) if stage.name in {stage.name for stage in wanted}]
    if missing and STRICT:
        wanting = " ".join(package for packages in missing.values() for package in packages)
        raise SystemExit(f"STRICT: this machine lacks {', '.join(missing)}. Install: {wanting}")
    started = time.monotonic()
    skipped = [stage for stage in wanted if set(stage.needs) & set(missing) - {PROXY, *PAGES}]
    with tempfile.TemporaryDirectory(prefix="test-", dir=ROOT / "var", ignore_cleanup_errors=True) as folder:
        variables = environment(Path(folder).resolve())
        results = [run(stage, variables) for stage in wanted if stage not in skipped]
    print(f"\n{'=' * 100}")
    for result in results:
        print(result)
    for name, packages in missing.items():
        print(f"NOT TESTED: this machine lacks {name}. To test that too, install: {' '.join(packages)}")
    for stage in skipped:
        print(f"SKIPPED: {stage.name}")
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(f"FAILED: {result.stage.name}")
    passed = len(results) - len(failed)
    print(f"{passed} of {len(wanted)} stages passed in {(time.monotonic() - started) / 60:.1f} minutes.")
    print("=" * 100, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
