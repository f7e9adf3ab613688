"""Bringing 100,000 lessons in from a file: CPU of portal and database a row, and memory over an idle process.

    python benchmarks/importing.py ROWS       in the database that is configured; run.py does it in one of its own

Measured by the system’s own accounts in a process of its own, so that no other figure counts in.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from itertools import accumulate
from pathlib import Path
from typing import Any

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
# A thousand rows a CPU-second, and so much more memory than a process that has brought in a handful.
LIMIT_MICROSECONDS, LIMIT_MB = 1_000, 150
VOCABULARY = 30_000


def write_file(path: Path, rows: int) -> None:
    """A table of lessons with words as often as people use them: the second half as often as the first, and so on."""
    dice = random.Random(1986)
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 11))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))

    def text(number: int) -> str:
        return " ".join(dice.choices(words, cum_weights=weights, k=number)).capitalize() + "."

    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Reference", "Title", "What happened", "Lesson learned", "Recommendation", "Date", "Keywords"])
        for number in range(1, rows + 1):
            day = f"{dice.randint(2005, 2025)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
            tags = ", ".join(dice.sample(words[100:400], 3))
            writer.writerow([f"B{number}", text(7), text(50), text(30), text(20), day, tags])


def measure(path: Path) -> dict[str, float]:
    """Bring the file in with the command’s own steps; answers CPU-microseconds a row and megabytes."""
    import django

    django.setup()
    from django.utils import timezone

    from lessons.actions import importing
    from organisations.models import Membership, Organisation, Person
    from organisations.permissions import Role

    organisation = Organisation.objects.create(name="Benchmark of imports", slug="benchmark-of-imports")
    person = Person.objects.create(email="imports@lessons.example", name="Bench Mark")
    member = Membership.objects.create(organisation=organisation, person=person, role=Role.LEAD)

    def bring_in(file: Path) -> int:
        run = importing.upload_import(organisation, by=member, at=timezone.now(), file_name=file.name, content=file)
        importing.begin_import(run)
        return importing.run_import(run, at=timezone.now()).created

    few = path.with_name("few.csv")
    write_file(few, 200)
    bring_in(few)
    idle, portal, database = _memory(), os.times(), _cpu_of_database()
    rows = bring_in(path)
    after = os.times()
    return {
        "rows": rows,
        "portal": round((after.user + after.system - portal.user - portal.system) * 1e6 / rows),
        "database": round((_cpu_of_database() - database) * 1e6 / rows),
        "megabytes": round((_memory() - idle) / 1024),
    }


def _memory() -> int:
    """The most that this process ever had, in KB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _cpu_of_database() -> float:
    """Seconds of the server’s process for our connection; SQLite is part of the portal."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _forget() -> None:
    """Nothing of it is left for the benchmarks that follow."""
    from lessons.models import ImportedRow, ImportRun, Lesson, LessonEvent, LessonRevision
    from search.models import SearchDoc, SearchText

    here = {"organisation__slug": "benchmark-of-imports"}
    lessons = Lesson.objects.filter(**here)
    for rows in (
        ImportedRow.objects.filter(lesson__in=lessons),
        LessonEvent.objects.filter(lesson__in=lessons),
        Lesson.tags.through.objects.filter(lesson__in=lessons),
        SearchText.objects.filter(doc__in=SearchDoc.objects.filter(**here)),
        SearchDoc.objects.filter(**here),
    ):
        rows._raw_delete(rows.db)
    lessons.update(revision=None, approved=None)
    revisions = LessonRevision.objects.filter(lesson__in=lessons)
    revisions._raw_delete(revisions.db)
    lessons._raw_delete(lessons.db)
    ImportRun.objects.filter(**here).delete()


def figures() -> list[dict[str, Any]]:
    """CPU a row and memory, with their limits."""
    from benchmarks.search import figure

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lessons.csv"
        write_file(path, ROWS)
        said = subprocess.run(  # noqa: S603  our own
            [sys.executable, __file__, str(path)], check=True, capture_output=True, text=True
        )
    found = json.loads(said.stdout.splitlines()[-1])
    _forget()
    what = f"{found['rows']:,} lessons brought in"
    per_row = figure(f"{what}: CPU a row", found["portal"] + found["database"], LIMIT_MICROSECONDS)
    memory = figure(f"{what}: memory over idle", found["megabytes"], LIMIT_MB)
    return [{**per_row, "unit": "µs"}, {**memory, "unit": "MB"}]


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmportal.settings")
    wanted = sys.argv[1]
    if wanted.isdigit():
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "lessons.csv"
            write_file(table, int(wanted))
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            found = measure(table)
            together = found["portal"] + found["database"]
            print(json.dumps({**found, "rows_a_cpu_second": round(1e6 / together)}))
    else:
        print(json.dumps(measure(Path(wanted))))
