"""What a page costs with how much there is: CPU of portal and database, beside the thinnest bare view of the same rows.

CPU-milliseconds come from the system’s own accounts of this process and of the database’s process for its connection,
so other work on the machine counts little. A page may cost so much in all, and with ten times as many lessons at most
``GROWTH`` times as much. Waiting times are those of a server of its own, for 1, 10 and 50 people at once. The picture
of it all is ``docs/img/cost-postgresql.svg``, and the same for SQLite.

    BENCH_SIZES=10000,100000,1000000 python benchmarks/run.py growth
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, path

from benchmarks import picture
from benchmarks.room import ROOT, _wait_for
from benchmarks.search import STORAGES
from benchmarks.store import Store
from lessons.models import IN_LISTS
from organisations.access import signed_in
from organisations.models import Organisation, Person

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000").split(",")]
ROUNDS = 20
GROWTH = 1.3
LIST, SEARCH = 35, 50
# People at once → the longest that 95 of 100 pages may take, in milliseconds.
USERS = {1: 150, 10: 1_000, 50: 5_000}
REQUESTS = 150
_BARE = """{% for row in rows %}<h3>{{ row.title }}</h3><p>{{ row.state }} {{ row.at }}</p>{% endfor %}{{ count }}"""


@signed_in
def bare(request: HttpRequest, slug: str) -> HttpResponse:
    """The same rows as the list of lessons, in the fewest lines of Django."""
    from search.models import SearchDoc

    rows = SearchDoc.objects.filter(organisation__slug=slug, kind="lesson", state__in=IN_LISTS)
    page = engines["django"].from_string(_BARE)
    return HttpResponse(page.render({"rows": rows.order_by("-at", "-pk")[:10], "count": rows.count()}, request))


def _addresses() -> list[URLPattern | URLResolver]:
    from kmportal.urls import urlpatterns as portal

    return [path("o/<slug:slug>/bare/", bare), *portal]


urlpatterns = _addresses()


def pages_of(store: Store) -> dict[str, tuple[str, float]]:
    """What is asked for: name → address and limit."""
    words = {
        "a word in most": [0],
        "a word in half": [10],
        "a word in one of ten": [100],
        "a word in one of a hundred": [1_000],
        "a rare word": [20_000],
        "two frequent words": [0, 3],
        "a frequent word and a rarer one": [3, 1_000],
    }
    searches = {
        f"search: {what}": (f"search/?{urlencode({'q': ' '.join(map(store.word, ranks))})}", SEARCH)
        for what, ranks in words.items()
    }
    return {
        "list of lessons": ("lessons/", LIST),
        "list of lessons: one year": ("lessons/?year=2015", LIST),
        "list of lessons: one group": ("lessons/?where=Ward+3", LIST),
        "list of lessons: my groups first": ("lessons/?near=1", LIST),
        "list of lessons: one state": ("lessons/?state=learned", LIST),
        "list of lessons: the last page": ("lessons/?page=99999", LIST),
        "list of lessons: by title": ("lessons/?sort=title", LIST),
        **searches,
    }


def _cpu_of_database(pid: int) -> float:
    """Milliseconds of the server’s process for our connection; SQLite is part of the portal."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6 if pid else 0.0


def _pid_of_database() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cost(do: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """CPU-milliseconds of portal and database for doing something once, after it was done twice."""
    pid = _pid_of_database()
    for _ in range(2):
        do()
    portal, database = time.process_time(), _cpu_of_database(pid)
    for _ in range(rounds):
        do()
    spent = (time.process_time() - portal) * 1_000, _cpu_of_database(pid) - database
    return spent[0] / rounds, spent[1] / rounds


def _measured(store: Store, client: Client) -> dict[str, tuple[float, float, float]]:
    """Name → portal, database, limit."""
    base = f"/o/{store.first.slug}/"

    def get(address: str) -> None:
        assert client.get(f"{base}{address}").status_code == 200

    found = {}
    for what, (address, limit) in pages_of(store).items():
        found[what] = (*cost(lambda address=address: get(address)), limit)
    with override_settings(MIDDLEWARE=[one for one in settings.MIDDLEWARE if ".sessions." in one or ".auth." in one]):
        slim = Client(HTTP_HOST="localhost")
        slim.cookies = client.cookies
        found["bare view of the list"] = (*cost(lambda: slim.get(f"{base}bare/")), 0.0)
    return found


def figures() -> list[dict[str, Any]]:
    """CPU of each page at each size, how it grew, and waiting times at the largest size."""
    found: list[dict[str, Any]] = []
    points: dict[str, list[tuple[int, float]]] = {}
    store = Store("growth")
    person = store.lead.person
    with override_settings(ROOT_URLCONF=__name__, STORAGES=STORAGES):
        client = Client(HTTP_HOST="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        before: dict[str, float] = {}
        for size in SIZES:
            store.fill(size)
            measured = _measured(store, client)
            bare_cost = sum(measured.pop("bare view of the list")[:2])
            for what, (portal, database, limit) in measured.items():
                name = f"{what}, {size:,} lessons ({portal:.0f} + {database:.0f}; bare list {bare_cost:.0f})"
                found.append(_figure(name, portal + database, limit, "CPU-ms"))
                points.setdefault(what, []).append((size, portal + database))
                if what in before:
                    found.append(
                        _figure(f"{what}: growth to {size:,}", (portal + database) / before[what], GROWTH, "×")
                    )
                before[what] = portal + database
    found += _waits(store.first, person)
    picture.draw(ROOT / "docs" / "img" / f"cost-{connection.vendor}.svg", points, connection.vendor)
    return found


def _figure(what: str, value: float, limit: float, unit: str) -> dict[str, Any]:
    return {
        "figure": what,
        "value": round(value, 2),
        "limit": limit,
        "unit": unit,
        "database": connection.vendor,
    }


def _waits(organisation: Organisation, person: Person) -> list[dict[str, Any]]:
    """The median and the 95th percentile of a page of the list, over real HTTP."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "kmportal.asgi:application", "--port", str(port), "--lifespan", "off"]
    server = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env={**os.environ, "PORT": str(port)})  # noqa: S603  ours
    try:
        _wait_for(port)
        found = []
        for users, limit in USERS.items():
            waits = _ask(port, f"/o/{organisation.slug}/lessons/", cookie, users)
            quantiles = statistics.quantiles(waits, n=20)
            what = f"list of lessons, {users} at once"
            found.append(_figure(f"{what} (p50 {statistics.median(waits):.0f} ms): p95", quantiles[-1], limit, "ms"))
    finally:
        server.terminate()
        server.wait(15)
    return found


def _ask(port: int, address: str, cookie: str, users: int) -> list[float]:
    """Milliseconds of each page, when so many people ask for one after the other."""
    waits: list[float] = []

    def one() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(max(2, REQUESTS // users)):
            began = time.perf_counter()
            line.request("GET", address, headers={"Cookie": cookie})
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{address} answered {answer.status}.")
            waits.append((time.perf_counter() - began) * 1_000)

    threads = [threading.Thread(target=one) for _ in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits
