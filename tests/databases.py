"""Test databases, each a copy of one that was migrated once.

Migrating takes fifteen seconds of a core, more with each migration, and every process of the tests and every portal
that a test starts would do it. The first process to come migrates a template and the others copy it. The template stays
for the next run, under a name that is a digest of all migrations, models and settings.

A database is called as Django calls it: on SQLite by the path of its file, on PostgreSQL by its name.
"""

import fcntl
import gc
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

PREFIX = "migrated-"
# Of all processes of one run; each test has a data folder of its own.
FOLDER: Path = settings.DATA_DIR


def connect_to(database: str) -> None:
    """Make it the default database of this process."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = database


def named(name: str) -> str:
    """What Django calls a database of this name."""
    return str(FOLDER / f"{name}.sqlite3") if connection.vendor == "sqlite" else name


def make(database: str) -> None:
    """Make it new and migrated, in the place of one of that name."""
    with _alone():
        source = _template()
        drop(database)
        if connection.vendor == "sqlite":
            shutil.copyfile(source, database)
        else:
            tell_server(f'CREATE DATABASE "{database}" TEMPLATE "{source}"')


def drop(database: str) -> None:
    """Throw it away if it is there, whoever is connected."""
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(database + end).unlink(missing_ok=True)
    else:
        tell_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def tell_server(statement: str) -> None:
    """Run a statement outside of any of our databases; PostgreSQL only."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time."""
    with (FOLDER / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _template() -> str:
    """The migrated database. Whoever comes first makes it, under another name until it is complete."""
    wanted, unfinished = named(PREFIX + _digest()), named(f"{PREFIX}unfinished")
    there = _templates()
    if wanted not in there:
        _migrate(unfinished)
        if connection.vendor == "sqlite":
            Path(unfinished).rename(wanted)
        else:
            tell_server(f'ALTER DATABASE "{unfinished}" RENAME TO "{wanted}"')
        for old in there:
            drop(old)
    return wanted


def _templates() -> list[str]:
    if connection.vendor == "sqlite":
        return [str(path) for path in FOLDER.glob(f"{PREFIX}*.sqlite3")]
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        return [name for (name,) in cursor.fetchall()]


@cache
def _digest() -> str:
    """One value over all that decides what is in a migrated database."""
    digest = hashlib.sha256(sys.version.encode() + Path(settings.BASE_DIR, "kmportal", "settings.py").read_bytes())
    for app in sorted(apps.get_app_configs(), key=lambda one: one.name):
        for pattern in ("migrations/*.py", "models.py", "models/*.py"):
            for path in sorted(Path(app.path).glob(pattern)):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(database: str) -> None:
    """By Django’s own way of making a test database. The process is connected as before afterwards."""
    before, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    test["NAME"] = database
    gc.disable()  # the models of the past are a forest of circles, and looking for them again and again takes a quarter
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        gc.enable()
        test["NAME"] = None
        connect_to(before)
