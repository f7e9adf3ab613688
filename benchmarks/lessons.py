"""What the pages of lessons cost over 2,000 of them, and bringing them in.

The limit of a page is twice (its bare SQL + an empty signed-in page) + 5 ms, all measured in turn in the same run.
Everything is made in a transaction that is taken back, in whichever database is configured.
"""

import csv
import io
import random
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.search import STORAGES, compare, figure, milliseconds
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role
from tests.cast import as_member

LESSONS = 2_000
# Two seconds for every hundred rows would still be bearable; the progress is shown meanwhile.
IMPORT_LIMIT = 40_000
QUESTIONS = {
    "the whole list": "",
    "a common word": "?q=valve",
    "two words": "?q=valve+pressure",
    "a filter": "?q=system&year=2020",
    "the last page": "?page=200",
}
WORDS = [
    "system", "test", "launch", "vehicle", "valve", "pressure", "team", "design", "failure", "review", "procedure",
    "control", "power", "training", "contract", "handover", "ward", "patient", "medicine", "discharge", "battery",
    "thermal", "connector", "software", "flight", "ground", "safety", "schedule", "cost",
]  # fmt: skip


def _file() -> bytes:
    """A table of 2,000 lessons of some 2 KB each."""
    dice = random.Random(1986)

    def text(number: int) -> str:
        return " ".join(dice.choices(WORDS, range(len(WORDS), 0, -1), k=number))

    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["LessonId", "Title", "Abstract", "Lesson", "LessonDate", "Categories"])
    for number in range(LESSONS):
        day = f"{dice.randint(1990, 2025)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        writer.writerow([number + 1, text(8), text(50), text(280), day, ", ".join(dice.sample(WORDS, 5))])
    return table.getvalue().encode()


def _bring_in(organisation: Organisation, person: Person) -> float:
    from lessons.actions import importing

    run = importing.upload_import(
        organisation,
        by=as_member(person),
        at=timezone.now(),
        file_name="lessons.csv",
        content=_file(),
        source="Benchmark",
    )
    importing.begin_import(run)
    return milliseconds(lambda: importing.run_import(run, at=timezone.now()))


def figures() -> list[dict[str, Any]]:
    """Milliseconds of each page and of the import, with their limits."""
    with transaction.atomic(), override_settings(ROOT_URLCONF="benchmarks.search", STORAGES=STORAGES):
        organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-lessons")
        person = Person.objects.create(email="benchmark@lessons.example", name="Bench Mark")
        Membership.objects.create(organisation=organisation, person=person, role=Role.LEAD)
        found = [figure(f"{LESSONS:,} lessons brought in", _bring_in(organisation, person), IMPORT_LIMIT)]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        client = Client(HTTP_HOST="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        base = f"/o/{organisation.slug}/"
        for what, query in QUESTIONS.items():
            measured = compare(client, base, f"lessons/{query}", "search_", "lessons_")
            found.append(figure(f"list of {LESSONS:,} lessons: {what}", *measured, "CPU-ms"))
        transaction.set_rollback(True)
    return found
