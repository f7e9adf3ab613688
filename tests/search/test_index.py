"""Keeping the index: in the caller’s transaction, only what changed, and never out of step."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from organisations.models import Group
from organisations.visibility import Reach
from search import engines, index
from search.models import SearchDoc, SearchText, Word
from tests.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages")]


def found(reader, text):
    return [hit.ident for hit in index.find(reader, text).hits]


def test_put_finds_change_and_drop(riverside, reader):
    fields = {
        "organisation": riverside, "reach": Reach.ORGANISATION, "group_id": None, "author_id": None,
    }  # fmt: skip
    index.put_many([index.Doc("lesson", 3, title="Valve", body="Sticks", tags=["plumbing"], **fields)])
    assert found(reader, "valve sticking plumbing") == [3]
    index.put_many([index.Doc("lesson", 3, title="Pump", **fields)])
    assert found(reader, "valve") == []
    assert found(reader, "pump") == [3]
    assert SearchDoc.objects.count() == SearchText.objects.count() == 1
    index.drop("lesson", 3)
    index.drop("lesson", 3)
    assert found(reader, "pump") == []
    assert not engines.current().faults()


def test_the_same_again_writes_nothing(doc, django_assert_num_queries):
    docs = [doc(1), doc(2, at=datetime(2026, 1, 2, tzinfo=UTC), tags=["a"])]
    assert index.put_many(docs) == 2
    before = list(SearchDoc.objects.values())
    with django_assert_num_queries(3):  # savepoint, look, release
        assert index.put_many(docs) == 0
    assert list(SearchDoc.objects.values()) == before
    assert index.put_many([doc(1, rank=5), docs[1]]) == 1


def test_the_moment_stays_when_none_is_given(doc):
    index.put_many([doc(1)])
    at = SearchDoc.objects.get().at
    index.put_many([doc(1, title="Other")])
    assert SearchDoc.objects.get().at == at


def test_many_at_once_with_a_thing_twice(doc, reader):
    docs = [doc(number, title=f"Valve {number}") for number in range(450)] + [doc(7, title="Pump")]
    assert index.put_many(iter(docs)) == 451
    assert index.find(reader, "valve").total == 449
    assert found(reader, "pump") == [7]
    assert index.put_many([doc(8, title="One"), doc(8, title="Two")]) == 1
    assert found(reader, "two") == [8]


def test_same_ident_of_other_kinds_are_other_things(doc, reader):
    index.put_many([doc(1, kind="lesson", title="Valve"), doc(1, kind="session", title="Valve"), doc(2)])
    index.drop("session", 1)
    assert [hit.kind for hit in index.find(reader, "valve").hits] == ["lesson"]


def test_goes_with_the_callers_transaction(doc, reader):
    with transaction.atomic():
        index.put_many([doc(1, title="Valve")])
        transaction.set_rollback(True)
    assert found(reader, "valve") == []
    assert not engines.current().faults()


def test_goes_with_its_organisation_and_keeps_without_its_group(doc, riverside, hillside, reader):
    group = Group.objects.create(organisation=riverside, name="Ward 6")
    index.put_many([doc(1, title="Valve", group_id=group.pk), doc(2, title="Valve", organisation=hillside)])
    group.delete()
    hillside.delete()
    assert found(reader, "valve") == [1]
    assert not engines.current().faults()


def test_odd_texts_are_kept(doc, reader):
    index.put_many([doc(1, title="x" * 400, body="nul\0byte 😀 \ud800", source="a\0b", rank=5000), doc(2, title="")])
    assert found(reader, "byte") == [1]
    row = SearchDoc.objects.get(ident=1)
    assert len(row.title) == 300
    assert row.rank == 1000
    assert index.find(reader, "").total == 2


def test_words_are_learned_after_the_commit(doc, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        index.put_many([doc(1, title="Connector")])
    assert not Word.objects.exists()
    for callback in waiting:
        callback()
    assert list(Word.objects.values_list("word", flat=True)) == ["connector"]


def test_drift_tells_what_is_wrong(doc):
    docs = [doc(number) for number in range(4)]
    index.put_many(docs[:3])
    assert not index.drift(docs[:3])
    SearchDoc.objects.filter(ident=0).update(digest="")
    drift = index.drift([docs[0], docs[1], docs[3]])
    assert drift
    assert drift.missing == [("lesson", 3)]
    assert drift.stale == [("lesson", 0)]
    assert drift.extra == [("lesson", 2)]
    assert drift.faults == []


def test_drift_sees_a_text_index_out_of_step(doc):
    index.put_many([doc(1), doc(2)])
    row = SearchDoc.objects.get(ident=1)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM search_fts WHERE rowid = %s", [row.pk])
        else:
            cursor.execute("UPDATE search_searchtext SET tsv = '' WHERE doc_id = %s", [row.pk])
    assert index.drift([doc(1), doc(2)]).faults == ["1 rows have no words in the text index."]


def test_rebuild_puts_everything_right(doc, reader):
    docs = [doc(number, title=f"Valve {number}") for number in range(3)]
    index.put_many([*docs, doc(9, title="Gone")])
    SearchDoc.objects.update(title="Spoilt")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM search_fts")
            cursor.execute("INSERT INTO search_fts (rowid, title) VALUES (123456, 'ghost')")
        else:
            cursor.execute("UPDATE search_searchtext SET tsv = ''")
    Word.objects.create(word="ghost")
    seen = []
    assert index.rebuild(iter(docs), progress=seen.append) == 3
    assert seen == [3]
    assert not index.drift(docs)
    assert sorted(found(reader, "valve")) == [0, 1, 2]
    assert set(Word.objects.values_list("word", flat=True)) == {"valve"}


def test_digest_counts_every_field(doc, hillside):
    one = doc(1)
    changes = {
        "organisation": hillside, "reach": Reach.NETWORK, "group_id": 1, "author_id": 1, "title": "x", "abstract": "x",
        "body": "x", "tags": ["x"], "state": "x", "subkind": "x", "source": "x",
        "year": 1999, "rank": 1, "at": datetime(2026, 1, 2, tzinfo=UTC),
    }  # fmt: skip
    digests = {replace(one, **{name: value}).digest for name, value in changes.items()}
    assert len(digests | {one.digest}) == len(changes) + 1
    assert set(changes) | {"kind", "ident"} == set(index.Doc.__dataclass_fields__)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_the_trigger_is_there():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER search_fts_drop")
    assert engines.current().faults() == ["The trigger that clears the text index is gone."]


@pytest.mark.django_db(transaction=True)
def test_two_put_the_same_at_once(doc, reader):
    def put(word):
        for number in range(5):
            index.put_many([doc(number, title=f"Valve {word} {number}"), doc(20 + number, title=f"Pump {word}")])

    at_once(lambda: put("first"), lambda: put("second"))
    assert index.find(reader, "valve").total == 5
    assert not engines.current().faults()
