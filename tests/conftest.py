"""The cast: the same people in every test, so that rules can be told about everybody.

Lena leads, Farah facilitates, Cara contributes to and Reza reads Riverside; Ada administers it; Sam is its sponsor;
Oskar leads Hillside and must never see Riverside; Nia reads in both. Guests and strangers are just clients.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.test import Client
from hypothesis import HealthCheck, settings

from organisations.models import Membership, Organisation, Person
from tests import cast, own_redis, prepared, shipped, together
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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What shares something costly stays in one process."""
    return together.Together(config, log)


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
    prepared.begin(os.environ.get("PYTEST_XDIST_WORKER", "alone"), django_db_blocker)
    yield
    prepared.end()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """The database with one of everything in it for who asks for that, and takes back what it changes."""
    wants = "world" in item.fixturenames and not is_transactional(item)
    prepared.choose(with_world=wants)


def is_transactional(item) -> bool:
    marks = any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    return marks or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)


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
    folder = tmp_path_factory.mktemp("data")
    (folder / "staticfiles").mkdir()  # WhiteNoise warns where it is missing
    return folder


@pytest.fixture(autouse=True)
def _fast(settings, own_folder):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR = own_folder
    settings.MEDIA_ROOT = own_folder / "files"
    settings.STATIC_ROOT = own_folder / "staticfiles"  # prepare would pack, plainly, what the portal serves from here


@pytest.fixture
def riverside(db) -> Organisation:
    return cast.place("riverside")


@pytest.fixture
def hillside(db) -> Organisation:
    return cast.place("hillside")


@pytest.fixture
def lena(riverside) -> Person:
    return cast.player("lena")


@pytest.fixture
def farah(riverside) -> Person:
    return cast.player("farah")


@pytest.fixture
def cara(riverside) -> Person:
    return cast.player("cara")


@pytest.fixture
def reza(riverside) -> Person:
    return cast.player("reza")


@pytest.fixture
def ada(riverside) -> Person:
    return cast.player("ada")


@pytest.fixture
def sam(riverside) -> Person:
    return cast.player("sam")


@pytest.fixture
def oskar(hillside) -> Person:
    return cast.player("oskar")


@pytest.fixture
def nia(riverside, hillside) -> Person:
    return cast.player("nia")


@pytest.fixture
def content(db):
    """Catalogue, techniques and instrument, as they ship."""
    if not prepared.is_filled():
        shipped.load()


@pytest.fixture
def world(settings, content, riverside, lena, farah, cara, reza, ada, sam, nia) -> World:
    """One of everything in Riverside. Its mail goes the portal’s own way, into the outbox."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    people = {"lena": lena, "farah": farah, "cara": cara, "reza": reza, "ada": ada, "sam": sam, "nia": nia}
    things = prepared.things()
    return World(riverside, people, things) if things else World.build(riverside, people)


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
