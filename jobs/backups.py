"""Back-up and restore: the whole portal in one file, on both databases, while it runs.

The file is a tar: ``manifest.json`` (version, migrations, rows and checksum of every table, names of the secrets), the
database (SQLite’s online back-up, or ``pg_dump -Fc`` of the same snapshot), uploaded files, and, only when the whole is
sealed with a key, ``secret.key``.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import BinaryField, Model
from django.utils import timezone

from jobs.health import BACKUP
from jobs.models import Done
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sealed import SealBroken, is_sealed, seal, unseal
from organisations.models import Organisation, Person

# A line of what a back-up brings: kind and name.
_BROUGHT = re.compile(r"^\d+; \d+ \d+ (TABLE|FUNCTION) public ([^\s(]+)", re.MULTILINE)

ALIAS = "snapshot"
NAME = "km-portal-{:%Y%m%d-%H%M%S}.tar"
PATTERN = "km-portal-*.tar*"
SQLITE, POSTGRES = "database.sqlite3", "database.dump"
SECRETS = ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "KM_HEALTH_KEY", "KM_BACKUP_KEY"]


# --- Backing up ------------------------------------------------------------------------------------------------------


def back_up(at: datetime, *, folder: Path | None = None) -> Path:
    """Write one file with everything; answers where. Safe while the portal runs. It gets its name when it is complete
    and on the disk, so that a file of that name is always a whole one."""
    folder = folder or Path(settings.BACKUP_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / (NAME.format(timezone.localtime(at)) + (".sealed" if settings.BACKUP_KEY else ""))
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as work:
        packed = Path(work) / "packed.tar"
        _pack(packed, Path(work), at)
        if settings.BACKUP_KEY:
            sealed = Path(work) / "sealed"
            seal(packed, sealed, settings.BACKUP_KEY)
            packed = sealed
        packed.chmod(0o600)
        with packed.open("rb") as file:
            os.fsync(file.fileno())
        packed.replace(target)
    Done.objects.update_or_create(name=BACKUP, defaults={"last_on": timezone.localdate(at), "at": at})
    return target


def forget_old_backups(at: datetime) -> int:
    """Delete those older than the days that are to be kept, never the newest; answers how many."""
    kept = at - timedelta(days=settings.BACKUP_KEEP_DAYS)
    found = sorted(Path(settings.BACKUP_DIR).glob(PATTERN), key=lambda path: path.stat().st_mtime)[:-1]
    old = [path for path in found if path.stat().st_mtime < kept.timestamp()]
    for path in old:
        path.unlink()
    return len(old)


def _pack(target: Path, work: Path, at: datetime) -> None:
    with _snapshot(work) as database:
        manifest = {
            "at": at.isoformat(),
            "version": settings.VERSION,
            "vendor": connection.vendor,
            "migrations": _migrations(ALIAS),
            "tables": checksums(ALIAS),
            "secrets": [name for name in SECRETS if os.environ.get(name)],
        }
    written = work / "manifest.json"
    written.write_text(json.dumps(manifest, indent=1))
    with tarfile.open(target, "w") as tar:
        tar.add(written, written.name)
        tar.add(database, database.name)
        if Path(settings.MEDIA_ROOT).is_dir():
            tar.add(settings.MEDIA_ROOT, "files")
        key = settings.DATA_DIR / "secret.key"
        if settings.BACKUP_KEY and key.is_file():
            tar.add(key, key.name)


@contextmanager
def _snapshot(work: Path) -> Iterator[Path]:
    """Copy the database as it stands at one moment, and let ``ALIAS`` read the same moment."""
    copy = work / (SQLITE if connection.vendor == "sqlite" else POSTGRES)
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(_file_of_database(), timeout=20)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target, pages=1000, sleep=0.005)
            target.execute("PRAGMA journal_mode=DELETE")
        with _alias(NAME=str(copy), OPTIONS={}):
            yield copy
        return
    with _alias() as other, transaction.atomic(using=ALIAS), other.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run_postgres("pg_dump", "-Fc", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", "-f", str(copy))
        yield copy


@contextmanager
def _alias(**values: Any) -> Iterator[BaseDatabaseWrapper]:
    """A second connection, called ``ALIAS``: like the first but for ``values``."""
    connections.settings[ALIAS] = {**deepcopy(connection.settings_dict), **values}
    other = connections.create_connection(ALIAS)
    connections[ALIAS] = other
    try:
        yield other
    finally:
        other.close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _file_of_database() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _migrations(alias: str) -> list[str]:
    """What is applied to a database."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connections[alias]).applied_migrations())


def _run_postgres(program: str, *arguments: str, on_database: bool = True) -> str:
    """Run a program of PostgreSQL, on our database; what it prints. The password goes by the environment, where no list
    shows it."""
    values = connection.settings_dict
    host = values["HOST"] or values["OPTIONS"].get("host", "")
    given = {"PGHOST": host, "PGPORT": values["PORT"], "PGUSER": values["USER"], "PGPASSWORD": values["PASSWORD"]}
    environment = {**os.environ, **{name: str(value) for name, value in given.items() if value}}
    path = shutil.which(program)
    if path is None:
        raise Refusal(f"This machine lacks {program}. Install PostgreSQL’s client programs (postgresql-client).")
    command = [path, *([f"--dbname={values['NAME']}"] if on_database else []), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  ours
    if done.returncode:
        raise Refusal(f"{program} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


# --- Checksums -------------------------------------------------------------------------------------------------------


def models_kept() -> list[type[Model]]:
    """Every table of ours, those between two things included."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def checksums(alias: str = "default") -> dict[str, dict[str, Any]]:
    """Table → rows and checksum: the same on both databases, because it is made of values and not of bytes."""
    found = {}
    for model in models_kept():
        digest, rows = hashlib.sha256(), 0
        names = [field.attname for field in model._meta.concrete_fields]
        for values in model._base_manager.using(alias).order_by("pk").values_list(*names).iterator(_at_once(model)):
            digest.update(json.dumps([_plain(value) for value in values], sort_keys=True).encode())
            rows += 1
        found[model._meta.db_table] = {"rows": rows, "sha256": digest.hexdigest()}
    return found


def _at_once(model: type[Model]) -> int:
    """How many rows to read at once: few where each may hold a file of megabytes."""
    return 4 if any(isinstance(field, BinaryField) for field in model._meta.concrete_fields) else 2000


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


# --- Restoring -------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The unpacked back-up in a folder beside the data, and its manifest."""
    if not path.is_file():
        raise Refusal(f"There is no file {path}.")
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.DATA_DIR) as name:
        folder = Path(name)
        packed = path
        if is_sealed(path):
            if not settings.BACKUP_KEY:
                raise Refusal("This back-up is sealed. Set KM_BACKUP_KEY to the key with which it was made.")
            packed = folder / "packed.tar"
            try:
                unseal(path, packed, settings.BACKUP_KEY)
            except SealBroken:
                raise Refusal("KM_BACKUP_KEY is not the key of this back-up, or the file is damaged.") from None
        try:
            with tarfile.open(packed) as tar:
                tar.extractall(folder, filter="data")
            manifest = json.loads((folder / "manifest.json").read_text())
        except (tarfile.TarError, OSError, ValueError):
            raise Refusal(f"{path.name} is no back-up of this portal, or it is damaged.") from None
        yield folder, manifest


def content_in_words() -> str:
    """What a restore would replace: empty when there is nothing."""
    tables = connection.introspection.table_names()
    if "organisations_organisation" not in tables:
        return ""
    organisations, people = Organisation.objects.count(), Person.objects.count()
    return f"organisations: {organisations}, people: {people}" if organisations or people else ""


def refuse_while_used() -> None:
    """On PostgreSQL others may be connected from other machines; on SQLite the lock of the data folder says enough."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise Refusal(f"{others} others are connected to this database. Stop the portal on every machine first.")


def restore(folder: Path, manifest: dict[str, Any]) -> None:
    """Put the unpacked back-up in the place of database, files and key. Refuses when what arrived differs."""
    if (folder / POSTGRES).is_file():
        if connection.vendor != "postgresql":
            raise Refusal("This back-up comes from PostgreSQL and cannot become SQLite. Set DATABASE_URL.")
        _drop_what_is_newer(folder / POSTGRES)
        arguments = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
        connection.close()
        _run_postgres("pg_restore", *arguments, "--exit-on-error", str(folder / POSTGRES))
    elif connection.vendor == "sqlite":
        _restore_sqlite(folder / SQLITE)
    else:
        _carry_over(folder / SQLITE, manifest)
    if (folder / "files").is_dir():
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        shutil.move(folder / "files", settings.MEDIA_ROOT)
    if (folder / "secret.key").is_file():
        (folder / "secret.key").chmod(0o600)
        shutil.move(folder / "secret.key", settings.DATA_DIR / "secret.key")


def _drop_what_is_newer(copy: Path) -> None:
    """Drop the tables and functions that a back-up from PostgreSQL does not know: those of a newer version.
    ``pg_restore --clean`` drops only what it brings, and would stumble over what refers to that."""
    known = set(_BROUGHT.findall(_run_postgres("pg_restore", "--list", str(copy), on_database=False)))
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        tables = [quote(name) for name in connection.introspection.table_names() if ("TABLE", name) not in known]
        if tables:
            cursor.execute(f"DROP TABLE {', '.join(tables)} CASCADE")
        cursor.execute(
            "SELECT proname, oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole"
        )
        for name, signature in cursor.fetchall():
            if ("FUNCTION", name) not in known:
                cursor.execute(f"DROP FUNCTION {signature} CASCADE")


def differences(manifest: dict[str, Any]) -> list[str] | None:
    """The tables that are not as they were; None when the back-up is of another version and cannot be compared."""
    if manifest["migrations"] != _migrations("default"):
        return None
    here = checksums()
    return [table for table, wanted in manifest["tables"].items() if here.get(table) != wanted]


def _restore_sqlite(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Refusal("The database in this back-up is damaged. Nothing was changed.")
    connection.close()
    place = _file_of_database()
    for end in ("-wal", "-shm"):
        Path(f"{place}{end}").unlink(missing_ok=True)
    copy.chmod(0o600)
    copy.replace(place)


def _carry_over(copy: Path, manifest: dict[str, Any]) -> None:
    """From SQLite to PostgreSQL, row by row as they are, in one transaction. Both must stand at the same version."""
    call_command("migrate", verbosity=0, interactive=False)
    if manifest["migrations"] != _migrations("default"):
        raise Refusal("Bring the portal on SQLite to this version first, back it up again, and then move it.")
    options = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(copy), "OPTIONS": {}, "CONN_HEALTH_CHECKS": False}
    models = models_kept()
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    with _alias(**options), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for model in models:
            for row in model._base_manager.using(ALIAS).iterator(_at_once(model)):
                row.save_base(raw=True, using="default", force_insert=True)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
