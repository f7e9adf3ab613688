"""Attacks: who wrote which note, read from the files of the database after the close of a session."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from techniques.actions.room import closing, notes
from techniques.models import Note, Session
from techniques.unlinking import remove_traces
from tests.cast import as_member
from tests.readers import somebody_reads, until_gone
from tests.techniques.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
MARK = b"overruled-by-the-consultant"


def copies_in_the_files() -> int:
    """How often a text of a note stands in the files, whether or not the database still shows it."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        log = Path(f"{path}-wal")
        return path.read_bytes().count(MARK) + (log.read_bytes().count(MARK) if log.exists() else 0)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath('techniques_note'))")
        return bytes(cursor.fetchone()[0]).count(MARK)


@pytest.fixture
def written(room, farah):
    """``written(how)``: a room, as confidential as that, with a hidden note that was never shown."""

    def make(confidentiality: str) -> Session:
        Session.objects.update(confidentiality=confidentiality)
        said = {"text": MARK.decode(), "client_id": uuid4()}
        notes.write_note(room, stage_key="expect", column="expected", by=as_member(farah), at=NOW, **said)
        return Session.objects.get(pk=room.pk)

    return make


@pytest.mark.parametrize("confidentiality", ["open", "no-blame"])
def test_no_note_that_was_deleted_is_left_in_the_files(written, farah, confidentiality):
    session = written(confidentiality)
    assert copies_in_the_files()
    closing.close_session(session, by=as_member(farah), at=NOW, summary={})
    assert not Note.objects.exists()
    until_gone(remove_traces)
    assert copies_in_the_files() == 0
    assert not Session.objects.with_traces().exists()


def test_while_somebody_still_reads_the_session_is_come_back_to(written, farah):
    session = written("no-blame")
    with somebody_reads():
        closing.close_session(session, by=as_member(farah), at=NOW, summary={})
        assert copies_in_the_files(), "nothing was tried"
        assert Session.objects.with_traces().get() == session
        assert remove_traces() == 1
        assert Session.objects.with_traces().exists()
    assert until_gone(remove_traces)
    assert copies_in_the_files() == 0
