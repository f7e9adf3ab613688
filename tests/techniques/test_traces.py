"""Attacks: who wrote which note, read from the files of the database after the close of a session."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from techniques import guest_cookies
from techniques.actions.afterwards import give_feedback
from techniques.actions.room import closing, joining, notes
from techniques.models import Feedback, Note, Session
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


def test_older_counts_of_feedback_tell_nothing_of_a_single_answer(room, farah):
    """Two counts, one before and one after an answer, would say which it was."""
    people = [
        joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW) for name in ("Gus", "Rhea")
    ]
    closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    until_gone(remove_traces)
    for person in people:
        give_feedback(room, by=person, at=NOW, answers={"worth": "no", "said": "yes"})
    assert Feedback.objects.get().keeps_traces
    until_gone(remove_traces)
    assert not Feedback.objects.get().keeps_traces
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_size('techniques_feedback') / current_setting('block_size')::int")
            assert cursor.fetchone()[0] == 1
            cursor.execute("SELECT max(ctid)::text FROM techniques_feedback")
            # The count, and the same with its mark taken away: nothing else stands in the file.
            assert cursor.fetchone()[0] in {"(0,1)", "(0,2)"}
