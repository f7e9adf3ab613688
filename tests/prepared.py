"""Prepared database: one of everything, made once for each process of the tests and not for each test.

A test that asks for the world is connected to a second database in which it stands, and takes back what it changed, as
every test does. Tests that commit get the empty one, and make what they need. Making it takes a second of a processor
and more, and hundreds of tests ask for it.
"""

import pickle
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from tests import cast, databases, shipped
from tests.world import World

# It is made again when the moments in it are older than that: “today” and “a minute ago” are to be so.
FRESH = timedelta(minutes=5)
AS_TESTS = {
    "EMAIL_BACKEND": "jobs.mail.Backend",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


class Databases:
    """The two of this process, and which of them it is connected to."""

    def __init__(self, worker: str, blocker: Any) -> None:
        self.blocker = blocker
        self.before = connection.settings_dict["NAME"]
        self.empty, self.full = (databases.named(f"tests-{worker}{end}") for end in ("", "-world"))
        self.things: bytes | None = None
        self.made_at = timezone.now()
        with blocker.unblock():
            databases.make(self.empty)
            databases.connect_to(self.empty)

    @property
    def has_world(self) -> bool:
        return connection.settings_dict["NAME"] == self.full

    def choose(self, *, with_world: bool) -> None:
        with self.blocker.unblock():
            if with_world and not self._is_fresh():
                self._make_world()
            if with_world is not self.has_world:
                databases.connect_to(self.full if with_world else self.empty)

    def end(self) -> None:
        with self.blocker.unblock():
            databases.connect_to(self.before)
            databases.drop(self.empty)
            databases.drop(self.full)

    def _make_world(self) -> None:
        """In one transaction whose ``on_commit`` is dropped, as that of a test is: no worker is woken."""
        databases.connect_to(self.empty)
        databases.make(self.full)
        databases.connect_to(self.full)
        with override_settings(**AS_TESTS), transaction.atomic():
            shipped.load()
            people = {key: cast.player(key) for key in cast.CAST if key != "oskar"}
            world = World.build(cast.place("riverside"), people)
            self.things = pickle.dumps(world.things, pickle.HIGHEST_PROTOCOL)
            connection.run_on_commit.clear()
        self.made_at = timezone.now()

    def _is_fresh(self) -> bool:
        is_of_today = timezone.localdate() == timezone.localdate(self.made_at)
        return self.things is not None and is_of_today and abs(timezone.now() - self.made_at) < FRESH


_own: list[Databases] = []


def begin(worker: str, blocker: Any) -> None:
    """Make the empty one, and connect to it."""
    _own.append(Databases(worker, blocker))


def choose(*, with_world: bool) -> None:
    """Before a test begins. The first of a process comes before ``begin``, and makes what it needs."""
    if _own:
        _own[0].choose(with_world=with_world)


def end() -> None:
    _own.pop().end()


def is_filled() -> bool:
    """Whether the content and one of everything stand in the database that this test is connected to."""
    return bool(_own) and _own[0].has_world and _own[0].things is not None


def things() -> SimpleNamespace | None:
    """One of everything, by name, as it stands in this database; None in the empty one. A copy for each test.

    Pickled: some 500 rows that refer to each other, and ``deepcopy`` takes ten times as long, for thousands of tests.
    """
    if not is_filled() or (kept := _own[0].things) is None:
        return None
    copied: SimpleNamespace = pickle.loads(kept)  # noqa: S301  what we pickled ourselves
    return copied
