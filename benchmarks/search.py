"""What the page of the one search costs over 2,000 lessons, beside what it cannot do without.

The limit of each question is twice (its bare SQL + an empty signed-in page of the same portal) + 5 ms, all measured
in turn in the same run. Everything is made in a transaction that is taken back, in whichever database is configured.
"""

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, path

from organisations.access import requires
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Permission, Role

LESSONS = 2_000
ROUNDS = 25
QUESTIONS = {
    "the whole list": "",
    "a common word": "valve",
    "a very common word": "system",
    "a rare word": "turnbuckle",
    "two words": "valve pressure",
    "a phrase": '"launch vehicle"',
    "a minus": "system -valve",
    "a mistyped word": "turnbukle",
}
_COMMON = (
    "system test launch vehicle valve pressure team design failure review procedure control power training contract "
    "handover ward patient medicine discharge battery thermal connector software flight ground safety schedule cost "
    "inspection supplier document change risk cable sensor pump tank leak seal wire staff meeting checklist"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@requires(Permission.READ)
def empty(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """A signed-in page with nothing on it but the frame."""
    page = engines["django"].from_string('{% extends "base.html" %}{% block main %}<h1>Empty</h1>{% endblock %}')
    return HttpResponse(page.render({}, request))


def _addresses() -> list[URLPattern | URLResolver]:
    from kmportal.urls import urlpatterns as portal

    return [path("o/<slug:slug>/empty/", empty), *portal]


urlpatterns = _addresses()


def _fill() -> Organisation:
    """2,000 lessons of some 2 KB: words as frequent as in real texts, a tenth kept back in groups."""
    from search import index

    dice = random.Random(2014)
    letters = "bcdfghklmnprstvw"
    tail = [
        "".join(dice.choice(letters) + dice.choice("aeiou") for _ in range(dice.randint(2, 4))) for _ in range(9000)
    ]
    words = [*_COMMON.split(), *tail]
    weights = [1 / (rank + 2) for rank in range(len(words))]
    organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-search")
    groups = [Group.objects.create(organisation=organisation, name=f"Ward {number}") for number in range(12)]

    def text(number: int) -> str:
        return " ".join(dice.choices(words, weights, k=number))

    index.put_many(
        index.Doc(
            kind="lesson",
            ident=10_000_000 + number,
            organisation=organisation,
            reach="group" if number % 10 == 0 else "organisation",
            group_id=groups[number % 12].pk,
            author_id=None,
            title=text(8).capitalize(),
            abstract=text(50),
            body=text(280) + " turnbuckle" * (number % 250 == 1),
            tags=text(3).split(),
            state=dice.choice(["identified", "learned", "embedded", "noted"]),
            subkind=dice.choice(["lesson", "good-practice", "case-study"]),
            source=dice.choice(["", "NASA LLIS"]),
            year=dice.randint(1990, 2026),
            rank=dice.randint(0, 1000),
        )
        for number in range(LESSONS)
    )
    return organisation


def milliseconds(do: Callable[[], Any]) -> float:
    """How long it takes to do something once."""
    start = time.perf_counter()
    do()
    return (time.perf_counter() - start) * 1000


def backend_account() -> Path | None:
    """Where the system keeps the account of the database’s process for this connection; SQLite has none of its own."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def cpu(do: Callable[[], Any], backend: Path | None) -> float:
    """CPU-milliseconds of this process and of the database’s for doing something once."""

    def spent() -> float:
        others = int(backend.read_text().split()[0]) / 1e6 if backend else 0.0
        return time.process_time() * 1000 + others

    start = spent()
    do()
    return spent() - start


def _statements(do: Callable[[], Any], tables: tuple[str, ...]) -> list[tuple[str, Any]]:
    """The statements over these tables, by the beginning of their names, that are run meanwhile."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if any(name in sql for name in tables):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        do()
    return found


def _bare(statements: list[tuple[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def compare(client: Client, base: str, address: str, *tables: str) -> tuple[float, float]:
    """CPU-milliseconds of a page (median), and its limit: twice (its bare SQL + an empty signed-in page) + 5 ms.

    The bare SQL is what the page asks of ``tables``, by the beginning of their names.
    """

    def page() -> None:
        assert client.get(f"{base}{address}").status_code == 200

    page()  # a first visit is noted, for home; what a visit costs is what each later one takes
    statements = _statements(page, tables)
    backend = backend_account()
    pages, bares, empties = [], [], []
    for _ in range(ROUNDS):
        pages.append(cpu(page, backend))
        bares.append(cpu(lambda: _bare(statements), backend))
        empties.append(cpu(lambda: client.get(f"{base}empty/"), backend))
    return statistics.median(pages), 2 * (statistics.median(bares) + statistics.median(empties)) + 5


def figure(what: str, value: float, limit: float, unit: str = "ms") -> dict[str, Any]:
    """One line of what was measured, on the database that is configured."""
    return {
        "figure": what,
        "value": round(value, 1),
        "limit": round(limit, 1),
        "unit": unit,
        "database": connection.vendor,
    }


def figures() -> list[dict[str, Any]]:
    """Milliseconds of each question, with its limit."""
    found = []
    with transaction.atomic(), override_settings(ROOT_URLCONF=__name__, STORAGES=STORAGES):
        organisation = _fill()
        from search import analyser, vocabulary
        from search.models import SearchText

        vocabulary.learn(analyser.vocabulary(SearchText.objects.values_list("body", flat=True)))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        person = Person.objects.create(email="benchmark@search.example", name="Bench Mark")
        Membership.objects.create(organisation=organisation, person=person, role=Role.LEAD)
        client = Client(HTTP_HOST="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        for what, text in QUESTIONS.items():
            address = f"search/?{urlencode({'q': text, 'kind': 'lesson'})}"
            measured = compare(client, f"/o/{organisation.slug}/", address, "search_")
            found.append(figure(f"search over {LESSONS:,} lessons: {what}", *measured, "CPU-ms"))
        transaction.set_rollback(True)
    return found
