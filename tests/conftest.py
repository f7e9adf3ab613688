"""The cast: the same people in every test, so that rules can be told about everybody.

Lena leads, Farah facilitates, Cara contributes to and Reza reads Riverside; Ada administers it; Sam is its sponsor;
Oskar leads Hillside and must never see Riverside; Nia reads in both. Guests and strangers are just clients.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, settings

from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role
from tests import databases, own_redis, shipped
from tests.markup import TidyClient
from tests.world import World

own_redis.take()
# The gate looks at the same made-up examples at the same moment each time, so that it judges the change and not the
# day; a plain make test looks at new examples, now. CLOCK=2027-03-28T00:58 looks from any other moment (UTC).
STRICT = os.environ.get("STRICT", "") not in {"", "0"}
MOMENT = os.environ.get("CLOCK") or ("2026-11-23T12:00" if STRICT else "")
# Made-up examples may take their time: the first one also loads the templates, and the machine may be busy.
CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("gate", derandomize=True, **CALM)
settings.register_profile("calm", **CALM)
settings.load_profile("gate" if STRICT else "calm")
PASSWORD = "demo-demo-demo"
ASK_FOR_THE_DATABASE = {"db", "transactional_db", "live_server", "django_db_reset_sequences", "_django_db_helper"}


def pytest_itemcollected(item):
    """What may use the database runs on both; for the rest, another one changes nothing: docs/decisions/0023."""
    if item.get_closest_marker("django_db") or ASK_FOR_THE_DATABASE.intersection(item.fixturenames):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What drives whole processes or a browser may try twice, and says so: docs/decisions/0014."""
    for item in items:
        if item.get_closest_marker("services") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_fixture_setup(fixturedef, request):
    """Refuse the database to a test that asks for it only while it runs: the run on PostgreSQL would leave it out."""
    asks = fixturedef.scope == "function" and fixturedef.argname in ASK_FOR_THE_DATABASE
    if asks and not request.node.get_closest_marker("database"):
        pytest.fail("This test uses the database. Say so beforehand: pytest.mark.django_db")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """A test begins at the moment asked for: docs/decisions/0015. Other processes, a browser's too, know only now."""
    if not MOMENT or item.get_closest_marker("services") or item.get_closest_marker("browser"):
        return (yield)
    with time_machine.travel(datetime.fromisoformat(MOMENT).replace(tzinfo=UTC)):
        return (yield)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """In the place of pytest-django’s own: a database for each process, not migrated anew."""
    database = databases.named(f"tests-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        databases.make(database)
        databases.connect_to(database)
    yield
    with django_db_blocker.unblock():
        databases.connect_to(before)
        databases.drop(database)


class NoCache(BaseCache):
    """The cache of tests that do not use the database: they run on SQLite alone, so they may not use Redis."""

    def __init__(self) -> None:
        super().__init__({})

    def _refuse(self, *args, **options):
        pytest.fail("This test uses the cache. Let it run on Redis, too: pytest.mark.database")

    add = get = set = touch = delete = clear = _refuse


@pytest.fixture(autouse=True)
def _no_brakes(request):
    """What one test has asked for does not slow down the next: Redis would remember."""
    if request.node.get_closest_marker("database") or request.node.get_closest_marker("services"):
        cache.clear()
        yield
        return
    before, caches["default"] = caches["default"], NoCache()
    yield
    caches["default"] = before


@pytest.fixture(scope="session")
def own_folder(tmp_path_factory) -> Path:
    """The data folder of this process. Two of them in one would take each other’s seats: jobs.seats."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def _fast(settings, own_folder):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR = own_folder


@pytest.fixture
def riverside(db) -> Organisation:
    return Organisation.objects.create(name="Riverside", slug="riverside", kind=Organisation.Kind.TRUST)


@pytest.fixture
def hillside(db) -> Organisation:
    return Organisation.objects.create(name="Hillside", slug="hillside", kind=Organisation.Kind.COUNCIL)


def _person(name: str, *places: tuple[Organisation, Role]) -> Person:
    first = name.split()[0].lower()
    person = Person.objects.create(
        email=f"{first}@{places[0][0].slug}.example", name=name, password=make_password(PASSWORD, hasher="md5")
    )
    for organisation, role in places:
        Membership.objects.create(organisation=organisation, person=person, role=role)
    return person


@pytest.fixture
def lena(riverside) -> Person:
    return _person("Lena Marsh", (riverside, Role.LEAD))


@pytest.fixture
def farah(riverside) -> Person:
    return _person("Farah Siddiqui", (riverside, Role.FACILITATOR))


@pytest.fixture
def cara(riverside) -> Person:
    return _person("Cara Doyle", (riverside, Role.CONTRIBUTOR))


@pytest.fixture
def reza(riverside) -> Person:
    return _person("Reza Amini", (riverside, Role.READER))


@pytest.fixture
def ada(riverside) -> Person:
    return _person("Ada Kowalska", (riverside, Role.ADMINISTRATOR))


@pytest.fixture
def sam(riverside) -> Person:
    return _person("Sam Okafor", (riverside, Role.SPONSOR))


@pytest.fixture
def oskar(hillside) -> Person:
    return _person("Oskar Lind", (hillside, Role.LEAD))


@pytest.fixture
def nia(riverside, hillside) -> Person:
    return _person("Nia Evans", (riverside, Role.READER), (hillside, Role.READER))


@pytest.fixture
def content(db):
    """Catalogue, techniques and instrument, as they ship."""
    shipped.load()


@pytest.fixture
def world(settings, content, riverside, lena, farah, cara, reza, ada, sam, nia) -> World:
    """One of everything in Riverside. Its mail goes the portal’s own way, into the outbox."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    people = {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "ada": ada, "sam": sam, "nia": nia}
    return World.build(riverside, people)


@pytest.fixture
def member(db):
    """``member(person, organisation)``: the membership, as a view gets it."""

    def find(person: Person, organisation: Organisation | None = None) -> Membership:
        rows = Membership.objects.select_related("organisation", "person").filter(person=person)
        return rows.get(organisation=organisation) if organisation else rows.order_by("pk")[0]

    return find


@pytest.fixture
def as_():
    """``as_(person)``: a browser in which that person is signed in."""

    def client(person: Person | None = None) -> Client:
        browser = TidyClient()
        if person is not None:
            browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return client


@pytest.fixture
def client() -> Client:
    """A browser in which nobody is signed in."""
    return TidyClient()
