"""The first organisation of a real portal, and the demo made as new: asked for by a person or by a script."""

import fcntl
import os
import pty
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.db import connection

from tests import databases
from tests.portal import ROOT

ANSWERS = {
    "KM_FIRST_ORGANISATION": "Riverside NHS Trust",
    "KM_FIRST_KIND": "trust",
    "KM_FIRST_NAME": "Ada Kowalska",
    "KM_FIRST_EMAIL": "ada@riverside.example",
    "KM_FIRST_PASSWORD": "a long and quiet river",
}


@pytest.fixture
def migrated(tmp_path, django_db_setup):
    """A data folder whose database is set up already: only the first test is about one that is not."""
    if connection.vendor == "sqlite":
        databases.make(str(tmp_path / "portal.sqlite3"))
    return tmp_path


def call(script, folder, **environment):
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / f"{script}.py")],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("KM_")},
            "KM_DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)


def rows(folder, query):
    connection = sqlite3.connect(folder / "portal.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_script_makes_the_first_organisation_and_its_administrator(tmp_path):
    done = call("first", tmp_path, **ANSWERS)
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "Start the portal with: make serve"
    assert rows(tmp_path, "SELECT name, kind FROM organisations_organisation") == [("Riverside NHS Trust", "trust")]
    assert rows(
        tmp_path,
        "SELECT p.email, m.role FROM organisations_membership m JOIN organisations_person p ON p.id = m.person_id",
    ) == [("ada@riverside.example", "administrator")]
    assert ANSWERS["KM_FIRST_PASSWORD"] not in done.out + done.err


def test_a_person_is_asked_again_after_an_answer_that_cannot_be_right(migrated):
    answers = iter(["Northbank", "", "hospital", "Charity", "Anna Keller", "anna", "anna@northbank.example"])
    answers = iter([*answers, "short", "a long and quiet river", "another river", *["a long and quiet river"] * 2])
    terminal, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if not name.startswith("KM_")}
    database = f"sqlite:///{migrated / 'portal.sqlite3'}"
    child = subprocess.Popen(
        [sys.executable, "scripts/first.py"],
        cwd=ROOT,
        env={**known, "KM_DATA_DIR": str(migrated), "DATABASE_URL": database},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = ""
    try:
        while part := os.read(terminal, 4096).decode(errors="ignore"):
            said += part
            if part.rstrip().endswith(("?", ":")) and "beginning:" not in part.splitlines()[-1]:
                os.write(terminal, (next(answers) + "\n").encode())
    except OSError:  # how Linux says that the other end of a terminal is closed
        pass
    os.close(terminal)
    assert child.wait() == 0, said
    assert "Please type one of the four words." in said
    assert "That is not an e-mail address." in said
    assert "That is too short." in said
    assert rows(migrated, "SELECT name, kind FROM organisations_organisation") == [("Northbank", "ngo")]


@pytest.mark.parametrize("missing", ANSWERS)
def test_where_nobody_can_answer_it_says_what_to_set(tmp_path, missing):
    done = call("first", tmp_path, **{name: value for name, value in ANSWERS.items() if name != missing})
    assert (done.code, done.out) == (1, "")
    assert f"Set {missing}." in done.err
    assert not (tmp_path / "portal.sqlite3").exists()


def test_what_the_portal_refuses_is_said_in_a_sentence(migrated):
    done = call("first", migrated, **{**ANSWERS, "KM_FIRST_EMAIL": "ada at riverside"})
    assert done.code == 1
    assert "is not an e-mail address" in done.err
    assert "Traceback" not in done.err


def test_only_the_demo_is_thrown_away(tmp_path):
    (tmp_path / "portal.sqlite3").write_text("real")
    done = call("demo_reset", tmp_path)
    assert "This is not the demo, so nothing was thrown away." in done.err
    assert (tmp_path / "portal.sqlite3").read_text() == "real"


def test_a_running_demo_is_not_thrown_away(tmp_path):
    with (tmp_path / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = call("demo_reset", tmp_path, KM_DEMO="1")
    assert done.code == 1
    assert "The demo is running. Stop it first" in done.err


def test_a_demo_on_a_database_server_is_not_thrown_away(tmp_path):
    done = call("demo_reset", tmp_path, KM_DEMO="1", DATABASE_URL="postgres://km@/km?host=/nowhere")
    assert "DATABASE_URL leads to a database server, so nothing was thrown away." in done.err
