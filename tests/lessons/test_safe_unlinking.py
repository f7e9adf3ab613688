"""Safe lessons: nothing beside the tables of the database joins one to its author once the minute is over."""

from hashlib import sha256

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from actionplan.models import PromiseReminder
from lessons.actions import safe
from lessons.models import LeftNote, Lesson, Receipt, SafeAuthor
from lessons.unlinking import remove_safe_traces
from organisations.models import Person
from search.models import DocCount, SearchDoc, SearchText
from tests.cast import as_member

from .conftest import NOON, validate

pytestmark = pytest.mark.database
CODE = "CDFG-HJKM-NPQR-TWXY"
# What whoever may only ask the database finds: the transaction of a row, and the one that last looked at a person.
JOINS = [
    f"SELECT person.id FROM {table} JOIN organisations_person person ON person.{of}::text = {table}.xmin::text"  # noqa: S608
    for table in (
        "lessons_receipt", "lessons_lesson", "lessons_lessonrevision", "lessons_safeauthor", "search_searchdoc",
        "search_searchtext", "search_doccount",
    )
    for of in ("xmax", "xmin")
]  # fmt: skip


def joined(author: Person) -> list[str]:
    """The joins that find the author without finding everybody."""
    telling, everybody = [], Person.objects.count()
    with connection.cursor() as cursor:
        for join in JOINS:
            cursor.execute(join)
            found = {pk for (pk,) in cursor.fetchall()}
            if author.pk in found and len(found) < everybody:
                telling.append(join)
    return telling


@pytest.fixture
def sent(transactional_db, draft, cara, farah) -> Lesson:
    return safe.send_safely(draft(), by=as_member(cara), at=NOON, to=farah, code=CODE)


def test_it_is_done_once_for_what_was_sent_and_once_for_what_was_forgotten(transactional_db, draft, cara, farah):
    lesson = safe.send_safely(draft(), by=as_member(cara), at=NOON, to=farah, code=CODE)
    assert (remove_safe_traces(), remove_safe_traces()) == (1, 0)
    validate(Lesson.objects.get(pk=lesson.pk), farah, contact="The ward’s office")
    receipt = Receipt.objects.select_related("lesson").get()
    safe.forget_author(receipt, at=timezone.now())
    assert not SafeAuthor.objects.exists()
    call_command("remove_safe_traces")
    assert remove_safe_traces() == 0
    fresh = Lesson.objects.get(pk=lesson.pk)
    assert (fresh.words.title, fresh.author, fresh.is_safe) == (lesson.words.title, None, True)


def test_a_mark_that_comes_meanwhile_stays(transactional_db, sent, monkeypatch):
    def meanwhile(*tables, **options):
        Receipt.objects.update(traces=7)
        return True

    monkeypatch.setattr("lessons.unlinking.remove_old_versions", meanwhile)
    remove_safe_traces()
    assert Receipt.objects.get().traces == 7
    monkeypatch.setattr("lessons.unlinking.remove_old_versions", lambda *tables, **options: False)
    remove_safe_traces()
    assert Receipt.objects.get().traces == 7


def test_what_search_mails_and_posters_kept_of_the_draft_is_cleaned_too(transactional_db, sent, monkeypatch):
    again, cleaned = [], []
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr("lessons.unlinking.write_again", lambda rows: again.append(rows.model))
    monkeypatch.setattr("lessons.unlinking.remove_old_versions", lambda *tables, **how: cleaned.extend(tables) or True)
    remove_safe_traces()
    assert {SearchDoc, SearchText, LeftNote} <= set(again)
    assert {SearchDoc, SearchText, DocCount, LeftNote, PromiseReminder} <= set(cleaned)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite notes no transactions")
def test_no_transaction_joins_author_and_lesson(transactional_db, draft, cara, farah, reza, lena):
    lesson = safe.send_safely(draft(), by=as_member(cara), at=NOON, to=farah, code=CODE)
    assert joined(cara)  # what it is for: before the minute is over, it does
    remove_safe_traces()
    assert joined(cara) == []
    validate(Lesson.objects.get(pk=lesson.pk), farah, contact="The ward’s office")
    safe.forget_author(Receipt.objects.select_related("lesson").get(), at=timezone.now())
    remove_safe_traces()
    assert joined(cara) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath('lessons_safeauthor'))")
        assert not bytes(cursor.fetchone()[0])


def transactions_of(table: str, which: str = "true") -> set[str]:
    """Those that wrote its rows, or what is long in them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xmin::text FROM {table} WHERE {which}")  # noqa: S608  our own names
        return {written for (written,) in cursor.fetchall()}


def transaction_now() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return int(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite notes no transactions")
def test_what_is_long_and_names_beside_the_trail_are_written_again_too(transactional_db, draft, cara, farah):
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'lessons_lessonrevision'::regclass")
        (toast,) = cursor.fetchone()
    words = " ".join(sha256(str(number).encode()).hexdigest() for number in range(55))
    named = f"kind = 'person' AND ident = {cara.pk}"
    began, there, ended = transaction_now(), draft(happened=words), transaction_now()

    def of_the_draft(*where: str) -> set[int]:
        return {one for one in map(int, transactions_of(*where)) if began < one < ended}

    assert of_the_draft("organisations_auditname", named), "nothing was tried"
    assert of_the_draft(toast), "nothing was tried"
    lesson = safe.send_safely(there, by=as_member(cara), at=NOON, to=farah, code=CODE)
    remove_safe_traces()
    assert not of_the_draft("organisations_auditname", named)
    assert not of_the_draft(toast)
    assert Lesson.objects.get(pk=lesson.pk).words.happened == words


def test_the_hour_is_not_kept(transactional_db, sent):
    lesson = Lesson.objects.get()
    for moment in (lesson.created_at, lesson.submitted_at, lesson.claimed_at):
        local = timezone.localtime(moment)
        assert (local.hour, local.minute, local.microsecond) == (0, 0, 0)
