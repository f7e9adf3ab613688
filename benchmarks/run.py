"""Measure everything that has a limit, on SQLite and on a throw-away PostgreSQL.

Every other file of this folder has a function ``figures()`` that answers dicts with ``figure``, ``value``, ``limit``,
``unit`` and ``database``. All of them are printed and kept in ``latest.json``; the status is 1 when one is over its
limit. Figures are only worth something while the machine does nothing else.

    python benchmarks/run.py [NAME ...]       only the files of these names
"""

import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LATEST = HERE / "latest.json"
SERVICES = ROOT / "scripts" / "services.py"
# The last one: what it has filled in stays in the database.
LEAVES_MUCH = "growth"
# They measure nothing themselves.
HELPERS = {"run", "store", "picture", "__init__"}
NOT_RUN = 3  # what scripts/services.py answers when it lacks a program


def names(wanted: list[str]) -> list[str]:
    """The files that measure, or those of them that are wanted."""
    others = HELPERS | {LEAVES_MUCH}
    found = [*sorted(path.stem for path in HERE.glob("*.py") if path.stem not in others), LEAVES_MUCH]
    if unknown := set(wanted) - set(found):
        raise SystemExit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(found)}")
    return wanted or found


def measure(result: Path, wanted: list[str]) -> None:
    """In a process of its own, on the database that the environment tells: all figures, into a file."""
    sys.path[0] = str(ROOT)  # instead of this folder, whose search.py is not the app of that name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmportal.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_content", stdout=io.StringIO())
    found: list[dict[str, Any]] = []
    for name in wanted:
        found += importlib.import_module(f"benchmarks.{name}").figures()
    result.write_text(json.dumps(found))


def on(database: str, wrapper: list[str | Path], folder: Path, wanted: list[str]) -> list[dict[str, Any]]:
    """The figures of one database."""
    print(f"Measuring on {database} …", flush=True)
    data, result = folder / database, folder / f"{database}.json"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("KM_")}
    variables |= {"KM_DATA_DIR": str(data), "KM_LOG_LEVEL": "ERROR", "SMTP_URL": "", "REDIS_URL": "", "PUBLIC_URL": ""}
    variables["DATABASE_URL"] = f"sqlite:///{data / 'portal.sqlite3'}"
    command = [*wrapper, sys.executable, HERE / "run.py", "--into", result, *wanted]
    code = subprocess.call(command, cwd=ROOT, env=variables)  # noqa: S603  our own
    if code == NOT_RUN:
        return []
    if code:
        raise SystemExit(f"The measuring on {database} failed.")
    return json.loads(result.read_text())


def show(figures: list[dict[str, Any]]) -> int:
    """A line for each; how many are over their limit."""
    over = 0
    for row in figures:
        is_over = row["value"] > row["limit"]
        over += is_over
        value, limit = f"{row['value']:,} {row['unit']}", f"{row['limit']:,} {row['unit']}"
        print(f"{row['database']:<11} {row['figure']:<62} {value:>13}  limit {limit:>13} {'OVER' if is_over else ''}")
    return over


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--into"]:
        measure(Path(arguments[1]), arguments[2:])
        return 0
    wanted = names(arguments)
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as folder:
        figures = on("sqlite", [], Path(folder), wanted)
        figures += on("postgresql", [sys.executable, SERVICES], Path(folder), wanted)
    LATEST.write_text(json.dumps(figures, indent=1) + "\n")
    over = show(figures)
    print(f"{len(figures)} figures, {over} over their limit. They are kept in {LATEST.relative_to(ROOT)}.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
