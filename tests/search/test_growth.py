"""What a page of a list and a search read does not grow with what there is: the short form of ``make bench``."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from organisations.models import Group, GroupMembership, Person
from organisations.visibility import Reach
from search import counting, index, ranking
from search.engines import postgresql

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages"), pytest.mark.database]
FEW, MANY = 400, 1_600
START = datetime(2020, 1, 1, 12, tzinfo=UTC)
QUESTIONS = {
    "the list": {},
    "its last page": {"page": 10_000},
    "oldest first": {"order": "oldest"},
    "by title": {"order": "title"},
    "checked ones": {"filters": {"state": ["open", "closed"]}},
    "one year": {"filters": {"year": ["2021"], "state": ["open", "closed"]}},
    "one group": {"filters": {"group": ["Ward 1"]}},
    "a name of many groups": {"filters": {"group": ["Ward 1", "Ward 3"]}},
    "my groups first": {"near": True},
    "a word in all": {"text": "valve"},
    "a word in half": {"text": "pump"},
    "two words": {"text": "valve pump"},
    "a word in a few": {"text": "turnbuckle"},
    "a word in none": {"text": "zeppelin"},
}


@pytest.fixture
def ward_groups(riverside, hillside, reader):
    """The reader belongs to one of five; elsewhere there are groups of the same names."""
    groups = [Group.objects.create(organisation=riverside, name=f"Ward {number}") for number in range(5)]
    Group.objects.bulk_create(
        Group(organisation=hillside, name=f"Ward {number}", name_key=f"ward {number}") for number in range(5)
    )
    GroupMembership.objects.create(group=groups[2], person=reader.person, membership=reader)
    return groups


def reach_of(number):
    if number in (8, 16) or number % 20 == 1:
        return Reach.AUTHOR
    return Reach.GROUP if number % 10 == 2 else Reach.ORGANISATION


def fill(doc, groups, reader, first, last):
    """The reader wrote a quarter of it, and keeps two of these to themselves."""
    people = [{"name": f"Writer {number}", "email": f"w{number}@example.org"} for number in range(3)]
    others = [Person.objects.get_or_create(**person)[0] for person in people]
    writers = [reader.person, *others]
    index.put_many(
        doc(
            number,
            title=f"Valve {number}" + " pump" * (number % 2) + " turnbuckle" * (number in (5, 300)),
            state="open" if number % 3 else "closed",
            year=2020 + number % 7,
            group_id=groups[number % 5].pk,
            author_id=writers[number % 4 if number % 10 != 2 else 1].pk,
            reach=reach_of(number),
            at=START + timedelta(hours=number),
        )
        for number in range(first, last)
    )
    counting.recount()  # as each minute: else the changes that wait are what grows
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def statements_of(do):
    found = []

    def note(execute, sql, params, many, context):
        if sql.lstrip().startswith(("SELECT", "WITH")):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        do()
    return found


def rows_read(statements):
    """PostgreSQL: the rows that the plans took up, kept or not."""

    def of(plan):
        rows = (
            plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        )
        # What a bitmap found is counted where its rows are read: the entries of rows that are gone, which nobody can
        # clean away inside a test, are no rows.
        own = rows * plan["Actual Loops"] if "Relation Name" in plan else 0
        return own + sum(map(of, plan.get("Plans", ())))

    found = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows would be read in turn
        # Nor through the index of keys, as in a new database, whose pages are few: each row that is read counts.
        cursor.execute("SET LOCAL cpu_tuple_cost = 10")
        for sql, params in statements:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0]
            found += of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def whole_scans(statements):
    """SQLite: the tables of the index that a plan reads from end to end."""
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            for *_, step in cursor.fetchall():
                if step.startswith(("SCAN search_searchdoc", "SCAN search_doccount")):
                    yield step, sql


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_four_times_as_much_takes_as_many_queries_and_rows(doc, ward_groups, reader, monkeypatch, asked):
    monkeypatch.setattr(ranking, "EXACT", 50)
    monkeypatch.setattr(ranking, "AIM", 75)
    monkeypatch.setattr(ranking, "_AT_ONCE", 100)
    monkeypatch.setattr(ranking, "_FIRST", 40)
    monkeypatch.setattr(postgresql, "_BLOCKS", {"a": 4, "b": 7, "c": 10})  # as small as there are few things

    def ask():
        text = asked.get("text", "")
        rest = {name: value for name, value in asked.items() if name not in ("text", "near")}
        rest["near"] = [ward_groups[2].pk] if asked.get("near") else []
        index.find(reader, text, facets=["state", "group", "year"], kinds=["lesson"], per_page=10, **rest)

    fill(doc, ward_groups, reader, 0, FEW)
    few = statements_of(ask)
    read = rows_read(few) if connection.vendor == "postgresql" else 0
    fill(doc, ward_groups, reader, FEW, MANY)
    many = statements_of(ask)
    assert len(many) <= len(few) + 1  # one look more, where an estimate was too small
    if connection.vendor == "postgresql":
        assert rows_read(many) <= read * 1.3 + 150
    else:
        assert not list(whole_scans(many))


@pytest.mark.drawn
def test_what_nobody_wrote_is_not_looked_through_for_what_one_wrote(doc, riverside, reader):
    """SQLite: a register that was brought in names no authors, and the planner would take its rows for each one’s."""
    index.put_many(doc(number, author_id=None, at=START + timedelta(hours=number)) for number in range(200))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    asked = statements_of(lambda: index.find(reader, "", facets=["state", "year"], kinds=["lesson"], per_page=10))
    own = [(sql, params) for sql, params in asked if "author_id" in sql]
    assert own
    with connection.cursor() as cursor:
        for sql, params in own:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            assert any("search_doc_own" in step for *_, step in cursor.fetchall())
