"""The drill: back up, wipe, restore, compare every table, sign in, search. And what a restore refuses."""

import fcntl
import json
import os
import subprocess
import sys
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from jobs import backups, health
from jobs.models import Done
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sealed import MARK, PIECE, SealBroken, is_sealed, seal, unseal
from tests.portal import ROOT, Portal

KEY = "correct horse battery staple"
FILLED = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from actionplan.actions import add_action
from attachments.inspection import check_file
from attachments.storing import keep_files
from organisations.models import Membership
call_command("first", organisation="Riverside", kind="other", name="Ada Osei", email="ada@riverside.example")
ada = Membership.objects.get()
add_action(ada.organisation, by=ada, title="Ask pharmacy", owner=ada.person, at=timezone.now())
files = [check_file("plan.pdf", b"%PDF-1.7 ask by ten %%EOF")]
keep_files(files, organisation=ada.organisation, by=ada.person, at=timezone.now())
"""
AFTERWARDS = """
import django; django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["*"]
client = Client()
answer = client.post("/accounts/login/", {"login": "ada@riverside.example", "password": "demo-demo-demo"})
assert answer.status_code == 302, answer.status_code
found = client.get("/o/riverside/search/", {"q": "pharmacy"}, follow=True)
assert found.status_code == 200 and b"Ask" in found.content, found.content
from attachments.models import FileContent
(kept,) = FileContent.objects.all()
assert bytes(kept.content) == b"%PDF-1.7 ask by ten %%EOF", kept.content
from django.db import connection
ours = "SELECT name, 'O' FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%promise%'"
if connection.vendor == "postgresql":
    ours = "SELECT tgname::text, tgenabled::text FROM pg_trigger WHERE tgname LIKE '%promise%'"
with connection.cursor() as cursor:
    cursor.execute(ours)
    promises = dict(cursor.fetchall())
assert len(promises) >= 2, promises  # what the database keeps of anonymity is there, and on
assert set(promises.values()) == {"O"}, promises
"""


NEWER = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE newer_thing (person_id bigint REFERENCES organisations_person (id))")
    cursor.execute(
        "CREATE FUNCTION newer_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
    )
    cursor.execute(
        "CREATE TRIGGER newer AFTER INSERT ON organisations_person FOR EACH ROW EXECUTE FUNCTION newer_rule()"
    )
"""
NOTHING_NEWER = """
import django; django.setup()
from django.db import connection
assert "newer_thing" not in connection.introspection.table_names()
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'newer_rule'")
    assert cursor.fetchone() == (0,)
    cursor.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'search_count%'")
    assert cursor.fetchone()[0] > 0
"""


class Machine:
    """A data folder and a database, and the commands on them."""

    def __init__(self, data: Path, *, empty: bool = False, sqlite: bool = False) -> None:
        portal = Portal(data, empty=empty)
        ours = {"DJANGO_SETTINGS_MODULE": "kmportal.settings", "KM_FIRST_PASSWORD": "demo-demo-demo"}
        folder = {"KM_BACKUP_KEY": KEY, "KM_BACKUP_DIR": str(data / "backups")}
        self.environment = {**portal.environment, **ours, **folder}
        if sqlite:
            self.environment["DATABASE_URL"] = f"sqlite:///{data / 'portal.sqlite3'}"
        self.data = data

    def do(self, *arguments: str, code: int = 0, **variables: str) -> str:
        environment = {**self.environment, **variables}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def back_up(self) -> Path:
        self.do("scripts/backup.py")
        (file,) = (self.data / "backups").glob(backups.PATTERN)
        return file


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_the_drill(tmp_path):
    old = Machine(tmp_path / "old")
    old.do("-c", FILLED)
    file = old.back_up()
    assert is_sealed(file)
    assert file.stat().st_mode & 0o077 == 0

    old.do("scripts/backup.py", KM_BACKUP_KEY="", SMTP_URL="smtp://km:hush@mail.example")
    (clear,) = (old.data / "backups").glob("*.tar")
    with tarfile.open(clear) as tar:
        manifest = json.loads(tar.extractfile("manifest.json").read())
        assert "secret.key" not in tar.getnames()
    assert "SMTP_URL" in manifest["secrets"]
    assert "hush" not in json.dumps(manifest)
    assert set(manifest["tables"]) == {model._meta.db_table for model in backups.models_kept()}

    new = Machine(tmp_path / "new", empty=True)
    said = new.do("scripts/restore.py", str(file))
    assert "Every table was compared with the back-up and is the same." in said
    if (key := old.data / "secret.key").exists():  # with PostgreSQL it stands in the environment
        assert (new.data / "secret.key").read_text() == key.read_text()
    new.do("-c", AFTERWARDS, KM_DEBUG="1")

    assert "There is a portal already, with organisations: 1, people: 1" in new.do(
        "scripts/restore.py", str(file), code=1
    )
    with (new.data / "running.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "The portal is running." in new.do("scripts/restore.py", str(file), code=1, REPLACE="yes")
    if connection.vendor == "postgresql":  # a newer version had tables that refer to older ones
        new.do("-c", NEWER)
    assert "Replacing organisations: 1" in new.do("scripts/restore.py", str(file), REPLACE="yes")
    if connection.vendor == "postgresql":
        new.do("-c", NOTHING_NEWER)
    assert list((new.data / "backups" / "replaced").glob(backups.PATTERN))


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_portal_moves_from_sqlite_to_postgresql(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("there is no PostgreSQL to move to")
    old = Machine(tmp_path / "old", empty=True, sqlite=True)
    old.do("manage.py", "migrate", "-v0")
    old.do("-c", FILLED)
    new = Machine(tmp_path / "new", empty=True)
    said = new.do("scripts/restore.py", str(old.back_up()))
    assert "Every table was compared with the back-up and is the same." in said
    new.do("-c", AFTERWARDS, KM_DEBUG="1")


def test_old_backups_go_and_the_newest_stays(settings, tmp_path):
    settings.BACKUP_DIR, settings.BACKUP_KEEP_DAYS = tmp_path, 14
    now = timezone.now()
    for days in (1, 13, 15, 40):
        path = tmp_path / f"km-portal-{days:02}.tar"
        path.touch()
        os.utime(path, ((now - timedelta(days=days)).timestamp(),) * 2)
    assert backups.forget_old_backups(now) == 2
    assert backups.forget_old_backups(now + timedelta(days=90)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["km-portal-01.tar"]


def test_the_administrator_reads_when_the_last_backup_was(ada, client, db):
    client.force_login(ada)
    assert b"has not been backed up yet" in client.get("/o/riverside/settings/", follow=True).content
    Done.objects.create(name=health.BACKUP, last_on=timezone.localdate(), at=timezone.now())
    assert b"was last backed up on" in client.get("/o/riverside/settings/", follow=True).content


def test_the_night_backs_up_only_where_it_is_wanted(settings, monkeypatch):
    done = []
    monkeypatch.setattr("jobs.management.commands.back_up_nightly.call_command", lambda name, **_: done.append(name))
    for settings.BACKUP_NIGHTLY in (False, True):
        call_command("back_up_nightly")
    assert done == ["back_up"]


@pytest.mark.parametrize("content", [b"no tar", b""])
def test_what_is_no_backup_is_refused(tmp_path, content):
    file = tmp_path / "notes.tar"
    file.write_bytes(content)
    with pytest.raises(Refusal, match="is no back-up of this portal"), backups.opened(file):
        pass


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_is_sealed_opens_with_its_key_alone_and_only_whole(tmp_path, size):
    clear, sealed, again = (tmp_path / name for name in ("clear", "sealed", "again"))
    clear.write_bytes(os.urandom(size))
    seal(clear, sealed, KEY)
    unseal(sealed, again, KEY)
    assert again.read_bytes() == clear.read_bytes()
    written = sealed.read_bytes()
    head = len(MARK) + 16
    spoilt = {"changed": written[:-1] + bytes([written[-1] ^ 1]), "cut": written[: -max(17, size % PIECE + 16)]}
    if size > PIECE:
        spoilt["a piece missing"] = written[:head] + written[head + PIECE + 16 :]
    for content in spoilt.values():
        sealed.write_bytes(content)
        with pytest.raises(SealBroken):
            unseal(sealed, again, KEY)
    sealed.write_bytes(written)
    with pytest.raises(SealBroken):
        unseal(sealed, again, "another")
