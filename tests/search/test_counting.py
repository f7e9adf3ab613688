"""The figures of lists, kept with each change: what a plain count of the rows says, for eight readers, at any time."""

import random
from collections import Counter
from functools import reduce
from importlib import import_module
from itertools import product
from operator import or_
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.db.models import Case, Q, When
from django.db.models.functions import Lower

from organisations.models import GroupMembership, Membership, Person
from organisations.permissions import Role
from organisations.visibility import circles_of, parts_within_reach, shared_with, within_reach
from search import asked as search_asked
from search import counting, index
from search.models import DocCount, SearchDoc
from tests.races import at_once
from tests.search import library as shelf

pytestmark = [pytest.mark.urls("tests.search.pages"), pytest.mark.database]
COLUMNS = {"group": "group__name"}
FILTERS = [*shelf.FILTERS, {"group": ["Ward 6"], "state": ["open"]}, {"year": ["2024"], "source": ["NASA"]}]


def build():
    """The library, with an eighth reader, who sees nothing but what is open."""
    library = shelf.build()
    place = library.readers[0].organisation
    stranger = Person.objects.create(email="stranger@example.org", name="Stranger")
    library.readers.append(Membership.objects.create(organisation=place, person=stranger, role=Role.READER))
    assert len(library.readers) == 8
    return library


@pytest.fixture
def library(db):
    return build()


def plainly(reader, filters, name):
    """Plain SQL: the rows that this reader sees under all filters but one, counted by one column."""
    rows = SearchDoc.objects.visible_to(reader)
    for other, values in filters.items():
        if other != name:
            numbers = [int(value) for value in values if value.isdigit()] if other == "year" else values
            rows = rows.filter(**{f"{COLUMNS.get(other, other)}__in": numbers})
    if not name:
        return rows.count()
    found = Counter(str(value or "") for value in rows.values_list(COLUMNS.get(name, name), flat=True))
    del found[""]
    return dict(found)


def assert_counted(readers, filters=FILTERS):
    for reader in readers:
        for chosen in filters:
            found = index.find(reader, "", filters=chosen, facets=shelf.FACETS, per_page=5)
            assert found.total == plainly(reader, chosen, "")
            for name in shelf.FACETS:
                assert dict(found.facets[name]) == plainly(reader, chosen, name), (chosen, name)


def change(dice, docs, library):
    """One change of any sort, by whichever way."""
    rows = SearchDoc.objects.order_by("pk")
    some = dice.sample(list(rows.values_list("pk", flat=True)), 5)
    match dice.randrange(6):
        case 0:
            rows.filter(pk__in=some).update(state=dice.choice(["open", "closed", ""]), year=dice.choice([2024, None]))
        case 1:
            rows.filter(pk__in=some).update(reach=dice.choice(["author", "reviewers", "group", "network"]))
        case 2:
            rows.filter(pk__in=some).delete()
        case 3:
            index.put_many(dice.sample(docs, 20))
        case 4:
            rows.filter(pk__in=some).update(group=dice.choice(list(library.groups)), source=dice.choice(["", "NASA"]))
        case 5:
            index.drop("lesson", dice.choice([doc.ident for doc in docs]))


def test_every_count_is_a_plain_count_after_any_change(library):
    dice = random.Random(7)
    assert_counted(library.readers)
    for _ in range(3):
        for _ in range(8):
            change(dice, library.docs, library)
        assert counting.apart() == 0
        assert_counted(library.readers)


def test_what_goes_with_a_group_or_an_organisation_is_counted_no_more(library):
    next(iter(library.groups.values())).delete()
    library.readers[-2].organisation.delete()
    assert counting.apart() == 0
    assert_counted(library.readers[:3])


def test_who_joins_leaves_checks_or_writes_sees_other_counts(library):
    """Nothing of it changes a row: what one may see is asked each time."""
    reader, group = library.readers[-1], next(iter(library.groups.values()))
    seen = {index.find(reader, "", per_page=1).total}
    belongs = GroupMembership.objects.create(group=group, person=reader.person, membership=reader)
    assert_counted([reader])
    seen.add(index.find(reader, "", per_page=1).total)
    belongs.delete()
    assert index.find(reader, "", per_page=1).total in seen
    Membership.objects.filter(pk=reader.pk).update(role=Role.FACILITATOR)
    reader = Membership.objects.get(pk=reader.pk)
    SearchDoc.objects.filter(pk__in=SearchDoc.objects.filter(reach="author").values("pk")[:9]).update(
        author=reader.person
    )
    assert_counted([reader])
    seen.add(index.find(reader, "", per_page=1).total)
    assert len(seen) == 3


def test_a_group_that_moves_or_is_renamed_is_counted_where_it_is(library):
    one, *_, other = library.groups.values()
    for group in (one, other):
        group.name = f"{group.name} of old"
    one.organisation, other.organisation = other.organisation, one.organisation
    one.save()
    other.save()
    filters = [{}, {"group": [one.name]}, {"group": [other.name], "state": ["open"]}]
    assert_counted(library.readers, filters)
    SearchDoc.objects.filter(group=one).update(organisation=one.organisation)
    assert_counted(library.readers, filters)
    assert counting.apart() == 0


def test_emptied_tables_leave_no_figures_behind(library):
    """Whichever goes first: tests and ``manage.py flush`` empty tables in any order."""
    with connection.cursor() as cursor:
        for table in ("search_doccount", "search_searchtext", "search_searchdoc"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  constants
    counting.recount()
    assert not DocCount.objects.exists()
    if connection.vendor == "sqlite":
        index.put_many(library.docs)
        DocCount.objects.all().delete()
        SearchDoc.objects.all().delete()
        assert not DocCount.objects.exists()


def test_the_migration_counts_what_is_there(library):
    """Of a portal that was in use before it was counted: an upgrade fills the figures, with their triggers."""
    migration = import_module("search.migrations.0007_counts_and_orders")
    with connection.schema_editor(atomic=False) if connection.vendor == "postgresql" else Statements() as editor:
        migration.drop(None, editor)
        DocCount.objects.all().delete()
        SearchDoc.objects.filter(pk__in=SearchDoc.objects.values("pk")[:20]).delete()
        index.put_many(library.docs[:5])
        assert not DocCount.objects.exists()
        migration.create(None, editor)
    assert counting.apart() == 0
    index.put_many(library.docs)
    assert_counted(library.readers)
    assert not index.drift(library.docs).faults


class Statements:
    """As much of a schema editor as the migration asks for: SQLite’s own one refuses to begin in a transaction."""

    connection = connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, sql, params=()):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


def test_parts_are_disjoint_and_all_that_is_within_reach(library):
    for reader in library.readers:
        shared, own = parts_within_reach(reader, circles_of(reader))
        shared += [shared_with([group]) for group in circles_of(reader)]
        keys = [set(SearchDoc.objects.filter(part).values_list("pk", flat=True)) for part in (*shared, own)]
        assert sum(map(len, keys)) == len(set.union(*keys))
        assert set.union(*keys) == set(SearchDoc.objects.filter(within_reach(reader)).values_list("pk", flat=True))
        together = SearchDoc.objects.filter(reduce(or_, [*shared, own], Q()))
        assert together.count() == SearchDoc.objects.visible_to(reader).count()


def test_adding_up_changes_nothing(library, monkeypatch):
    monkeypatch.setattr(counting, "MOST_WAITING", 0)
    SearchDoc.objects.filter(state="open").update(state="closed")
    counting.fold()
    assert not DocCount.objects.filter(waits=True).exists()
    assert counting.apart() == 0
    counting.recount()
    assert not DocCount.objects.filter(number=0).exists()
    rows = DocCount.objects.values_list(*counting.COLUMNS)
    assert len(rows) == len(set(rows))
    assert_counted(library.readers, [{}])


def test_what_was_lost_is_found_and_put_right(library):
    DocCount.objects.filter(name="year").delete()
    DocCount.objects.filter(name="").update(number=99)
    assert counting.faults()
    assert index.drift(library.docs).faults == counting.faults()
    counting.recount()
    assert not counting.faults()
    assert_counted(library.readers, [{}, {"year": ["2024"]}])


def plain_order(reader, order, filters, near):
    """Plain SQL: the rows that this reader sees under the filters, those of some groups first, in an order."""
    rows = SearchDoc.objects.visible_to(reader)
    for name, values in filters.items():
        rows = rows.filter(**{f"{COLUMNS.get(name, name)}__in": values})
    by = {"newest": ("-at", "-pk"), "oldest": ("at", "pk"), "title": (Lower("title"), "pk")}[order]
    first = [Case(When(group__in=near, then=0), default=1)] if near else []
    return list(rows.order_by(*first, *by).values_list("pk", flat=True))


@pytest.mark.parametrize("order", ["newest", "oldest", "title"])
def test_pages_follow_each_other_by_key_as_by_number(library, monkeypatch, order):
    """All and those of some groups, mine first or not, each group read by itself or all together."""
    filters = [{}, {"group": ["Ward 6", "Pharmacy"]}]
    readers = [library.readers[0], *library.readers[5:]]
    for reader, chosen, is_near, apart in product(readers, filters, [False, True], [search_asked.MOST_APART, 1]):
        monkeypatch.setattr(search_asked, "MOST_APART", apart)
        near = circles_of(reader) if is_near else []
        whole = plain_order(reader, order, chosen, near)
        asked = {"order": order, "filters": chosen, "near": near, "per_page": 17}

        def page(number, asked=asked, reader=reader, **beside):
            return [hit.key for hit in index.find(reader, "", page=number, **asked, **beside).hits]

        before = []
        for number in range(1, -(-len(whole) // 17) + 1):
            wanted = whole[(number - 1) * 17 : number * 17]
            assert page(number) == wanted
            if before:
                assert page(number, after=before[-1]) == wanted
                assert page(number - 1, before=wanted[0]) == before
            before = wanted


def test_a_key_that_one_does_not_see_tells_nothing(library):
    reader = library.readers[-1]
    hidden = SearchDoc.objects.exclude(pk__in=SearchDoc.objects.visible_to(reader)).values_list("pk", flat=True)
    plain = index.find(reader, "", page=2, per_page=7)
    for key in [*hidden[:5], 999_999_999]:
        assert index.find(reader, "", page=2, per_page=7, after=key).hits == plain.hits


@pytest.mark.django_db(transaction=True)
def test_counts_are_plain_counts_while_others_change_the_rows():
    """Two connections change rows, one adds up, two more read: each read is exact for the moment that it sees."""
    library = build()
    docs = library.docs

    def write(seed):
        dice = random.Random(seed)
        for _ in range(8):
            with transaction.atomic():
                SearchDoc.objects.select_for_update().filter(pk__gt=0).order_by("pk").first()
                change(dice, docs, library)

    def read(readers):
        for _ in range(2):
            for reader in readers:
                with transaction.atomic():
                    if connection.vendor == "postgresql":
                        with connection.cursor() as cursor:
                            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    assert_counted([reader], [{}, {"year": ["2024"]}])

    def add_up():
        for _ in range(10):
            counting.recount()
            counting.fold()

    four = len(library.readers) // 2
    at_once(
        lambda: write(1),
        lambda: write(2),
        add_up,
        lambda: read(library.readers[:four]),
        lambda: read(library.readers[four:]),
    )
    assert counting.apart() == 0
    assert_counted(library.readers)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_same_figures_in_opposite_order_do_not_wait():
    """On SQLite one writes at a time."""
    library = build()
    first, second = list(SearchDoc.objects.filter(kind="lesson").values_list("pk", flat=True)[:2])
    both_have_begun, both_are_through = Barrier(2, timeout=30), Barrier(2, timeout=30)

    def change_both(key, states):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            for state in states:
                # The same sorts of things lose and win one in both, one way round and the other.
                SearchDoc.objects.filter(pk=key).update(state=state, year=2024, source="NASA", reach="organisation")
                both_have_begun.wait()
            counting.fold()
            both_are_through.wait()  # neither has committed, and each has written all that it writes

    at_once(
        lambda: change_both(first, ["open", "closed", "identified"]),
        lambda: change_both(second, ["identified", "closed", "open"]),
    )
    assert counting.apart() == 0
    assert_counted(library.readers)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.django_db(transaction=True)
def test_whoever_adds_up_in_a_long_work_holds_nobody_up(monkeypatch):
    """Two imports that both add up in the middle: the second one leaves it to the first."""
    library = build()
    monkeypatch.setattr(counting, "MOST_WAITING", 0)
    has_added_up, is_through = Barrier(2, timeout=30), Barrier(2, timeout=30)

    def slow():
        with transaction.atomic():
            index.put_many(library.docs[:20])
            SearchDoc.objects.filter(kind="session").update(year=2020)
            counting.fold()
            has_added_up.wait()
            is_through.wait()

    def quick():
        has_added_up.wait()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            SearchDoc.objects.filter(kind="action").update(year=2019)
            counting.fold()
        assert_counted(library.readers[:2], [{}])
        is_through.wait()

    at_once(slow, quick)
    assert counting.apart() == 0
    assert_counted(library.readers)
    counting.fold()
    assert not DocCount.objects.filter(waits=True).exists()
