"""Statements that PostgreSQL keeps: the same rows as without, whatever happens to the connection in between."""

from datetime import date, timedelta

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import server_statements as module
from kmportal.lib.prepared import prepared
from organisations.models import Person

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite keeps the statements of a connection by itself"
    ),
]
# Any text: a password is stored as it is.
TEXTS = ("Lena Marsh", "O’Brien", "D'Arcy 100%", "a\\b", "$1", "%s")


@prepared
def having(text: str, day: date) -> object:
    return Person.objects.filter(password=text, created_at__date__lte=day).order_by("pk")


@prepared
def among(keys: tuple[int, ...]) -> object:
    return Person.objects.filter(pk__in=keys, password__contains="%").order_by("pk").values_list("password", flat=True)


def standing() -> list[str]:
    """What stands ready on this connection, as the server says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'km\\_%' ORDER BY prepare_time")
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def people():
    return [
        Person.objects.create(email=f"p{number}@x.example", name="Somebody", password=text)
        for number, text in enumerate(TEXTS)
    ]


def test_any_text_and_any_number_of_calls_finds_the_same_rows(people, django_assert_num_queries):
    today = timezone.localdate()
    for _ in range(4):  # from the sixth call on the server may take one plan for all values
        for person in people:
            assert having(person.password, today) == [person]
            assert having(person.password, today - timedelta(days=2)) == []
    assert having.count("%s", today) == 1
    assert not having.exists("nobody", today)
    assert among(tuple(person.pk for person in people)) == ["D'Arcy 100%", "%s"]
    with django_assert_num_queries(1):
        having("Lena Marsh", today)


def test_what_is_logged_is_the_statement_with_its_values(people):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        having("D'Arcy 100%", date(2026, 1, 2))
    [one] = [query["sql"] for query in asked.captured_queries]
    assert one.startswith("SELECT")
    assert "D''Arcy 100%" in one
    assert "2026-01-02" in one


def test_it_outlives_what_goes_wrong_in_a_transaction(people):
    @prepared
    def due(on: date) -> object:
        return Action.objects.filter(due_on=on)

    with transaction.atomic():
        assert due(date(2026, 1, 1)) == []
        transaction.set_rollback(True)
    assert due(date(2026, 1, 1)) == []
    with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    assert due(date(2026, 1, 2)) == []


def test_only_so_many_stand_ready(people, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    before = standing()
    today = timezone.localdate()
    for keys in ((1,), (1, 2), (1, 2, 3), (1,)):
        among(keys)
        assert len(standing()) <= max(len(before), 2)
    assert having("Lena Marsh", today) == [people[0]]
    assert len(standing()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_begins_anew():
    person = Person.objects.create(email="lena@x.example", name="Somebody", password="Lena Marsh")
    today = timezone.localdate()
    connection.close()
    for _ in range(2):
        assert having("Lena Marsh", today) == [person]
        assert len(standing()) == 1
        assert having.count("Lena Marsh", today) == 1
        assert len(standing()) == 2
        connection.close()
    assert standing() == []


def test_behind_a_pooler_nothing_is_kept(people, settings):
    settings.SERVER_STATEMENTS = False
    before = standing()

    @prepared
    def all_having(text: str) -> object:
        return Person.objects.filter(password=text)

    assert all_having("%s") == [people[5]]
    assert standing() == before
